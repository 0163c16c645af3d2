/* Days on which a key was used far more than before (F232), by fixed rules: the same records give the same findings. */
#include "base/ak.h"
#include "check/said.h"
#include "check/groups.h"

#include <stdlib.h>

#include "base/decimal.h"
#include "base/text.h"
#include "base/time.h"

#define DAY_US INT64_C(86400000000)

/* A day is compared with the median of the days before it on which the key was used, at least and at most so many. */
enum { BEFORE_LEAST = 7, BEFORE_MOST = 28, FACTOR = 10, LEAST = 100 };

/* What is measured of a day. least: what a day must have for a jump to mean anything, in multiples of limits.anomaly_least. */
static const struct {
	const char *rule, *unit;
	int sum; /* of the sums below; -1: records, -2: failures */
	int64_t least;
} rules[] = {
	{"requests of a key in a day", "requests", -1, 1},
	{"failures of a key in a day", "failures", -2, 1},
	{"input tokens of a key in a day", "input tokens", 0, 1000},
	{"output tokens of a key in a day", "output tokens", 1, 1000},
};

struct day {
	int64_t at, value[AK_COUNT(rules)];
};

struct ctx {
	struct ak_piles found; /* by key and day */
	int64_t factor, least;
	struct day *day;
	size_t n, cap;
	uint64_t judged, few;
};

static int64_t figure(const struct ak_aggregate_group *g, int sum, struct ak_arena *a)
{
	struct ak_str text = sum >= 0 ? ak_dec_sum_text(&g->sum[sum], a) : ak_str_n(NULL, 0);

	if (sum == -1)
		return g->records;
	if (sum == -2)
		return g->count[0];
	return text.n && text.n <= 18 ? strtoll(ak_arena_z(a, text), NULL, 10) : INT64_MAX;
}

static int ascending(const void *a, const void *b)
{
	const int64_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

/* Of an even number the higher of the two in the middle: the baseline is a day that was. */
static int64_t median(const struct ctx *x, size_t to, size_t rule, size_t *of)
{
	int64_t v[BEFORE_MOST];
	size_t n = to < BEFORE_MOST ? to : BEFORE_MOST;

	for (size_t i = 0; i < n; i++)
		v[i] = x->day[to - n + i].value[rule];
	ak_sort(v, n, sizeof v[0], ascending);
	*of = n;
	return v[n / 2];
}

static json_t *jump(const struct ctx *x, size_t at, size_t rule)
{
	size_t of;
	int64_t base = median(x, at, rule, &of), value = x->day[at].value[rule];

	if (value < x->least * rules[rule].least || value / x->factor < base || (value / x->factor == base && value % x->factor == 0))
		return NULL;
	return json_pack("{s:s, s:s, s:I, s:I, s:I, s:I}", "rule", rules[rule].rule, "unit", rules[rule].unit, "value", (json_int_t)value, "baseline",
			 (json_int_t)base, "baseline_days", (json_int_t)of, "factor", (json_int_t)x->factor);
}

/* All days of one key are there, in order. */
static void judge_key(struct ctx *x, struct ak_str key)
{
	char date[32];

	for (size_t i = 0; i < x->n; i++) {
		json_t *jumps = NULL, *one;

		if (i < BEFORE_LEAST) {
			x->few++;
			continue;
		}
		x->judged++;
		for (size_t rule = 0; rule < AK_COUNT(rules); rule++)
			if ((one = jump(x, i, rule))) {
				jumps = jumps ? jumps : json_array();
				json_array_append_new(jumps, one);
			}
		if (jumps) {
			const struct ak_str part[] = {key, ak_str_n(ak_time_z(x->day[i].at, 0, date), 10)};
			struct ak_pile *p = ak_piles_at(&x->found, part);

			if (p)
				p->more = jumps;
			else
				json_decref(jumps);
		}
	}
	x->n = 0;
}

static int by_key(const void *a, const void *b)
{
	const struct ak_aggregate_group *x = *(struct ak_aggregate_group *const *)a, *y = *(struct ak_aggregate_group *const *)b;
	int r = ak_str_cmp(x->by[0], y->by[0]);

	return r ? r : (x->bucket > y->bucket) - (x->bucket < y->bucket);
}

static void take(struct ctx *x, const struct ak_aggregate_group *g, struct ak_arena *a)
{
	struct day *d;

	if (x->n == x->cap) {
		x->cap = x->cap ? 2 * x->cap : 64;
		x->day = ak_realloc(x->day, x->cap * sizeof *x->day);
	}
	d = &x->day[x->n++];
	d->at = g->bucket;
	for (size_t i = 0; i < AK_COUNT(rules); i++)
		d->value[i] = figure(g, rules[i].sum, a);
}

static void judge(struct ctx *x, struct ak_aggregate *groups, struct ak_check_run *r)
{
	struct ak_arena a;
	size_t n = 0;

	ak_arena_init(&a);
	for (size_t i = 0; i < groups->n; i++) {
		if (groups->group[i]->by[0].p && groups->group[i]->bucket != AK_BUCKET_NONE)
			groups->group[n++] = groups->group[i];
		else
			json_object_set_new(r->apart, "attempts without a key or time",
					    json_integer(json_integer_value(json_object_get(r->apart, "attempts without a key or time")) + groups->group[i]->records));
	}
	ak_sort(groups->group, n, sizeof(struct ak_aggregate_group *), by_key);
	for (size_t i = 0; i < n; i++) {
		take(x, groups->group[i], &a);
		if (i + 1 == n || !ak_str_eq(groups->group[i + 1]->by[0], groups->group[i]->by[0])) {
			judge_key(x, groups->group[i]->by[0]);
			ak_arena_clear(&a);
		}
	}
	ak_arena_release(&a);
}

/* The key of a record is the first of these that it has, as AK_BY_KEY has it. */
static enum ak_rc take_record(void *ctx, const struct ak_fieldrow *row, struct ak_err *err)
{
	struct ctx *x = ctx;
	const struct ak_str *v = row->value;
	char date[32];
	const struct ak_str part[] = {v[0].p ? v[0] : v[1].p ? v[1] : v[2], row->dated ? ak_str_n(ak_time_z(row->time_us, 0, date), 10) : ak_str_n(NULL, 0)};
	struct ak_pile *p = ak_piles_find(&x->found, part);

	(void)err;
	ak_pile_cite(p, row);
	return AK_OK;
}

static enum ak_rc cite(struct ctx *x, struct ak_err *err)
{
	static const int fields[] = {AK_F_KEY_ID, AK_F_KEY_HASH, AK_F_KEY_ALIAS};

	return x->found.n ? ak_check_rows(x->found.r, AK_K_REQUEST, fields, AK_COUNT(fields), take_record, x, err) : AK_OK;
}

static void find(struct ctx *x, const struct ak_pile *p)
{
	json_t *jumps = p->more, *j, *f;
	struct ak_buf text;
	size_t i;

	ak_buf_init(&text, 1 << 16);
	ak_buf_addf(&text, "key %s on %s:", p->part[0].p, p->part[1].p);
	json_array_foreach(jumps, i, j)
		ak_buf_addf(&text, "%s %s %s, the median of %s days before is %s", i ? ";" : "", AK_NUM((uint64_t)json_integer_value(json_object_get(j, "value"))),
			    json_string_value(json_object_get(j, "unit")), AK_NUM((uint64_t)json_integer_value(json_object_get(j, "baseline_days"))),
			    AK_NUM((uint64_t)json_integer_value(json_object_get(j, "baseline"))));
	f = json_pack("{s:s, s:o, s:o, s:s, s:o}", "subject", p->part[0].p, "text", json_stringn(text.p, text.n), "cites", ak_pile_cites(&x->found, p), "day",
		      p->part[1].p, "anomalies", jumps);
	ak_check_found(x->found.r, f);
	ak_buf_release(&text);
}

static enum ak_rc run(struct ak_check_run *r, struct ak_err *err)
{
	struct ctx x = {.factor = ak_policy_said_number(r->policy, "limits.anomaly_factor", FACTOR), .least = ak_policy_said_number(r->policy, "limits.anomaly_least", LEAST)};
	const struct ak_aggregate_opts o = {.layer = {.kind = AK_K_REQUEST}, .by = {AK_BY_KEY}, .nby = 1, .bucket_us = DAY_US, .sum = {AK_COL_INPUT_TOKENS,
					    AK_COL_OUTPUT_TOKENS}, .nsums = 2, .count = {{AK_COL_OUTCOME, "failure"}}, .ncounts = 1};
	struct ak_aggregate groups = {0};
	bool many = false;
	enum ak_rc rc = ak_piles_init(&x.found, r, 2, err);

	if (rc == AK_OK)
		rc = ak_check_groups(r, &o, &groups, &many, err);
	if (rc == AK_OK && !many)
		judge(&x, &groups, r);
	ak_aggregate_release(&groups);
	if (rc == AK_OK)
		rc = cite(&x, err);
	ak_piles_sort(&x.found);
	for (size_t i = 0; i < x.found.n; i++) {
		if (rc == AK_OK)
			find(&x, x.found.pile[i]);
		else
			json_decref(x.found.pile[i]->more);
	}
	ak_check_of(r, x.judged);
	if (x.few)
		json_object_set_new(r->apart, "days with fewer than 7 days of the same key before them", json_integer((json_int_t)x.few));
	if (!x.judged)
		ak_check_unjudged(r, "no key was used on more than %d days: there is nothing to compare a day with", BEFORE_LEAST);
	ak_free(x.day);
	ak_piles_release(&x.found);
	return rc;
}

const struct ak_check ak_check_usage_anomaly = {
	.name = "usage-anomaly",
	.title = "no key is used far more on a day than before",
	.severity = "medium",
	.unit = "days of keys with at least 7 days before them",
	.rationale = "a stolen key and a loop that runs away look the same: ten times the use of yesterday",
	.fix = "ask the owner of the key; limits.anomaly_factor (10) and limits.anomaly_least (100 requests a day) of policy.yaml set what stands out",
	.run = run,
	.facts = "day",
};
