/* Percentiles of durations, exact: nearest rank over all values of a group (F200). */
#ifndef AK_REPORT_LATENCY_H
#define AK_REPORT_LATENCY_H

#include "report/report.h"

#ifdef __cplusplus
extern "C" {
#endif

/* {schema, report: latency, from, to, zone, bucket, by, rows: [{start?, names, records, failed, duration_ms, time_to_first_chunk_ms,
 * gateway_overhead_ms}], total}; a measure is {of, p50, p90, p95, p99, max, not_ranked, not_plausible}, decimals as texts. not_ranked: values of
 * more than 18 digits; not_plausible: times to the first chunk that are negative or over a millisecond longer than the attempt; `of` has neither. AK_EXIT_LIMIT: more values than are ranked at once. o->shape says nothing; owners are not asked for. */
enum ak_rc ak_report_latency(struct ak_store *s, const struct ak_report_opts *o, json_t **out, struct ak_err *err);

#ifdef __cplusplus
}
#endif
#endif
