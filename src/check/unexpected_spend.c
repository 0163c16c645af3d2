/* More money than policy.yaml allows in a day or a month (F234), per source and currency: currencies and layers are never added. */
#include "base/ak.h"
#include "check/said.h"
#include "check/groups.h"

#include <stdio.h>

#include "base/decimal.h"
#include "base/text.h"
#include "base/time.h"

#define DAY_US INT64_C(86400000000)

/* Whose figures: what gateways computed of each call, and what providers billed. */
enum { ESTIMATED, BILLED };

struct sum {
	struct ak_dec_sum total;
	int64_t n;
};

struct ctx {
	struct ak_piles sums; /* by layer, source, currency and period ("2026-06-01" or "2026-06") */
	const json_t *daily, *monthly;
	json_t *series; /* {source: how many series of usage it has}: of one only its rows can be told */
	struct ak_pile **over; /* what is to be cited; of usage */
	size_t nover;
};

static bool add_to(struct ctx *x, const char *layer, struct ak_str source, struct ak_str currency, struct ak_str period, struct ak_str amount, int64_t n)
{
	const struct ak_str part[] = {ak_str_of(layer), source, currency, period};
	struct ak_pile *p = ak_piles_at(&x->sums, part);
	struct sum *s;

	if (!p)
		return true;
	if (!p->more)
		p->more = ak_arena_zero(&x->sums.arena, sizeof *s);
	s = p->more;
	p->n += (uint64_t)n;
	s->n += n;
	return ak_dec_sum_add(&s->total, amount);
}

static enum ak_rc take(struct ctx *x, const char *layer, const struct ak_aggregate_group *g, size_t sum, struct ak_err *err)
{
	char date[32];
	struct ak_str amount;
	bool fits;

	if (!g->n[sum])
		return AK_OK;
	if (!g->by[1].p || g->bucket == AK_BUCKET_NONE) {
		json_object_set_new(x->sums.r->apart, "costs without a currency or a time",
				    json_integer(json_integer_value(json_object_get(x->sums.r->apart, "costs without a currency or a time")) + g->n[sum]));
		return AK_OK;
	}
	amount = ak_dec_sum_text(&g->sum[sum], &x->sums.arena);
	ak_time_z(g->bucket, 0, date);
	ak_check_of(x->sums.r, (uint64_t)g->n[sum]);
	fits = add_to(x, layer, g->by[0], g->by[1], ak_str_n(date, 10), amount, g->n[sum]) && add_to(x, layer, g->by[0], g->by[1], ak_str_n(date, 7), amount, g->n[sum]);
	return fits ? AK_OK : ak_fail(err, AK_EXIT_LIMIT, "costs of a day cannot be added up exactly");
}

static enum ak_rc read(struct ctx *x, struct ak_check_run *r, struct ak_layer layer, const char *name, struct ak_err *err)
{
	const struct ak_aggregate_opts o = {.layer = layer, .by = {AK_BY_SOURCE, AK_BY_CURRENCY}, .nby = 2, .bucket_us = DAY_US,
					    .sum = {AK_COL_COST_ESTIMATED, AK_COL_COST_BILLED}, .nsums = 2};
	struct ak_aggregate groups = {0};
	bool many = false;
	enum ak_rc rc = ak_check_groups(r, &o, &groups, &many, err);

	for (size_t i = 0; i < groups.n && rc == AK_OK && !many; i++) {
		const struct ak_aggregate_group *g = groups.group[i];
		size_t sum = layer.kind == AK_K_REQUEST && g->n[ESTIMATED] ? ESTIMATED : BILLED;

		rc = take(x, name, g, sum, err);
	}
	ak_aggregate_release(&groups);
	return rc;
}

/* A provider's bill may be there twice, grouped in two ways: each series is its own. */
static enum ak_rc read_usage(struct ctx *x, struct ak_check_run *r, struct ak_err *err)
{
	json_t *series = NULL, *s;
	size_t i;
	enum ak_rc rc = ak_query_usage_series(r->store, r->from_us, r->to_us, &series, err);

	x->series = json_object();
	json_array_foreach(series, i, s) {
		const char *name = json_string_value(json_object_get(s, "source_name"));

		if (name)
			json_object_set_new(x->series, name, json_integer(json_integer_value(json_object_get(x->series, name)) + 1));
	}
	json_array_foreach(series, i, s) {
		const char *query = json_string_value(json_object_get(s, "query"));
		struct ak_layer layer = {.kind = AK_K_USAGE, .source = json_integer_value(json_object_get(s, "source")), .query = query};

		if (rc == AK_OK && !json_is_true(json_object_get(s, "own_sums")))
			rc = read(x, r, layer, ak_arena_printf(&x->sums.arena, "provider usage%s%s", query ? ", " : "", query ? query : "").p, err);
	}
	json_decref(series);
	return rc;
}

static const char *limit_of(const json_t *limits, const char *currency, struct ak_arena *a)
{
	const json_t *v = ak_policy_said_in(limits, currency);

	return json_is_integer(v) ? ak_arena_printf(a, "%lld", (long long)json_integer_value(v)).p : json_string_value(v);
}

static void judge(struct ctx *x, struct ak_pile *p, struct ak_err *err)
{
	bool day = p->part[3].n == 10;
	struct ak_arena *a = &x->sums.arena;
	const char *given = limit_of(day ? x->daily : x->monthly, p->part[2].p, a), *spent;
	struct ak_str limit;
	json_t *f;

	if (!given || ak_dec_parse(ak_str_of(given), 0, false, a, &limit, err) != AK_OK)
		return;
	spent = ak_arena_z(a, ak_dec_sum_text(&((struct sum *)p->more)->total, a));
	if (ak_dec_cmp(ak_str_of(spent), limit) <= 0)
		return;
	f = json_pack("{s:s, s:o, s:o, s:I, s:s, s:s, s:s, s:s, s:s}", "subject", p->part[1].p, "text",
		      json_sprintf("%s: %s %s in the %s %s (%s, %s records), more than %s", p->part[1].p, spent, p->part[2].p, day ? "day" : "month", p->part[3].p,
				   p->part[0].p, AK_NUM(p->n), given),
		      "cites", ak_pile_cites(&x->sums, p), "affected", (json_int_t)p->n, "layer", p->part[0].p, "currency", p->part[2].p, "period", p->part[3].p,
		      "spent", spent, "limit", given);
	ak_check_found(x->sums.r, f);
}

/* The first records of the periods: requests by column, usage by row. */
static enum ak_rc take_request(void *ctx, const struct ak_fieldrow *row, struct ak_err *err)
{
	struct ctx *x = ctx;
	const struct ak_str *v = row->value;
	char date[32];

	(void)err;
	if (!row->dated || !v[1].p || (!v[2].p && !v[3].p))
		return AK_OK;
	ak_time_z(row->time_us, 0, date);
	for (size_t n = 7; n <= 10; n += 3) {
		const struct ak_str part[] = {AK_STR("gateway requests"), v[0], v[1], ak_str_n(date, n)};
		struct ak_pile *p = ak_piles_find(&x->sums, part);

		if (p && p->of)
			ak_pile_cite(p, row);
	}
	return AK_OK;
}

static enum ak_rc take_usage(void *ctx, const struct ak_fieldrow *row, struct ak_err *err)
{
	struct ctx *x = ctx;
	const struct ak_str *v = row->value;
	char date[32];

	(void)err;
	if (!row->dated || !v[1].p || !v[3].p)
		return AK_OK;
	ak_time_z(row->time_us, 0, date);
	for (size_t i = 0; i < x->nover; i++) {
		struct ak_pile *p = x->over[i];

		if (ak_str_eq(p->part[1], v[0]) && ak_str_eq(p->part[2], v[1]) && strncmp(p->part[3].p, date, p->part[3].n) == 0)
			ak_pile_cite(p, row);
	}
	return AK_OK;
}

static bool is_over(struct ctx *x, const struct ak_pile *p, struct ak_err *err)
{
	struct ak_arena *a = &x->sums.arena;
	const char *given = limit_of(p->part[3].n == 10 ? x->daily : x->monthly, p->part[2].p, a);
	struct ak_str limit;

	return given && ak_dec_parse(ak_str_of(given), 0, false, a, &limit, err) == AK_OK && ak_dec_cmp(ak_dec_sum_text(&((struct sum *)p->more)->total, a), limit) > 0;
}

static enum ak_rc cite(struct ctx *x, struct ak_check_run *r, struct ak_err *err)
{
	static const int fields[] = {AK_FIELD_SOURCE, AK_F_COST_CURRENCY, AK_F_COST_ESTIMATED, AK_F_COST_BILLED};
	bool requests = false;
	enum ak_rc rc = AK_OK;

	x->over = ak_arena_zero(&x->sums.arena, (x->sums.n + 1) * sizeof(struct ak_pile *));
	for (size_t i = 0; i < x->sums.n; i++) {
		struct ak_pile *p = x->sums.pile[i];
		bool calls = ak_str_is(p->part[0], "gateway requests");

		p->of = is_over(x, p, err);
		requests |= p->of && calls;
		if (p->of && !calls && json_integer_value(json_object_get(x->series, p->part[1].p)) == 1)
			x->over[x->nover++] = p;
	}
	if (requests)
		rc = ak_check_rows(r, AK_K_REQUEST, fields, AK_COUNT(fields), take_request, x, err);
	return rc == AK_OK && x->nover ? ak_check_rows(r, AK_K_USAGE, fields, AK_COUNT(fields), take_usage, x, err) : rc;
}

static enum ak_rc run(struct ak_check_run *r, struct ak_err *err)
{
	struct ctx x = {.daily = ak_policy_said(r->policy, "limits.max_daily_spend"), .monthly = ak_policy_said(r->policy, "limits.max_monthly_spend")};
	enum ak_rc rc;

	if (!x.daily && !x.monthly) {
		ak_check_unjudged(r, "policy.yaml declares neither limits.max_daily_spend nor limits.max_monthly_spend: {USD: 250}");
		return AK_OK;
	}
	rc = ak_piles_init(&x.sums, r, 4, err);
	if (rc == AK_OK)
		rc = read(&x, r, (struct ak_layer){.kind = AK_K_REQUEST}, "gateway requests", err);
	if (rc == AK_OK)
		rc = read_usage(&x, r, err);
	ak_piles_sort(&x.sums);
	if (rc == AK_OK)
		rc = cite(&x, r, err);
	for (size_t i = 0; i < x.sums.n && rc == AK_OK; i++)
		if (x.sums.pile[i]->of)
			judge(&x, x.sums.pile[i], err);
	if (rc == AK_OK && !r->of)
		ak_check_unjudged(r, "no record of the period has a cost with currency and time");
	json_decref(x.series);
	ak_piles_release(&x.sums);
	return rc;
}

const struct ak_check ak_check_unexpected_spend = {
	.name = "unexpected-spend",
	.title = "no more is spent in a day or month than the limit",
	.severity = "medium",
	.unit = "records with a cost",
	.rationale = "spend beyond what was planned is a loop, a leak or a budget that nobody set",
	.fix = "'auditkit report cost --by key --bucket 1d' shows who spent it; limits.max_daily_spend and max_monthly_spend of policy.yaml set what is planned, by currency",
	.run = run,
	.facts = "layer currency period",
	.sizes = "affected",
};
