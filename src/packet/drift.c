/* The part of the field dictionary that says what changed since the packet before: fields of the dictionary, and what records hold. */
#include "base/ak.h"
#include "packet/drift.h"

#include <stdlib.h>

#include "base/jsonw.h"
#include "packet/past.h"
#include "packet/sections.h"
#include "redact/plan.h"

enum { POINTS = 50 /* of a thousand: a rate that moves less is as it was */ };

static const char *text(const json_t *o, const char *member) { return json_string_value(json_object_get(o, member)); }

static const json_t *same(const json_t *rows, const json_t *o, const char *const *key)
{
	json_t *row;
	size_t i, k;

	json_array_foreach((json_t *)rows, i, row) {
		for (k = 0; key[k]; k++)
			if (!json_equal(json_object_get(row, key[k]), json_object_get(o, key[k])))
				break;
		if (!key[k])
			return row;
	}
	return NULL;
}

struct drift {
	struct ak_table *table;
	size_t fresh, gone, changed, rates;
};

static void put(struct drift *d, const char *what, const json_t *o, const char *field, const char *change, json_t *before, json_t *after)
{
	json_t *row = json_pack("{s:s, s:O?, s:s, s:s, s:o, s:o}", "what", what, "kind", json_object_get(o, "kind"), "field", field, "change", change, "before",
				before ? before : json_null(), "after", after ? after : json_null());

	ak_table_add(d->table, row);
	json_decref(row);
}

static json_t *copy(const json_t *o, const char *member) { return json_incref(json_object_get(o, member) ? json_object_get(o, member) : json_null()); }

static const char *const by_column[] = {"column", NULL}, *const by_kind[] = {"kind", "field", NULL};

/* What the dictionary says of each field. */
static void dictionary(struct drift *d, const json_t *old, const json_t *now)
{
	static const char *const says[][2] = {{"type", "type changed"}, {"unit", "unit changed"}, {"redaction", "redaction changed"}, {"store", "store changed"}};
	json_t *o;
	size_t i, k;

	json_array_foreach((json_t *)now, i, o) {
		const json_t *was = same(old, o, by_column);

		if (!was) {
			d->fresh++;
			put(d, "dictionary", o, text(o, "column"), "new", NULL, copy(o, "type"));
		}
		for (k = 0; was && k < AK_COUNT(says); k++) {
			const char *a = text(was, says[k][0]), *b = text(o, says[k][0]);

			if (strcmp(a ? a : "", b ? b : "") == 0)
				continue;
			d->changed++;
			put(d, "dictionary", o, text(o, "column"), says[k][1], copy(was, says[k][0]), copy(o, says[k][0]));
		}
	}
	json_array_foreach((json_t *)old, i, o)
		if (!same(now, o, by_column)) {
			d->gone++;
			put(d, "dictionary", o, text(o, "column"), "gone", copy(o, "type"), NULL);
		}
}

static json_int_t number(const json_t *o, const char *member)
{
	const json_t *v = json_object_get(o, member);

	return json_is_string(v) ? strtoll(json_string_value(v), NULL, 10) : json_integer_value(v);
}

/* Records of a thousand that lack the field. */
static json_int_t lacking(const json_t *o)
{
	json_int_t all = number(o, "records"), with = number(o, "with_value");

	return all > 0 && with <= all && all < INT64_MAX / 1000 ? 1000 * (all - with) / all : 0;
}

static json_t *rate(const json_t *o)
{
	return json_sprintf("%lld of %lld without a value", (long long)(number(o, "records") - number(o, "with_value")), (long long)number(o, "records"));
}

static void values(struct drift *d, const json_t *old, const json_t *now)
{
	json_t *o;
	size_t i;

	json_array_foreach((json_t *)now, i, o) {
		const json_t *was = same(old, o, by_kind);
		json_int_t moved = was ? lacking(o) - lacking(was) : 0;

		if (!number(o, "with_value"))
			continue;
		if (!was) {
			d->fresh++;
			put(d, "values", o, text(o, "field"), "first value", NULL, rate(o));
		} else if (moved >= POINTS || moved <= -POINTS) {
			d->rates++;
			put(d, "values", o, text(o, "field"), "null rate changed", rate(was), rate(o));
		}
	}
	json_array_foreach((json_t *)old, i, o) {
		const json_t *is = same(now, o, by_kind);

		if (is && number(is, "with_value"))
			continue;
		d->gone++;
		put(d, "values", o, text(o, "field"), "no value any more", rate(o), NULL);
	}
}

enum ak_rc ak_section_drift(struct ak_sections *s, json_t *section, const json_t *dictionary_now, const struct ak_facts *f, struct ak_err *err)
{
	AK_CLEANUP(ak_json_decref) json_t *fields = NULL;
	AK_CLEANUP(ak_json_decref) json_t *held = NULL;
	struct drift d = {0};
	enum ak_rc rc;

	if (!s->previous)
		return AK_OK;
	rc = ak_past_table(s->previous, "fields", &fields, err);
	if (rc == AK_OK)
		rc = ak_past_table(s->previous, "field_values", &held, err);
	if (rc != AK_OK)
		return rc;
	d.table = ak_section_table(s, section, "field_drift",
				   "What changed since the packet before: fields of the dictionary, and what records hold; a rate counts as changed from five of a hundred records on",
				   "what kind field change before after");
	if (json_array_size(fields))
		dictionary(&d, fields, dictionary_now);
	if (json_array_size(held))
		values(&d, held, json_object_get(f->shapes, "fields"));
	if (!json_array_size(fields) || !json_array_size(held))
		ak_section_gap(s, section, "the packet before does not have the tables of its dictionary: what changed since is not known");
	ak_section_say(section, "proven", "tables/field_drift.csv",
		       "since the packet before %zu fields are new or have a first value, %zu are gone or have none any more, %zu are declared otherwise, of %zu the share without a value changed",
		       d.fresh, d.gone, d.changed, d.rates);
	return AK_OK;
}
