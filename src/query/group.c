/* What groups of records are told apart by, and their order. */
#include "base/ak.h"
#include "query/aggregate.h"

#include "base/civil.h"
#include "base/time.h"

void ak_buckets_init(struct ak_buckets *b, int64_t us, const struct ak_zone *zone)
{
	*b = (struct ak_buckets){.us = us, .zone = zone, .span = {.start = 1, .end = 0}};
}

static void enter_span(struct ak_buckets *b, int64_t sec)
{
	struct ak_zone_span before;

	ak_zone_span(b->zone, sec, &b->span);
	b->again = 0;
	if (b->span.start > AK_CIVIL_FIRST) {
		ak_zone_span(b->zone, b->span.start - 1, &before);
		b->again = before.offset - b->span.offset;
	}
}

/* Was the whole bucket there before the clocks went back too? One that was there in part goes on behind the change. */
static bool is_again(const struct ak_buckets *b, int64_t civil_us)
{
	int64_t at = ak_floor_div(civil_us, 1000000) - b->span.offset;

	return at >= b->span.start && at + b->us / 1000000 <= b->span.start + b->again;
}

int64_t ak_bucket_start(struct ak_buckets *b, int64_t us)
{
	if (!b->us || us == AK_COLUMN_NONE)
		return AK_BUCKET_NONE;
	if (b->zone) {
		int64_t sec = ak_floor_div(us, 1000000);

		if (sec < b->span.start || sec >= b->span.end)
			enter_span(b, sec);
		us += b->span.offset * INT64_C(1000000);
	}
	us = ak_floor_div(us, b->us) * b->us;
	return us + (b->again > 0 && !b->civil && is_again(b, us));
}

/* The instant of a bucket's start; after a gap, the first moment behind it. */
static int64_t start_seconds(const struct ak_zone *zone, int64_t bucket)
{
	int64_t civil = ak_floor_div(bucket, 1000000), at, before;
	struct ak_zone_span span;
	bool twice;

	if (ak_zone_local(zone, civil, &at, &twice)) {
		ak_zone_span(zone, at, &span);
		if (!AK_BUCKET_AGAIN(bucket))
			return at;
		before = span.offset;
		ak_zone_span(zone, span.end, &span);
		return at + before - span.offset;
	}
	ak_zone_span(zone, civil - AK_DAY_SECONDS, &span);
	return civil - span.offset;
}

const char *ak_bucket_text(const struct ak_zone *zone, int64_t bucket, char out[40])
{
	struct ak_zone_span span;
	int minutes;

	ak_time_z(bucket - AK_BUCKET_AGAIN(bucket), 0, out);
	out[19] = '\0';
	if (!zone)
		return out;
	ak_zone_span(zone, start_seconds(zone, bucket), &span);
	minutes = (int)(span.offset < 0 ? -span.offset : span.offset) / 60;
	snprintf(out + 19, 21, "%c%02d:%02d", span.offset < 0 ? '-' : '+', minutes / 60 % 100, minutes % 60);
	return out;
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

	if (order && (!AK_BUCKET_IS_TIME(bucket) || !AK_BUCKET_IS_TIME(other_bucket)))
		return -order;
	for (int k = 0; k < AK_AGGREGATE_BYS && !order; k++)
		order = compare_texts(by[k], other[k]);
	return order;
}
