/* Typed reads of a workspace: what every consumer (status, sources, trace, packet, show) sees. SQL stays below here.
 *
 * Small results come as Jansson documents in the shape they are printed and packed (the caller owns them); bulk records
 * come through an iterator. All counts are integers, money is decimal text, times are RFC 3339. Superseded records are left
 * out of totals and said so. Deterministic order everywhere. */
#ifndef AK_QUERY_QUERY_H
#define AK_QUERY_QUERY_H

#include <jansson.h>

#include "store/record.h"

/* One usage record; texts die with the call, NULL = absent. */
struct ak_usage_row {
	const char *source, *provider, *model, *key, *start, *end;
	int64_t start_us, requests, input_tokens;
};

/* Takes the rows of a population one by one: there may be millions. The row is the query's own and dies with the call; anything
 * but AK_OK stops and is passed up. */
typedef enum ak_rc ak_row_fn(void *ctx, json_t *row, struct ak_err *err);

#ifdef __cplusplus
extern "C" {
#endif

/* ---- sources ---- */

/* Array, sorted by name: {name, system, format, kind (main record kind), kind_title, owner|null, store_class, cannot_prove,
 *  exports: N, files: N, records_in, stored, duplicate, rejected, blank, excluded, expired, conflict, superseded,
 *  first, last (RFC 3339|null), state: "complete"|"incomplete"|"partial"|"interrupted" (worst of its files,
 *  where an incomplete one that was read whole later counts as complete), superseded: of the stored ones those that count no
 *  longer (of a run: those that came later than what replaces them),
 *  exported_at, exported_at_basis (newest export), query|null, has_more: bool,
 *  bytes, sha256 (single file: its digest; more: SHA-256 of the sorted "sha256  name\n" listing), listed: files in that listing,
 *  redaction: [{field, rule, action, n}], payload: [{path, role, present, masked, absent}],
 *  unknown_fields: [{path, type, n, max_length, first_rec}], absent: [{field, reason, n}], warnings: [{rule, n, detail}]}.
 * run: only what that run brought (0 = everything). */
enum ak_rc ak_query_sources(struct ak_store *s, int64_t run, json_t **out, struct ak_err *err);
/* Adds to each of these sources (of ak_query_sources, run 0) a member completeness: {checks: [{check, what, state: "none"|"found"|
 * "suspected"|"not judged", n, of (null when not judged), unit (of what), why|null (not judged)}], hours: {with_records, of},
 * silences: [{from, to, hours, expected, suspected}] the longest of silences_all, missing_numbers: [{first, last}] the longest
 * holes of the source's sequence, categories: {name: audit events}, unmapped_actions: [{action, category, n}] the most frequent of
 * unmapped_actions_all}. oldest_us: per record kind the time that its declared class reaches back to, INT64_MIN = no class; NULL
 * = none has one. Reads all live records. */
enum ak_rc ak_query_completeness(struct ak_store *s, const int64_t *oldest_us, json_t *sources, struct ak_err *err);
/* Array of {source, exported_at, exported_at_basis}: the newest export of each source that says when it was made. */
enum ak_rc ak_query_exports(struct ak_store *s, json_t **out, struct ak_err *err);
/* Every export: [{source, name, query|null, exported_at, exported_at_basis, state, read_at, read_by (version), files, records_in,
 * stored, first, last}] by source, as they came. */
enum ak_rc ak_query_export_rows(struct ak_store *s, json_t **out, struct ak_err *err);
/* What the live records of a source add up to: [{source, layer: "gateway records"|"provider usage"|"provider calls"|"settlement",
 * currency, query, records, requests, input_tokens, output_tokens, estimated, billed}], sums as in ak_query_spend. */
enum ak_rc ak_query_control_totals(struct ak_store *s, json_t **out, struct ak_err *err);
/* What is stored and has the shape of a prompt or completion: {records, texts: looked at in all, found: [{source, file, field, n,
 * longest: bytes, seq, first: citation}], fields: [{kind, field (column), name, records, with_value, least, most (of numbers and times),
 * longest (of other texts, bytes), unlike: values that are not of the field's type}], ages: [{source, kind, records, undated, oldest,
 * class_end: the time that its class reaches back to, null = none declared, due: records before it}]}. The shape is eight words in a row with nothing but blanks between, 25 in an error template;
 * or four, in a text as long as the tokens that its record counts. All live records, whatever their time. oldest_us: as of ak_query_completeness. */
enum ak_rc ak_query_shapes(struct ak_store *s, const int64_t oldest_us[AK_K_COUNT], json_t **out, struct ak_err *err);
/* Array of {source, name, text}: the texts of the mappings that a source was read with. */
enum ak_rc ak_query_mappings(struct ak_store *s, json_t **out, struct ak_err *err);
/* Array of files: {id, source, export, name, format, mapping, detected, codec, sha256, bytes, decoded_sha256, decoded_bytes,
 *  records_in ... superseded, first, last, state, query}. source NULL = all. */
enum ak_rc ak_query_files(struct ak_store *s, const char *source, int64_t run, json_t **out, struct ak_err *err);
/* Array of diagnostics: {source, file, severity, rule, rec_no, byte_offset, byte_length, field, n, detail, hash}; severity and
 * source NULL = all; limit 0 = all. */
enum ak_rc ak_query_diag(struct ak_store *s, const char *source, const char *severity, int64_t run, size_t limit, json_t **out,
			 struct ak_err *err);
/* Rejected records of all runs: {source, file, rule, rec_no, byte_offset, byte_length, hash}, in the order of ak_query_diag. */
/* Live records of a kind in the period, newest revisions, second witnesses and the entries of a call one by one. Which of its fields one of
 * them has a value in; then each as a row {citation, column: value of the fields wanted}, in the order of the ledger. */
enum ak_rc ak_query_filled(struct ak_store *s, enum ak_kind kind, int64_t from_us, int64_t to_us, bool filled[AK_F_COUNT], struct ak_err *err);
enum ak_rc ak_query_records_each(struct ak_store *s, enum ak_kind kind, const bool want[AK_F_COUNT], int64_t from_us, int64_t to_us, ak_row_fn *each, void *ctx,
				 struct ak_err *err);
enum ak_rc ak_query_rejects_each(struct ak_store *s, int64_t from_us, int64_t to_us, ak_row_fn *each, void *ctx, struct ak_err *err);

/* Formats that files were read in: [{format}]. source NULL, run 0 = all. */
enum ak_rc ak_query_formats(struct ak_store *s, const char *source, int64_t run, json_t **out, struct ak_err *err);
/* Files with usage rows that measure something: [{source, format, declared|null (--query), and per asked column of usage 1
 * when such a row has it, else 0}] by source and format. source NULL, run 0 = all. */
enum ak_rc ak_query_groupings(struct ak_store *s, const char *source, int64_t run, const enum ak_field_id *fields, size_t n,
			      json_t **out, struct ak_err *err);

/* Per source: {source, format, runs, records_in, unknown: [{path, type, n, max_length, first_seen (start of the run), first_in
 * (export), first_rec, new: first met by the newest of several runs}], path_limit, unlisted: occurrences of paths beyond it,
 * gone: [{kind, field, column, before, of_before, last: 0, of_last}]: fields that records stored by earlier runs have and none
 * of the newest run's has}. source NULL = all. */
enum ak_rc ak_query_drift(struct ak_store *s, const char *source, json_t **out, struct ak_err *err);

/* ---- workspace ---- */

/* {workspace_id, name, created, key_id, records: {request: N, ...}, records_total, superseded (of these), ledger_size,
 * first, last, checkpoint: {size, root, time, note}|null, runs: N, rejected, conflicts, policy_digest|null}. */
enum ak_rc ak_query_workspace(struct ak_store *s, json_t **out, struct ak_err *err);
/* Which records there are, and of when: [{kind, title, records, in_period, first, last (null: none has a time)}] of the kinds that have any;
 * period half-open. */
enum ak_rc ak_query_spans(struct ak_store *s, int64_t from_us, int64_t to_us, json_t **out, struct ak_err *err);
/* Pseudonym keys in the order in which they were in force: [{key_id, since, until|null, records (live ones, known by its tokens)}].
 * seq: only the one of that ledger sequence, -1 = all. live: records_total of ak_query_workspace, -1 = not known: where no key was
 * rotated it saves counting them again. */
enum ak_rc ak_query_key_periods(struct ak_store *s, int64_t seq, int64_t live, json_t **out, struct ak_err *err);
/* Did records come under more than one key? No record is read. */
enum ak_rc ak_query_rotated(struct ak_store *s, bool *out, struct ak_err *err);
/* {run: id, started, version, options, checkpoint: {...}|null, totals: {records_in ... superseded}, files: N}. */
enum ak_rc ak_query_run(struct ak_store *s, int64_t run, json_t **out, struct ak_err *err);
/* Mappings and policies kept: [{digest, kind, name, version, text}]. */
enum ak_rc ak_query_documents(struct ak_store *s, json_t **out, struct ak_err *err);
/* Texts that runs were asked to keep: [{time (start of the run), field, operator (token), reason}]. */
enum ak_rc ak_query_kept_texts(struct ak_store *s, json_t **out, struct ak_err *err);
/* The sources that such runs read, with the field: [{source, field}]. */
enum ak_rc ak_query_text_sources(struct ak_store *s, json_t **out, struct ak_err *err);
/* Of the live records of kinds that can name a customer's tenant: how many do. */
enum ak_rc ak_query_tenants(struct ak_store *s, int64_t *with, int64_t *all, struct ak_err *err);
/* SHA-256 over the sorted set of content digests of live records, lower hex (DECISIONS 5); seconds at millions of rows. */
enum ak_rc ak_query_content_digest(struct ak_store *s, char out[65], struct ak_err *err);

/* ---- records ---- */

/* One record as a document: {seq, kind, source, file, record (number in its file), cite ("litellm-prod:1288": source and ledger sequence), byte_offset, byte_length,
 *  time, time_raw, flags: [names], fields: {canonical name: value} , absent: {name: reason}, leaf}. */
enum ak_rc ak_query_record(struct ak_store *s, int64_t seq, json_t **out, struct ak_err *err);
/* What the leaf of a live record was made from (store/leaf.h): {index, kind, leaf, groups: {who|what|how_much: {digest, salt,
 * body}}}, digests and salts in hex, body as the text that was hashed. AK_END; AK_EXIT_VERIFY when it gives another leaf. */
enum ak_rc ak_query_leaf(struct ak_store *s, int64_t seq, json_t **out, struct ak_err *err);
/* The ledger's leaves first .. end - 1 as they stand for a packet of a period (half-open): each in its order with its kind and what
 * it is there: "counted" (a live record of the period, newest revision), "outside" (of another time), "undated" (no time, and the
 * period has bounds), "not selected" (the packet shows some records only), "superseded", "disposed" or "entry" (no record). */
typedef enum ak_rc ak_leaf_fn(void *ctx, int64_t seq, const char *kind, const char *stands, const uint8_t leaf[32], struct ak_err *err);
enum ak_rc ak_query_leaves_each(struct ak_store *s, int64_t from_us, int64_t to_us, int64_t first, int64_t end, ak_leaf_fn *each,
				void *ctx, struct ak_err *err);
/* The run of the ledger in which all records of the period lie, of its first `size` leaves: first = end when there are none. */
enum ak_rc ak_query_leaves_span(struct ak_store *s, int64_t from_us, int64_t to_us, int64_t size, int64_t *first, int64_t *end,
				struct ak_err *err);
/* Seq of a citation `source:seq`, or `:seq`; AK_END when there is none. */
enum ak_rc ak_query_cite(struct ak_store *s, const char *cite, int64_t *seq, struct ak_err *err);
/* Records that carry this identifier value (any kind; token forms are the caller's: pass the stored form), sorted by seq:
 * array of {seq, kind, field, class, attempt (equal in hits of one attempt, whatever entries and witnesses tell of it)}. */
enum ak_rc ak_query_lookup(struct ak_store *s, struct ak_str value, json_t **out, struct ak_err *err);
/* The same for an id of a record that another record names: in its other spellings too. *out is NULL before. */
enum ak_rc ak_query_lookup_spelled(struct ak_store *s, const char *id, json_t **out, struct ak_err *err);

/* Requests that may be shown as a sample, in no order: counted ones with trace id and provider that succeeded, without a finding,
 * payload, conflict or odd time. app: NULL = none, dies with the call; each may stop with AK_FAIL. Period as above. */
enum ak_rc ak_query_calm_each(struct ak_store *s, int64_t from_us, int64_t to_us,
			      enum ak_rc (*each)(void *ctx, int64_t seq, const char *app, struct ak_err *err), void *ctx,
			      struct ak_err *err);

/* ---- corroboration: attempts that two sources of one system recorded (store/corroborate.h) ---- */

/* [{counted, witness (source names), attempts (that both recorded), differ (of these), only_counted, only_witness (request records
 * of that source without the other), fields: [{field, column, n}] they differ in}]. run: pairs whose witness that run brought. */
enum ak_rc ak_query_corroboration(struct ak_store *s, int64_t run, int64_t from_us, int64_t to_us, json_t **out,
				  struct ak_err *err);
/* The differences of these pairs: [{seq, counted, witness (citations), field, counted_value, witness_value (as stored)}], of each
 * field the first AK_DIFFERENCES_LISTED by record: how many there are in all stands in the pairs. */
enum { AK_DIFFERENCES_LISTED = 1000 };
enum ak_rc ak_query_differences(struct ak_store *s, const json_t *pairs, int64_t from_us, int64_t to_us, json_t **out,
				struct ak_err *err);
/* All pairs of the attempt that a record belongs to: [{seq, of_seq (the one that counts), field (column both share)}]. */
enum ak_rc ak_query_witnesses(struct ak_store *s, int64_t seq, json_t **out, struct ak_err *err);

/* ---- what a trace asks beside its records ---- */

/* Which sources brought records of a kind: [{kind, source, system|null, records, first, last, first_number, last_number (microseconds, of the
 * exports that brought some)}] by kind and source. */
enum ak_rc ak_query_supply(struct ak_store *s, json_t **out, struct ak_err *err);
/* {last|null}: the latest end of the source's usage rows that begin at this time. */
enum ak_rc ak_query_buckets_end(struct ak_store *s, const char *source, int64_t start_us, json_t **out, struct ak_err *err);
/* Providers whose calls the logs of calls have: array of names, empty where not all calls name one or there are `most` of them or more
 * (-1 = any number). The second says for certain that no log of this provider is among them. */
enum ak_rc ak_query_call_providers(struct ak_store *s, int64_t most, json_t **out, struct ak_err *err);
bool ak_query_no_calls_of(const json_t *providers, struct ak_str provider);
/* Is this a name of the semantic conventions for providers, in any case? */
bool ak_query_is_provider(struct ak_str name);
/* Of a source: {duplicates (folded at ingest), records_in}. */
enum ak_rc ak_query_folded(struct ak_store *s, const char *source, json_t **out, struct ak_err *err);
/* What was found of a file's signatures: [{rule, n, records_in}], none when its format has none. */
enum ak_rc ak_query_file_signs(struct ak_store *s, int64_t file, json_t **out, struct ak_err *err);
/* What CloudTrail's digests say: [{rule: trail_..., severity, detail}]. */
enum ak_rc ak_query_trail_signs(struct ak_store *s, json_t **out, struct ak_err *err);
/* How often a record that has no id of its own was delivered beyond the times that it is kept: 1 = once. */
enum ak_rc ak_query_shown(struct ak_store *s, enum ak_kind kind, int64_t seq, int64_t *times, struct ak_err *err);
/* Records that may have this identifier (by its hash): [{seq, total}], the first `most` of `total`. */
enum ak_rc ak_query_sharing(struct ak_store *s, const char *value, size_t most, json_t **out, struct ak_err *err);
/* How many records and calls (counted attempts of requests) have this identifier, by its hash: {records, calls, more: there are more
 * than AK_SHARED_COUNTED records, of which those are counted, first: [citations], of calls before other records, at most `named`}. */
enum { AK_SHARED_COUNTED = 100000 };
enum ak_rc ak_query_shared_by(struct ak_store *s, struct ak_str value, size_t named, json_t **out, struct ak_err *err);
/* Counted attempts that a usage row may be the sum of, by its provider, model and key: [{seq, cite}] in time order, at most `most`. */
enum ak_rc ak_query_in_bucket(struct ak_store *s, int64_t seq, size_t most, json_t **out, struct ak_err *err);

/* ---- what link/ needs ---- */

/* The same rows as ak_query_usage_rows, one by one; run: only those it brought, 0 = all. each may stop with AK_FAIL. */
enum ak_rc ak_query_usage_each(struct ak_store *s, int64_t run, int64_t from_us, int64_t to_us,
			       enum ak_rc (*each)(void *ctx, const struct ak_usage_row *row, struct ak_err *err), void *ctx,
			       struct ak_err *err);
/* Is there any request record at all? */
enum ak_rc ak_query_any_request(struct ak_store *s, bool *out, struct ak_err *err);
/* Newest usage rows with a request count: [{seq, source, provider, model, key, start, end, start_number, requests,
 * input_tokens}] sorted by start. */
enum ak_rc ak_query_usage_rows(struct ak_store *s, int64_t from_us, int64_t to_us, json_t **out, struct ak_err *err);
/* Gateway attempts that reached a provider successfully (no cache hit, no failure) in a period, by provider and served
 * model: [{source, provider, model, n}]. */
enum ak_rc ak_query_served(struct ak_store *s, int64_t from_us, int64_t to_us, json_t **out, struct ak_err *err);
/* Clock offset between app events and the first gateway request of the same trace, per source and app: [{from, app (or null), to,
 * pairs, median_ms, min_ms, max_ms, sampled: {one_in, of, source} where not all records were read}], negative = the app's clock is ahead (nothing arrives before it was sent). Raw times are
 * never changed. source: only app events of this one, NULL = all; run: only those it brought, 0 = all. */
enum ak_rc ak_query_clock(struct ak_store *s, const char *source, int64_t run, json_t **out, struct ak_err *err);

/* ---- populations and totals; half-open period in microseconds, newest revisions of live records ---- */

/* Every key that a record names or the inventory lists: {key, alias, attempts (gateway), provider_requests (text), first,
 * last, state, owner, owner_basis: "key inventory"|"request records"|null, team, people (that records under it name)}. Rows
 * meet by key id or hash, never by label. */
enum ak_rc ak_query_keys_each(struct ak_store *s, int64_t from_us, int64_t to_us, ak_row_fn *each, void *ctx, struct ak_err *err);
/* All of them as an array. */
/* Owners by key id and by key hash, of each as the newest inventory row names them: {id or hash: owner}. */
enum ak_rc ak_query_key_owners(struct ak_store *s, json_t **out, struct ak_err *err);
enum ak_rc ak_query_keys(struct ak_store *s, int64_t from_us, int64_t to_us, json_t **out, struct ak_err *err);
/* Records in which one of these values (texts: stored forms of one identifier) is a key, person, address or other identifier of
 * somebody, or what a change was made to, in time order: [{cite, kind, time, form (the value that stands there), total}], at most
 * `most` of *total. Reads all records: people and keys of requests have no index. */
enum ak_rc ak_query_of_identifier(struct ak_store *s, const json_t *values, size_t most, json_t **rows, int64_t *total,
				  struct ak_err *err);
/* Every call (counted attempt) of the period by its citation, in the order of the ledger but for folded ones, which come last. */
enum ak_rc ak_query_call_cites(struct ak_store *s, int64_t from_us, int64_t to_us, void (*each)(void *ctx, const char *citation), void *ctx,
			       struct ak_err *err);
/* Access grants by role: [{role, grants, people, payload, metadata (whose log scope has it), export, never_used, unused_90_days (before
 * the review), ended (the review says so), ended_and_seen (of these: used, or acted in an audit event, after the review)}]. */
enum ak_rc ak_query_roles(struct ak_store *s, int64_t from_us, int64_t to_us, json_t **out, struct ak_err *err);
/* Grants of people who have left, as the reviews, other lists of people, events or `left` (a list of tokens) say: {citation, principal,
 * role, resource, log_scope, export, state, last_used, reviewed, says, ended (1: its own row says so), says_seq (null when only `left` does)}. */
enum ak_rc ak_query_leavers_each(struct ak_store *s, const json_t *left, int64_t from_us, int64_t to_us, ak_row_fn *each, void *ctx, struct ak_err *err);
/* {holds, in_force, disposals, disposed: leaves whose bodies are gone}. */
enum ak_rc ak_query_holds(struct ak_store *s, json_t **out, struct ak_err *err);
/* [{source, layer: "gateway attempts"|"gateway sums"|"provider usage"|"provider calls"|
 * "settlement", provider, model, line_item, currency, records, requests,
 * input_tokens, output_tokens, estimated, billed, query, people}]: sums are exact decimal text, null when no record gives the value;
 * rows of another layer, currency or query descriptor are never one row. */
enum ak_rc ak_query_spend(struct ak_store *s, int64_t from_us, int64_t to_us, json_t **out, struct ak_err *err);
/* How payload arrived, by request or app event: [{source, kind, attempts, present, masked}]; the rest came without. run: only
 * what that run brought, 0 = all. */
enum ak_rc ak_query_payload(struct ak_store *s, int64_t run, int64_t from_us, int64_t to_us, json_t **out, struct ak_err *err);
/* Model paths: [{source, asked, provider, served, attempts, failed, after_fallback, cache_hits, without_key, people}]. */
enum ak_rc ak_query_routes(struct ak_store *s, int64_t from_us, int64_t to_us, json_t **out, struct ak_err *err);
/* Access grants: {citation, principal, actor_type, team, resource, role, log_scope, export, state, created, last_used, reviewed}. */
enum ak_rc ak_query_grants_each(struct ak_store *s, int64_t from_us, int64_t to_us, ak_row_fn *each, void *ctx, struct ak_err *err);
/* Applications that requests, app events, usage and the key inventory name: [{app, records, team, cost_center}]; the latter two null unless all
 * records that give one give the same. */
enum ak_rc ak_query_apps(struct ak_store *s, int64_t from_us, int64_t to_us, json_t **out, struct ak_err *err);
/* Providers that requests and usage name: [{provider, records, region}], region as above. */
enum ak_rc ak_query_providers(struct ak_store *s, int64_t from_us, int64_t to_us, json_t **out, struct ak_err *err);
/* Environments that requests and app events name: [{environment, records}]. */
enum ak_rc ak_query_environments(struct ak_store *s, int64_t from_us, int64_t to_us, json_t **out, struct ak_err *err);
/* Whether any request record is an entry that folds with others (view attempt). */
enum ak_rc ak_query_folds(struct ak_store *s, bool *out, struct ak_err *err);
/* How many entries (records with a facet) fold into how many attempts: {entries, attempts}. */
enum ak_rc ak_query_entries(struct ak_store *s, int64_t from_us, int64_t to_us, json_t **out, struct ak_err *err);
/* Settlement rows by time: {citation, time, type, settlement, amount, currency, request, request_state: "found"|"not found"|
 * "no request named", invoice, reason, approval_event, approval (citation of that event)|null, state}. */
enum ak_rc ak_query_settlements_each(struct ak_store *s, int64_t from_us, int64_t to_us, ak_row_fn *each, void *ctx, struct ak_err *err);
/* Verdicts: {source, verdict, result, rule, version, checked, verdicts, findings (text), linked (with a gateway record), first,
 * last, people}. */
enum ak_rc ak_query_verdicts_each(struct ak_store *s, int64_t from_us, int64_t to_us, ak_row_fn *each, void *ctx, struct ak_err *err);
/* Quota events: {source, decision, scope, scope_id, limit, unit, window, policy_version, events, linked, first, last, people}. */
enum ak_rc ak_query_quotas_each(struct ak_store *s, int64_t from_us, int64_t to_us, ak_row_fn *each, void *ctx, struct ak_err *err);
/* Who viewed or exported logs and data: {citation, time, viewer, role, actor_type, action, log_scope, export, resource, outcome,
 * reason, ticket} by time. */
enum ak_rc ak_query_views_each(struct ak_store *s, int64_t from_us, int64_t to_us, ak_row_fn *each, void *ctx, struct ak_err *err);
/* Settings captured before the end of the period, by system and time: [{citation, time, system, payload_mode, retention_days,
 * version, settings (count), last: the newest of its system}]. */
enum ak_rc ak_query_snapshots(struct ak_store *s, int64_t from_us, int64_t to_us, json_t **out, struct ak_err *err);
/* Stored costs of attempts against the price catalogue, empty without one: [{source, provider, model, currency, attempts (with a
 * cost), priced (with prices in force at their time), stored, recomputed, residual (of the priced ones, exact text)}]. Prices of
 * other service tiers than the default are not applied; a price_per that is no power of ten prices nothing. */
enum ak_rc ak_query_price_check(struct ak_store *s, int64_t from_us, int64_t to_us, json_t **out, struct ak_err *err);
/* The record of a kind that has this event id; AK_END when none has. */
enum ak_rc ak_query_by_event_id(struct ak_store *s, enum ak_kind kind, const char *event_id, json_t **out, struct ak_err *err);
/* Per record kind that has any: [{kind, records, dated, first, last, oldest (microseconds)}]. */
enum ak_rc ak_query_ages(struct ak_store *s, int64_t from_us, int64_t to_us, json_t **out, struct ak_err *err);

#ifdef __cplusplus
}
#endif
#endif
