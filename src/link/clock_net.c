/* Triangulation: shortest paths over the bounds of pairs of clocks (Bellman-Ford), and what contradicts itself along a cycle. */
#include "base/ak.h"
#include "link/clock_net.h"

#include "base/arena.h"

/* "The clock `head` is ahead of `tail` by at most `most`": both sides of an edge are one such arc each. */
struct arc {
	size_t tail, head;
	int64_t most;
};

static bool arc_of(const struct ak_clock_edge *e, bool upper, struct arc *out)
{
	int64_t side = upper ? e->high : e->low;

	if (!e->consistent || side == AK_UNBOUNDED)
		return false;
	*out = upper ? (struct arc){e->to, e->from, side} : (struct arc){e->from, e->to, -side};
	return true;
}

/* One round over all arcs; via: the arc that gave each clock its value. The last clock that changed, else SIZE_MAX. */
static size_t relax(const struct ak_clocks *c, int64_t *at, size_t *via)
{
	size_t changed = SIZE_MAX;
	struct arc a;

	for (size_t i = 0; i < 2 * c->nedges; i++) {
		if (!arc_of(&c->edge[i / 2], i % 2, &a) || at[a.tail] == INT64_MAX || at[a.tail] + a.most >= at[a.head])
			continue;
		at[a.head] = at[a.tail] + a.most;
		if (via)
			via[a.head] = i;
		changed = a.head;
	}
	return changed;
}

static size_t tail_of(const struct ak_clocks *c, size_t arc)
{
	const struct ak_clock_edge *e = &c->edge[arc / 2];

	return arc % 2 ? e->to : e->from;
}

/* Name the cycle that holds this clock, and let its edges order nothing any more. */
static void take_out(struct ak_clocks *c, size_t at, const size_t *via)
{
	json_t *names = json_array();
	int64_t sum = 0;
	struct arc a;
	size_t from;

	for (size_t i = 0; i < c->n; i++)
		at = tail_of(c, via[at]);
	from = at;
	do {
		const struct ak_clock_name *n = &c->node[at].name;

		json_array_insert_new(names, 0, json_pack("{s:s, s:s?}", "source", n->source, "app", n->app));
		if (arc_of(&c->edge[via[at] / 2], via[at] % 2, &a))
			sum += a.most;
		at = tail_of(c, via[at]);
	} while (at != from);
	do {
		size_t arc = via[at];

		at = tail_of(c, arc);
		c->edge[arc / 2].consistent = false;
		c->edge[arc / 2].low = c->edge[arc / 2].high = AK_UNBOUNDED;
	} while (at != from);
	json_array_append_new(c->cycles, json_pack("{s:o, s:I}", "clocks", names, "gap_ms", (json_int_t)((-sum + 999) / 1000)));
}

static size_t root_of(const size_t *up, size_t i)
{
	while (up[i] != i)
		i = up[i];
	return i;
}

/* Of clocks that meet the one with the most pairs keeps its times: sources that never meet are then compared as they are. */
static void set_shifts(struct ak_clocks *c, const int64_t *at)
{
	size_t *up = ak_alloc_zero(c->n + 1, sizeof *up), *best = ak_alloc_zero(c->n + 1, sizeof *best);
	uint64_t *pairs = ak_alloc_zero(c->n + 1, sizeof *pairs);

	for (size_t i = 0; i < c->n; i++)
		up[i] = best[i] = i;
	for (size_t i = 0; i < c->nedges; i++) {
		if (!c->edge[i].consistent)
			continue;
		up[root_of(up, c->edge[i].from)] = root_of(up, c->edge[i].to);
		pairs[c->edge[i].from] += c->edge[i].pairs;
		pairs[c->edge[i].to] += c->edge[i].pairs;
	}
	for (size_t i = 0; i < c->n; i++)
		if (pairs[i] > pairs[best[root_of(up, i)]])
			best[root_of(up, i)] = i;
	for (size_t i = 0; i < c->n; i++)
		c->node[i].shift = at[i] - at[best[root_of(up, i)]];
	ak_free(up);
	ak_free(best);
	ak_free(pairs);
}

void ak_clock_net_solve(struct ak_clocks *c)
{
	int64_t *at = ak_alloc_zero(c->n + 1, sizeof *at);
	size_t *via = ak_alloc_zero(c->n + 1, sizeof *via), changed;

	do {
		memset(at, 0, (c->n + 1) * sizeof *at);
		changed = 0;
		for (size_t round = 0; round <= c->n && changed != SIZE_MAX; round++)
			changed = relax(c, at, via);
		if (changed != SIZE_MAX)
			take_out(c, changed, via);
	} while (changed != SIZE_MAX);
	set_shifts(c, at);
	ak_free(at);
	ak_free(via);
}

/* By how much each clock can be ahead of this one; INT64_MAX: nobody knows. */
static const int64_t *reach(struct ak_clocks *c, size_t from)
{
	struct ak_clock_node *n = &c->node[from];

	if (n->reach)
		return n->reach;
	n->reach = ak_alloc_zero(c->n, sizeof *n->reach);
	for (size_t i = 0; i < c->n; i++)
		n->reach[i] = i == from ? 0 : INT64_MAX;
	while (relax(c, n->reach, NULL) != SIZE_MAX)
		;
	return n->reach;
}

int64_t ak_clock_net_high(struct ak_clocks *c, size_t a, size_t b)
{
	int64_t most = reach(c, b)[a];

	return most == INT64_MAX ? AK_UNBOUNDED : most;
}

int64_t ak_clock_net_low(struct ak_clocks *c, size_t a, size_t b)
{
	int64_t most = reach(c, a)[b];

	return most == INT64_MAX ? AK_UNBOUNDED : -most;
}

/* ---- rows ---- */

static void add_basis(json_t *row, unsigned rules)
{
	static const char *const names[AK_CLOCK_RULES] = {"spans", "points", "same call", "later mention"};
	struct ak_buf b;

	ak_buf_init(&b, 256);
	for (size_t i = 0; i < AK_CLOCK_RULES; i++)
		if (rules >> i & 1)
			ak_buf_addf(&b, "%s%s", b.n ? " and " : "", names[i]);
	json_object_set_new(row, "basis", json_string(b.n ? b.p : "triangulated"));
	ak_buf_release(&b);
	if (rules >> AK_CLOCK_POINT & 1)
		json_object_set_new(row, "allowed_ms", json_integer(AK_CLOCK_ALLOWED_US / 1000));
}

/* Milliseconds, rounded outward. */
static json_t *side(int64_t us, bool up)
{
	int64_t ms = us / 1000;

	if (us == AK_UNBOUNDED)
		return json_null();
	if (up && us > ms * 1000)
		ms++;
	if (!up && us < ms * 1000)
		ms--;
	return json_integer((json_int_t)ms);
}

static json_t *row_of(struct ak_clocks *c, size_t from, size_t to, const struct ak_clock_edge *e)
{
	const struct ak_clock_name *f = &c->node[from].name, *t = &c->node[to].name;
	bool usable = !e || e->consistent;
	json_t *row = json_pack("{s:s, s:s?, s:s, s:s?, s:I, s:I, s:I, s:b}", "from", f->source, "from_app", f->app, "to", t->source, "to_app",
				t->app, "pairs", (json_int_t)(e ? e->pairs : 0), "contradicting", (json_int_t)(e ? e->contradicting : 0),
				"tolerated", (json_int_t)(e ? e->tolerated : 0), "consistent", usable);

	json_object_set_new(row, "enough", json_boolean(!e || e->pairs >= AK_CLOCK_FEWEST));
	json_object_set_new(row, "low_ms", side(ak_clock_net_low(c, from, to), false));
	json_object_set_new(row, "high_ms", side(ak_clock_net_high(c, from, to), true));
	json_object_set_new(row, "example", e ? json_pack("[o, o]", json_sprintf("%s:%lld", f->source, (long long)e->example[0]),
							  json_sprintf("%s:%lld", t->source, (long long)e->example[1]))
					      : json_null());
	add_basis(row, e ? e->rules : 0);
	json_object_set_new(row, "sampled", e && e->one_in > 1 ? json_pack("{s:I, s:I, s:s}", "one_in", (json_int_t)e->one_in, "of", (json_int_t)e->of, "source",
									   e->to_names ? t->source : f->source)
							       : json_null());
	return row;
}

static int by_name(const void *a, const void *b)
{
	static const char *const keys[] = {"from", "from_app", "to", "to_app"};
	int order = 0;

	for (size_t i = 0; i < AK_COUNT(keys) && !order; i++) {
		const char *x = json_string_value(json_object_get(*(json_t *const *)a, keys[i]));
		const char *y = json_string_value(json_object_get(*(json_t *const *)b, keys[i]));

		order = strcmp(x ? x : "", y ? y : "");
	}
	return order;
}

static json_t *sorted(json_t *list)
{
	size_t n = json_array_size(list);
	json_t **rows = ak_alloc_zero(n + 1, sizeof *rows), *out = json_array();

	for (size_t i = 0; i < n; i++)
		rows[i] = json_array_get(list, i);
	ak_sort(rows, n, sizeof *rows, by_name);
	for (size_t i = 0; i < n; i++)
		json_array_append(out, rows[i]);
	ak_free(rows);
	json_decref(list);
	return out;
}

static bool met(const struct ak_clocks *c, size_t a, size_t b)
{
	size_t ends[2] = {a < b ? a : b, a < b ? b : a};

	return ak_map_get(&c->meets, ak_str_n((const char *)ends, sizeof ends)) != NULL;
}

json_t *ak_clocks_rows(struct ak_clocks *c, uint64_t *left_out)
{
	json_t *list = json_array();

	for (size_t i = 0; i < c->nedges; i++)
		json_array_append_new(list, row_of(c, c->edge[i].from, c->edge[i].to, &c->edge[i]));
	*left_out = c->n > AK_CLOCK_LISTED ? (uint64_t)c->n * (c->n - 1) / 2 - c->nedges : 0;
	for (size_t a = 0; a < c->n && !*left_out; a++)
		for (size_t b = 0; b < c->n; b++) {
			json_t *row;

			if (a == b || met(c, a, b))
				continue;
			row = row_of(c, a, b, NULL);
			/* Each pair once, in the order of their names; one that nothing bounds is no row. */
			if (strcmp(json_string_value(json_object_get(row, "from")), json_string_value(json_object_get(row, "to"))) < 0 ||
			    (strcmp(c->node[a].name.source, c->node[b].name.source) == 0 && a < b)) {
				if (!json_is_null(json_object_get(row, "low_ms")) || !json_is_null(json_object_get(row, "high_ms")))
					json_array_append(list, row);
			}
			json_decref(row);
		}
	return sorted(list);
}

json_t *ak_clocks_cycles(const struct ak_clocks *c) { return json_incref(c->cycles); }
