/* The part of the source index that says what may be missing. */
#include "base/ak.h"
#include "packet/sections.h"

#include "query/query.h"

static const char *text(const json_t *o, const char *member) { return json_string_value(json_object_get(o, member)); }
static json_int_t num(const json_t *o, const char *member) { return json_integer_value(json_object_get(o, member)); }

/* Rows below one member of each source's completeness, with the source's name. */
static void rows(struct ak_table *t, const struct ak_facts *f, const char *member)
{
	json_t *source, *row;
	size_t i, k;

	json_array_foreach(f->sources, i, source)
		json_array_foreach(json_object_get(json_object_get(source, "completeness"), member), k, row) {
			json_t *with = json_copy(row);

			json_object_set(with, "source", json_object_get(source, "name"));
			ak_table_add(t, with);
			json_decref(with);
		}
}

static void say(json_t *section, const struct ak_facts *f)
{
	json_t *source, *check;
	size_t i, k;

	json_array_foreach(f->sources, i, source)
		json_array_foreach(json_object_get(json_object_get(source, "completeness"), "checks"), k, check)
			if (num(check, "n"))
				ak_section_say(section, "proven", "tables/completeness.csv", "%s: %s, %s: %lld of %lld %s", text(source, "name"),
					       text(check, "what"), text(check, "state"), (long long)num(check, "n"),
					       (long long)num(check, "of"), text(check, "unit"));
}

static void actions(struct ak_sections *s, json_t *section, const struct ak_facts *f)
{
	json_int_t listed = 0, all = 0;
	json_t *source;
	size_t i;

	json_array_foreach(f->sources, i, source) {
		const json_t *o = json_object_get(source, "completeness");

		listed += (json_int_t)json_array_size(json_object_get(o, "unmapped_actions"));
		all += num(o, "unmapped_actions_all");
	}
	rows(ak_section_table(s, section, "unmapped_actions", "Actions that are in no category: kept, and listed here", "source action category n:integer"),
	     f, "unmapped_actions");
	if (all > listed)
		ak_section_say(section, "proven", "tables/unmapped_actions.csv", "%lld of %lld actions without a category are listed, of each source the most frequent",
			       (long long)listed, (long long)all);
}

/* How many records a pair stands for: in columns of its row. */
static void say_samples(json_t *clocks)
{
	json_t *row;
	size_t i;

	json_array_foreach(clocks, i, row) {
		const json_t *sampled = json_object_get(row, "sampled"), *of = json_object_get(sampled, "of");

		json_object_set_new(row, "one_in", json_integer(sampled ? json_integer_value(json_object_get(sampled, "one_in")) : 1));
		json_object_set_new(row, "of_records", of ? json_incref((json_t *)of) : json_null());
	}
}

void ak_section_completeness(struct ak_sections *s, json_t *section, const struct ak_facts *f)
{
	rows(ak_section_table(s, section, "completeness", "What may be missing or is not final, counted over all records of the source",
			      "source check what state n:integer of:integer unit why"),
	     f, "checks");
	say(section, f);
	rows(ak_section_table(s, section, "silences", "The longest stretches of whole hours without a record",
			      "source from:datetime to:datetime hours:integer expected:integer suspected:boolean"),
	     f, "silences");
	actions(s, section, f);
	say_samples(f->clocks);
	ak_section_rows(s, section, "clocks",
			"Clock of app events against the gateway; below zero it is ahead; times are never changed. Of a large source"
			" one record in `one_in` of `of_records` was compared",
			"from app to pairs:integer one_in:integer of_records:integer median_ms:integer min_ms:integer max_ms:integer", f->clocks);
}
