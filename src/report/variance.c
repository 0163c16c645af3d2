#include "base/ak.h"
#include "report/variance.h"

#include "base/jsonget.h"
#include "query/query.h"
#include "report/list.h"
#include "report/movers.h"

enum { FIGURES = 3 };

static const struct {
	const char *name;
	enum ak_column col;
} figures[FIGURES] = {{"estimated", AK_COL_COST_ESTIMATED}, {"billed", AK_COL_COST_BILLED}, {"effective", AK_COL_COST_EFFECTIVE}};

enum verdict { HIGH, LOW, NEW, USUAL, NO_BASELINE, CUT, SPANS, VERDICTS };

struct making {
	struct ak_store *s;
	const struct ak_variance_opts *o;
	json_t *doc;
	int64_t across; /* rows longer than a bucket or over an edge of one */
	int64_t n[VERDICTS];
	struct ak_err *err;
};

static const char *const verdicts[] = {"high", "low", "new", "usual", "no baseline", "cut", "not judged"};

/* ---- civil time ---- */

static int64_t offset_us(const struct ak_zone *zone, int64_t us)
{
	struct ak_zone_span span;

	if (!zone)
		return 0;
	ak_zone_span(zone, us / 1000000 - (us % 1000000 < 0), &span);
	return (int64_t)span.offset * 1000000;
}

/* The instant of a civil time; the moment after a gap for one that never was. */
static int64_t instant(const struct ak_zone *zone, int64_t civil)
{
	int64_t at;
	bool twice;

	if (!zone)
		return civil;
	if (ak_zone_local(zone, civil / 1000000 - (civil % 1000000 < 0), &at, &twice))
		return at * 1000000 + ((civil % 1000000) + 1000000) % 1000000;
	return civil - offset_us(zone, civil - offset_us(zone, civil));
}

int64_t ak_variance_day_end(const struct ak_zone *zone, int64_t us)
{
	const int64_t day = INT64_C(86400000000);
	int64_t civil = us + offset_us(zone, us), start = civil / day * day - (civil % day < 0 ? day : 0);

	return instant(zone, start + day);
}

int64_t ak_variance_before(const struct ak_zone *zone, int64_t us, int64_t by_us) { return instant(zone, us + offset_us(zone, us) - by_us); }

int64_t ak_variance_length(const struct ak_zone *zone, int64_t from_us, int64_t to_us)
{
	return to_us + offset_us(zone, to_us) - from_us - offset_us(zone, from_us);
}

/* Did this bucket exist? An hour that the clocks jump over did not. */
static bool exists(const struct ak_variance_opts *o, int64_t civil)
{
	int64_t at;
	bool twice;

	return !o->zone || o->bucket_us >= INT64_C(86400000000) || ak_zone_local(o->zone, civil / 1000000, &at, &twice);
}

static int64_t bucket_at(const struct ak_variance_opts *o, int64_t us)
{
	struct ak_buckets b;

	ak_buckets_init(&b, o->bucket_us, o->zone);
	return ak_bucket_start(&b, us);
}

/* Did the clocks make two of it? The second one's start is 1 more. */
static bool exists_again(const struct ak_variance_opts *o, int64_t civil)
{
	struct ak_zone_span span;
	int64_t at;
	bool twice;

	if (!o->zone || !ak_zone_local(o->zone, civil / 1000000, &at, &twice) || !twice)
		return false;
	ak_zone_span(o->zone, at, &span);
	at = span.end;
	ak_zone_span(o->zone, at, &span);
	return bucket_at(o, civil - span.offset * INT64_C(1000000)) == civil + 1;
}

static uint32_t buckets_between(const struct ak_variance_opts *o, int64_t first, int64_t end)
{
	uint32_t n = 0;

	for (int64_t at = first; at < end && n < UINT32_MAX; at += o->bucket_us)
		n += exists(o, at) + exists_again(o, at);
	return n;
}

/* ---- one layer ---- */

struct layer {
	const struct ak_layer *l;
	const char *name, *source, *query;
	struct ak_aggregate now, base;	/* by currency */
	struct ak_aggregate by_now[AK_AGGREGATE_BYS], by_base[AK_AGGREGATE_BYS]; /* by each word and currency */
	uint32_t nbase;
	int64_t across, until_us;	  /* rows of the period that lie in no bucket; where the layer's records end */
	int64_t across_from_us, across_to_us; /* where they lie */
};

static enum ak_rc sums(const struct making *m, const struct ak_layer *l, int word, bool base, struct ak_aggregate *out)
{
	const struct ak_variance_opts *o = m->o;
	struct ak_aggregate_opts a = {.layer = *l, .from_us = base ? o->base_from_us : o->from_us, .to_us = base ? o->base_to_us : o->to_us};

	a.by[a.nby++] = AK_BY_CURRENCY;
	if (word >= 0)
		a.by[a.nby++] = o->by[word];
	for (size_t i = 0; i < FIGURES; i++)
		a.sum[a.nsums++] = figures[i].col;
	if (!base) {
		a.bucket_us = o->bucket_us;
		a.zone = o->zone;
	}
	a.spans = !base && l->kind == AK_K_USAGE;
	return ak_aggregate(m->s, &a, out, m->err);
}

/* Buckets of the baseline since the layer began: silence before its first record says nothing. */
static enum ak_rc count_baseline(const struct making *m, struct layer *y)
{
	const struct ak_variance_opts *o = m->o;
	const struct ak_aggregate_opts a = {.layer = *y->l, .from_us = INT64_MIN, .to_us = o->base_to_us, .bucket_us = INT64_C(86400000000), .zone = o->zone};
	int64_t first = bucket_at(o, o->base_from_us);
	struct ak_aggregate days;
	enum ak_rc rc = ak_aggregate(m->s, &a, &days, m->err);

	y->nbase = 0;
	if (rc == AK_OK && days.n && days.group[0]->bucket != AK_BUCKET_NONE) {
		while (first + o->bucket_us <= days.group[0]->bucket)
			first += o->bucket_us;
		y->nbase = buckets_between(o, first, bucket_at(o, o->base_to_us - 1) + o->bucket_us);
	}
	ak_aggregate_release(&days);
	return rc;
}

struct looking {
	const struct ak_variance_opts *o;
	struct layer *y;
};

static enum ak_rc later(void *ctx, const struct ak_columns *c, const bool *keep, struct ak_err *err)
{
	struct looking *l = ctx;
	const int64_t *times = c->number[AK_COL_TIME], *ends = c->number[AK_COL_EVENT_END];

	(void)err;
	for (size_t i = 0; i < c->n && times; i++) {
		int64_t start = times[i], end = ends && ends[i] > start ? ends[i] : start;

		if (!keep[i] || start == AK_COLUMN_NONE)
			continue;
		if (end > start && end > l->y->until_us)
			l->y->until_us = end;
		if (end == start || start >= l->o->to_us || end <= l->o->from_us || (start >= l->o->from_us && end <= l->o->to_us && bucket_at(l->o, start) == bucket_at(l->o, end - 1)))
			continue;
		if (start < l->y->across_from_us)
			l->y->across_from_us = start;
		if (end > l->y->across_to_us)
			l->y->across_to_us = end;
	}
	return AK_OK;
}

/* Where the records of the layer end, and where those lie that are of no bucket. */
static enum ak_rc look_around(const struct making *m, struct layer *y)
{
	struct ak_columns_want want = {{false}};
	struct looking l = {m->o, y};

	y->until_us = y->across_to_us = INT64_MIN;
	y->across_from_us = INT64_MAX;
	if (y->l->kind != AK_K_USAGE)
		return AK_OK;
	want.col[AK_COL_EVENT_END] = want.col[AK_COL_TIME] = true;
	for (size_t i = 0; i < y->now.n; i++)
		if (y->now.group[i]->bucket == AK_BUCKET_ACROSS || y->now.group[i]->bucket == AK_BUCKET_BEFORE)
			y->across += y->now.group[i]->records;
	return ak_query_layer_each(m->s, y->l, m->o->base_from_us, INT64_MAX, &want, later, &l, m->err);
}

static enum ak_rc read_layer(const struct making *m, struct layer *y)
{
	enum ak_rc rc = sums(m, y->l, -1, false, &y->now);

	if (rc == AK_OK)
		rc = look_around(m, y);
	if (rc == AK_OK)
		rc = sums(m, y->l, -1, true, &y->base);
	for (size_t i = 0; i < m->o->nby && rc == AK_OK; i++) {
		rc = sums(m, y->l, (int)i, false, &y->by_now[i]);
		if (rc == AK_OK)
			rc = sums(m, y->l, (int)i, true, &y->by_base[i]);
	}
	return rc == AK_OK ? count_baseline(m, y) : rc;
}

static void release_layer(struct layer *y)
{
	ak_aggregate_release(&y->now);
	ak_aggregate_release(&y->base);
	for (size_t i = 0; i < AK_AGGREGATE_BYS; i++) {
		ak_aggregate_release(&y->by_now[i]);
		ak_aggregate_release(&y->by_base[i]);
	}
}

/* ---- one amount ---- */

static enum verdict judge(const struct making *m, const struct ak_mover *x, uint32_t nbase, bool cut, struct ak_arena *arena)
{
	struct ak_str zero = AK_STR("0"), a, b, f = m->o->factor_tenths ? x->base : zero;
	int sign = ak_dec_cmp(x->base, zero);

	if (!nbase)
		return NO_BASELINE;
	if (sign <= 0)
		return ak_dec_cmp(x->amount, zero) > 0 ? NEW : cut ? CUT : USUAL;
	/* amount / (base / nbase) against tenths / 10, without dividing */
	a = ak_dec_times(ak_dec_times(x->amount, nbase, arena), 10, arena);
	b = ak_dec_times(f, m->o->factor_tenths, arena);
	if (ak_dec_cmp(a, b) >= 0)
		return HIGH;
	a = ak_dec_times(ak_dec_times(x->amount, nbase, arena), m->o->factor_tenths, arena);
	b = ak_dec_times(x->base, 10, arena);
	return cut ? CUT : ak_dec_cmp(a, b) <= 0 ? LOW : USUAL;
}

/* By the period, or because the layer's usage rows end in it or before it, where they say when they end. */
static bool is_cut(const struct ak_variance_opts *o, const struct layer *y, int64_t bucket)
{
	int64_t start = instant(o->zone, bucket), end = instant(o->zone, bucket + o->bucket_us);

	return start < o->from_us || end > o->to_us || (y->l->kind == AK_K_USAGE && y->until_us > INT64_MIN && y->until_us < end);
}

/* Does a row lie here that is no bucket's? */
static bool is_touched(const struct ak_variance_opts *o, const struct layer *y, int64_t bucket)
{
	return y->across && instant(o->zone, bucket + o->bucket_us) > y->across_from_us && instant(o->zone, bucket) < y->across_to_us;
}

static json_t *drivers(const struct making *m, const struct layer *y, size_t figure, struct ak_str currency, int64_t bucket, struct ak_arena *arena)
{
	json_t *out = json_object();

	for (size_t i = 0; i < m->o->nby; i++)
		json_object_set_new(out, ak_report_by_name(m->o->by[i]),
				    ak_movers(&y->by_now[i], &y->by_base[i], figure, currency, bucket, y->nbase, arena));
	return out;
}

static enum ak_rc add_row(struct making *m, const struct layer *y, size_t figure, struct ak_str currency, int64_t bucket)
{
	struct ak_mover x = {.amount = AK_STR("0")};
	enum verdict verdict;
	struct ak_arena arena;
	char start[40];
	json_t *row;

	ak_arena_init(&arena);
	ak_mover_find(&y->now, &y->base, figure, currency, bucket, &x, &arena);
	verdict = is_touched(m->o, y, bucket) ? SPANS : judge(m, &x, y->nbase, is_cut(m->o, y, bucket), &arena);
	m->n[verdict]++;
	row = json_pack("{s:s, s:s?, s:s?, s:s, s:o, s:s, s:s, s:I}", "layer", y->name, "source", y->source, "query", y->query, "figure", figures[figure].name,
			"currency", currency.p ? json_stringn(currency.p, currency.n) : json_null(), "start", ak_bucket_text(m->o->zone, bucket, start), "verdict",
			verdicts[verdict], "of", (json_int_t)x.of);
	ak_mover_document(&x, y->nbase, row, &arena);
	json_object_set_new(row, "baseline_buckets", json_integer(y->nbase));
	if (verdict <= NEW)
		json_object_set_new(row, "drivers", drivers(m, y, figure, currency, bucket, &arena));
	ak_arena_release(&arena);
	return ak_list_add(m->doc, "rows", row, m->err);
}

static bool any_amount(const struct ak_aggregate *a, size_t figure, struct ak_str currency)
{
	for (size_t i = 0; i < a->n; i++)
		if (ak_mover_same(a->group[i]->by[0], currency) && a->group[i]->n[figure])
			return true;
	return false;
}

static enum ak_rc add_currency(struct making *m, const struct layer *y, struct ak_str currency)
{
	int64_t first = bucket_at(m->o, m->o->from_us), end = bucket_at(m->o, m->o->to_us - 1) + m->o->bucket_us;
	enum ak_rc rc = AK_OK;

	for (size_t k = 0; k < FIGURES; k++) {
		if (!any_amount(&y->now, k, currency) && !any_amount(&y->base, k, currency))
			continue;
		for (int64_t at = first; at < end && rc == AK_OK; at += m->o->bucket_us)
			if (exists(m->o, at))
				if ((rc = add_row(m, y, k, currency, at)) == AK_OK && exists_again(m->o, at))
					rc = add_row(m, y, k, currency, at + 1);
	}
	return rc;
}

/* Each currency of the period or the baseline once. */
static enum ak_rc add_currencies(struct making *m, const struct layer *y)
{
	const struct ak_aggregate *both[] = {&y->now, &y->base};
	struct ak_aggregate_group **seen = ak_alloc((y->now.n + y->base.n + 1) * sizeof *seen);
	enum ak_rc rc = AK_OK;
	size_t n = 0, k;

	for (size_t b = 0; b < AK_COUNT(both); b++)
		for (size_t i = 0; i < both[b]->n && rc == AK_OK; i++) {
			for (k = 0; k < n && !ak_mover_same(seen[k]->by[0], both[b]->group[i]->by[0]);)
				k++;
			if (k < n)
				continue;
			seen[n++] = both[b]->group[i];
			rc = add_currency(m, y, both[b]->group[i]->by[0]);
		}
	ak_free(seen);
	return rc;
}

static enum ak_rc add_layer(struct making *m, const char *name, const struct ak_layer *l, const char *source, const char *query)
{
	struct layer y = {.l = l, .name = name, .source = source, .query = query};
	enum ak_rc rc = read_layer(m, &y);

	if (rc == AK_OK)
		rc = add_currencies(m, &y);
	m->across += y.across;
	release_layer(&y);
	return rc;
}

static enum ak_rc add_usage(struct making *m)
{
	json_t *series = NULL, *r;
	size_t i;
	enum ak_rc rc = ak_query_usage_series(m->s, INT64_MIN, INT64_MAX, &series, m->err);

	json_array_foreach(series, i, r) {
		bool own = json_is_true(json_object_get(r, "own_sums"));
		const struct ak_layer l = {.kind = AK_K_USAGE, .source = json_integer_value(json_object_get(r, "source")), .query = ak_jtxt(r, "query", NULL), .own_sums = own, .reaching = true};

		if (rc == AK_OK)
			rc = add_layer(m, own ? "gateway sums" : "provider usage", &l, ak_jtxt(r, "source_name", NULL), l.query);
	}
	json_decref(series);
	return rc;
}

static void sum_up(struct making *m)
{
	int64_t all = 0, unusual = m->n[HIGH] + m->n[LOW] + m->n[NEW];
	json_t *counts = json_object();
	char buf[72];

	for (size_t i = 0; i < AK_COUNT(verdicts); i++) {
		json_object_set_new(counts, verdicts[i], json_integer(m->n[i]));
		all += m->n[i];
	}
	json_object_set_new(m->doc, "total", json_pack("{s:I, s:o, s:I}", "rows", (json_int_t)all, "verdicts", counts, "across", (json_int_t)m->across));
	ak_list_say(m->doc, "%s amounts of a bucket are unusual: %lld high, %lld low, %lld where the baseline has none", ak_list_of((uint64_t)unusual, (uint64_t)all, buf),
		    (long long)m->n[HIGH], (long long)m->n[LOW], (long long)m->n[NEW]);
	if (m->n[NO_BASELINE])
		ak_list_say(m->doc, "%lld have no baseline: no record of their layer is older than its end", (long long)m->n[NO_BASELINE]);
	if (m->n[CUT])
		ak_list_say(m->doc, "%lld are cut by --from, --to or the end of the layer's records, and not judged low or usual", (long long)m->n[CUT]);
	if (m->n[SPANS])
		ak_list_say(m->doc, "%lld are not judged: %lld rows of their layers are longer than a bucket or lie over an edge of one or of the period", (long long)m->n[SPANS],
			    (long long)m->across);
}

static json_t *head(const struct ak_variance_opts *o)
{
	const struct ak_list_opts list = {.from_us = o->from_us, .to_us = o->to_us};
	json_t *doc = ak_list_new("variance", "auditkit.report-variance/1", &list), *by = json_array();

	for (size_t i = 0; i < o->nby; i++)
		json_array_append_new(by, json_string(ak_report_by_name(o->by[i])));
	json_object_set_new(doc, "by", by);
	json_object_set_new(doc, "baseline", json_pack("{s:o, s:o}", "from", ak_jbound(o->base_from_us), "to", ak_jbound(o->base_to_us)));
	json_object_set_new(doc, "zone", json_string(o->zone ? o->zone_name : "UTC"));
	json_object_set_new(doc, "bucket", json_string(o->bucket));
	json_object_set_new(doc, "factor", o->factor_tenths % 10 ? json_sprintf("%u.%u", o->factor_tenths / 10, o->factor_tenths % 10)
								 : json_sprintf("%u", o->factor_tenths / 10));
	return doc;
}

enum ak_rc ak_report_variance(struct ak_store *s, const struct ak_variance_opts *o, json_t **out, struct ak_err *err)
{
	static const struct ak_layer requests = {.kind = AK_K_REQUEST}, settled = {.kind = AK_K_SETTLEMENT};
	struct making m = {.s = s, .o = o, .doc = head(o), .err = err};
	enum ak_rc rc = add_layer(&m, "gateway attempts", &requests, NULL, NULL);

	if (rc == AK_OK)
		rc = add_usage(&m);
	if (rc == AK_OK)
		rc = add_layer(&m, "settlement", &settled, NULL, NULL);
	sum_up(&m);
	*out = m.doc;
	return rc;
}
