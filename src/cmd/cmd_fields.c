#include "base/ak.h"
#include "cmd/cmd.h"

#include "cmd/fields_store.h"

static json_t *stores_json(enum ak_field_id f)
{
	struct ak_buf b;
	json_t *o;

	ak_buf_init(&b, 256);
	ak_field_stores(f, &b);
	o = json_stringn(b.p, b.n);
	ak_buf_release(&b);
	return o;
}

static json_t *field_json(int f)
{
	json_t *kinds = json_array();

	for (int k = 0; k < AK_K_COUNT; k++)
		if (ak_field_of(f, k))
			json_array_append_new(kinds, json_string(ak_kinds[k].name));
	return json_pack("{s:s, s:s, s:o, s:s, s:s, s:s, s:s, s:s, s:o, s:s, s:s}", "column", ak_fields[f].column, "name", ak_fields[f].name,
			 "kinds", kinds, "type", ak_type_name(ak_fields[f].type), "group", ak_group_name(ak_fields[f].group),
			 "identifier", ak_ident_name(ak_fields[f].ident), "unit", ak_fields[f].unit, "redaction",
			 ak_type_action(ak_fields[f].type), "store", stores_json((enum ak_field_id)f), "purpose", ak_fields[f].purpose, "meaning", ak_fields[f].meaning);
}

/* Redaction goes by type: one line says for all fields what the table has no room for. */
static void print_actions(struct ak_ctx *c)
{
	struct ak_buf b;

	ak_buf_init(&b, 4096);
	for (int t = 0; t < AK_T_COUNT; t++)
		if (strcmp(ak_type_action(t), "kept") != 0)
			ak_buf_addf(&b, "%s%s %s", b.n ? ", " : "", ak_type_name(t), ak_type_action(t));
	ak_io_line(c->io, "", "by redaction: %s; all other types kept", b.p);
	ak_io_line(c->io, "", "a mapping file fills columns; 'auditkit fields show NAME' takes both names");
	ak_buf_release(&b);
}

static enum ak_rc list(struct ak_ctx *c, struct ak_err *err)
{
	static const char *const head[] = {"column", "name in JSON", "type"};
	struct ak_table t;
	json_t *all = json_array(), *doc;
	enum ak_rc rc = AK_OK;

	ak_table_init(&t, AK_COUNT(head), "lll");
	t.tight = t.head = true;
	for (size_t i = 0; i < AK_COUNT(head); i++)
		ak_table_cell(&t, "%s", head[i]);
	for (int f = 0; f < AK_F_COUNT; f++) {
		json_array_append_new(all, field_json(f));
		ak_table_cell(&t, "%s", ak_fields[f].column);
		ak_table_cell(&t, "%s", ak_fields[f].name);
		ak_table_cell(&t, "%s", ak_type_name(ak_fields[f].type));
	}
	doc = json_pack("{s:s, s:i, s:o}", "schema", "auditkit.fields/1", "format_version", 1, "fields", all);
	if (c->json)
		rc = ak_io_json(c->io, doc, err);
	else
		ak_table_print(&t, c->io);
	if (!c->json)
		print_actions(c);
	json_decref(doc);
	ak_table_release(&t);
	return rc;
}

/* How the formats fill a field: {format: paths}. */
static json_t *mapped(struct ak_ctx *c, enum ak_field_id f)
{
	json_t *o = json_object();

	for (size_t i = 0; i < ak_registry_count(c->registry); i++) {
		const struct ak_mapping *m = ak_registry_at(c->registry, i);
		const char *rule = ak_mapping_rule_text(m, f);

		if (rule)
			json_object_set_new(o, ak_mapping_info(m)->id, json_string(rule));
	}
	return o;
}

static void print_mapped(struct ak_ctx *c, enum ak_field_id f)
{
	json_t *all = mapped(c, f), *rule;
	const char *id, *keyword = "filled by";

	if (!json_object_size(all))
		ak_io_line(c->io, keyword, "none of the %zu formats; a mapping file can", ak_registry_count(c->registry));
	json_object_foreach(all, id, rule) {
		ak_io_line(c->io, keyword, "%s: %s", id, json_string_value(rule));
		keyword = "";
	}
	json_decref(all);
}

/* ---- a name that is none ---- */

enum { NEAR = 4, LEAST_LETTERS = 3 };

/* In any case of its letters. */
static bool holds(const char *text, struct ak_str word)
{
	for (; strlen(text) >= word.n; text++) {
		size_t i = 0;

		while (i < word.n && ak_lower(text[i]) == ak_lower(word.p[i]))
			i++;
		if (i == word.n)
			return true;
	}
	return false;
}

/* How much speaks for a field: its own names and meaning, and what products call it that the formats read. */
static unsigned nearness(struct ak_ctx *c, enum ak_field_id f, struct ak_str word)
{
	unsigned n = (holds(ak_fields[f].column, word) ? 16 : 0) + (holds(ak_fields[f].meaning, word) ? 8 : 0),
		 formats = 0;

	for (size_t i = 0; i < ak_registry_count(c->registry) && formats < 6; i++) {
		const char *rule = ak_mapping_rule_text(ak_registry_at(c->registry, i), f);

		formats += rule && holds(rule, word);
	}
	return n + formats;
}

static void hint_near(struct ak_ctx *c, const char *name, struct ak_err *err)
{
	unsigned score[AK_F_COUNT] = {0};
	struct ak_buf b;

	for (const char *p = name; *p; p += strspn(p, "_.- ")) {
		struct ak_str word = ak_str_n(p, strcspn(p, "_.- "));

		for (int f = 0; word.n >= LEAST_LETTERS && f < AK_F_COUNT; f++)
			score[f] += nearness(c, (enum ak_field_id)f, word);
		p += word.n;
	}
	ak_buf_init(&b, 4096);
	for (int n = 0; n < NEAR; n++) {
		int best = 0;

		for (int f = 1; f < AK_F_COUNT; f++)
			best = score[f] > score[best] ? f : best;
		if (!score[best])
			break;
		ak_buf_addf(&b, "%s%s", n ? ", " : "", ak_fields[best].column);
		score[best] = 0;
	}
	ak_hint(err, b.n ? "near it: %s; 'auditkit fields' lists all" : "'auditkit fields' lists them%s",
		b.n ? b.p : "");
	ak_buf_release(&b);
}

static enum ak_rc show(struct ak_ctx *c, const char *name, struct ak_err *err)
{
	int f = ak_field_find(ak_str_of(name));
	struct ak_buf kinds;

	if (f < 0) {
		hint_near(c, name, err);
		return ak_fail(err, AK_EXIT_USAGE, "no field '%s'", name);
	}
	if (c->json) {
		json_t *doc = field_json(f);

		json_object_set_new(doc, "mappings", mapped(c, (enum ak_field_id)f));
		json_object_set_new(doc, "schema", json_string("auditkit.field/1"));
		json_object_set_new(doc, "format_version", json_integer(1));
		enum ak_rc rc = ak_io_json(c->io, doc, err);
		json_decref(doc);
		return rc;
	}
	ak_buf_init(&kinds, 4096);
	for (int k = 0; k < AK_K_COUNT; k++)
		if (ak_field_of(f, k))
			ak_buf_addf(&kinds, "%s%s", kinds.n ? ", " : "", ak_kinds[k].plural);
	ak_io_line(c->io, "field", "%s, column %s", ak_fields[f].name, ak_fields[f].column);
	ak_io_line(c->io, "meaning", "%s", ak_fields[f].meaning);
	ak_io_line(c->io, "needed to", "%s", ak_fields[f].purpose);
	ak_io_line(c->io, "type", "%s%s%s, %s by redaction, field group %s, identifier class %s", ak_type_name(ak_fields[f].type),
		   *ak_fields[f].unit ? " in " : "", ak_fields[f].unit, ak_type_action(ak_fields[f].type),
		   ak_group_name(ak_fields[f].group), ak_ident_name(ak_fields[f].ident));
	ak_io_line(c->io, "found in", "%s", kinds.p);
	ak_buf_clear(&kinds);
	ak_field_stores((enum ak_field_id)f, &kinds);
	ak_io_line(c->io, "stored in", "%s", kinds.p);
	ak_buf_release(&kinds);
	print_mapped(c, (enum ak_field_id)f);
	return AK_OK;
}

static enum ak_exit run(struct ak_ctx *c, struct ak_err *err)
{
	const char *verb = c->args->nwords ? c->args->word[0] : "list";
	bool store = ak_args_flag(c->args, "store");
	enum ak_rc rc;

	if (store && c->args->nwords <= 1 && strcmp(verb, "list") == 0)
		rc = ak_fields_store(c, err);
	else if (strcmp(verb, "show") == 0 && c->args->nwords == 2 && !store)
		rc = show(c, c->args->word[1], err);
	else if (strcmp(verb, "list") == 0)
		rc = list(c, err);
	else
		rc = ak_fail(err, AK_EXIT_USAGE, "usage: auditkit fields [list [--store] | show NAME]");
	return rc == AK_OK ? AK_EXIT_OK : err->exit;
}

static const struct ak_opt opts[] = {
	{"store", 0, AK_OPT_FLAG, NULL, "in which log each column stands: metadata, restricted payload, provider admin, or not retained"},
	{NULL, 0, AK_OPT_FLAG, NULL, NULL},
};

static const struct ak_example examples[] = {
	{"auditkit fields", "the field dictionary"},
	{"auditkit fields --store", "every column with the log that it stands in"},
	{"auditkit fields show key_hash", "one field: meaning, purpose, type, redaction, and what fills it"},
	{NULL, NULL},
};

const struct ak_cmd ak_cmd_fields = {
	.name = "fields",
	.args = "[list | show NAME]",
	.summary = "the field dictionary: meaning, type, unit, purpose and redaction of every field",
	.text = "NAME is a column or a name in JSON; of another word, such as latency, the nearest columns are named, "
		"also by what products\n"
		"call them.",
	.opts = opts,
	.examples = examples,
	.needs = AK_NEED_REGISTRY,
	.max_words = 2,
	.run = run,
};
