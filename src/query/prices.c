/* Stored costs against a price catalogue: the price that was in force when a call was made, never today's. Sums are taken
 * between the times at which any price changes, so one multiplication stands for many calls and stays exact. */
#include "base/ak.h"
#include "query/query.h"

#include <stdlib.h>

#include "base/decimal.h"
#include "base/time.h"
#include "query/attempt.h"
#include "query/rows.h"

#define MOST_TIMES 20000

/* Calls with a stored cost. A hit of the gateway's cache costs nothing, and a failure has no agreed price. */
#define COSTED(table)                                                                                                     \
	"SELECT s.name AS source, r.provider AS provider, coalesce(r.response_model, r.request_model) AS model,"          \
	" r.cost_currency AS currency, count(*) AS attempts, ak_sum(r.cost_estimated) AS stored,"                         \
	" coalesce(sum(r.input_tokens), 0) AS input, coalesce(sum(r.output_tokens), 0) AS output,"                        \
	" coalesce(sum(r.cache_read_tokens), 0) AS cache_read, coalesce(sum(r.cache_write_tokens), 0) AS cache_write,"    \
	" coalesce(sum(CASE r.input_includes_cache WHEN 1 THEN r.cache_read_tokens END), 0) AS included"                  \
	" FROM " table " r" AK_OF_FILE("r") " WHERE r.time_us >= ?1 AND r.time_us < ?2 AND" AK_COUNTED("r")                  \
	" AND r.cost_estimated IS NOT NULL AND coalesce(r.cache_status, '') <> 'hit' AND coalesce(r.outcome, '') <> 'failure'" \
	" GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4"
#define COSTED_OF                                                                                                         \
	AK_FOLDED(", provider, response_model, request_model, cost_currency, cost_estimated, input_tokens, output_tokens," \
		  " cache_read_tokens, cache_write_tokens, input_includes_cache, cache_status, outcome",                  \
		  AK_FOLD("provider") AK_FOLD("response_model") AK_FOLD("request_model") AK_FOLD("cost_currency")         \
		  AK_FOLD("cost_estimated") AK_FOLD("input_tokens") AK_FOLD("output_tokens") AK_FOLD("cache_read_tokens") \
		  AK_FOLD("cache_write_tokens") AK_FOLD("input_includes_cache") AK_FOLD("cache_status") AK_FOLD("outcome"))

struct check {
	struct ak_store *s;
	struct ak_err *err;
	json_t *prices; /* in order of time */
	json_t *rows;	/* the result, by source, provider, model and currency */
	int64_t *times;
	size_t ntimes;
	struct ak_arena arena;
};

static const char *text(const json_t *o, const char *member) { return json_string_value(json_object_get(o, member)); }
static json_int_t num(const json_t *o, const char *member) { return json_integer_value(json_object_get(o, member)); }

static bool same(const json_t *a, const json_t *b, const char *member)
{
	const json_t *x = json_object_get(a, member), *y = json_object_get(b, member);

	return json_is_null(x) || json_is_null(y) || json_equal(x, y);
}

static int by_time(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return x < y ? -1 : x > y;
}

/* Every time at which a price begins or ends. */
static enum ak_rc boundaries(struct check *c, int64_t from_us, int64_t to_us)
{
	size_t i, n = 0, k = 0;
	json_t *p;

	if (json_array_size(c->prices) > MOST_TIMES)
		return ak_fail(c->err, AK_EXIT_LIMIT, "the price catalogue has more than %d rows", MOST_TIMES);
	c->times = ak_arena_zero(&c->arena, (2 * json_array_size(c->prices) + 2) * sizeof *c->times);
	c->times[n++] = from_us;
	json_array_foreach(c->prices, i, p) {
		int64_t end = INT64_MAX;
		struct ak_err ignored = {0};

		if (text(p, "end") && ak_time_arg(text(p, "end"), 0, &end, &ignored) != AK_OK)
			end = INT64_MAX;
		json_object_set_new(p, "end_number", json_integer(end));
		c->times[n++] = num(p, "start_number");
		c->times[n++] = end;
	}
	c->times[n++] = to_us;
	ak_sort(c->times, n, sizeof *c->times, by_time);
	for (size_t j = 0; j < n; j++)
		if (c->times[j] >= from_us && c->times[j] <= to_us && (!k || c->times[k - 1] != c->times[j]))
			c->times[k++] = c->times[j];
	c->ntimes = k;
	return AK_OK;
}

/* The latest price of an item that holds at a time. */
static const json_t *price_at(const struct check *c, const json_t *group, const char *item, int64_t us)
{
	const json_t *best = NULL;
	json_t *p;
	size_t i;

	json_array_foreach(c->prices, i, p)
		if (num(p, "start_number") <= us && num(p, "end_number") > us && strcmp(text(p, "item"), item) == 0 &&
		    same(p, group, "provider") && json_equal(json_object_get(p, "model"), json_object_get(group, "model")) &&
		    same(p, group, "currency"))
			best = p;
	return best;
}

/* k of 10^k; -1 when it is no power of ten and a division would not be exact. */
static int tens(const char *per)
{
	size_t n = per ? strlen(per) : 1;

	if (!per)
		return 0;
	return per[0] == '1' && strspn(per + 1, "0") == n - 1 ? (int)n - 1 : -1;
}

/* sum += n * price / per, digit by digit: exact. */
static bool add_cost(struct check *c, struct ak_dec_sum *sum, json_int_t n, const json_t *price)
{
	int down = tens(text(price, "per"));
	struct ak_str x;

	if (down < 0)
		return false;
	for (int place = 0; n > 0; n /= 10, place++) {
		if (ak_dec_parse(ak_str_of(text(price, "price")), place - down, false, &c->arena, &x, NULL) != AK_OK)
			return false;
		for (int digit = (int)(n % 10); digit; digit--)
			if (!ak_dec_sum_add(sum, x))
				return false;
	}
	return true;
}

/* Cached tokens without a price of their own are input where the source counts them there. False: a price is missing. */
static bool cost_of(struct check *c, const json_t *g, int64_t us, struct ak_dec_sum *sum)
{
	const json_t *in = price_at(c, g, "input", us), *out = price_at(c, g, "output", us), *read = price_at(c, g, "cache_read", us);
	const json_t *write = price_at(c, g, "cache_write", us), *each = price_at(c, g, "request", us);
	json_int_t fresh = num(g, "input") - (read ? num(g, "included") : 0);

	if ((!in && fresh > 0) || (!out && num(g, "output") > 0) || (!in && !out && !each))
		return false;
	return (!in || add_cost(c, sum, fresh, in)) && (!out || add_cost(c, sum, num(g, "output"), out)) &&
	       (!read || add_cost(c, sum, num(g, "cache_read"), read)) && (!write || add_cost(c, sum, num(g, "cache_write"), write)) &&
	       (!each || add_cost(c, sum, num(g, "attempts"), each));
}

static json_t *row_for(struct check *c, const json_t *g)
{
	static const char *const key[] = {"source", "provider", "model", "currency"};
	json_t *row;
	size_t i, k;

	json_array_foreach(c->rows, i, row) {
		for (k = 0; k < AK_COUNT(key) && json_equal(json_object_get(row, key[k]), json_object_get(g, key[k])); k++)
			;
		if (k == AK_COUNT(key))
			return row;
	}
	row = json_pack("{s:i, s:i, s:s, s:s}", "attempts", 0, "priced", 0, "stored", "0", "recomputed", "0");
	for (k = 0; k < AK_COUNT(key); k++)
		json_object_set(row, key[k], json_object_get(g, key[k]));
	json_array_append_new(c->rows, row);
	return row;
}

static void add_text(struct check *c, json_t *row, const char *member, struct ak_str more)
{
	struct ak_dec_sum sum;
	struct ak_str total;

	ak_dec_sum_init(&sum);
	if (ak_dec_sum_add(&sum, ak_str_of(text(row, member))) && ak_dec_sum_add(&sum, more)) {
		total = ak_dec_sum_text(&sum, &c->arena);
		json_object_set_new(row, member, json_stringn(total.p, total.n));
	}
}

static void add_group(struct check *c, const json_t *g, int64_t us)
{
	json_t *row = row_for(c, g);
	struct ak_dec_sum sum;

	ak_dec_sum_init(&sum);
	json_object_set_new(row, "attempts", json_integer(num(row, "attempts") + num(g, "attempts")));
	if (!cost_of(c, g, us, &sum))
		return;
	json_object_set_new(row, "priced", json_integer(num(row, "priced") + num(g, "attempts")));
	add_text(c, row, "stored", ak_str_of(text(g, "stored")));
	add_text(c, row, "recomputed", ak_dec_sum_text(&sum, &c->arena));
}

static enum ak_rc between(struct check *c, int64_t from_us, int64_t to_us)
{
	static const struct ak_over sql = {COSTED("request"), COSTED(COSTED_OF)};
	const struct ak_param p[] = {AK_PI(from_us), AK_PI(to_us)};
	const char *chosen = NULL;
	json_t *groups = NULL, *g;
	size_t i;
	enum ak_rc rc = ak_over_choose(c->s, &sql, &chosen, c->err);

	if (rc == AK_OK)
		rc = ak_rows(c->s, chosen, p, 2, &groups, c->err);
	json_array_foreach(groups, i, g)
		add_group(c, g, from_us);
	json_decref(groups);
	return rc;
}

static void residuals(struct check *c)
{
	json_t *row;
	size_t i;

	json_array_foreach(c->rows, i, row) {
		struct ak_str left = ak_dec_sub(ak_str_of(text(row, "stored")), ak_str_of(text(row, "recomputed")), &c->arena);

		json_object_set_new(row, "residual", left.p ? json_stringn(left.p, left.n) : json_null());
	}
}

enum ak_rc ak_query_price_check(struct ak_store *s, int64_t from_us, int64_t to_us, json_t **out, struct ak_err *err)
{
	static const char catalogue[] =
		"SELECT c.provider AS provider, c.response_model AS model, c.price_item AS item, c.price AS price,"
		" c.price_per AS per, c.cost_currency AS currency, c.time_us AS start_number, c.event_end AS \"end\" FROM price c"
		" WHERE c.state = 0 AND c.time_us IS NOT NULL AND c.price IS NOT NULL AND c.price_item IS NOT NULL"
		" AND coalesce(c.service_tier, 'default') IN ('default', 'standard')"
		" AND NOT EXISTS(SELECT 1 FROM superseded x WHERE x.seq = c.seq) ORDER BY c.time_us, c.seq";
	struct check c = {.s = s, .err = err, .rows = json_array()};
	enum ak_rc rc = ak_rows(s, catalogue, NULL, 0, &c.prices, err);

	ak_arena_init(&c.arena);
	if (rc == AK_OK && json_array_size(c.prices))
		rc = boundaries(&c, from_us, to_us);
	for (size_t i = 0; i + 1 < c.ntimes && rc == AK_OK; i++)
		rc = between(&c, c.times[i], c.times[i + 1]);
	residuals(&c);
	ak_arena_release(&c.arena);
	json_decref(c.prices);
	if (rc == AK_OK)
		*out = c.rows;
	else
		json_decref(c.rows);
	return rc;
}
