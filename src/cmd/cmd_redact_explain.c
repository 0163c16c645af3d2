#include "base/ak.h"
#include "cmd/cmd.h"

#include "base/jsonw.h"
#include "cmd/explain_text.h"
#include "cmd/removed.h"
#include "redact/plan.h"

/* What a value of each type goes through when policy.yaml does not choose. */
static const char *const how[AK_T_COUNT] = {
	[AK_T_TIME] = "must be a time; other text is removed, nothing is looked for in it",
	[AK_T_INT] = "must be a number, nothing is looked for in it",
	[AK_T_BOOL] = "true or false, nothing is looked for in it",
	[AK_T_DEC] = "must be a number; other text is removed, nothing is looked for in it",
	[AK_T_ENUM] = "secrets become markers; a word of a-z, 0-9 and . _ / : - stays, other text is treated as a name",
	[AK_T_ID] = "secrets become markers, addresses tokens; up to 200 of A-Z a-z 0-9 . _ : / @ + = - stay, other text becomes a token",
	[AK_T_NAME] = "secrets become markers, addresses tokens, control characters escapes; cut at 4,096 bytes",
	[AK_T_LIST] = "each string in it as a name; JSON that cannot be read is removed",
	[AK_T_CODE] = "secrets become markers; up to 64 of a-z 0-9 . _ - stay, anything else is removed",
	[AK_T_URLPATH] = "secrets become markers; host, query and fragment are removed, ids in the path stay",
	[AK_T_TEMPLATE] = "the words of the message; ids, numbers, quoted parts, URLs and what somebody wrote become placeholders",
	[AK_T_PRESENCE] = "only whether there was text is stored",
	[AK_T_DIFF] = "each string in it as a name; what a secret's name says is a marker, prose is removed",
	[AK_T_UA] = "product and major version stay",
	[AK_T_IP] = "becomes a token; its network stays in a field of its own",
	[AK_T_NETWORK] = "the prefix that redaction.ip_mask leaves visible",
	[AK_T_PERSON] = "becomes a token; names of service accounts stay",
	[AK_T_TOKEN] = "becomes a token, always",
	[AK_T_KEY] = "becomes a token of the key's SHA-256; a key that its source masked stays as it is",
	[AK_T_CURRENCY] = "secrets become markers; three letters stay, in upper case, other text is treated as an enum",
	[AK_T_TEXT] = "stored only where 'ingest --keep-text' names it: secrets become markers, personal data tokens or marks",
};

struct explained {
	int field, line;
	bool chosen, profiled; /* by policy.yaml, by its profile */
	const char *action, *why;
};

/* What goes from inside of the field. */
static json_t *pointers(const struct ak_policy *p, int field)
{
	json_t *all = json_array();

	for (size_t i = 0; p && i < p->npointers; i++)
		if (ak_field_find(ak_str_of(p->pointers[i].field)) == field)
			json_array_append_new(all, json_pack("{s:s, s:s, s:s?, s:i}", "pointer", p->pointers[i].pointer, "action", p->pointers[i].action,
							     "why", p->pointers[i].why, "line", p->pointers[i].line));
	return all;
}

static void print_pointers(struct ak_ctx *c, int field)
{
	AK_CLEANUP(ak_json_decref) json_t *all = pointers(c->policy, field);
	json_t *r;
	size_t i;

	json_array_foreach(all, i, r) {
		const char *why = json_string_value(json_object_get(r, "why"));

		ak_io_line(c->io, "inside", "policy.yaml:%d: %s %s: %s", (int)json_integer_value(json_object_get(r, "line")),
			   json_string_value(json_object_get(r, "action")), json_string_value(json_object_get(r, "pointer")), why ? why : "no reason given");
	}
}

static enum ak_rc print_json(struct ak_ctx *c, const struct explained *x, struct ak_err *err)
{
	json_t *doc = json_pack("{s:s, s:i, s:s, s:s, s:s, s:s, s:s, s:s?, s:s, s:i, s:i}", "schema", "auditkit.redact-explain/1",
				"format_version", 1, "field", ak_fields[x->field].name, "column", ak_fields[x->field].column, "type",
				ak_type_name(ak_fields[x->field].type), "action", x->action, "rule", x->chosen ? "policy" : x->profiled ? "profile" : "type", "why", x->why,
				"how", how[ak_fields[x->field].type], "ip4_prefix", c->policy ? c->policy->ip4_prefix : 24, "ip6_prefix",
				c->policy ? c->policy->ip6_prefix : 48);
	enum ak_rc rc;

	json_object_set_new(doc, "pointers", pointers(c->policy, x->field));
	json_object_set_new(doc, "line", x->line ? json_integer(x->line) : json_null());
	rc = ak_io_json(c->io, doc, err);
	json_decref(doc);
	return rc;
}

static void print(struct ak_ctx *c, const struct explained *x)
{
	enum ak_type type = ak_fields[x->field].type;

	ak_io_line(c->io, "field", "%s, column %s, type %s", ak_fields[x->field].name, ak_fields[x->field].column, ak_type_name(type));
	ak_io_line(c->io, "action", "%s", x->action);
	if (x->chosen)
		ak_io_line(c->io, "rule", "policy.yaml:%d: %s", x->line, x->why ? x->why : "no reason given");
	else if (x->profiled)
		ak_io_line(c->io, "rule", "profile %s: %s", ak_profile_name(c->plan->profile), ak_profile_says(c->plan->profile));
	else
		ak_io_line(c->io, "rule", "its type%s", !c->policy	? ""
						       : x->line ? ", which policy.yaml leaves as it is"
								 : ", policy.yaml does not name it");
	if (!x->chosen && !x->profiled)
		ak_io_line(c->io, "how", "%s", how[type]);
	print_pointers(c, x->field);
	if (type == AK_T_IP || type == AK_T_NETWORK)
		ak_io_line(c->io, "visible", "the first %d bits of an IPv4, %d of an IPv6 address", c->policy ? c->policy->ip4_prefix : 24,
			   c->policy ? c->policy->ip6_prefix : 48);
	ak_io_line(c->io, "", "secrets are replaced before any action; 'auditkit redact try --field %s' shows values as they would be stored",
		   ak_fields[x->field].column);
}

static enum ak_rc explain_field(struct ak_ctx *c, const char *name, struct ak_err *err)
{
	struct ak_field_plan none = {0};
	const struct ak_field_plan *plan = c->plan ? c->plan : &none;
	struct explained x = {.field = ak_field_find(ak_str_of(name))};

	if (x.field < 0) {
		ak_hint(err, "'auditkit fields' lists them");
		return ak_fail(err, AK_EXIT_USAGE, "no field '%s'", name);
	}
	x.line = ak_cmd_field_line(c->policy, x.field);
	x.chosen = ak_plan_differs(plan, (enum ak_field_id)x.field);
	x.profiled = ak_plan_profiled(plan, (enum ak_field_id)x.field);
	x.action = ak_plan_says(plan, (enum ak_field_id)x.field);
	x.why = plan->why[x.field];
	if (c->json)
		return print_json(c, &x, err);
	print(c, &x);
	return AK_OK;
}

static enum ak_exit run(struct ak_ctx *c, struct ak_err *err)
{
	bool text = ak_args_flag(c->args, "text");
	enum ak_rc rc;

	if (text == (c->args->nwords == 1))
		rc = ak_fail(err, AK_EXIT_USAGE, "usage: auditkit redact explain FIELD | --text");
	else
		rc = text ? ak_explain_text(c, err) : explain_field(c, c->args->word[0], err);
	return rc == AK_OK ? AK_EXIT_OK : err->exit;
}

static const struct ak_opt opts[] = {
	{"text", 0, AK_OPT_FLAG, NULL, "say what is found in the lines of standard input instead"},
	{.name = NULL},
};

static const struct ak_example examples[] = {
	{"auditkit redact explain client_address", "what becomes of a field, and which rule says so"},
	{"auditkit redact explain --text <calls.json", "what is found in these lines, and where"},
	{NULL, NULL},
};

const struct ak_cmd ak_cmd_redact_explain = {
	.name = "redact explain",
	.args = "[FIELD]",
	.summary = "say what redaction does to a field, or what it finds in a text, and by which rule",
	.text = "Of a field: the action in force, and whether its type or a line of policy.yaml chose it. With --text, of each line of\n"
		"standard input: kind and place (bytes from 1) of each find, how many encodings it lies under, and its fingerprint for\n"
		"'auditkit redact allow'; never the value. Kinds that other replacements bring about are counted without a place.",
	.opts = opts,
	.examples = examples,
	.needs = AK_NEED_READ | AK_NEED_KEYS | AK_NEED_POLICY | AK_NEED_MAYBE,
	.max_words = 1,
	.run = run,
};
