/* 3 Field dictionary: the program's own table, which is also what the store and the redaction are made from. */
#include "base/ak.h"
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

enum ak_rc ak_section_fields(struct ak_sections *s, const struct ak_facts *f, struct ak_err *err)
{
	json_t *o = ak_section_new(s, "fields", "Field dictionary", "What can a stored record hold, and why?");
	struct ak_table *t = ak_section_table(s, o, "fields", "Fields", "name column type unit redaction store purpose meaning");
	struct ak_field_plan plan;

	(void)f;
	if (ak_plan_read(s->policy, &plan, err) != AK_OK)
		return AK_FAIL;
	for (int i = 0; i < AK_F_COUNT; i++) {
		json_t *row = json_pack("{s:s, s:s, s:s, s:s, s:s, s:o, s:s, s:s}", "name", ak_fields[i].name, "column",
					ak_fields[i].column, "type", ak_type_name(ak_fields[i].type), "unit", ak_fields[i].unit,
					"redaction", ak_plan_says(&plan, (enum ak_field_id)i), "store", store_of(&plan, (enum ak_field_id)i),
					"purpose", ak_fields[i].purpose, "meaning", ak_fields[i].meaning);

		ak_table_add(t, row);
		json_decref(row);
	}
	for (int i = 0; i < AK_F_COUNT; i++)
		if (ak_plan_differs(&plan, (enum ak_field_id)i))
			ak_section_say(o, "declared", "policy.yaml", "%s is %s%s%s", ak_fields[i].name, ak_plan_says(&plan, (enum ak_field_id)i),
				       plan.why[i] ? ": " : "", plan.why[i] ? plan.why[i] : "");
	ak_section_say(o, "proven", "tables/fields.csv", "%d fields; what is not listed is not stored", (int)AK_F_COUNT);
	return AK_OK;
}
