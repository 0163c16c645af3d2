/* Reports that count and sum records by what they say: usage, cost, errors, cache. Each layer of evidence stands for itself, what a
 * gateway recorded, what a provider counted, what was billed; none is added to another (F146). */
#ifndef AK_REPORT_REPORT_H
#define AK_REPORT_REPORT_H

#include <jansson.h>

#include "query/aggregate.h"

enum ak_report_shape { AK_REPORT_USAGE, AK_REPORT_COST, AK_REPORT_ERRORS, AK_REPORT_CACHE, AK_REPORT_SHAPES };

/* Beside AK_BY_*: the owner that the newest key inventory names for the key. */
#define AK_BY_OWNER ((enum ak_by)AK_BY_COUNT)

struct ak_report_opts {
	enum ak_report_shape shape;
	int64_t from_us, to_us; /* half-open; INT64_MIN, INT64_MAX: open */
	enum ak_by by[AK_AGGREGATE_BYS - 3];
	size_t nby;
	int64_t bucket_us; /* 0 = none */
	const char *bucket; /* as it was given: 1h */
	const struct ak_zone *zone; /* NULL: UTC */
	const char *zone_name;
	bool civil; /* buckets of civil time alone: an hour that the clocks made twice is one, and no offset is told */
};

#ifdef __cplusplus
extern "C" {
#endif

/* By its word, owner too; -1 unknown. */
int ak_report_by_find(struct ak_str name);
const char *ak_report_by_name(enum ak_by by);
/* {schema, report, from, to, zone, bucket, by, layers: [{layer, source, query, rows, total, across, begun_before}], notes: sentences, where there are
 * any}. Rows of buckets have cut_from and cut_to: the bound of the period, in civil time of the zone, that cuts the bucket, else null. Of every figure:
 * its exact sum and the number of records that had one; values that no record names are null. The rows of a layer and `across` add up to its total;
 * across (usage; null: none): rows that end behind their bucket or the period, as one row; begun_before: rows that reach into the period from
 * before it, in no sum. */
enum ak_rc ak_report(struct ak_store *s, const struct ak_report_opts *o, json_t **out, struct ak_err *err);

#ifdef __cplusplus
}
#endif
#endif
