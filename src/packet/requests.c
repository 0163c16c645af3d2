#include "base/ak.h"
#include "packet/requests.h"

#include "base/buf.h"
#include "base/jsonget.h"
#include "conf/yaml.h"
#include "packet/checks.h"
#include "tmpl/load.h"

#define FILE_NAME "request-map.yaml"

static const struct ak_yaml_rule request[] = {{"asks", AK_Y_STR, true, NULL},	  {"section", AK_Y_STR, true, NULL}, {"tables", AK_Y_LIST, false, NULL},
					      {"note", AK_Y_STR, false, NULL}, {"rules", AK_Y_LIST, false, NULL}, {NULL, AK_Y_ANY, false, NULL}};

static const char *text(const json_t *o, const char *member) { return json_string_value(json_object_get(o, member)); }

static size_t open_questions(const json_t *section)
{
	json_t *gap;
	size_t i, n = 0;

	json_array_foreach(json_object_get(section, "gaps"), i, gap)
		n += !json_is_true(json_object_get(gap, "declared"));
	return n;
}

/* What a rule says, of the rules that were run; NULL: none of that name was. */
static const json_t *rule_of(const struct ak_sections *s, const char *name)
{
	const json_t *checks = json_object_get(json_object_get(s->documents, AK_COVER_PATH), "checks");

	return name ? ak_jfind(json_object_get(checks, "rules"), "check", name) : NULL;
}

static void add(struct ak_sections *s, struct ak_table *t, const char *list, const char *id, const json_t *r, size_t n[3])
{
	static const char *const states[] = {"evidence is here", "evidence in part", "no evidence"};
	const json_t *section = ak_jfind(s->all, "id", text(r, "section"));
	size_t i, asked = json_array_size(json_object_get(r, "tables")), there = 0, gaps = open_questions(section);
	json_int_t rows = 0;
	struct ak_buf evidence, verdicts;
	json_t *name, *row;
	int state;

	ak_buf_init(&evidence, 4096);
	ak_buf_init(&verdicts, 4096);
	json_array_foreach(json_object_get(r, "rules"), i, name) {
		const json_t *rule = rule_of(s, json_string_value(name));

		if (rule)
			ak_buf_addf(&verdicts, "%s%s %s", verdicts.n ? "; " : "", text(rule, "id"), strcmp(text(rule, "verdict"), "not met") == 0 ? "NOT MET" : text(rule, "verdict"));
	}
	json_array_foreach(json_object_get(r, "tables"), i, name) {
		const json_t *table = ak_check_shown(s->all, json_string_value(name));

		if (!table)
			continue;
		there += json_integer_value(json_object_get(table, "count")) > 0;
		rows += json_integer_value(json_object_get(table, "count"));
		ak_buf_addf(&evidence, "%s%stables/%s.csv", evidence.n ? " " : "", ak_tables_apart(s->tables, json_string_value(name)) ? "annex:" : "",
			    json_string_value(name));
	}
	state = there == asked && !gaps ? 0 : there || !asked ? 1 : 2;
	n[state]++;
	row = json_pack("{s:s, s:s, s:s?, s:s?, s:s, s:I, s:s, s:s?, s:I, s:s?}", "list", list, "id", id, "asks", text(r, "asks"), "section", text(r, "section"),
			"evidence", evidence.n ? evidence.p : "", "rows", rows, "status", states[state], "rules", verdicts.n ? verdicts.p : NULL, "open_questions", (json_int_t)gaps, "note",
			text(r, "note"));
	ak_table_add(t, row);
	json_decref(row);
	ak_buf_release(&evidence);
	ak_buf_release(&verdicts);
}

static enum ak_rc add_list(struct ak_sections *s, struct ak_table *t, const struct ak_yaml *y, const char *list, size_t n[3], struct ak_err *err)
{
	const json_t *requests = json_object_get(y->root, list);
	const char *id;
	json_t *r, *name;
	size_t i;

	json_object_foreach((json_t *)requests, id, r) {
		if (ak_yaml_check(y, r, request, list, err) != AK_OK)
			return AK_FAIL;
		json_array_foreach(json_object_get(r, "tables"), i, name)
			if (!json_is_string(name))
				return ak_fail(err, AK_EXIT_USAGE, "%s:%d: tables are names", FILE_NAME, ak_yaml_line(y, r));
		json_array_foreach(json_object_get(r, "rules"), i, name)
			if (!json_is_string(name) || (!s->scope && !rule_of(s, json_string_value(name)))) {
				ak_hint(err, "'auditkit check --list' names them all");
				return ak_fail(err, AK_EXIT_USAGE, "%s:%d: no such rule", FILE_NAME, ak_yaml_line(y, r));
			}
		if (!ak_jfind(s->all, "id", text(r, "section"))) {
			ak_hint(err, "scope, sources, fields, redaction, retention, access, sample-trace");
			return ak_fail(err, AK_EXIT_USAGE, "%s:%d: no such section", FILE_NAME, ak_yaml_line(y, r));
		}
		add(s, t, list, id, r, n);
	}
	return AK_OK;
}

enum ak_rc ak_section_requests(struct ak_sections *s, json_t *section, struct ak_err *err)
{
	const json_t *lists = ak_view_lists(s->view);
	struct ak_table *t;
	struct ak_yaml y = {0};
	struct ak_buf bytes;
	size_t n[3] = {0, 0, 0}, i;
	json_t *list;
	enum ak_rc rc;

	if (!json_array_size(lists))
		return AK_OK;
	ak_buf_init(&bytes, 1 << 20);
	rc = ak_template_load(s->workspace, s->data_dir, FILE_NAME, &bytes, err);
	if (rc == AK_OK)
		rc = ak_yaml_load(FILE_NAME, ak_buf_str(&bytes), &y, err);
	if (rc == AK_OK) {
		t = ak_section_table(s, section, "request_map", "Request map: where numbered requests find their evidence, and what rules on it say; it supports an answer and is none. open_questions: gaps of the section",
				     "list id asks section evidence rows:integer status rules open_questions:integer note");
		json_array_foreach((json_t *)lists, i, list)
			if (rc == AK_OK && json_is_string(list))
				rc = add_list(s, t, &y, json_string_value(list), n, err);
		ak_section_say(section, "proven", "tables/request_map.csv",
			       "%zu of %zu mapped requests have their evidence here without an open question, %zu in part, %zu not", n[0],
			       n[0] + n[1] + n[2], n[1], n[2]);
	}
	ak_yaml_release(&y);
	ak_buf_release(&bytes);
	return rc;
}
