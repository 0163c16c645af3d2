/* The sections in their order, and the verdicts over them. */
#include "base/ak.h"
#include "packet/sections.h"

#include "packet/cover.h"
#include "packet/facts_beside.h"
#include "packet/findings.h"
#include "packet/questions.h"
#include "packet/requests.h"
#include "packet/rowtables.h"
#include "query/only.h"

/* What is said of whole sources is read before the records of others are out of sight. */
static enum ak_rc read_facts(struct ak_sections *s, struct ak_facts *f, struct ak_cover *cover, struct ak_err *err)
{
	enum ak_rc rc = AK_OK;

	if (s->scope)
		rc = ak_facts_read_sources(s->store, s->policy, s->as_of_us, f, err);
	if (rc == AK_OK && s->scope)
		rc = ak_scoped_begin(s->store, s->scope, &s->scope_doc, err);
	if (rc == AK_OK)
		rc = ak_store_spill(s->store, err);
	if (rc == AK_OK && !s->scope)
		f->workspace = json_incref(s->ws);
	if (rc == AK_OK)
		f->beside = ak_facts_beside_start(s->store, s->from_us, s->to_us, s->policy, s->as_of_us, s->scope != NULL);
	if (rc == AK_OK)
		rc = ak_facts_read(s->store, s->from_us, s->to_us, s->policy, s->tables, f, err);
	if (rc == AK_OK && !s->scope)
		rc = ak_facts_read_sources(s->store, s->policy, s->as_of_us, f, err);
	if (rc == AK_OK)
		rc = ak_cover_read(s, cover, err);
	return rc == AK_OK ? ak_facts_read_totals(s->store, s->from_us, s->to_us, s->policy, f, err) : rc;
}

static void judge(struct ak_sections *s, struct ak_facts *f)
{
	f->leavers = s->leavers;
	s->questions = ak_questions(f, s->policy, s->as_of_us);
	if (s->scope)
		ak_scoped_judge(s->questions);
	s->findings = s->scope ? json_array() : ak_findings(f, s->policy, s->as_of_us, s->questions, s->responses);
}

/* A statement that rests on a table which the view leaves out, or which stands in the annex, says so. */
static void mend_bases(struct ak_sections *s)
{
	json_t *section, *o;
	size_t i, k;

	json_array_foreach(s->all, i, section)
		json_array_foreach(json_object_get(section, "statements"), k, o) {
			const char *basis = json_string_value(json_object_get(o, "basis"));
			char table[80];

			if (!ak_str_starts(ak_str_of(basis), AK_STR("tables/")))
				continue;
			snprintf(table, sizeof table, "%.*s", (int)strcspn(basis + 7, "."), basis + 7);
			if (ak_view_leaves_table(s->view, table))
				json_object_set_new(o, "basis", json_sprintf("table %s, which this view leaves out", table));
			else if (ak_tables_apart(s->tables, table))
				json_object_set_new(o, "basis", json_sprintf("annex: tables/%s.csv", table));
		}
}

/* The path to the tree head goes by leaves of all records: of a scope nothing is read any more when they are seen again. */
static enum ak_rc prove_at_last(struct ak_sections *s, struct ak_err *err)
{
	json_t *section = json_array_get(s->all, json_array_size(s->all) - 1), *trace = json_object_get(section, "trace");
	enum ak_rc rc = ak_query_all_again(s->store, err);

	return rc == AK_OK && trace ? ak_section_prove(s, section, trace, err) : rc;
}

enum ak_rc ak_sections_build(struct ak_sections *s, struct ak_err *err)
{
	static ak_section_fn *const order[] = {ak_section_scope,     ak_section_sources, ak_section_fields, ak_section_redaction,
					       ak_section_retention, ak_section_access,	 ak_section_trace};
	struct ak_facts f = {0};
	struct ak_cover cover = {0};
	enum ak_rc rc = read_facts(s, &f, &cover, err);

	s->known_sources = f.sources;
	s->all = json_array();
	s->files = json_object();
	s->documents = json_object();
	for (size_t i = 0; i < AK_COUNT(order) && rc == AK_OK; i++)
		rc = order[i](s, &f, err);
	if (rc == AK_OK) {
		judge(s, &f);
		rc = ak_cover_build(s, &f, &cover, err);
	}
	if (rc == AK_OK)
		ak_tables_part(s->tables, s->tables_most);
	if (rc == AK_OK)
		rc = ak_row_tables(s, err);
	if (rc == AK_OK && s->scope)
		rc = prove_at_last(s, err);
	if (rc == AK_OK)
		rc = ak_section_requests(s, json_array_get(s->all, 0), err);
	if (rc == AK_OK)
		mend_bases(s);
	ak_cover_release(&cover);
	ak_facts_release(&f);
	return rc;
}
