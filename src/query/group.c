/* What groups of records are told apart by, and their order. */
#include "base/ak.h"
#include "query/aggregate.h"

#include "base/civil.h"

void ak_buckets_init(struct ak_buckets *b, int64_t us, const struct ak_zone *zone)
{
	*b = (struct ak_buckets){.us = us, .zone = zone, .span = {.start = 1, .end = 0}};
}

int64_t ak_bucket_start(struct ak_buckets *b, int64_t us)
{
	if (!b->us || us == AK_COLUMN_NONE)
		return AK_BUCKET_NONE;
	if (b->zone) {
		int64_t sec = ak_floor_div(us, 1000000);

		if (sec < b->span.start || sec >= b->span.end)
			ak_zone_span(b->zone, sec, &b->span);
		us += b->span.offset * INT64_C(1000000);
	}
	return ak_floor_div(us, b->us) * b->us;
}

struct ak_str ak_group_key(struct ak_buf *key, int64_t bucket, const struct ak_str *by, size_t n)
{
	ak_buf_clear(key);
	ak_buf_add(key, &bucket, sizeof bucket);
	for (size_t k = 0; k < n; k++) {
		uint32_t length = by[k].p ? (uint32_t)by[k].n : UINT32_MAX;

		ak_buf_add(key, &length, sizeof length);
		if (by[k].p)
			ak_buf_addstr(key, by[k]);
	}
	return ak_buf_str(key);
}

static int compare_texts(struct ak_str a, struct ak_str b)
{
	if (!a.p || !b.p)
		return (b.p != NULL) - (a.p != NULL);
	return ak_str_cmp(a, b);
}

int ak_group_order(int64_t bucket, const struct ak_str *by, int64_t other_bucket, const struct ak_str *other)
{
	int order = (bucket > other_bucket) - (bucket < other_bucket);

	if (order && (bucket == AK_BUCKET_NONE || other_bucket == AK_BUCKET_NONE))
		return -order;
	for (int k = 0; k < AK_AGGREGATE_BYS && !order; k++)
		order = compare_texts(by[k], other[k]);
	return order;
}
