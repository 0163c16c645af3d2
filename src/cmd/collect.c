#include "base/ak.h"
#include "cmd/collect.h"

#include "base/embedded.h"
#include "base/jsonget.h"
#include "conf/yaml.h"
#include "packet/questions.h"

static const struct ak_yaml_rule page_rules[] = {
	{.name = "page", .type = AK_Y_STR, .required = true},
	{.name = "read", .type = AK_Y_STR, .required = true},
	{0},
};

static const struct ak_yaml_rule file_rules[] = {
	{.name = "name", .type = AK_Y_STR, .required = true},
	{.name = "answers", .type = AK_Y_LIST, .required = true},
	{.name = "formats", .type = AK_Y_STR_OR_LIST, .required = true},
	{.name = "run", .type = AK_Y_STR, .required = true},
	{.name = "notes", .type = AK_Y_STR_OR_LIST, .required = true},
	{.name = "check", .type = AK_Y_STR_OR_LIST},
	{0},
};

static const struct ak_yaml_rule system_rules[] = {
	{.name = "id", .type = AK_Y_STR, .required = true},
	{.name = "title", .type = AK_Y_STR, .required = true},
	{.name = "pages", .type = AK_Y_LIST, .required = true, .of = page_rules},
	{.name = "needs", .type = AK_Y_STR_OR_LIST, .required = true},
	{.name = "files", .type = AK_Y_LIST, .required = true, .of = file_rules},
	{0},
};

static bool has_file(const struct ak_embedded *e, const char *id)
{
	for (; e->name; e++)
		if (strncmp(e->name, id, strlen(id)) == 0 && strcmp(e->name + strlen(id), ".yaml") == 0)
			return true;
	return false;
}

bool ak_collect_knows(const char *system)
{
	return has_file(ak_embedded_collect, system);
}

/* Questions by number and words, and formats as far as this program has them. */
static void complete(json_t *system)
{
	json_t *file, *f, *n;
	size_t i, k;

	json_array_foreach(json_object_get(system, "files"), i, file) {
		json_t *known = json_array(), *asked = json_array();

		json_object_set_new(file, "declared", json_boolean(!json_array_size(json_object_get(file, "formats"))));
		json_array_foreach(json_object_get(file, "formats"), k,
				   f) if (has_file(ak_embedded_formats, json_string_value(f)))
			json_array_append(known, f);
		json_array_foreach(json_object_get(file, "answers"), k, n)
			json_array_append_new(asked, json_pack("{s:O, s:s}", "number", n, "question",
							       ak_question_words(json_integer_value(n))));
		json_object_set_new(file, "formats", known);
		json_object_set_new(file, "answers", asked);
	}
}

static enum ak_rc load(const struct ak_embedded *e, json_t **out, struct ak_err *err)
{
	struct ak_yaml y;
	enum ak_rc rc = ak_yaml_load(e->name, ak_str_n(e->text, e->n), &y, err);

	if (rc != AK_OK)
		return rc;
	rc = ak_yaml_check(&y, y.root, system_rules, NULL, err);
	if (rc == AK_OK) {
		*out = json_incref(y.root);
		complete(*out);
	}
	ak_yaml_release(&y);
	return rc;
}

/* ---- for people ---- */

static void texts(struct ak_ctx *c, const json_t *o, const char *member, const char *keyword)
{
	json_t *t;
	size_t i;

	json_array_foreach(json_object_get(o, member), i, t)
		ak_io_line(c->io, i ? "" : keyword, "%s", json_string_value(t));
}

static void print_answers(struct ak_ctx *c, const json_t *file)
{
	struct ak_buf b;
	json_t *a;
	size_t i;

	ak_buf_init(&b, 1 << 16);
	json_array_foreach(json_object_get(file, "answers"), i, a)
		ak_buf_addf(&b, "%s%llu %s", i ? ", " : "", (unsigned long long)ak_jnum(a, "number"), ak_jtxt(a, "question", "?"));
	ak_io_line(c->io, "answers", "%s", b.p);
	ak_buf_release(&b);
}

static void print_file(struct ak_ctx *c, const json_t *file)
{
	ak_io_printf(c->io, "\n");
	ak_io_line(c->io, "file", "%s", ak_jtxt(file, "name", "?"));
	print_answers(c, file);
	texts(c, file, "formats", "format");
	if (json_is_true(json_object_get(file, "declared")))
		ak_io_line(c->io, "format", "none: what it says is declared in policy.yaml");
	else if (!json_array_size(json_object_get(file, "formats")))
		ak_io_line(c->io, "format", "none built in: write a mapping, see auditkit-formats(5)");
	texts(c, file, "notes", "note");
	texts(c, file, "check", "check");
	ak_io_printf(c->io, "\n%s", ak_jtxt(file, "run", ""));
}

static void print_system(struct ak_ctx *c, const json_t *system)
{
	json_t *p, *file;
	size_t i, unsure = 0;

	ak_io_line(c->io, "system", "%s", ak_jtxt(system, "title", "?"));
	json_array_foreach(json_object_get(system, "pages"), i, p)
		ak_io_line(c->io, i ? "" : "pages", "read %s: %s", ak_jtxt(p, "read", "?"), ak_jtxt(p, "page", "?"));
	texts(c, system, "needs", "needs");
	json_array_foreach(json_object_get(system, "files"), i, file)
		unsure += json_array_size(json_object_get(file, "check"));
	if (unsure)
		ak_io_line(c->io, "check", "%zu statements below are marked so: no vendor page was at hand that confirms them, check against it",
			   unsure);
	json_array_foreach(json_object_get(system, "files"), i, file)
		print_file(c, file);
}

/* ---- all of it ---- */

static enum ak_rc read_all(const char *only, json_t **out, struct ak_err *err)
{
	json_t *list = json_array(), *system = NULL;
	enum ak_rc rc = AK_OK;

	for (const struct ak_embedded *e = ak_embedded_collect; e->name && rc == AK_OK; e++) {
		rc = load(e, &system, err);
		if (rc == AK_OK && (!only || strcmp(ak_jtxt(system, "id", ""), only) == 0))
			json_array_append(list, system);
		json_decref(system);
		system = NULL;
	}
	if (rc == AK_OK && !json_array_size(list)) {
		ak_hint(err, "'auditkit help collect' lists them");
		rc = ak_fail(err, AK_EXIT_USAGE, "no export commands for '%s'", only);
	}
	if (rc == AK_OK)
		*out = list;
	else
		json_decref(list);
	return rc;
}

static void list(struct ak_ctx *c, const json_t *systems)
{
	struct ak_table t;
	json_t *s;
	size_t i;

	ak_table_init(&t, 3, "lrl");
	ak_table_cell(&t, "system");
	ak_table_cell(&t, "files");
	ak_table_cell(&t, "what is exported");
	json_array_foreach((json_t *)systems, i, s) {
		ak_table_cell(&t, "%s", ak_jtxt(s, "id", "?"));
		ak_table_cell(&t, "%zu", json_array_size(json_object_get(s, "files")));
		ak_table_cell(&t, "%s", ak_jtxt(s, "title", "?"));
	}
	ak_table_print(&t, c->io);
	ak_table_release(&t);
	ak_io_text(c->io, AK_STR("\n"));
	for (int n = 1; ak_question_words(n); n++)
		ak_io_line(c->io, n == 1 ? "questions" : "", "%d %s", n, ak_question_words(n));
	ak_io_note(c->io, "next", "auditkit help collect SYSTEM");
}

enum ak_rc ak_collect_print(struct ak_ctx *c, const char *system, struct ak_err *err)
{
	json_t *systems = NULL, *s, *doc;
	size_t i;
	enum ak_rc rc = read_all(system, &systems, err);

	if (rc == AK_OK && c->json) {
		doc = json_pack("{s:s, s:i, s:O}", "schema", "auditkit.collect/1", "format_version", 1, "systems", systems);
		rc = ak_io_json(c->io, doc, err);
		json_decref(doc);
	} else if (rc == AK_OK && !system) {
		list(c, systems);
	} else if (rc == AK_OK) {
		json_array_foreach(systems, i, s)
			print_system(c, s);
	}
	json_decref(systems);
	return rc;
}
