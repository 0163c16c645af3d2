/* What is asked when something went wrong: what happened around an event, what a key touched, and all of it in one file. */
#ifndef AK_INCIDENT_INCIDENT_H
#define AK_INCIDENT_INCIDENT_H

#include <jansson.h>

#include "link/clock.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The one record that an id names: a citation, the id of an event, else the first record of the call it names. AK_END: no record has it;
 * AK_EXIT_USAGE when it names several events, or a key or person (the hint says what to do). *out: of ak_query_record. */
enum ak_rc ak_incident_find(struct ak_store *s, const char *id, json_t **out, struct ak_err *err);
/* The clock and time of a record; false when it has no time. The texts are the record's. */
bool ak_incident_instant(const json_t *record, struct ak_instant *out);
/* The same of a row of ak_query_attempts_each and ak_query_events_each. */
struct ak_instant ak_incident_row_instant(const json_t *row);

struct ak_timeline_opts {
	int64_t window_us; /* to each side */
	size_t listed;	   /* events listed per side, those nearest to the middle */
};

/* {schema: "auditkit.timeline/1", format_version, around: {cite, kind, time, source, action, category, subject}, window: {from, to, seconds (to each
 * side)}, clocks: [{source, app|null, bounded: bool, records}] against the clock of the middle, sides: {before, after: members of
 * ak_tally_json, kinds: {kind: records}, app_events, app_failures, provider_calls, provider_failures}, events: [{cite, kind, source, time,
 * side: "before"|"after" (as shifted times have it), order: "before"|"after"|"concurrent" (as the bounds allow), then: "before"|
 * "concurrent"|null (to the next one listed), action, ...}] in time order: all but successful calls, listed, of (events that there are),
 * left_out: of ak_query_left_out}. The middle itself is in none of the counts. */
enum ak_rc ak_timeline(struct ak_store *s, const json_t *around, const struct ak_timeline_opts *o, json_t **out, struct ak_err *err);

/* A key as records name it: under which values, which aliases go with them, and how that is known. */
struct ak_key_scope {
	json_t *values, *aliases; /* texts */
	json_t *others;		  /* values that share an id with a given hash and are not taken in: other secrets of that id */
	const char *by;		  /* "id", "hash" or "alias" */
};

/* forms: texts, stored forms of what was typed. AK_END: nothing names it; AK_EXIT_USAGE: an alias that several keys have. Release when
 * AK_OK. */
enum ak_rc ak_key_scope(struct ak_store *s, const json_t *forms, struct ak_key_scope *out, struct ak_err *err);
void ak_key_scope_release(struct ak_key_scope *k);

struct ak_blast_opts {
	int64_t from_us; /* INT64_MIN: the exposure event, else the first use */
	size_t listed;	 /* values per group and events per list */
};

/* {schema: "auditkit.blast-radius/1", format_version, key: {values, aliases, other_values, by, confidence}, exposure: {time|null, basis: "given"|
 * "event"|"first use"|"none", cite|null, confidence, unproven (requests of the certain ones whose side of the exposure the clocks leave open), unbounded:
 * [sources whose clock has no bounds against the event's]}, requests: {certain, inferred: {n, before, undated, failures, priced, first, last:
 * {time, cite}|null}}, cost: [{currency, estimated|null, billed|null, requests, confidence}], cost_by_source: the same per source, groups: {tenants, end_users, actors, apps, teams,
 * environments, models, providers, networks, countries, sources, outcomes: {of (values), listed, rows: [{value|null, n, before, new (not seen
 * before), failures, first, last, confidence: "certain"|"inferred", method}]}}, records: {kind: {certain, inferred, before (of both), confidence}}, events: {changed,
 * did, exports, configured, other: {of, listed, rows: [{cite, kind, time, action, ..., confidence}]}}, derived: [{value, cite, action,
 * confidence, method}]}. `certain` and `inferred` tell records of the id or hash from records of the label alone; each has a confidence of
 * its own, and where a label led to the key (by "alias") every confidence is "inferred". n counts from the exposure on, records without a time among them. */
enum ak_rc ak_blast(struct ak_store *s, const struct ak_key_scope *k, const struct ak_blast_opts *o, json_t **out, struct ak_err *err);

#ifdef __cplusplus
}
#endif
#endif
