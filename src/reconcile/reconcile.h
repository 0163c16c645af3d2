/* What the gateways recorded against what providers counted and billed: per source of usage, bucket, key, project and model, the
 * gap split into classes that add up to it exactly. Sums, never a claim about one call (DECISIONS 10). Each class is a rule over
 * records, in the order of AK_RECONCILE_CLASSES; what no rule explains is `unexplained`. */
#ifndef AK_RECONCILE_RECONCILE_H
#define AK_RECONCILE_RECONCILE_H

#include <jansson.h>

#include "conf/policy.h"
#include "query/query.h"

/* In the order in which they are applied: X(ID, name, what it means, what it does not prove) */
#define AK_RECONCILE_CLASSES(X)                                                                                                      \
	X(CREDIT, credit, "rows that the provider marks as credit or adjustment, or with a negative amount",                         \
	  "that the credit was due")                                                                                                 \
	X(TIME_ZONE, time_zone,                                                                                                      \
	  "one constant shift of all buckets of the source, by half hours, halves its gaps at least, or makes two of three buckets exact with more "  \
	  "on the provider's side in the others",                                                                                    \
	  "which zone the account is set to")                                                                                        \
	X(BUCKET_EDGE, bucket_edge,                                                                                                  \
	  "calls that began in one bucket and ended in another or within 5 s of its edge, with the opposite gap there; calls of a batch that was "   \
	  "submitted up to a day before; a bucket that reaches beyond the gateways' records",                                        \
	  "in which bucket the provider counted one call")                                                                           \
	X(PROVISIONAL, provisional_bucket, "the provider has less, and the bucket was exported before it was final",                 \
	  "that the rest will come")                                                                                                 \
	X(FAILED, failed_but_billed, "calls that failed at the gateway in the bucket or across its edge, as many as there are, without those that were refused (401, 403, 404, 429)",    \
	  "that the provider finished them")    \
	X(RETRY, retry, "retries that the gateway counts without a record of their own", "that each of them reached the provider")   \
	X(UNPRICED, unpriced_model, "what is left of a bucket with calls without a cost at the gateway, where it may be theirs; else their share of the provider's amount by tokens",                    \
	  "that the provider's price is right")                                                                                      \
	X(CACHE, cache_rule, "cached tokens that one side counts in the input and the other does not; a constant amount per cached token over the period", \
	  "the contract behind the amount")                                                                                          \
	X(TIER, tier_or_discount, "batch and tier rows; one ratio between provider and gateway for a model over the period",         \
	  "that the discount was agreed")                                                                                            \
	X(ROUNDING, rounding,                                                                                                        \
	  "at most half a unit of the last digit that a source prints, for each row; of amounts that are binary numbers printed in full, what their last "  \
	  "digits can make: 1e-15 of each, and 1.2e-16 of a provider's row for each call that it adds up",                           \
	  "")                        \
	X(BYPASS, bypass,                                                                                                            \
	  "provider traffic without a gateway record: a key or project that no gateway record explains, or more calls in a bucket than the gateways have", \
	  "a direct call: a gateway record that was left out of an export looks the same")                                           \
	X(UNEXPLAINED, unexplained, "what no rule explains", "")

enum ak_reconcile_class {
#define X(id, name, what, not_proven) AK_RC_##id,
	AK_RECONCILE_CLASSES(X)
#undef X
	AK_RC_CLASSES
};

extern const char *const ak_reconcile_class_name[AK_RC_CLASSES];

struct ak_reconcile_opts {
	int64_t from_us, to_us; /* half-open: buckets that lie in it */
	int64_t bucket_us;	/* finer buckets of a source are added up to this size; 0 = as they are */
	const char *control_point; /* source whose record of a call counts where several have one; may be NULL */
};

struct ak_reconcile; /* the result; memory grows with cells and provider rows, not with gateway records */

/* One row as RFC 8785; dies with the call. */
typedef enum ak_rc ak_reconcile_row_fn(void *ctx, struct ak_str row, struct ak_err *err);

/* err->reason where an amount is too long to be added up exactly. */
#define AK_AMOUNT_TOO_LONG "amount_too_long"

#ifdef __cplusplus
extern "C" {
#endif

/* Internal: that failure. */
enum ak_rc ak_reconcile_too_long(struct ak_err *err);

enum ak_rc ak_reconcile_run(struct ak_store *s, const struct ak_reconcile_opts *o, struct ak_reconcile **out, struct ak_err *err);
void ak_reconcile_free(struct ak_reconcile *r);

/* Rows by source, bucket, key, project, model and measure: {row, source, query|null, bucket, bucket_end, provider|null, key|null, project|null,
 * model|null, models (when several names are one row), measure: "requests"|"input_tokens"|"output_tokens"|"cost", unit or currency,
 * gateway, provider_figure, gap = provider_figure - gateway, classes: {name: amount that is not 0}, basis: {class: sentence},
 * provider_rows, gateway_records}. Amounts are decimal text. key null: all keys that the gateways' own share of the source is made of. */
enum ak_rc ak_reconcile_each(struct ak_reconcile *r, ak_reconcile_row_fn *each, void *ctx, struct ak_err *err);
/* Those that have a gap, `most` of them: first with bypass or an unexplained rest, then explained, then those that are rounding alone; each in that
 * order. How many there are, and of them of the last kind. */
enum ak_rc ak_reconcile_gaps(struct ak_reconcile *r, uint64_t most, ak_reconcile_row_fn *each, void *ctx, uint64_t *gaps, uint64_t *rounding,
			     struct ak_err *err);
/* {sources: [{source, query|null, provider|null, bucket_seconds, buckets, dims: {key, project, model: "compared"|"pooled"|"not grouped by"},
 *  time_zone: {shift_minutes, before, after}|null, rows, agree, not_compared: {provider_rows, gateway_requests}, rates: [..],
 *  totals: [{measure, unit or currency, provider_figure, gateway, gap, classes, unexplained_ppm (of provider figures), rows, agree: without a gap, agree_but_rounding: with one
 *  that is rounding alone, rounding_in_all and unexplained_in_all: of all rows without their signs}]}],
 *  outside: [{measure, value, of, unknown_keys: value of keys that no gateway has}] of what the provider counted where the gateways' records do not reach,
 *  counted: {requests, outside, unknown_keys}: requests of all providers, each once where several queries count it,
 *  gateway_records: {first, last, requests, recorded_twice: requests that count with another gateway's, twice_by_time: those of them that share no
 *  identifier with it but time, model and tokens, apart_by_count: such that the provider counted as calls of their own, one_id_several_calls: those with
 *  the provider's id of another source's call that is more than a day away and shares no other identifier: each counts}, classes: [{class, means, does_not_prove}]}. */
json_t *ak_reconcile_summary(struct ak_reconcile *r);
/* The first 20 of one_id_several_calls with the other calls of that id, as conflicts: [{records: [{cite, time}] in order of time}]. */
enum ak_rc ak_reconcile_several(struct ak_reconcile *r, json_t **out, struct ak_err *err);
/* Traffic without a gateway record: [{basis: "key"|"project"|"bucket", source, provider, key, project, model, first, last,
 * buckets, requests, input_tokens, output_tokens, costs: {currency: amount}, cites: [first 20 provider rows], rows}], largest first. *sources: series
 * that were looked at. */
json_t *ak_reconcile_bypass(struct ak_reconcile *r);
/* Rows with an unexplained rest, by source, query, provider, measure and unit or currency: [{source, query|null, provider|null, measure, unit or currency,
 * rows: how many, largest: the first 5 by amount without sign [{row, bucket, key, project, model, unexplained, provider_rows}], cites: their first
 * 20 provider rows, largest row first}]. */
json_t *ak_reconcile_unexplained(struct ak_reconcile *r);
/* Members of a row: {row, side: "gateway"|"provider", cite, value, counted: bool, why|null}; the counted values of a side add up to its figure.
 * AK_END when there is no such row. */
enum ak_rc ak_reconcile_drill(struct ak_reconcile *r, const char *row, ak_row_fn *each, void *ctx, struct ak_err *err);

/* Requests and usage rows that were exported again with other content, so that several versions of one record count: {records, versions, named: [the
 * first 20: {kind, source, time|null, cites, differ: {measure: [figure of each version, null = none]}}]}. */
enum ak_rc ak_reconcile_conflicts(struct ak_store *s, int64_t from_us, int64_t to_us, json_t **out, struct ak_err *err);
/* Provider calls (records that a provider logged itself) that no gateway record shares an identifier with: {judged: [{source, calls, named, without,
 * may_be_unnamed}], not_judged: [{source, calls, why}], findings: [{source, provider, principal, model, calls, of, at_least, may_be_unnamed,
 * unnamed_attempts, input_tokens, output_tokens, first, last, cites}], undecided: likewise}. may_be_unnamed: failed calls of principals whose other
 * calls gateways recorded, in the time of unnamed_attempts, failed attempts of the gateways that name no identifier (reconcile/unnamed.h); at_least:
 * calls without these. undecided: all of the calls are such. */
enum ak_rc ak_reconcile_calls(struct ak_store *s, int64_t from_us, int64_t to_us, json_t **out, struct ak_err *err);

#ifdef __cplusplus
}
#endif
#endif
