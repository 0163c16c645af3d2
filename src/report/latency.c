#include "base/ak.h"
#include "report/latency.h"

#include <stdlib.h>

#include "report/alone.h"
#include "report/list.h"
#include "report/rows.h"

#define MOST_VALUES ((size_t)16 << 20)
#define COMMON_SCALE 18 /* a mantissa of 18 digits by up to 10^18 fits 128 bits */
#define SLACK_MS 1	/* sources round both times by themselves */

static const struct {
	const char *name;
	enum ak_column col;
} measures[] = {
	{"duration_ms", AK_COL_DURATION}, {"time_to_first_chunk_ms", AK_COL_TTFT}, {"gateway_overhead_ms", AK_COL_OVERHEAD}};
enum { MEASURES = AK_COUNT(measures) };

struct value {
	int64_t mantissa;
	int32_t scale;
	uint32_t group;
};

struct ranking {
	const struct ak_report_opts *o;
	struct ak_aggregate groups; /* counts, and the order of the rows */
	struct ak_map rows;	    /* a row's bytes -> its number */
	struct ak_map sources;
	struct ak_by_codes *by;
	struct ak_buckets buckets;
	struct value *value;
	size_t n, cap;
	enum ak_column col;
	int64_t *not_ranked, *not_plausible; /* by group, the last is the total's */
	struct ak_buf key;
};

/* ---- rows ---- */

static void number_rows(struct ranking *r)
{
	for (size_t i = 0; i < r->groups.n; i++)
		ak_map_put(&r->rows, ak_group_key(&r->key, r->groups.group[i]->bucket, r->groups.group[i]->by, r->o->nby), NULL)->v.num = (int64_t)i;
}

static uint32_t row_of(struct ranking *r, const struct ak_columns *c, size_t i)
{
	int64_t us = ak_columns_number(c, AK_COL_TIME, i);
	struct ak_str by[AK_AGGREGATE_BYS];
	const struct ak_map_entry *e;

	for (size_t k = 0; k < r->o->nby; k++)
		by[k] = r->by[k].value[r->by[k].code[i]];
	e = ak_map_get(&r->rows, ak_group_key(&r->key, ak_bucket_start(&r->buckets, us), by, r->o->nby));
	if (!e)
		AK_BUG("a record of no group");
	return (uint32_t)e->v.num;
}

/* ---- values ---- */

static enum ak_rc add_value(struct ranking *r, uint32_t group, int64_t mantissa, uint8_t scale, struct ak_err *err)
{
	if (r->n == MOST_VALUES) {
		ak_hint(err, "bound the period with --from and --to");
		return ak_fail(err, AK_EXIT_LIMIT, "more than %zu durations to be ranked", MOST_VALUES);
	}
	if (r->n == r->cap) {
		r->cap = r->cap ? 2 * r->cap : 1 << 16;
		r->value = ak_realloc(r->value, r->cap * sizeof *r->value);
	}
	r->value[r->n++] = (struct value){mantissa, scale, group};
	return AK_OK;
}

static __int128 scaled(const struct value *v)
{
	__int128 n = v->mantissa;

	for (int i = v->scale; i < COMMON_SCALE; i++)
		n *= 10;
	return n;
}

/* The first chunk comes after the call began and not after it ended: else one of the clocks or the record is wrong. */
static bool plausible(const struct ranking *r, const struct ak_columns *c, size_t i)
{
	struct value v = {.mantissa = c->number[r->col][i], .scale = c->scale[r->col][i]}, whole, slack = {.mantissa = SLACK_MS};

	if (r->col != AK_COL_TTFT)
		return true;
	if (v.mantissa < 0)
		return false;
	if (!c->number[AK_COL_DURATION] || c->number[AK_COL_DURATION][i] == AK_COLUMN_NONE || c->scale[AK_COL_DURATION][i] > COMMON_SCALE)
		return true;
	whole = (struct value){.mantissa = c->number[AK_COL_DURATION][i], .scale = c->scale[AK_COL_DURATION][i]};
	return scaled(&v) <= scaled(&whole) + scaled(&slack);
}

static enum ak_rc take_block(void *ctx, const struct ak_columns *c, const bool *keep, struct ak_err *err)
{
	struct ranking *r = ctx;
	enum ak_rc rc = AK_OK;

	if (!c->number[r->col])
		return AK_OK;
	for (size_t k = 0; k < r->o->nby; k++)
		ak_by_code(c, r->o->by[k], &r->sources, &r->by[k]);
	for (size_t i = 0; i < c->n && rc == AK_OK; i++) {
		uint32_t group;

		if (!keep[i] || c->number[r->col][i] == AK_COLUMN_NONE)
			continue;
		group = row_of(r, c, i);
		if (c->scale[r->col][i] > COMMON_SCALE) {
			r->not_ranked[group]++;
			r->not_ranked[r->groups.n]++;
		} else if (!plausible(r, c, i)) {
			r->not_plausible[group]++;
			r->not_plausible[r->groups.n]++;
		} else {
			rc = add_value(r, group, c->number[r->col][i], c->scale[r->col][i], err);
		}
	}
	return rc;
}

static int by_size(const void *a, const void *b)
{
	const struct value *x = a, *y = b;
	__int128 p, q;

	if (x->scale == y->scale)
		return (x->mantissa > y->mantissa) - (x->mantissa < y->mantissa);
	p = scaled(x);
	q = scaled(y);
	return (p > q) - (p < q);
}

/* All in the places of the one with most behind the point; false: some have too many digits for it, and all are as before. */
static bool to_one_scale(struct ranking *r)
{
	static const int64_t ten[] = {1, 10, 100, 1000, 10000, 100000, 1000000, 10000000, 100000000, 1000000000, 10000000000, 100000000000, 1000000000000};
	int32_t most = 0;

	for (size_t i = 0; i < r->n; i++)
		most = r->value[i].scale > most ? r->value[i].scale : most;
	for (size_t i = 0; i < r->n; i++) {
		size_t by = (size_t)(most - r->value[i].scale);

		if (by >= AK_COUNT(ten) || r->value[i].mantissa > INT64_MAX / ten[by] || r->value[i].mantissa < -(INT64_MAX / ten[by]))
			return false;
	}
	for (size_t i = 0; i < r->n; i++) {
		r->value[i].mantissa *= ten[most - r->value[i].scale];
		r->value[i].scale = most;
	}
	return true;
}

/* By so many bits at a time, the lowest first; digits that are all the same are passed over. */
enum { DIGIT = 11, DIGITS = 1 << DIGIT };

static uint64_t ordered(const struct value *v) { return (uint64_t)v->mantissa ^ UINT64_C(1) << 63; }

static void sort_by_size(struct ranking *r)
{
	struct value *other = ak_alloc((r->n + 1) * sizeof *other), *from = r->value, *to = other, *swap;
	size_t at[DIGITS], sum, n;
	uint64_t differ = 0;

	for (size_t i = 1; i < r->n; i++)
		differ |= ordered(&r->value[i]) ^ ordered(&r->value[0]);
	for (int shift = 0; shift < 64; shift += DIGIT) {
		if (!(differ >> shift & (DIGITS - 1)))
			continue;
		memset(at, 0, sizeof at);
		for (size_t i = 0; i < r->n; i++)
			at[ordered(&from[i]) >> shift & (DIGITS - 1)]++;
		for (size_t d = sum = 0; d < DIGITS; d++, sum += n) {
			n = at[d];
			at[d] = sum;
		}
		for (size_t i = 0; i < r->n; i++)
			to[at[ordered(&from[i]) >> shift & (DIGITS - 1)]++] = from[i];
		swap = from;
		from = to;
		to = swap;
	}
	if (from != r->value)
		memcpy(r->value, from, r->n * sizeof *from);
	ak_free(other);
}

/* What is in order stays so within each group. first: where each begins, and behind it the end of the last. */
static void sort_by_group(struct ranking *r, size_t *first)
{
	struct value *other = ak_alloc((r->n + 1) * sizeof *other);
	size_t sum = 0, n;

	for (size_t i = 0; i < r->n; i++)
		first[r->value[i].group]++;
	for (size_t g = 0; g <= r->groups.n; g++, sum += n) {
		n = first[g];
		first[g] = sum;
	}
	for (size_t i = 0; i < r->n; i++)
		other[first[r->value[i].group]++] = r->value[i];
	for (size_t g = r->groups.n; g > 0; g--)
		first[g] = first[g - 1];
	first[0] = 0;
	ak_free(r->value);
	r->value = other;
	r->cap = r->n + 1;
}

/* ---- as a document ---- */

/* The smallest value that at least p of a hundred do not exceed. */
static json_t *ranks(const struct ranking *r, size_t group, const struct value *v, size_t n)
{
	static const struct {
		const char *name;
		size_t percent;
	} wanted[] = {{"p50", 50}, {"p90", 90}, {"p95", 95}, {"p99", 99}, {"max", 100}};
	json_t *out = json_pack("{s:I, s:I, s:I}", "of", (json_int_t)n, "not_ranked", (json_int_t)r->not_ranked[group], "not_plausible",
				(json_int_t)r->not_plausible[group]);
	char buf[64];

	for (size_t i = 0; i < AK_COUNT(wanted); i++) {
		size_t rank = (n * wanted[i].percent + 99) / 100;
		int64_t mantissa = n ? v[rank - 1].mantissa : 0;
		int scale = n ? v[rank - 1].scale : 0;
		struct ak_str text;

		for (; scale && mantissa % 10 == 0; scale--)
			mantissa /= 10;
		text = ak_dec_small_text(mantissa, scale, buf);
		json_object_set_new(out, wanted[i].name, n ? json_stringn(text.p, text.n) : json_null());
	}
	return out;
}

static json_t *row(const struct ak_report_opts *o, const struct ak_aggregate_group *g)
{
	json_t *out = json_pack("{s:I, s:I}", "records", (json_int_t)g->records, "failed", (json_int_t)g->count[0]);

	ak_report_name_row(o, g->bucket, g->by, out);
	return out;
}

/* Values of one measure over all of them into the total, and group by group into the rows. */
static void rank(struct ranking *r, const char *name, json_t *rows, json_t *total)
{
	size_t *first = ak_alloc_zero(r->groups.n + 1, sizeof *first);

	if (r->n && to_one_scale(r))
		sort_by_size(r);
	else if (r->n)
		ak_sort(r->value, r->n, sizeof *r->value, by_size);
	json_object_set_new(total, name, ranks(r, r->groups.n, r->value, r->n));
	sort_by_group(r, first);
	for (size_t i = 0; i < r->groups.n; i++)
		json_object_set_new(json_array_get(rows, i), name, ranks(r, i, r->value + first[i], first[i + 1] - first[i]));
	ak_free(first);
}

static enum ak_rc measure(struct ranking *r, struct ak_store *s, size_t m, json_t *rows, json_t *total, struct ak_err *err)
{
	struct ak_columns_want want = {{false}};
	enum ak_rc rc;

	r->n = 0;
	r->col = measures[m].col;
	memset(r->not_ranked, 0, (r->groups.n + 1) * sizeof *r->not_ranked);
	memset(r->not_plausible, 0, (r->groups.n + 1) * sizeof *r->not_plausible);
	want.col[r->col] = true;
	want.col[AK_COL_DURATION] |= r->col == AK_COL_TTFT;
	for (size_t k = 0; k < r->o->nby; k++)
		ak_by_want(r->o->by[k], &want);
	rc = ak_query_columns_each(s, r->o->from_us, r->o->to_us, &want, take_block, r, err);
	if (rc == AK_OK)
		rank(r, measures[m].name, rows, total);
	return rc;
}

static enum ak_rc count(struct ranking *r, struct ak_store *s, json_t *rows, json_t *total, struct ak_err *err)
{
	struct ak_aggregate_opts a = {.layer = {.kind = AK_K_REQUEST}, .from_us = r->o->from_us, .to_us = r->o->to_us, .nby = r->o->nby,
				      .bucket_us = r->o->bucket_us, .zone = r->o->zone, .civil = r->o->civil, .count = {{AK_COL_OUTCOME, "failure"}}, .ncounts = 1};
	int64_t records = 0, failed = 0;
	enum ak_rc rc;

	memcpy(a.by, r->o->by, sizeof r->o->by);
	rc = ak_aggregate(s, &a, &r->groups, err);
	for (size_t i = 0; rc == AK_OK && i < r->groups.n; i++) {
		json_array_append_new(rows, row(r->o, r->groups.group[i]));
		records += r->groups.group[i]->records;
		failed += r->groups.group[i]->count[0];
	}
	json_object_set_new(total, "records", json_integer(records));
	json_object_set_new(total, "failed", json_integer(failed));
	return rc;
}

enum ak_rc ak_report_latency(struct ak_store *s, const struct ak_report_opts *o, json_t **out, struct ak_err *err)
{
	struct ranking r = {.o = o};
	json_t *rows = json_array(), *total = json_object();
	enum ak_rc rc;

	ak_buckets_init(&r.buckets, o->bucket_us, o->zone);
	r.buckets.civil = o->civil;
	ak_map_init(&r.rows);
	ak_map_init(&r.sources);
	ak_buf_init(&r.key, 1 << 20);
	r.by = ak_alloc_zero(AK_AGGREGATE_BYS, sizeof *r.by);
	rc = ak_by_sources(s, &r.sources, err);
	if (rc == AK_OK)
		rc = count(&r, s, rows, total, err);
	number_rows(&r);
	r.not_ranked = ak_alloc_zero(r.groups.n + 1, sizeof *r.not_ranked);
	r.not_plausible = ak_alloc_zero(r.groups.n + 1, sizeof *r.not_plausible);
	for (size_t m = 0; m < MEASURES && rc == AK_OK; m++)
		rc = measure(&r, s, m, rows, total, err);
	if (rc == AK_OK) {
		*out = ak_report_head(o, "latency");
		ak_alone_add(*out, "latency", 0); /* the dashboard has this document in its own */
		json_object_set(*out, "rows", rows);
		json_object_set(*out, "total", total);
	}
	for (int k = 0; k < AK_AGGREGATE_BYS; k++)
		ak_by_codes_release(&r.by[k]);
	ak_free(r.by);
	ak_free(r.value);
	ak_free(r.not_ranked);
	ak_free(r.not_plausible);
	ak_aggregate_release(&r.groups);
	ak_by_sources_release(&r.sources);
	ak_map_release(&r.rows);
	ak_buf_release(&r.key);
	json_decref(rows);
	json_decref(total);
	return rc;
}
