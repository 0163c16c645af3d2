/* The record that an id names, and what its clock showed. */
#include "base/ak.h"
#include "incident/incident.h"

#include "base/text.h"
#include "base/time.h"
#include "link/values.h"

#define NAMED 4

static const char *txt(const json_t *o, const char *member) { return json_string_value(json_object_get(o, member)); }

static bool is_field(const json_t *hit, const char *name) { return strcmp(txt(hit, "field"), name) == 0; }

/* The id of an event is that of one record; ids of calls come next, those of keys, people and tickets never. */
static int rank(const json_t *hit)
{
	int kind = ak_kind_find(ak_str_of(txt(hit, "kind")));

	if (kind == AK_K_KEY || kind == AK_K_GRANT || kind == AK_K_PRICE || kind == AK_K_USAGE)
		return 0; /* inventories and sums: nothing happened then */
	if (is_field(hit, "event.id") || is_field(hit, "auditkit.settlement.id"))
		return 2;
	return strcmp(txt(hit, "class"), "entity") != 0 && strcmp(txt(hit, "class"), "session") != 0;
}

/* Newest revisions only; the same call counts once, by its first record. */
static bool is_other(const json_t *kept, const json_t *record)
{
	json_t *k;
	size_t i;

	if (txt(record, "superseded_by") || strcmp(txt(record, "state"), "live") != 0)
		return false;
	json_array_foreach((json_t *)kept, i, k)
		if (json_integer_value(json_object_get(k, "seq")) == json_integer_value(json_object_get(record, "seq")))
			return false;
	return true;
}

static void hint_of(const json_t *cites, bool more, struct ak_err *err)
{
	struct ak_buf names;
	json_t *cite;
	size_t i;

	ak_buf_init(&names, 1 << 14);
	json_array_foreach((json_t *)cites, i, cite)
		ak_buf_addf(&names, "%s%s", i ? ", " : "", json_string_value(cite));
	ak_hint(err, "name one of them: %s%s", names.p, more ? ", ..." : "");
	ak_buf_release(&names);
}

static enum ak_rc candidates(struct ak_store *s, const json_t *hits, int best, json_t *out, struct ak_err *err)
{
	json_t *hit, *record;
	size_t i;
	enum ak_rc rc = AK_OK;

	json_array_foreach((json_t *)hits, i, hit) {
		if (rank(hit) != best)
			continue;
		record = NULL;
		if ((rc = ak_query_record(s, json_integer_value(json_object_get(hit, "seq")), &record, err)) != AK_OK)
			return rc;
		if (is_other(out, record))
			json_array_append(out, record);
		json_decref(record);
	}
	return rc;
}

/* More records have it than one call or event can have (link/values.h). */
static enum ak_rc refuse_common(struct ak_store *s, const char *id, struct ak_err *err)
{
	json_t *shared = NULL;
	enum ak_rc rc = ak_query_shared_by(s, ak_str_of(id), NAMED, &shared, err);
	uint64_t records = (uint64_t)json_integer_value(json_object_get(shared, "records"));
	char n[32];

	if (rc == AK_OK && records > AK_LINK_COMMON) {
		hint_of(json_object_get(shared, "first"), true, err);
		rc = ak_fail(err, AK_EXIT_USAGE, "%s%s records have this identifier; none is picked", json_is_true(json_object_get(shared, "more")) ? "more than " : "",
			     ak_thousands(records, n));
	}
	json_decref(shared);
	return rc;
}

static enum ak_rc refuse(const json_t *list, struct ak_err *err)
{
	json_t *cites = json_array(), *r;
	size_t i;

	json_array_foreach((json_t *)list, i, r)
		if (i < NAMED)
			json_array_append(cites, json_object_get(r, "cite"));
	hint_of(cites, json_array_size(list) > NAMED, err);
	json_decref(cites);
	return ak_fail(err, AK_EXIT_USAGE, "%zu separate events have this identifier; none is picked", json_array_size(list));
}

/* Of the records of a call the one with the earliest time. */
static json_t *earliest(const json_t *list)
{
	json_t *r, *best = json_array_get(list, 0);
	size_t i;

	json_array_foreach((json_t *)list, i, r)
		if (txt(r, "time") && (!txt(best, "time") || strcmp(txt(r, "time"), txt(best, "time")) < 0))
			best = r;
	return json_incref(best);
}

static enum ak_rc by_identifier(struct ak_store *s, const char *id, json_t **out, struct ak_err *err)
{
	json_t *hits = NULL, *hit, *list = json_array();
	int best = 0;
	size_t i;
	enum ak_rc rc = refuse_common(s, id, err);

	if (rc == AK_OK)
		rc = ak_query_lookup(s, ak_str_of(id), &hits, err);
	json_array_foreach(hits, i, hit)
		best = rank(hit) > best ? rank(hit) : best;
	if (rc == AK_OK && best)
		rc = candidates(s, hits, best, list, err);
	if (rc == AK_OK && !json_array_size(list))
		rc = AK_END;
	if (rc == AK_OK && best == 2 && json_array_size(list) > 1)
		rc = refuse(list, err);
	if (rc == AK_OK)
		*out = earliest(list);
	if (rc == AK_END && json_array_size(hits)) {
		ak_hint(err, "'auditkit show' lists the records that have it; name an event or request, or source:number");
		rc = ak_fail(err, AK_EXIT_USAGE, "this identifier names a key, person or resource, not one event");
	}
	json_decref(hits);
	json_decref(list);
	return rc;
}

enum ak_rc ak_incident_find(struct ak_store *s, const char *id, json_t **out, struct ak_err *err)
{
	int64_t seq;
	enum ak_rc rc = ak_query_cite(s, id, &seq, err);

	if (rc == AK_OK)
		return ak_query_record(s, seq, out, err);
	return rc == AK_END ? by_identifier(s, id, out, err) : rc;
}

bool ak_incident_instant(const json_t *record, struct ak_instant *out)
{
	const char *time = txt(record, "time"), *kind = txt(record, "kind");
	struct ak_err ignored = {0};

	if (!time || ak_time_arg(time, 0, &out->us, &ignored) != AK_OK)
		return false;
	out->precision = ak_clock_precision(time);
	out->clock = (struct ak_clock_name){
		txt(record, "source"), strcmp(kind, "app_event") == 0 ? txt(json_object_get(record, "fields"), "service.name") : NULL};
	return true;
}

struct ak_instant ak_incident_row_instant(const json_t *row)
{
	const char *kind = txt(row, "kind");

	return (struct ak_instant){.clock = {txt(row, "source"), kind && strcmp(kind, "app_event") == 0 ? txt(row, "app") : NULL},
				   .us = json_integer_value(json_object_get(row, "at")),
				   .precision = ak_clock_precision(txt(row, "time"))};
}
