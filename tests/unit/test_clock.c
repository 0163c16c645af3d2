#include "base/ak.h"

#include <stdlib.h>
#include "link/clock.h"
#include "tap.h"

/* Sources with clocks that are off by a known amount, and pairs of records with known true times: the true offset always lies
 * within the bounds, and every order that is claimed is true. */

static uint64_t state;

static int64_t upto(int64_t n) /* 0 to n - 1 */
{
	state = state * UINT64_C(6364136223846793005) + 1442695040888963407u;
	return (int64_t)((state >> 33) % (uint64_t)n);
}

enum { CLOCKS = 6 };
static const char *const names[CLOCKS] = {"app", "gateway", "provider", "witness", "ledger", "elsewhere"};

struct world {
	int64_t offset[CLOCKS], unit[CLOCKS];
	bool rounds[CLOCKS];
};

static const int64_t day = INT64_C(86400000000), start_of_june = INT64_C(1780272000000000);

static struct ak_clock_reading shown(const struct world *w, int clock, int64_t truly)
{
	int64_t at = truly + w->offset[clock], unit = w->unit[clock];

	if (w->rounds[clock])
		at += unit / 2;
	return (struct ak_clock_reading){.us = at - at % unit, .precision = unit, .known = true};
}

static void make_world(struct world *w)
{
	static const int64_t units[] = {1, 1000, 1000, 1000000};

	for (int i = 0; i < CLOCKS; i++) {
		w->offset[i] = upto(3) ? upto(2000000) - 1000000 : upto(2 * 300000000) - 300000000;
		w->unit[i] = units[upto(4)];
		w->rounds[i] = upto(2);
	}
}

static struct ak_clock_pair pair(const struct world *w, enum ak_clock_rule rule, int outer, int inner, int64_t s, int64_t e, int64_t is, int64_t ie)
{
	return (struct ak_clock_pair){.rule = rule, .whole = true, .outer = {names[outer], NULL}, .inner = {names[inner], NULL},
				      .outer_start = shown(w, outer, s), .outer_end = shown(w, outer, e), .inner_start = shown(w, inner, is),
				      .inner_end = shown(w, inner, ie)};
}

/* App contains gateway contains provider; a second witness overlaps the gateway; a refund comes later. */
static void add_calls(struct ak_clocks *c, const struct world *w, int n)
{
	for (int i = 0; i < n; i++) {
		int64_t a = start_of_june + upto(14 * day), g = a + upto(300000), p = g + upto(50000), q = p + 1 + upto(4000000);
		int64_t h = q + upto(50000), b = h + upto(300000);
		struct ak_clock_pair list[] = {
			pair(w, AK_CLOCK_CONTAINS, 0, 1, a, b, g, h),
			pair(w, AK_CLOCK_CONTAINS, 1, 2, g, h, p, q),
			pair(w, AK_CLOCK_SAME, 3, 1, g + upto(1000), h - upto(1000), g, h),
			pair(w, AK_CLOCK_AFTER, 1, 4, g, h, h + upto(day), 0),
		};

		list[3].inner_end.known = list[3].outer_end.known = false;
		if (upto(3) == 0)
			list[1].inner_end.known = false; /* a provider that gives one time, between the two */
		for (size_t k = 0; k < AK_COUNT(list) - (upto(4) != 0); k++)
			ak_clocks_add(c, &list[k]);
	}
}

static int find(const char *name)
{
	for (int i = 0; i < CLOCKS; i++)
		if (strcmp(names[i], name) == 0)
			return i;
	return 0;
}

static bool holds(const json_t *row, int64_t truth)
{
	const json_t *low = json_object_get(row, "low_ms"), *high = json_object_get(row, "high_ms");

	return (json_is_null(low) || json_integer_value(low) * 1000 <= truth) && (json_is_null(high) || truth <= json_integer_value(high) * 1000);
}

struct outcome {
	int rows, wrong_rows, met, orders, claimed, wrong_orders, unsorted;
	int64_t widest; /* of app and gateway, ms */
};

static void look_at_rows(struct ak_clocks *c, const struct world *w, struct outcome *o)
{
	uint64_t left_out;
	json_t *rows = ak_clocks_rows(c, &left_out), *row;
	size_t i;

	json_array_foreach(rows, i, row) {
		int from = find(json_string_value(json_object_get(row, "from"))), to = find(json_string_value(json_object_get(row, "to")));
		int64_t wide = json_integer_value(json_object_get(row, "high_ms")) - json_integer_value(json_object_get(row, "low_ms"));

		o->rows++;
		o->wrong_rows += !holds(row, w->offset[from] - w->offset[to]);
		o->met += json_integer_value(json_object_get(row, "pairs")) > 0;
		if (from == 0 && to == 1 && wide > o->widest)
			o->widest = wide;
	}
	json_decref(rows);
}

static void look_at_orders(struct ak_clocks *c, const struct world *w, struct outcome *o)
{
	for (int i = 0; i < 2000; i++) {
		int x = (int)upto(CLOCKS), y = (int)upto(CLOCKS);
		int64_t s = start_of_june + upto(day), t = s + upto(4000000) - 2000000;
		struct ak_instant a = {{names[x], NULL}, shown(w, x, s).us, w->unit[x]}, b = {{names[y], NULL}, shown(w, y, t).us, w->unit[y]};
		enum ak_order order = ak_clock_order(c, &a, &b);
		int64_t sa = a.us - ak_clock_shift(c, &a.clock), sb = b.us - ak_clock_shift(c, &b.clock);

		o->orders++;
		o->claimed += order != AK_CONCURRENT;
		o->wrong_orders += (order == AK_BEFORE && s >= t) || (order == AK_AFTER && s <= t);
		o->wrong_orders += ak_clock_order(c, &b, &a) != (order == AK_BEFORE ? AK_AFTER : order == AK_AFTER ? AK_BEFORE : AK_CONCURRENT);
		o->unsorted += (order == AK_BEFORE && sa >= sb) || (order == AK_AFTER && sa <= sb);
	}
}

static void random_worlds(int n)
{
	struct outcome o = {0};

	for (int i = 0; i < n; i++) {
		struct world w;
		struct ak_clocks *c = ak_clocks_new();

		make_world(&w);
		add_calls(c, &w, 3 + (int)upto(300));
		ak_clocks_solve(c);
		look_at_rows(c, &w, &o);
		look_at_orders(c, &w, &o);
		ak_clocks_free(c);
	}
	printf("# %d rows, %d of pairs that meet; %d of %d orders claimed; app and gateway within %d ms at most\n", o.rows, o.met, o.claimed,
	       o.orders, (int)o.widest);
	ok(o.rows > 5 * n, "sources that never meet are bounded by way of others");
	ok(o.met < o.rows, "and say so");
	is_int(o.wrong_rows, 0, "the true offset lies in all bounds");
	is_int(o.wrong_orders, 0, "every order that is claimed is true, and the same from both sides");
	is_int(o.unsorted, 0, "shifted times are in an order that all claims allow");
	ok(o.claimed * 4 > o.orders, "orders are claimed: more than a quarter of all, where two of six clocks never or hardly meet another");
}

static const json_t *row_of(const json_t *rows, const char *from, const char *to)
{
	json_t *row;
	size_t i;

	json_array_foreach((json_t *)rows, i, row)
		if (strcmp(json_string_value(json_object_get(row, "from")), from) == 0 &&
		    strcmp(json_string_value(json_object_get(row, "to")), to) == 0)
			return row;
	return NULL;
}

static int64_t number(const json_t *row, const char *key) { return json_integer_value(json_object_get(row, key)); }

/* bad of a hundred pairs are five seconds off. */
static void contradictions(int bad, bool good)
{
	struct world w = {.unit = {1000, 1000, 1000, 1000, 1000, 1000}};
	struct ak_clocks *c = ak_clocks_new();
	uint64_t left_out;
	json_t *rows;
	const json_t *row;
	char name[80];

	w.offset[0] = 700000;
	for (int i = 0; i < 100; i++) {
		int64_t a = start_of_june + i * INT64_C(60000000) + upto(1000), late = i < bad ? 5000000 : 0;
		struct ak_clock_pair p = pair(&w, AK_CLOCK_CONTAINS, 0, 1, a, a + 400000, a + 100000 - late, a + 300000 - late);

		ak_clocks_add(c, &p);
	}
	ak_clocks_solve(c);
	rows = ak_clocks_rows(c, &left_out);
	row = row_of(rows, "app", "gateway");
	snprintf(name, sizeof name, "%d of 100 pairs contradict", bad);
	is_int(number(row, "contradicting"), bad, name);
	snprintf(name, sizeof name, "with %d of 100 the clocks have %s", bad, good ? "bounds" : "none");
	ok(json_is_true(json_object_get(row, "consistent")) == good && json_is_integer(json_object_get(row, "low_ms")) == good, name);
	if (good)
		ok(holds(row, 700000), "and the truth is in them");
	json_decref(rows);
	ak_clocks_free(c);
}

/* Three pairs of clocks, each consistent: one ahead of two ahead of three ahead of one. */
static void cycles(void)
{
	struct world w = {.unit = {1000, 1000, 1000, 1000, 1000, 1000}};
	struct ak_clocks *c = ak_clocks_new();
	struct ak_instant a = {{"app", NULL}, start_of_june, 1000}, b = {{"gateway", NULL}, start_of_june + day, 1000};
	json_t *found;

	for (int i = 0; i < 9; i++) {
		struct ak_clock_pair p = pair(&w, AK_CLOCK_CONTAINS, i % 3, (i + 1) % 3, start_of_june + 2000000, start_of_june + 2500000,
					      start_of_june, start_of_june + 500000);
		ak_clocks_add(c, &p);
	}
	ak_clocks_solve(c);
	found = ak_clocks_cycles(c);
	is_int((int64_t)json_array_size(found), 1, "a cycle that contradicts itself is found");
	is_int((int64_t)json_array_size(json_object_get(json_array_get(found, 0), "clocks")), 3, "with its three clocks");
	ok(number(json_array_get(found, 0), "gap_ms") >= 5990, "and how far it is from closing");
	is_int(ak_clock_order(c, &a, &b), AK_CONCURRENT, "what contradicts itself orders nothing, a day apart or not");
	json_decref(found);
	ak_clocks_free(c);
}

/* One or two pairs may be a copied id. */
static void few(void)
{
	struct world w = {.unit = {1000, 1000, 1000, 1000, 1000, 1000}};
	struct ak_instant a = {{"app", NULL}, start_of_june, 1000}, b = {{"gateway", NULL}, start_of_june + day, 1000};

	for (int n = 2; n <= 3; n++) {
		struct ak_clocks *c = ak_clocks_new();

		for (int i = 0; i < n; i++) {
			struct ak_clock_pair p = pair(&w, AK_CLOCK_CONTAINS, 0, 1, start_of_june, start_of_june + 500000, start_of_june + 1000, start_of_june + 2000);
			ak_clocks_add(c, &p);
		}
		ak_clocks_solve(c);
		is_int(ak_clock_order(c, &a, &b), n == 2 ? AK_CONCURRENT : AK_BEFORE, n == 2 ? "two pairs order nothing" : "three do");
		ak_clocks_free(c);
	}
}

static void own_times(void)
{
	struct ak_clocks *c = ak_clocks_new();
	struct ak_instant a = {{"one", NULL}, start_of_june, 1000000}, b = {{"one", NULL}, start_of_june + 1000000, 1000000};

	is_int(ak_clock_order(c, &a, &b), AK_BEFORE, "one source: the next second is later");
	b.us = a.us;
	is_int(ak_clock_order(c, &a, &b), AK_CONCURRENT, "the same second says nothing");
	b = (struct ak_instant){{"one", NULL}, start_of_june + 400000, 1000};
	is_int(ak_clock_order(c, &a, &b), AK_CONCURRENT, "nor a millisecond within a second");
	b.clock.source = "two";
	b.us += day;
	is_int(ak_clock_order(c, &a, &b), AK_CONCURRENT, "clocks that never meet order nothing");
	a.clock = (struct ak_clock_name){"one", "x"};
	b.clock = (struct ak_clock_name){"one", "y"};
	is_int(ak_clock_order(c, &a, &b), AK_CONCURRENT, "nor do two applications that share a source");
	ak_clocks_free(c);
}

int main(void)
{
	const char *more = getenv("AK_LONG");

	state = 6;
	random_worlds(more ? 3000 : 100);
	for (int bad = 0; bad < 14; bad += 2)
		contradictions(bad, bad <= 10);
	contradictions(50, false);
	cycles();
	few();
	own_times();
	is_int(ak_clock_precision("2026-06-01T00:00:00Z"), 1000000, "seconds");
	is_int(ak_clock_precision("2026-06-01T00:00:00.120Z"), 1000, "milliseconds");
	is_int(ak_clock_precision("2026-06-01T00:00:00.123456789Z"), 1, "finer than a microsecond");
	return done_testing();
}
