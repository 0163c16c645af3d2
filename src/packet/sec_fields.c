/* 3 Field dictionary: the program's own table, which is also what the store and the redaction are made from. */
#include "base/ak.h"
#include "base/jsonw.h"
#include "packet/drift.h"
#include "packet/sections.h"

#include "redact/plan.h"

/* What policy.yaml or the profile removes is not retained, whatever the dictionary says. */
static json_t *store_of(const struct ak_field_plan *plan, enum ak_field_id f)
{
	struct ak_str says = ak_str_of(ak_plan_says(plan, f));
	struct ak_buf b;
	json_t *o;

	ak_buf_init(&b, 256);
	if (ak_str_starts(says, AK_STR("removed,")))
		ak_buf_adds(&b, ak_store_class_name(AK_STORE_NOT_RETAINED));
	else
		ak_field_stores(f, &b);
	o = json_stringn(b.p, b.n);
	ak_buf_release(&b);
	return o;
}

/* Of whom or what a value tells; what the leaf of a record proves apart (DECISIONS 6). */
static const char *sensitivity(enum ak_field_id f)
{
	enum ak_type t = ak_fields[f].type;

	if (t == AK_T_PERSON || t == AK_T_IP || t == AK_T_TOKEN)
		return "personal, pseudonymised";
	if (t == AK_T_KEY)
		return "credential, pseudonymised";
	return ak_fields[f].group == AK_G_WHO ? "may tell of a person" : ak_fields[f].group == AK_G_HOWMUCH ? "business figure" : "operational";
}

/* In which records a value was seen: "request 2,112 of 2,112; usage 0 of 1,268". */
static json_t *observed(const struct ak_facts *f, const char *column)
{
	struct ak_buf b;
	json_t *row, *o;
	size_t i;

	ak_buf_init(&b, 4096);
	json_array_foreach(json_object_get(f->shapes, "fields"), i, row)
		if (strcmp(json_string_value(json_object_get(row, "field")), column) == 0)
			ak_buf_addf(&b, "%s%s %lld of %lld", b.n ? "; " : "", json_string_value(json_object_get(row, "kind")),
				    (long long)json_integer_value(json_object_get(row, "with_value")),
				    (long long)json_integer_value(json_object_get(row, "records")));
	o = json_string(b.n ? b.p : "no record of its kinds");
	ak_buf_release(&b);
	return o;
}

/* What the records hold, against what the dictionary says of it. */
static void values(struct ak_sections *s, json_t *o, const struct ak_facts *f)
{
	const json_t *rows = json_object_get(f->shapes, "fields");
	json_int_t with = 0, used = 0;
	struct ak_table *t = ak_section_table(s, o, "field_values",
					      "What the stored records hold of each field that has a value: least and most of numbers and times, longest "
					      "text in bytes; unlike: not of the field's type",
					      "kind field with_value:integer records:integer least most longest:integer unlike:integer");
	json_t *row;
	size_t i;

	json_array_foreach((json_t *)rows, i, row) {
		json_int_t n = json_integer_value(json_object_get(row, "with_value"));

		with += n;
		used += n > 0;
		if (n)
			ak_table_add(t, row);
	}
	ak_section_say(o, "proven", "tables/field_values.csv",
		       "%lld of %zu fields that the records read can have hold a value in some of them; %lld of %lld values are not of the type that the "
		       "dictionary gives",
		       (long long)used, json_array_size(rows), (long long)ak_facts_sum(rows, "unlike"), (long long)with);
}

enum ak_rc ak_section_fields(struct ak_sections *s, const struct ak_facts *f, struct ak_err *err)
{
	json_t *o = ak_section_new(s, "fields", "Field dictionary", "What can a stored record hold, and why?");
	struct ak_table *t = ak_section_table(s, o, "fields", "Fields", "name column type unit redaction store purpose meaning sensitivity observed");
	AK_CLEANUP(ak_json_decref) json_t *all = json_array();
	struct ak_field_plan plan;

	if (ak_plan_read(s->policy, &plan, err) != AK_OK)
		return AK_FAIL;
	for (int i = 0; i < AK_F_COUNT; i++) {
		json_t *row = json_pack("{s:s, s:s, s:s, s:s, s:s, s:o, s:s, s:o, s:s, s:s}", "name", ak_fields[i].name, "column",
					ak_fields[i].column, "type", ak_type_name(ak_fields[i].type), "unit", ak_fields[i].unit,
					"sensitivity", sensitivity((enum ak_field_id)i), "observed", observed(f, ak_fields[i].column), "redaction", ak_plan_says(&plan, (enum ak_field_id)i), "store", store_of(&plan, (enum ak_field_id)i),
					"purpose", ak_fields[i].purpose, "meaning", ak_fields[i].meaning);

		ak_table_add(t, row);
		json_array_append_new(all, row);
	}
	for (int i = 0; i < AK_F_COUNT; i++)
		if (ak_plan_differs(&plan, (enum ak_field_id)i))
			ak_section_say(o, "declared", "policy.yaml", "%s is %s%s%s", ak_fields[i].name, ak_plan_says(&plan, (enum ak_field_id)i),
				       plan.why[i] ? ": " : "", plan.why[i] ? plan.why[i] : "");
	values(s, o, f);
	ak_section_say(o, "proven", "tables/fields.csv", "%d fields; what is not listed is not stored", (int)AK_F_COUNT);
	return ak_section_drift(s, o, all, f, err);
}
