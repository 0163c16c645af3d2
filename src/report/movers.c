#include "base/ak.h"
#include "report/movers.h"

#include <stdlib.h>

#include "base/decimal.h"

/* Digits of a mean behind the last of the amounts. */
enum { MORE = 6 };

bool ak_mover_same(struct ak_str a, struct ak_str b) { return !a.p == !b.p && (!a.p || ak_str_eq(a, b)); }

/* Groups are in order of their bucket. */
static size_t first_of(const struct ak_aggregate *a, int64_t bucket)
{
	size_t from = 0, to = a->n;

	while (from < to) {
		size_t mid = (from + to) / 2;
		int64_t at = a->group[mid]->bucket;

		if (AK_BUCKET_IS_TIME(at) && at < bucket)
			from = mid + 1;
		else
			to = mid;
	}
	return from;
}

void ak_mover_find(const struct ak_aggregate *now, const struct ak_aggregate *base, size_t figure, struct ak_str currency, int64_t bucket,
		   struct ak_mover *out, struct ak_arena *arena)
{
	*out = (struct ak_mover){.amount = AK_STR("0"), .base = AK_STR("0")};
	for (size_t i = first_of(now, bucket); i < now->n && now->group[i]->bucket == bucket; i++)
		if (ak_mover_same(now->group[i]->by[0], currency)) {
			out->amount = ak_dec_sum_text(&now->group[i]->sum[figure], arena);
			out->of = now->group[i]->n[figure];
		}
	for (size_t i = 0; i < base->n; i++)
		if (ak_mover_same(base->group[i]->by[0], currency))
			out->base = ak_dec_sum_text(&base->group[i]->sum[figure], arena);
}

/* For people: how many times what was expected, hundredths. */
static json_t *ratio(const struct ak_mover *x, uint32_t nbase)
{
	struct ak_dec_parts p[2];
	double v[2] = {0, 0}, r;

	if (!ak_dec_lex(x->amount, false, &p[0]) || !ak_dec_lex(x->base, false, &p[1]) || p[0].too_long || p[1].too_long || !p[1].n)
		return json_null();
	for (int k = 0; k < 2; k++) {
		int64_t e = p[k].exp10;

		for (int i = 0; i < p[k].n; i++)
			v[k] = v[k] * 10 + (p[k].digits[i] - '0');
		for (; e > 0; e--)
			v[k] *= 10;
		for (; e < 0; e++)
			v[k] /= 10;
		v[k] = p[k].neg ? -v[k] : v[k];
	}
	r = v[0] * nbase / v[1] * 100;
	if (!(r >= 0 && r < 1e15))
		return json_null();
	return json_sprintf("%lld.%02lld", (long long)(r + 0.5) / 100, (long long)(r + 0.5) % 100);
}

static void set_text(json_t *row, const char *member, struct ak_str text) { json_object_set_new(row, member, json_stringn(text.p, text.n)); }

void ak_mover_document(const struct ak_mover *x, uint32_t nbase, json_t *row, struct ak_arena *arena)
{
	struct ak_str expected = nbase ? ak_dec_over(x->base, nbase, ak_dec_fraction(x->base) + MORE, arena) : ak_str_n(NULL, 0);

	set_text(row, "amount", x->amount);
	set_text(row, "baseline_sum", x->base);
	if (nbase) {
		set_text(row, "expected", expected);
		set_text(row, "difference", ak_dec_sub(x->amount, expected, arena));
	} else {
		json_object_set_new(row, "expected", json_null());
		json_object_set_new(row, "difference", json_null());
	}
	json_object_set_new(row, "ratio", nbase ? ratio(x, nbase) : json_null());
}

/* ---- who moved it ---- */

struct part {
	struct ak_str name, amount, base, expected, moved;
};

static int by_name(const void *a, const void *b)
{
	const struct part *x = a, *y = b;

	if (!x->name.p || !y->name.p)
		return !x->name.p - !y->name.p;
	return ak_str_cmp(x->name, y->name);
}

static struct ak_str size_of(struct ak_str s) { return s.n && s.p[0] == '-' ? ak_str_n(s.p + 1, s.n - 1) : s; }

static int by_size(const void *a, const void *b)
{
	int order = ak_dec_cmp(size_of(((const struct part *)b)->moved), size_of(((const struct part *)a)->moved));

	return order ? order : by_name(a, b);
}

/* Both lists of groups as parts, each name once, in order of names. */
static struct part *collect(const struct ak_aggregate *now, const struct ak_aggregate *base, size_t figure, struct ak_str currency, int64_t bucket, size_t *n,
			    struct ak_arena *arena)
{
	size_t first = first_of(now, bucket), all = 0, kept = 0;
	struct part *part = ak_alloc((now->n - first + base->n + 1) * sizeof *part);

	for (size_t i = first; i < now->n && now->group[i]->bucket == bucket; i++)
		if (ak_mover_same(now->group[i]->by[0], currency) && now->group[i]->n[figure])
			part[all++] = (struct part){.name = now->group[i]->by[1], .amount = ak_dec_sum_text(&now->group[i]->sum[figure], arena), .base = AK_STR("0")};
	for (size_t i = 0; i < base->n; i++)
		if (ak_mover_same(base->group[i]->by[0], currency) && base->group[i]->n[figure])
			part[all++] = (struct part){.name = base->group[i]->by[1], .amount = AK_STR("0"), .base = ak_dec_sum_text(&base->group[i]->sum[figure], arena)};
	if (all)
		ak_sort(part, all, sizeof *part, by_name);
	for (size_t i = 0; i < all; i++)
		if (kept && ak_mover_same(part[kept - 1].name, part[i].name)) {
			part[kept - 1].amount = ak_str_is(part[kept - 1].amount, "0") ? part[i].amount : part[kept - 1].amount;
			part[kept - 1].base = ak_str_is(part[kept - 1].base, "0") ? part[i].base : part[kept - 1].base;
		} else {
			part[kept++] = part[i];
		}
	*n = kept;
	return part;
}

/* Means are the steps between rounded running means, so that they add up to the rounded mean of all. */
static void expect(struct part *part, size_t n, uint32_t nbase, struct ak_arena *arena)
{
	struct ak_str before = AK_STR("0"), after;
	struct ak_dec_sum sum;
	size_t digits = 0;

	ak_dec_sum_init(&sum);
	for (size_t i = 0; i < n; i++)
		ak_dec_sum_add(&sum, part[i].base);
	digits = ak_dec_fraction(ak_dec_sum_text(&sum, arena)) + MORE;
	ak_dec_sum_init(&sum);
	for (size_t i = 0; i < n; i++) {
		ak_dec_sum_add(&sum, part[i].base);
		after = ak_dec_over(ak_dec_sum_text(&sum, arena), nbase, digits, arena);
		part[i].expected = ak_dec_sub(after, before, arena);
		part[i].moved = ak_dec_sub(part[i].amount, part[i].expected, arena);
		before = after;
	}
}

json_t *ak_movers(const struct ak_aggregate *now, const struct ak_aggregate *base, size_t figure, struct ak_str currency, int64_t bucket, uint32_t nbase,
		  struct ak_arena *arena)
{
	json_t *out = json_array();
	size_t n;
	struct part *part = collect(now, base, figure, currency, bucket, &n, arena);

	expect(part, n, nbase, arena);
	if (n)
		ak_sort(part, n, sizeof *part, by_size);
	for (size_t i = 0; i < n; i++) {
		json_t *one = json_pack("{s:o}", "name", part[i].name.p ? json_stringn(part[i].name.p, part[i].name.n) : json_null());

		set_text(one, "amount", part[i].amount);
		set_text(one, "baseline_sum", part[i].base);
		set_text(one, "expected", part[i].expected);
		set_text(one, "contribution", part[i].moved);
		json_array_append_new(out, one);
	}
	ak_free(part);
	return out;
}
