/* Everything that a key touched from its exposure on. What names the key by id or hash is certain; what has neither and only its label is
 * inferred, and never added to the certain counts. */
#include "base/ak.h"
#include "incident/incident.h"

#include "base/time.h"
#include "query/blast.h"

struct blast {
	bool by_alias; /* a label led to the key */
	struct ak_store *s;
	struct ak_key_names names;
	int64_t from_us;
	size_t listed;
	json_t *groups, *cost, *by_source, *requests, *records, *events, *derived, *sources;
};

static const char *txt(const json_t *o, const char *member) { return json_string_value(json_object_get(o, member)); }
static int64_t num(const json_t *o, const char *member) { return json_integer_value(json_object_get(o, member)); }

/* What is certain of a key is inferred of a label that led to it. */
static json_t *confidence(const struct blast *b, bool certain) { return json_string(certain && !b->by_alias ? "certain" : "inferred"); }
static json_t *method(const struct blast *b, bool certain)
{
	return json_string(!certain ? "alias, where a record has neither id nor hash" : b->by_alias ? "key id or hash, to which the alias led" : "key id or hash");
}

static void bump(json_t *o, const char *member, int64_t by) { json_object_set_new(o, member, json_integer(num(o, member) + by)); }

static bool has(const json_t *list, const char *value)
{
	json_t *v;
	size_t i;

	json_array_foreach((json_t *)list, i, v)
		if (value && strcmp(json_string_value(v), value) == 0)
			return true;
	return false;
}

/* ---- requests, by what they touched ---- */

/* "00001780 2026-06-01T00:00:00Z source:17": sorted by the number, which goes. */
static json_t *moment(const json_t *row, const char *member)
{
	const char *z = txt(row, member), *time = z ? strchr(z, ' ') : NULL, *cite = time ? strchr(time + 1, ' ') : NULL;

	return cite ? json_pack("{s:s%, s:s}", "time", time + 1, (size_t)(cite - time - 1), "cite", cite + 1) : json_null();
}

static json_t *counts(const json_t *row)
{
	return json_pack("{s:I, s:I, s:I, s:I, s:I, s:o, s:o}", "n", (json_int_t)num(row, "n"), "before", (json_int_t)num(row, "before"), "undated",
			 (json_int_t)num(row, "undated"), "failures", (json_int_t)num(row, "failures"), "priced", (json_int_t)num(row, "priced"), "first",
			 moment(row, "first"), "last", moment(row, "last"));
}

static const struct {
	const char *dim, *name;
} dims[] = {
	{"tenant", "tenants"}, {"end_user", "end_users"}, {"actor", "actors"}, {"app", "apps"},		{"team", "teams"},	{"environment", "environments"},
	{"model", "models"},   {"provider", "providers"}, {"network", "networks"}, {"country", "countries"}, {"source", "sources"}, {"outcome", "outcomes"},
};

static json_t *list_of(json_t *in, const char *name)
{
	json_t *list = json_object_get(in, name);

	if (!list) {
		list = json_pack("{s:i, s:i, s:[]}", "of", 0, "listed", 0, "rows");
		json_object_set_new(in, name, list);
	}
	return list;
}

static void add_row(struct blast *b, json_t *list, json_t *row)
{
	bump(list, "of", 1);
	if (json_array_size(json_object_get(list, "rows")) < b->listed) {
		json_array_append(json_object_get(list, "rows"), row);
		bump(list, "listed", 1);
	}
	json_decref(row);
}

/* In all, and by source: where two sources of one system share no identifier, a call may stand in both. */
static void add_cost(struct blast *b, const json_t *row)
{
	const char *value = txt(row, "value") ? txt(row, "value") : "unknown", *blank = strcmp(txt(row, "dim"), "currency") ? strchr(value, ' ') : NULL;
	json_t *o;

	if (!num(row, "priced"))
		return;
	o = json_pack("{s:s%, s:O, s:O, s:I, s:o}", "currency", value, blank ? (size_t)(blank - value) : strlen(value), "estimated",
		      json_object_get(row, "estimated"), "billed", json_object_get(row, "billed"), "requests", (json_int_t)num(row, "priced"), "confidence",
		      confidence(b, num(row, "certain")));
	if (blank)
		json_object_set_new(o, "source", json_string(blank + 1));
	json_array_append_new(blank ? b->by_source : b->cost, o);
}

static enum ak_rc take_group(void *ctx, json_t *row, struct ak_err *err)
{
	struct blast *b = ctx;
	const char *dim = txt(row, "dim");
	bool certain = num(row, "certain");
	json_t *o = counts(row);

	(void)err;
	if (strcmp(dim, "requests") == 0) {
		json_object_set_new(b->requests, certain ? "certain" : "inferred", o);
		return AK_OK;
	}
	if (strcmp(dim, "currency") == 0 || strcmp(dim, "source_currency") == 0) {
		add_cost(b, row);
		json_decref(o);
		return AK_OK;
	}
	if (strcmp(dim, "source") == 0 && certain)
		json_array_append(b->sources, json_object_get(row, "value"));
	json_object_set(o, "value", json_object_get(row, "value"));
	json_object_set_new(o, "new", json_boolean(txt(row, "value") && !num(row, "before")));
	json_object_set_new(o, "confidence", confidence(b, certain));
	json_object_set_new(o, "method", method(b, certain));
	for (size_t i = 0; i < AK_COUNT(dims); i++)
		if (strcmp(dim, dims[i].dim) == 0) {
			if (num(row, "n"))
				add_row(b, list_of(b->groups, dims[i].name), o);
			else
				bump(list_of(b->groups, dims[i].name), "only_before", 1), json_decref(o);
			return AK_OK;
		}
	json_decref(o);
	return AK_OK;
}

/* ---- records of other kinds ---- */

static bool is_any(const char *z, const char *const *words)
{
	for (size_t i = 0; z && words[i]; i++)
		if (strcmp(z, words[i]) == 0)
			return true;
	return false;
}

/* What an admin event has to do with the key: was it done to it, or under it, and then to what? */
static const char *part_of(const json_t *row)
{
	static const char *const settings[] = {"configuration", "routing", "quota", "admin_access", "billing", NULL};
	const char *category = txt(row, "category");

	if (strcmp(txt(row, "kind"), "audit_event") != 0)
		return "other";
	if (num(row, "is_subject") || (category && strcmp(category, "keys") == 0))
		return "changed";
	if ((category && strcmp(category, "data_access") == 0) || txt(row, "log_scope"))
		return "exports";
	return is_any(category, settings) ? "configured" : "did";
}

static json_t *event_json(const struct blast *b, const json_t *row)
{
	static const char *const members[] = {"kind", "time", "action", "category", "outcome", "subject", "subject_type", "log_scope", "amount", "currency", "detail"};
	bool certain = num(row, "certain");
	json_t *o = json_pack("{s:o, s:o, s:o}", "cite", json_sprintf("%s:%lld", txt(row, "source"), (long long)num(row, "seq")), "confidence",
			      confidence(b, certain), "method",
			      json_string(num(row, "is_subject") ? "the key is what it was done to"
				  : !certain		   ? "alias"
				  : b->by_alias		   ? "key id or hash, to which the alias led"
							   : "key id or hash"));

	for (size_t i = 0; i < AK_COUNT(members); i++)
		if (!json_is_null(json_object_get(row, members[i])))
			json_object_set(o, members[i], json_object_get(row, members[i]));
	return o;
}

static void derive(struct blast *b, const char *value, const json_t *row, const char *how)
{
	if (!value || has(b->names.values, value) || has(b->names.aliases, value))
		return;
	json_array_append_new(b->derived, json_pack("{s:s, s:o, s:s?, s:o, s:s}", "value", value, "cite",
						    json_sprintf("%s:%lld", txt(row, "source"), (long long)num(row, "seq")), "action", txt(row, "action"),
						    "confidence", confidence(b, num(row, "certain")), "method", how));
}

/* Keys named beside this one in what was done to keys: the ones it was rotated from or to, or that were made with it. */
static enum ak_rc look_for_keys(struct blast *b, const json_t *row, struct ak_err *err)
{
	json_t *record = NULL, *change, *v;
	size_t i;
	enum ak_rc rc = ak_query_record(b->s, num(row, "seq"), &record, err);

	if (rc != AK_OK)
		return rc;
	derive(b, txt(row, "key_id"), row, "the event names both");
	derive(b, txt(row, "key_hash"), row, "the event names both");
	derive(b, txt(row, "subject"), row, "the event names both");
	json_array_foreach(json_object_get(json_object_get(record, "fields"), "auditkit.change"), i, change)
		for (int side = 0; side < 2; side++) {
			v = json_object_get(change, side ? "after" : "before");
			if (json_is_string(v) && strncmp(json_string_value(v), "key:", 4) == 0)
				derive(b, json_string_value(v), row, side ? "after a change" : "before a change");
		}
	json_decref(record);
	return AK_OK;
}

static enum ak_rc take_event(void *ctx, json_t *row, struct ak_err *err)
{
	struct blast *b = ctx;
	const char *kind = txt(row, "kind"), *part = part_of(row), *category = txt(row, "category");
	bool later = json_is_null(json_object_get(row, "at")) || num(row, "at") >= b->from_us, inventory = strcmp(kind, "api_key") == 0;
	json_t *count = json_object_get(b->records, kind);

	if (!count) {
		count = json_pack("{s:i, s:i, s:i, s:o}", "certain", 0, "inferred", 0, "before", 0, "confidence", confidence(b, true));
		json_object_set_new(b->records, kind, count);
	}
	bump(count, !later && !inventory ? "before" : num(row, "certain") ? "certain" : "inferred", 1);
	if (strcmp(kind, "audit_event") == 0 && category && strcmp(category, "keys") == 0 && look_for_keys(b, row, err) != AK_OK)
		return AK_FAIL;
	/* What was done to a key counts whenever it was: it says when the key began and whether it still works. */
	if ((later || strcmp(part, "changed") == 0 || inventory) && strcmp(kind, "app_event") != 0 && strcmp(kind, "provider_call") != 0 &&
	    strcmp(kind, "usage") != 0) {
		json_t *o = event_json(b, row);

		json_object_set_new(o, "before", json_boolean(!later));
		add_row(b, list_of(b->events, part), o);
	}
	return AK_OK;
}

/* ---- where it begins ---- */

static enum ak_rc exposure(struct blast *b, int64_t given, json_t **event, json_t **out, struct ak_err *err)
{
	const char *basis = "given";
	json_t *row = NULL;
	char text[32];
	enum ak_rc rc = AK_OK;

	b->from_us = given;
	if (given == INT64_MIN) {
		basis = "event";
		rc = ak_query_key_exposed(b->s, &b->names, &row, err);
		if (rc == AK_OK)
			*event = json_incref(row);
		if (rc == AK_END) {
			basis = "first use";
			rc = ak_query_key_first_use(b->s, &b->names, &row, err);
		}
		b->from_us = rc == AK_OK ? num(row, "at") : INT64_MIN;
		basis = rc == AK_END ? "none" : basis;
	}
	if (rc == AK_FAIL)
		return rc;
	*out = json_pack("{s:o, s:s, s:o}", "time",
			 row		       ? json_string(txt(row, "time"))
			 : given != INT64_MIN ? json_string(ak_time_z(given, 6, text))
					      : json_null(),
			 "basis", basis, "cite", row ? json_sprintf("%s:%lld", txt(row, "source"), (long long)num(row, "seq")) : json_null());
	json_object_set_new(*out, "confidence", confidence(b, !row || !json_object_get(row, "certain") || num(row, "certain")));
	json_decref(row);
	return AK_OK;
}

/* Requests of one source whose side of the exposure its clock leaves open. */
static enum ak_rc open_of(struct blast *b, struct ak_clocks *clocks, const struct ak_instant *event, const char *source, int64_t *n, bool *bounded,
			  struct ak_err *err)
{
	struct ak_instant at = {{source, NULL}, 0, 1000000};
	int64_t step = 1000000, low = event->us, high = event->us;

	*bounded = ak_clock_meet(clocks, &at.clock, &event->clock);
	*n = 0;
	if (!*bounded)
		return AK_OK;
	/* How far before and after the event a time of that source is still open; doubling, since order is monotone. */
	for (at.us = low; step < INT64_C(86400000000) * 400 && ak_clock_order(clocks, &at, event) == AK_CONCURRENT; step *= 2)
		at.us = low = event->us - step;
	step = 1000000;
	for (at.us = high; step < INT64_C(86400000000) * 400 && ak_clock_order(clocks, &at, event) == AK_CONCURRENT; step *= 2)
		at.us = high = event->us + step;
	return ak_query_key_between(b->s, &b->names, source, low, high, n, err);
}

static enum ak_rc unproven(struct blast *b, const json_t *event, json_t *exposed, struct ak_err *err)
{
	AK_CLEANUP(ak_clocks_freep) struct ak_clocks *clocks = NULL;
	struct ak_instant at = event ? ak_incident_row_instant(event) : (struct ak_instant){0};
	json_t *unbounded = json_array(), *source;
	int64_t sum = 0, n;
	bool bounded;
	size_t i;
	enum ak_rc rc = event ? ak_clock_bounds(b->s, 0, &clocks, err) : AK_OK;

	json_array_foreach(b->sources, i, source) {
		if (rc != AK_OK || !event)
			break;
		rc = open_of(b, clocks, &at, json_string_value(source), &n, &bounded, err);
		sum += rc == AK_OK ? n : 0;
		if (rc == AK_OK && !bounded)
			json_array_append(unbounded, source);
	}
	json_object_set_new(exposed, "unproven", json_integer((json_int_t)sum));
	json_object_set_new(exposed, "unbounded", unbounded);
	return rc;
}

/* ---- the document ---- */

static void fill(struct blast *b)
{
	static const char *const parts[] = {"changed", "did", "exports", "configured", "other"};
	static const char *const sides[] = {"certain", "inferred"};

	for (size_t i = 0; i < AK_COUNT(dims); i++)
		list_of(b->groups, dims[i].name);
	for (size_t i = 0; i < AK_COUNT(parts); i++)
		list_of(b->events, parts[i]);
	for (size_t i = 0; i < AK_COUNT(sides); i++)
		if (!json_object_get(b->requests, sides[i]))
			json_object_set_new(b->requests, sides[i], json_pack("{s:i, s:i, s:i, s:i, s:i, s:n, s:n}", "n", 0, "before", 0, "undated", 0, "failures", 0,
									    "priced", 0, "first", "last"));
	for (size_t i = 0; i < AK_COUNT(sides); i++)
		json_object_set_new(json_object_get(b->requests, sides[i]), "confidence", confidence(b, i == 0));
}

enum ak_rc ak_blast(struct ak_store *s, const struct ak_key_scope *k, const struct ak_blast_opts *o, json_t **out, struct ak_err *err)
{
	struct blast b = {.s = s, .names = {k->values, k->aliases}, .by_alias = strcmp(k->by, "alias") == 0, .listed = o->listed, .groups = json_object(), .cost = json_array(), .by_source = json_array(), .requests = json_object(),
			  .records = json_object(), .events = json_object(), .derived = json_array(), .sources = json_array()};
	json_t *event = NULL, *exposed = NULL;
	enum ak_rc rc = exposure(&b, o->from_us, &event, &exposed, err);

	if (rc == AK_OK)
		rc = ak_query_key_groups(s, &b.names, b.from_us, take_group, &b, err);
	if (rc == AK_OK)
		rc = ak_query_key_events(s, &b.names, take_event, &b, err);
	if (rc == AK_OK)
		rc = unproven(&b, event, exposed, err);
	fill(&b);
	if (rc == AK_OK)
		*out = json_pack("{s:s, s:i, s:{s:O, s:O, s:O, s:s, s:s}, s:O, s:O, s:O, s:O, s:O, s:O, s:O, s:O}", "schema", "auditkit.blast-radius/1", "format_version", 1,
				 "key", "values", k->values, "aliases", k->aliases, "other_values", k->others, "by", k->by, "confidence",
				 b.by_alias ? "inferred" : "certain", "exposure", exposed, "requests", b.requests, "cost", b.cost, "cost_by_source", b.by_source, "groups",
				 b.groups, "records", b.records, "events", b.events, "derived", b.derived);
	json_t *all[] = {event, exposed, b.groups, b.cost, b.by_source, b.requests, b.records, b.events, b.derived, b.sources};
	for (size_t i = 0; i < AK_COUNT(all); i++)
		json_decref(all[i]);
	return rc;
}
