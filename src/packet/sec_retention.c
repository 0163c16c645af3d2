/* 5 Retention statement: the declared classes against the age of what is stored. */
#include "base/ak.h"
#include "packet/sections.h"

#define DAY_US INT64_C(86400000000)

static int64_t class_days(const struct ak_policy *policy, const char *kind)
{
	char path[64];
	const json_t *v;

	snprintf(path, sizeof path, "retention.%s.keep", kind);
	v = policy ? ak_policy_get(policy, path) : NULL;
	return json_is_string(v) ? ak_policy_days(json_string_value(v)) : -1;
}

static json_t *row_of(struct ak_sections *s, const json_t *age)
{
	const char *kind = json_string_value(json_object_get(age, "kind"));
	int64_t days = class_days(s->policy, kind);
	json_t *row = json_copy((json_t *)age), *oldest = json_object_get(age, "oldest");
	int64_t old = json_is_integer(oldest) ? (s->as_of_us - json_integer_value(oldest)) / DAY_US : -1;

	json_object_set_new(row, "age_days", old >= 0 ? json_integer(old) : json_null());
	json_object_set_new(row, "class_days", days >= 0 && days != INT64_MAX ? json_integer(days) : json_null());
	json_object_set_new(row, "state", json_string(days < 0 ? "no class declared" : days == INT64_MAX ? "kept forever by choice"
						      : old < 0 ? "no dated record" : old > days ? "overdue" : "within its class"));
	return row;
}

/* What the systems were set to, beside what is declared. */
static void captured(struct ak_sections *s, json_t *o, const struct ak_facts *f)
{
	json_t *row;
	size_t i;

	if (!json_array_size(f->snapshots))
		return;
	ak_section_rows(s, o, "config_snapshots", "Settings of systems as they were captured; each holds until the next of its system",
			"citation time:datetime system:id payload_mode retention_days:integer version settings:integer",
			f->snapshots);
	json_array_foreach(f->snapshots, i, row)
		if (json_is_integer(json_object_get(row, "retention_days")) && json_is_true(json_object_get(row, "last")))
			ak_section_say(o, "proven", json_string_value(json_object_get(row, "citation")),
				       "%s was set to keep logs for %lld days when its settings were captured at %s",
				       json_is_string(json_object_get(row, "system")) ? json_string_value(json_object_get(row, "system")) : "a system",
				       (long long)json_integer_value(json_object_get(row, "retention_days")),
				       json_string_value(json_object_get(row, "time")));
}

static json_int_t num(const json_t *o, const char *member) { return json_integer_value(json_object_get(o, member)); }

/* By source, whatever the period: what is stored and should be gone. */
static void due(struct ak_sections *s, json_t *o, const struct ak_facts *f)
{
	const json_t *rows = json_object_get(f->shapes, "ages");
	json_int_t judged = 0;
	json_t *row;
	size_t i;

	ak_section_rows(s, o, "retention_due", "Records of each source and kind that are older than their class, on the day of the checkpoint",
			"source kind records:integer undated:integer oldest:datetime class_end:datetime due:integer", rows);
	json_array_foreach((json_t *)rows, i, row)
		if (json_is_string(json_object_get(row, "class_end")))
			judged += num(row, "records") - num(row, "undated");
	ak_section_say(o, "proven", "tables/retention_due.csv", "%lld of %lld dated records that have a class are older than it and due for deletion; of %lld stored ones",
		       (long long)ak_facts_sum(rows, "due"), (long long)judged, (long long)ak_facts_sum(rows, "records"));
	ak_section_say(o, "proven", "the ledger", "%lld legal holds are recorded here, %lld of them in force; %lld disposals have removed %lld records",
		       (long long)num(f->holds, "holds"), (long long)num(f->holds, "in_force"), (long long)num(f->holds, "disposals"),
		       (long long)num(f->holds, "disposed"));
}

enum ak_rc ak_section_retention(struct ak_sections *s, const struct ak_facts *f, struct ak_err *err)
{
	json_t *o = ak_section_new(s, "retention", "Retention statement", "How long do logs live, and where?"), *age, *row;
	struct ak_table *t = ak_section_table(s, o, "retention", "Age of the oldest stored record against its class, on the day of the checkpoint",
				     "kind records:integer dated:integer first:datetime age_days:integer class_days:integer state");
	size_t i;

	(void)err;
	json_array_foreach(f->ages, i, age) {
		row = row_of(s, age);
		ak_table_add(t, row);
		ak_section_say(o, "proven", "tables/retention.csv", "%s: the oldest of %lld dated records is %lld days old: %s",
			       json_string_value(json_object_get(row, "kind")), (long long)json_integer_value(json_object_get(row, "dated")),
			       (long long)json_integer_value(json_object_get(row, "age_days")),
			       json_string_value(json_object_get(row, "state")));
		json_decref(row);
	}
	due(s, o, f);
	ak_section_source_retention(s, o, f);
	captured(s, o, f);
	ak_section_declared(s, o, "retention");
	return AK_OK;
}
