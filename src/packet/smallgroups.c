#include "base/ak.h"
#include "packet/smallgroups.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/decimal.h"

/* Of a merged row: the columns over which nothing is added, integers, decimals as text, and the column that says what it is. */
static const struct {
	const char *name, *apart[4], *integers[6], *decimals[5], *label;
} rollups[AK_R_COUNT] = {
	[AK_R_KEYS] = {"keys", {NULL}, {"attempts", NULL}, {"provider_requests", NULL}, "key"},
	[AK_R_ROUTES] = {"routes",
			 {"source", NULL},
			 {"attempts", "failed", "after_fallback", "cache_hits", "without_key", NULL},
			 {NULL},
			 "asked"},
	[AK_R_SPEND] = {"usage_cost",
			{"source", "layer", "currency", "query"},
			{"records", NULL},
			{"requests", "input_tokens", "output_tokens", "estimated", "billed"},
			"model"},
	[AK_R_QUOTAS] = {"quota_events", {"source", "decision", "unit", NULL}, {"events", "linked", NULL}, {NULL}, "scope_id"},
	[AK_R_VERDICTS] = {"dlp_verdicts", {"source", "verdict", NULL}, {"verdicts", "linked", NULL}, {"findings", NULL}, "rule"},
};

void ak_small_groups_init(struct ak_small_groups *g, const struct ak_policy *policy)
{
	memset(g, 0, sizeof *g);
	g->k = policy ? policy->small_k : AK_SMALL_K;
	g->action = policy ? policy->small_action : AK_SMALL_FLAG;
}

void ak_small_groups_release(struct ak_small_groups *g)
{
	for (int r = 0; r < AK_R_COUNT; r++)
		json_decref(g->of[r].rest);
}

const char *ak_small_groups_name(enum ak_rollup r) { return rollups[r].name; }

/* ---- merging ---- */

static json_t *sum_of(const char *a, const char *b)
{
	struct ak_dec_sum sum;
	struct ak_arena arena;
	struct ak_str total;
	json_t *o = NULL;

	ak_arena_init(&arena);
	ak_dec_sum_init(&sum);
	if ((!a || ak_dec_sum_add(&sum, ak_str_of(a))) && (!b || ak_dec_sum_add(&sum, ak_str_of(b)))) {
		total = ak_dec_sum_text(&sum, &arena);
		o = json_stringn(total.p, total.n);
	}
	ak_arena_release(&arena);
	return o;
}

/* What no record gives stays null; a sum that cannot be taken is null too. */
static void add_decimal(json_t *to, const json_t *row, const char *column)
{
	const char *a = json_string_value(json_object_get(to, column)), *b = json_string_value(json_object_get(row, column));

	if (b)
		json_object_set_new(to, column, sum_of(a, b));
}

/* Integers of one statement may also come as decimal text, when they are sums. */
static void add_row(enum ak_rollup r, json_t *to, const json_t *row)
{
	for (size_t i = 0; i < AK_COUNT(rollups[r].integers) && rollups[r].integers[i]; i++) {
		const char *column = rollups[r].integers[i];

		json_object_set_new(to, column, json_integer(json_integer_value(json_object_get(to, column)) +
							     json_integer_value(json_object_get(row, column))));
	}
	for (size_t i = 0; i < AK_COUNT(rollups[r].decimals) && rollups[r].decimals[i]; i++)
		add_decimal(to, row, rollups[r].decimals[i]);
	json_object_set_new(to, "groups", json_integer(json_integer_value(json_object_get(to, "groups")) + 1));
}

static json_t *new_rest(enum ak_rollup r, const json_t *row)
{
	json_t *o = json_object();

	for (size_t i = 0; i < AK_COUNT(rollups[r].apart) && rollups[r].apart[i]; i++)
		json_object_set(o, rollups[r].apart[i], json_object_get(row, rollups[r].apart[i]));
	return o;
}

static void merge(struct ak_small_groups *g, enum ak_rollup r, const json_t *row)
{
	struct ak_buf key;
	json_t *to;

	if (!g->of[r].rest)
		g->of[r].rest = json_object();
	ak_buf_init(&key, 1 << 20);
	for (size_t i = 0; i < AK_COUNT(rollups[r].apart) && rollups[r].apart[i]; i++) {
		const char *value = json_string_value(json_object_get(row, rollups[r].apart[i]));

		ak_buf_addf(&key, "%s\n", value ? value : "");
	}
	ak_buf_addc(&key, '.');
	to = json_object_get(g->of[r].rest, key.p);
	if (!to) {
		to = new_rest(r, row);
		json_object_set_new(g->of[r].rest, key.p, to);
	}
	add_row(r, to, row);
	ak_buf_release(&key);
}

json_t *ak_small_groups_rest(struct ak_small_groups *g, enum ak_rollup r)
{
	json_t *list = json_array(), *row;
	const char *key;

	json_object_foreach(g->of[r].rest, key, row) {
		size_t groups = (size_t)json_integer_value(json_object_get(row, "groups"));

		if (groups < 2) {
			g->of[r].left_out += groups;
			continue;
		}
		g->of[r].merged += groups;
		json_object_set_new(row, rollups[r].label, json_sprintf("(%zu groups of fewer than %d people)", groups, g->k));
		json_array_append(list, row);
	}
	return list;
}

/* ---- rows ---- */

bool ak_small_groups_take(struct ak_small_groups *g, enum ak_rollup r, const json_t *row)
{
	json_int_t people = json_integer_value(json_object_get(row, "people"));

	g->of[r].groups++;
	g->of[r].named += people > 0;
	if (people <= 0 || people >= g->k)
		return true;
	g->of[r].small++;
	if (g->action == AK_SMALL_MERGE)
		merge(g, r, row);
	g->of[r].left_out += g->action == AK_SMALL_SUPPRESS;
	return g->action == AK_SMALL_FLAG;
}

json_t *ak_small_groups_rows(struct ak_small_groups *g, enum ak_rollup r, const json_t *rows)
{
	json_t *list = json_array(), *rest, *row;
	size_t i;

	json_array_foreach((json_t *)rows, i, row)
		if (ak_small_groups_take(g, r, row))
			json_array_append(list, row);
	rest = ak_small_groups_rest(g, r);
	json_array_extend(list, rest);
	json_decref(rest);
	return list;
}
