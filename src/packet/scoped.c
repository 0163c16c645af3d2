#include "base/ak.h"
#include "packet/scoped.h"

#include "base/jsonw.h"
#include "packet/section.h"
#include "query/only.h"
#include "query/query.h"

static json_int_t records_of(const json_t *ages, const char *kind)
{
	json_t *row;
	size_t i;

	json_array_foreach((json_t *)ages, i, row)
		if (strcmp(json_string_value(json_object_get(row, "kind")), kind) == 0)
			return json_integer_value(json_object_get(row, "records"));
	return 0;
}

enum ak_rc ak_scoped_begin(struct ak_store *s, const struct ak_packet_scope *scope, json_t **doc, struct ak_err *err)
{
	AK_CLEANUP(ak_json_decref) json_t *ages = NULL;
	uint64_t n[AK_K_COUNT];
	json_t *rows = json_array();
	json_int_t matched = 0, all = 0;
	enum ak_rc rc = ak_store_spill(s, err);

	if (rc == AK_OK)
		rc = ak_query_ages(s, scope->search.from_us, scope->search.to_us, &ages, err);
	if (rc == AK_OK)
		rc = ak_query_only(s, &scope->search, n, err);
	for (int k = 0; k < AK_K_COUNT && rc == AK_OK; k++) {
		json_int_t of = records_of(ages, ak_kinds[k].name);

		if (!of || k == AK_K_PRICE || k == AK_K_CONFIG)
			continue;
		json_array_append_new(rows, json_pack("{s:s, s:I, s:I}", "kind", ak_kinds[k].name, "matched", (json_int_t)n[k], "of", of));
		matched += (json_int_t)n[k];
		all += of;
	}
	*doc = json_pack("{s:O, s:s, s:o, s:I, s:I}", "filters", scope->filters, "expression", scope->expression, "records", rows, "matched", matched,
			 "of", all);
	return rc;
}

void ak_scoped_say(struct ak_sections *s, json_t *section)
{
	const json_t *doc = s->scope_doc;
	const char *name;
	json_t *values;

	if (!doc)
		return;
	json_object_foreach(json_object_get(doc, "filters"), name, values)
		ak_section_say(section, "proven", "packet.json", "only records of --%s with one of %zu stored %s: packet.json names them", name,
			       json_array_size(values), json_array_size(values) == 1 ? "form" : "forms");
	ak_section_rows(s, section, "scoped_records", "Records of the period that match the scope; no table holds rows of others",
			"kind matched:integer of:integer", json_object_get(doc, "records"));
	ak_section_say(section, "proven", "tables/scoped_records.csv",
		       "%lld of %lld records of the period match; the tables hold rows and sums of these alone, but for exports, files, prices and "
		       "settings of systems, which are stated whole",
		       (long long)json_integer_value(json_object_get(doc, "matched")), (long long)json_integer_value(json_object_get(doc, "of")));
}

#define NOT_JUDGED "not judged: this packet has the records of its scope only"

void ak_scoped_judge(json_t *questions)
{
	json_t *q;
	size_t i;

	json_array_foreach(questions, i, q) {
		json_object_set_new(q, "verdict", json_string("not evaluable"));
		json_object_set_new(q, "measured", json_string(NOT_JUDGED));
	}
}
