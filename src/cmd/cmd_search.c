#include "base/ak.h"
#include "cmd/cmd.h"

#include "base/time.h"
#include "check/said.h"
#include "cmd/period.h"
#include "cmd/search_run.h"
#include "search/saved.h"

static enum ak_rc layers(const struct ak_ctx *c, struct ak_spec *s, struct ak_err *err)
{
	const char *const *list = ak_args_list(c->args, "layer");

	for (; list && *list; list++) {
		int k = ak_kind_find(ak_str_of(*list));

		if (k < 0) {
			ak_hint(err, "request, audit_event, app_event, usage, ticket, access_grant, api_key, provider_call, dlp_verdict, quota_event, settlement, price, "
				     "config_snapshot");
			return ak_fail(err, AK_EXIT_USAGE, "there is no layer '%.40s'", *list);
		}
		s->layers |= 1u << k;
	}
	return AK_OK;
}

static json_t *filters(const struct ak_ctx *c)
{
	json_t *all = json_object();

	for (const struct ak_search_name *n = ak_search_names; n->name; n++) {
		const char *const *list = n->means ? ak_args_list(c->args, n->name) : NULL;
		json_t *values = json_array();

		for (; list && *list; list++)
			json_array_append_new(values, json_string(*list));
		if (json_array_size(values))
			json_object_set(all, n->name, values);
		json_decref(values);
	}
	return all;
}

static const char *const categories[] = {"keys", "quota", "routing", "billing", "admin_access", "data_access", "configuration", "login", "ai_interaction", "other"};

static bool is_category(const char *word)
{
	for (size_t i = 0; i < AK_COUNT(categories); i++)
		if (strcmp(word, categories[i]) == 0)
			return true;
	return false;
}

/* "category in ('keys') or action = 'x' or action like 'y*'" of a list; the policy has checked its words. */
static void add_actions(struct ak_buf *b, const json_t *words)
{
	json_t *list = json_is_string(words) ? json_pack("[O]", words) : json_incref((json_t *)words), *v;
	size_t i;

	json_array_foreach(list, i, v) {
		const char *word = json_string_value(v);

		ak_buf_addf(b, "%s%s %s '%s'", i ? " or " : "", is_category(word) ? "category" : "action", strchr(word, '*') ? "like" : "=", word);
	}
	json_decref(list);
}

/* --privileged and --high-risk as part of --where: what policy.yaml lists. */
static enum ak_rc add_listed(struct ak_ctx *c, const char *option, const char *member, const char *otherwise, struct ak_buf *b, struct ak_err *err)
{
	const json_t *words = ak_policy_said(c->policy, member);

	if (!ak_args_flag(c->args, option))
		return AK_OK;
	if (!words && !otherwise) {
		ak_hint(err, "list categories or actions under %s, as in: [keys, \"apikey.*\"]", member);
		return ak_fail(err, AK_EXIT_USAGE, "--%s: policy.yaml lists no such action", option);
	}
	ak_buf_adds(b, b->n ? " and (" : "(");
	if (words)
		add_actions(b, words);
	else
		ak_buf_adds(b, otherwise);
	ak_buf_addc(b, ')');
	return AK_OK;
}

static enum ak_rc add_lists(struct ak_ctx *c, struct ak_spec *s, struct ak_err *err)
{
	struct ak_buf b;
	enum ak_rc rc;

	ak_buf_init(&b, 1 << 20);
	rc = add_listed(c, "privileged", "audit.privileged", "category in (" AK_PRIVILEGED ")", &b, err);
	if (rc == AK_OK)
		rc = add_listed(c, "high-risk", "audit.high_risk", NULL, &b, err);
	if (rc == AK_OK && b.n) {
		s->where = s->where ? ak_arena_printf(&c->arena, "(%s) and %s", s->where, b.p).p : ak_arena_z(&c->arena, ak_buf_str(&b));
		s->layers = s->layers ? s->layers : 1u << AK_K_AUDIT;
	}
	ak_buf_release(&b);
	return rc;
}

static enum ak_rc read_spec(struct ak_ctx *c, struct ak_spec *s, struct ak_err *err)
{
	*s = (struct ak_spec){.where = ak_args_text(c->args, "where"), .from = ak_args_text(c->args, "from"), .to = ak_args_text(c->args, "to"),
			      .at = ak_args_text(c->args, "at"), .backwards = ak_args_flag(c->args, "newest")};
	s->text = c->args->nwords ? c->args->word[0] : NULL;
	s->filters = filters(c);
	return layers(c, s, err) == AK_OK ? add_lists(c, s, err) : AK_FAIL;
}

static enum ak_rc save(struct ak_ctx *c, const struct ak_spec *s, struct ak_where *w, const struct ak_search_opts *o, const char *name, struct ak_err *err)
{
	json_int_t version;
	json_t *doc, *params;
	char *list;

	if (ak_saved_name(name, err) != AK_OK)
		return AK_FAIL;
	doc = ak_spec_save(s, w, o);
	if (ak_args_int(c->args, "limit", -1) > 0)
		json_object_set_new(doc, "limit", json_integer(ak_args_int(c->args, "limit", -1)));
	if (ak_args_flag(c->args, "all"))
		json_object_set_new(doc, "all", json_true());
	params = ak_saved_params(doc);
	if (ak_saved_add(c->workspace, name, doc, ak_time_now(), &version, err) != AK_OK) {
		json_decref(params);
		return AK_FAIL;
	}
	list = json_array_size(params) ? json_dumps(params, JSON_COMPACT) : NULL;
	ak_io_note(c->io, "saved", "%s, version %lld%s%s", name, (long long)version, list ? ", parameters " : "", list ? list : "");
	ak_free(list);
	json_decref(params);
	return AK_OK;
}

/* Records of a filter with that text as its value, kind by kind: "1 audit_event, 1 ticket". */
static enum ak_rc count_as(struct ak_ctx *c, const struct ak_spec *asked, struct ak_where *w, const char *name, struct ak_buf *out, struct ak_err *err)
{
	struct ak_spec s = {.layers = asked->layers, .from = asked->from, .to = asked->to, .pinned = true};
	struct ak_search_count count[AK_K_COUNT];
	struct ak_search *q = NULL;
	struct ak_search_opts o;
	struct ak_err ignored = {0};
	enum ak_rc rc = AK_OK;

	s.filters = json_pack("{s:[s]}", name, asked->text);
	ak_buf_clear(out);
	memset(count, 0, sizeof count);
	/* A text that can be no value of the filter names nothing. */
	if (ak_spec_compile(&s, w, &o, &ignored) == AK_OK) {
		rc = ak_search_open(c->store, &o, &q, err);
		if (rc == AK_OK)
			rc = ak_search_count(q, count, err);
		ak_search_free(q);
	}
	for (int k = 0; k < AK_K_COUNT && rc == AK_OK; k++)
		if (count[k].asked && count[k].n)
			ak_buf_addf(out, "%s%s%llu %s", out->n ? ", " : "", count[k].exact ? "" : "at least ", (unsigned long long)count[k].n, ak_kinds[k].name);
	json_decref(s.filters);
	return rc;
}

/* A text that no word begins with may be an identifier: which filter finds it? The text itself is not printed, it may be a key. */
static enum ak_rc point_to_filters(struct ak_ctx *c, const struct ak_spec *s, struct ak_where *w, struct ak_err *err)
{
	static const char *const names[] = {"ticket", "key", "user", "resource", "team", "project", "source", "id"};
	struct ak_buf b;
	enum ak_rc rc = AK_OK;
	bool said = false;

	ak_buf_init(&b, 1 << 16);
	for (size_t i = 0; i < AK_COUNT(names) && rc == AK_OK; i++) {
		/* --id finds what the others do, and more. */
		if (said && strcmp(names[i], "id") == 0)
			break;
		rc = count_as(c, s, w, names[i], &b, err);
		if (rc == AK_OK && b.n)
			ak_io_note(c->io, said ? "" : "hint", "no word begins so, but --%s with this text matches %s", names[i], b.p);
		said |= rc == AK_OK && b.n;
	}
	ak_buf_release(&b);
	return rc;
}

/* An error in --where names a column of what was typed, so that is read alone first. */
static enum ak_rc compile(struct ak_ctx *c, const struct ak_spec *s, struct ak_where *w, struct ak_search_opts *o, struct ak_err *err)
{
	struct ak_spec typed = *s;

	typed.where = ak_args_text(c->args, "where");
	if (typed.where != s->where && typed.where && ak_spec_compile(&typed, w, o, err) != AK_OK)
		return AK_FAIL;
	return ak_spec_compile(s, w, o, err);
}

static enum ak_exit run(struct ak_ctx *c, struct ak_err *err)
{
	bool none = false;
	const char *name = ak_args_text(c->args, "save");
	struct ak_found_forms f = {.c = c, .used = json_object()};
	struct ak_search_opts o;
	struct ak_where w;
	struct ak_spec s;
	enum ak_rc rc = read_spec(c, &s, err);

	ak_found_where(&f, &w);
	w.keep_params = name != NULL;
	if (rc == AK_OK)
		rc = compile(c, &s, &w, &o, err);
	if (rc == AK_OK && name)
		rc = save(c, &s, &w, &o, name, err);
	if (rc == AK_OK && w.open)
		ak_io_note(c->io, "next", "auditkit %squery run %s --param NAME=VALUE", c->with, name);
	else if (rc == AK_OK)
		rc = ak_found_run(c, &o, NULL, &none, err);
	if (rc == AK_OK && none && s.text && *s.text != '$' && !strpbrk(s.text, " *"))
		rc = point_to_filters(c, &s, &w, err);
	json_decref(s.filters);
	json_decref(f.used);
	return rc == AK_OK ? AK_EXIT_OK : err->exit;
}

static const struct ak_opt opts[] = {
	{"layer", 0, AK_OPT_LIST, "KIND", "request, audit_event, usage, ...: only this kind of record; may be repeated"},
	AK_OPTS_PERIOD,
	{"at", 0, AK_OPT_TEXT, "TIME", "around a moment: 2026-06-09T03:14Z, 03:14Z (any day), each with +-1m"},
	{"where", 0, AK_OPT_TEXT, "EXPR", "a boolean expression over any field, as in: status >= 500 and cost > 0.01"},
#define FILTER(name, help) {name, 0, AK_OPT_LIST, "VALUE", help}
	FILTER("user", "who acted: id or e-mail, looked up as its token"),
	FILTER("end-user", "end user of the customer, likewise"),
	FILTER("tenant", "customer tenant, likewise"),
	FILTER("ip", "one address, looked up as its token, or a network: 203.0.113.0/24"),
	FILTER("key", "id, label or hash of a key (by the inventory all three are one), or the key itself, looked up as its token"),
	FILTER("action", "name of the action, or its sort: login, logout, create, update, rotate, delete, revoke, export, invite, view, approve, chat"),
	FILTER("category", "keys, quota, routing, billing, admin_access, data_access, configuration, login, ai_interaction, other"),
	FILTER("resource", "type, id or name of what was acted on"),
	FILTER("resource-type", "its type alone"),
	FILTER("resource-id", "its id alone"),
	FILTER("model", "model asked for or served"),
	FILTER("requested-model", "model asked for"),
	FILTER("served-model", "model served"),
	FILTER("provider", "provider that served the call"),
	FILTER("project", "id or name of the project"),
	FILTER("team", "id or name of the team"),
	FILTER("org", "organization"),
	FILTER("app", "application"),
	FILTER("env", "environment"),
	FILTER("cost-center", "cost centre"),
	FILTER("endpoint", "path or family of the API: /v1/chat/completions, chat, embeddings"),
	FILTER("status", "HTTP status, or its class: 429, 4xx"),
	FILTER("outcome", "success, failure or unknown"),
	FILTER("error", "error class or code"),
	FILTER("cache", "gateway cache: hit, miss, bypass, disabled"),
	FILTER("dlp", "flagged (redacted or blocked too), clean, or a verdict"),
	FILTER("reason", "reason code"),
	FILTER("ticket", "change ticket"),
	FILTER("line-item", "billing line item"),
	FILTER("region", "cloud region"),
	FILTER("id", "any identifier of the call or event"),
	FILTER("source", "name of the source"),
	{"privileged", 0, AK_OPT_FLAG, NULL, "events whose category or action audit.privileged of policy.yaml lists"},
	{"high-risk", 0, AK_OPT_FLAG, NULL, "the same of audit.high_risk"},
	{"newest", 0, AK_OPT_FLAG, NULL, "newest first"},
	AK_OPTS_FOUND,
	{"save", 0, AK_OPT_TEXT, "NAME", "keep the search for 'query run': values may be $parameters"},
	{NULL, 0, AK_OPT_FLAG, NULL, NULL},
};

static const struct ak_example examples[] = {
	{"auditkit search --category keys --layer audit_event", "what was done to keys"},
	{"auditkit search --privileged --newest --limit 5", "the newest privileged changes, by the list of policy.yaml"},
	{"auditkit search --status 4xx --layer request --newest --limit 5", "the newest refused or malformed requests"},
	{"auditkit search --where \"status >= 400 and (model like 'gpt*' or cost > 0.01)\"", "a boolean expression over any field"},
	{"auditkit search --user 'ada@example.org' --all --format csv", "everything of one person, as CSV"},
	{NULL, NULL},
};

const struct ak_cmd ak_cmd_search = {
	.name = "search",
	.args = "[TEXT]",
	.summary = "records by what they say: filters, expressions, words",
	.text =
		"Layers (kinds of record) are searched side by side and counted apart: several tell of the same calls. Without --layer those are\n"
		"searched that have every field the filters ask for. Only live, newest records; second witnesses of an attempt and entries of a\n"
		"call are records of their own here, and counted. Order is by time, then by place in the ledger; undated records come last.\n\n"
		"--from is included, --to is not. Values of one filter repeated are alternatives, different filters must all be met. A `*` in a\n"
		"value stands for any characters. People, keys, tenants and addresses are looked up by their tokens, under past keys too.\n\n"
		"--where knows = != < <= > >=, in (...), not in (...), is missing, is not missing, contains, like (with *), does (a sort of\n"
		"action), and, or, not and parentheses; names are columns, canonical names (auditkit-fields(5)) or those of the filters. A test of\n"
		"a value that is missing is false, so `not` in front of it makes it true.\n\n"
		"--privileged finds events of the categories keys, quota, routing, billing, admin_access and configuration, unless audit.privileged of\n"
		"policy.yaml lists others: categories, actions, and beginnings of actions with a `*`. --high-risk has no list of its own.\n\n"
		"TEXT finds beginnings of words in error templates and classes, reason codes, actions, paths, model, key, team and other names\n"
		"as they are stored. It does not look at prompts, completions (which are not stored), kept texts, changes or tokens.\n\n"
		"A page prints the cursor of the next one. Pages that follow are of the ledger as it was: nothing comes twice or is left out\n"
		"while others ingest. CSV cells that a spreadsheet would take for a formula get a ' in front, as a leading ' is doubled.",
	.opts = opts,
	.examples = examples,
	.needs = AK_NEED_READ | AK_NEED_KEYS | AK_NEED_POLICY | AK_NEED_ACCESS,
	.max_words = 1,
	.run = run,
};
