/* Amounts of a period against a baseline, bucket by bucket, with what made the difference (F204). */
#ifndef AK_REPORT_VARIANCE_H
#define AK_REPORT_VARIANCE_H

#include "report/report.h"

struct ak_variance_opts {
	int64_t from_us, to_us, base_from_us, base_to_us; /* half-open; none is open */
	enum ak_by by[AK_AGGREGATE_BYS - 3];		  /* drivers are told by each of these apart; owner is none of them */
	size_t nby;
	int64_t bucket_us;
	const char *bucket;
	const struct ak_zone *zone; /* NULL: UTC */
	const char *zone_name;
	uint32_t factor_tenths; /* from this many tenths of what the baseline expects on, an amount is high */
};

#ifdef __cplusplus
extern "C" {
#endif

/* The end of the civil day that an instant lies in, and an instant so many microseconds of civil time earlier. */
int64_t ak_variance_day_end(const struct ak_zone *zone, int64_t us);
int64_t ak_variance_before(const struct ak_zone *zone, int64_t us, int64_t by_us);
/* Civil time between two instants: a day with a change of clocks is a day. */
int64_t ak_variance_length(const struct ak_zone *zone, int64_t from_us, int64_t to_us);

/* {schema, report: variance, from, to, baseline: {from, to}, zone, bucket, by, factor, rows, total, statements}. A row for each layer,
 * figure, currency and bucket: {layer, source, query, figure, currency, start, amount, of: records that had one, baseline_sum, baseline_buckets:
 * those since the layer's first record, expected: their mean, difference, ratio (text; null: nothing was expected), verdict: "high"|"low"|"new"|
 * "usual"|"no baseline"|"cut" (the period holds part of the bucket only, and that part is not high)|"not judged" (there
 * are rows in it of no bucket: longer than one, or over an edge; total.across counts them), drivers: of high, low and new ones, for
 * each word of `by` [{name, amount, baseline_sum, expected, contribution}]}: contributions add up to the difference, to the last digit; means are
 * rounded six digits behind the last of the amounts, so that they add up too. */
enum ak_rc ak_report_variance(struct ak_store *s, const struct ak_variance_opts *o, json_t **out, struct ak_err *err);

#ifdef __cplusplus
}
#endif
#endif
