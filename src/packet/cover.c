#include "base/ak.h"
#include "packet/cover.h"

#include "base/jsonget.h"
#include "base/text.h"
#include "check/evidence.h"
#include "check/matrix.h"
#include "packet/checklist.h"
#include "packet/overdue.h"
#include "report/dashboard.h"

/* ---- rules ---- */

/* Verdicts and counts, not single findings: those name records, and the packet has its own table of them. */
static json_t *rules_of(const json_t *findings)
{
	static const char *const members[] = {"check", "title", "severity", "verdict", "found", "failing", "affected", "of", "unit", "rationale", "fix"};
	json_t *list = json_array(), *k;
	size_t i;

	json_array_foreach(json_object_get(findings, "checks"), i, k) {
		json_t *row = json_pack("{s:o}", "id", json_sprintf("C-%s", ak_jtxt(k, "check", "?")));

		for (size_t m = 0; m < AK_COUNT(members); m++)
			json_object_set(row, members[m], json_object_get(k, members[m]));
		json_object_set_new(row, "why", ak_jtxt(k, "why", NULL) ? json_string(ak_jtxt(k, "why", "")) : json_null());
		json_object_set_new(row, "note", ak_jtxt(k, "note", NULL) ? json_string(ak_jtxt(k, "note", "")) : json_null());
		json_array_append_new(list, row);
	}
	return json_pack("{s:O, s:O, s:O, s:o}", "met", json_object_get(findings, "met"), "not_met", json_object_get(findings, "not_met"), "not_evaluable",
			 json_object_get(findings, "not_evaluable"), "rules", list);
}

/* A row a finding. Its sentence stays out: it may repeat what only the workspace may know; the records that show it are named. */
static void findings_table(struct ak_sections *s, const json_t *findings)
{
	json_t *k, *x;
	struct ak_table *t = ak_cover_table(s, "sources", "rule_findings", "Findings of the rules, with the records that show each",
					      "check severity finding:id affected:integer unit state owner due overdue_days:integer records");
	json_int_t found = 0, listed = 0;
	size_t i, n;

	json_array_foreach(json_object_get(findings, "checks"), i, k) {
		found += (json_int_t)ak_jnum(k, "found");
		json_array_foreach(json_object_get(k, "findings"), n, x) {
			const json_t *answer = json_object_get(x, "response");
			json_t *row = json_pack("{s:O, s:O, s:O, s:I, s:O, s:s, s:s?, s:s?, s:o, s:O?}", "check", json_object_get(k, "check"), "severity",
						json_object_get(k, "severity"), "finding", json_object_get(x, "id"), "affected",
						(json_int_t)(json_is_integer(json_object_get(x, "affected")) ? ak_jnum(x, "affected") : 1), "unit",
						json_object_get(k, "unit"), "state", json_is_object(answer) ? "answered" : "open", "owner",
						ak_jtxt(answer, "owner", NULL), "due", ak_jtxt(answer, "due", NULL), "overdue_days",
						ak_jtxt(answer, "closed", NULL) ? json_null() : ak_overdue_days(ak_jtxt(answer, "due", NULL), s->as_of_us), "records", json_object_get(x, "cites"));

			ak_table_add(t, row);
			json_decref(row);
			listed++;
		}
	}
	if (!s->scope)
		ak_section_say(ak_cover_section(s, "sources"), "proven", "tables/rule_findings.csv", "%zu rules were run over the period: %lld met, %lld not met, %lld cannot be judged; %lld of %lld findings are listed",
		       json_array_size(json_object_get(findings, "checks")), (long long)ak_jnum(findings, "met"), (long long)ak_jnum(findings, "not_met"),
		       (long long)ak_jnum(findings, "not_evaluable"), (long long)listed, (long long)found);
}

/* Who reads it says which review it is for. */
static const char *profile_of(const struct ak_view *view)
{
	const struct ak_review_profile *p = view ? ak_review_profile_find(view->name) : NULL;

	return p ? p->name : NULL;
}

static enum ak_rc run_rules(struct ak_sections *s, json_t **out, struct ak_err *err)
{
	struct ak_check_set set;
	struct ak_check_opts o = {.policy = s->policy, .set = &set, .from_us = s->from_us, .to_us = s->to_us, .responses = s->responses, .now_us = s->as_of_us,
				    .profile = profile_of(s->view)};
	enum ak_rc rc = ak_check_set_read(s->policy, &set, err);

	if (rc == AK_OK)
		rc = ak_check_all(s->store, &o, out, err);
	ak_check_set_release(&set);
	return rc;
}

/* ---- checklists ---- */

/* Names parted by blanks, as lists are in all tables: programs that guess a table's delimiter take commas within cells for one. */
static json_t *parted(const char *names)
{
	struct ak_buf b;
	json_t *v;

	ak_buf_init(&b, 1 << 12);
	for (const char *p = names; *p; p++)
		if (*p != ',')
			ak_buf_addc(&b, *p);
	v = json_stringn(b.p ? b.p : "", b.n);
	ak_buf_release(&b);
	return v;
}

static void checklist_table(struct ak_sections *s, const json_t *groups)
{
	json_t *group, *item, *m;
	struct ak_table *t = ak_cover_table(s, "fields", "checklists", "Fields that a review asks for, and in how many records they have a value",
					      "checklist item state kind filled:integer of:integer percent fields");
	size_t i, k, n, fields = 0, always = 0, partly = 0;

	json_array_foreach((json_t *)groups, i, group)
		json_array_foreach(json_object_get(group, "items"), k, item) {
			const char *state = ak_jtxt(item, "state", "");
			json_t *row = json_pack("{s:O, s:O, s:O, s:o}", "checklist", json_object_get(group, "group"), "item", json_object_get(item, "item"), "state",
						json_object_get(item, "state"), "fields", parted(ak_jtxt(item, "fields", "")));

			fields++;
			always += strcmp(state, "always") == 0 || strcmp(state, "elsewhere") == 0;
			partly += strcmp(state, "partly") == 0;
			json_array_foreach(json_object_get(item, "measured"), n, m) {
				char share[32];

				json_object_set(row, "kind", json_object_get(m, "kind"));
				json_object_set(row, "filled", json_object_get(m, "filled"));
				json_object_set(row, "of", json_object_get(m, "of"));
				json_object_set_new(row, "percent", json_string(ak_percent(ak_jnum(m, "filled"), ak_jnum(m, "of"), share)));
				ak_table_add(t, row);
			}
			if (!n)
				ak_table_add(t, row);
			json_decref(row);
		}
	ak_section_say(ak_cover_section(s, "fields"), "proven", "tables/checklists.csv", "of %zu fields that a review asks for %zu have a value in every record, %zu in some, %zu in none", fields,
		       always, partly, fields - always - partly);
}

/* ---- the document ---- */

static json_t *coverage_of(const struct ak_facts *f)
{
	json_t *list = json_array(), *row;
	size_t i;

	json_array_foreach(f->links, i, row)
		json_array_append_new(list, json_pack("{s:O, s:O?, s:O, s:O, s:O}", "from", json_object_get(row, "from"), "to", json_object_get(row, "to"), "method",
						      json_object_get(row, "method"), "linked", json_object_get(row, "linked"), "total", json_object_get(row, "total")));
	return list;
}

static json_t *document(struct ak_sections *s, const struct ak_facts *f, const json_t *findings, json_t *groups)
{
	json_t *delete_by = ak_cover_delete_by(s);
	const char *day = json_string_value(delete_by);

	return json_pack("{s:s, s:i, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:O, s:o}", "schema", "auditkit.cover/1", "format_version", 1, "answers",
			 ak_cover_answers(s, f), "passed", ak_cover_passed(f), "providers", ak_cover_providers(s, f), "rules", ak_cover_rules(s, day), "delete_by",
			 delete_by, "attestations", ak_cover_attestations(s), "checklists", groups, "checks", rules_of(findings), "reconciled", f->reconciled,
			 "coverage", coverage_of(f));
}

/* Rules are about a whole: of some records only nothing is judged. */
static enum ak_rc judge(struct ak_sections *s, const json_t *rules, json_t **matrix, struct ak_err *err)
{
	enum ak_rc rc;
	json_t *q;
	size_t i;

	if (s->scope) {
		json_array_foreach(s->questions, i, q)
			ak_matrix_owners(q, NULL, s->policy);
		*matrix = json_pack("{s:s, s:i, s:o, s:o, s:i, s:i, s:i, s:[]}", "schema", "auditkit.matrix/1", "format_version", 1, "from", ak_jbound(s->from_us), "to",
				    ak_jbound(s->to_us), "met", 0, "not_met", 0, "not_evaluable", 0, "areas");
		return AK_OK;
	}
	rc = ak_matrix(s->store, s->policy, rules, matrix, err);
	return rc == AK_OK ? ak_matrix_questions(s->store, s->policy, rules, s->questions, err) : rc;
}

enum ak_rc ak_cover_read(struct ak_sections *s, struct ak_cover *c, struct ak_err *err)
{
	const struct ak_dashboard_opts o = {.from_us = s->from_us, .to_us = s->to_us, .by = {AK_BY_MODEL}, .nby = 1, .policy = s->policy};
	enum ak_rc rc = AK_OK;

	if (s->scope)
		c->rules = json_pack("{s:i, s:i, s:i, s:[]}", "met", 0, "not_met", 0, "not_evaluable", 0, "checks");
	else
		rc = run_rules(s, &c->rules, err);
	if (rc == AK_OK)
		rc = ak_checklists(s->store, s->from_us, s->to_us, &c->checklists, err);
	return rc == AK_OK ? ak_dashboard_time(s->store, &o, &c->figures, err) : rc;
}

void ak_cover_release(struct ak_cover *c)
{
	json_decref(c->rules);
	json_decref(c->checklists);
	json_decref(c->figures);
}

enum ak_rc ak_cover_build(struct ak_sections *s, const struct ak_facts *f, const struct ak_cover *c, struct ak_err *err)
{
	json_t *matrix = NULL;
	enum ak_rc rc = judge(s, c->rules, &matrix, err);

	if (rc == AK_OK) {
		json_object_set(s->documents, AK_FIGURES_PATH, c->figures);
		findings_table(s, c->rules);
		checklist_table(s, c->checklists);
		ak_cover_tables(s, f, c->figures);
		json_object_set(s->documents, AK_MATRIX_PATH, matrix);
		json_object_set_new(s->documents, AK_COVER_PATH, document(s, f, c->rules, json_incref(c->checklists)));
	}
	json_decref(matrix);
	return rc;
}
