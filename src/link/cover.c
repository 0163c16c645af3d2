#include "base/ak.h"
#include "link/cover.h"

#include <stdlib.h>

#include "base/map.h"
#include "base/time.h"
#include "link/sums.h"

#define DAY_US INT64_C(86400000000)
#define UNDATED INT64_MIN

/* One source on one day against all sources of a kind, or one of them. */
struct cell {
	size_t pair;
	const struct ak_link_source *from, *to; /* to NULL: all */
	int64_t day, linked, ambiguous, total, why[AK_WHY_COUNT];
};

struct cover {
	bool by_day;
	struct ak_map cells; /* the members that identify it -> struct cell * */
	const struct ak_link_source **seen;
	size_t nseen, cap;
};

static int64_t day_of(const struct cover *c, const struct ak_link_record *r)
{
	if (!c->by_day)
		return 0;
	if (!r->dated)
		return UNDATED;
	return r->time_us / DAY_US - (r->time_us % DAY_US < 0);
}

static size_t pair_of(const struct ak_link_result *r)
{
	size_t i = 0;

	while (ak_link_pairs[i].from != r->from->kind || ak_link_pairs[i].to != r->to_kind)
		i++;
	return i;
}

static struct cell *cell(struct cover *c, size_t pair, const struct ak_link_source *from, const struct ak_link_source *to, int64_t day)
{
	const int64_t key[] = {(int64_t)pair, from->id, to ? to->id : -1, day};
	bool fresh;
	struct ak_map_entry *e = ak_map_put(&c->cells, ak_str_n((const char *)key, sizeof key), &fresh);
	struct cell *x;

	if (!fresh)
		return e->v.ptr;
	e->v.ptr = x = ak_alloc_zero(1, sizeof *x);
	x->pair = pair;
	x->from = from;
	x->to = to;
	x->day = day;
	return x;
}

static bool first_time(struct cover *c, const struct ak_link_source *s)
{
	for (size_t i = 0; i < c->nseen; i++)
		if (c->seen[i] == s)
			return false;
	if (c->nseen == c->cap) {
		c->cap = c->cap ? 2 * c->cap : 16;
		c->seen = ak_realloc(c->seen, c->cap * sizeof(const struct ak_link_source *));
	}
	c->seen[c->nseen++] = s;
	return true;
}

static enum ak_rc count(void *ctx, const struct ak_link_result *r, struct ak_err *err)
{
	struct cover *c = ctx;
	size_t pair = pair_of(r);
	int64_t day = day_of(c, r->from);
	struct cell *all = cell(c, pair, r->from->source, NULL, day);

	(void)err;
	all->total++;
	all->linked += r->state == AK_LINK_LINKED;
	all->ambiguous += r->state == AK_LINK_AMBIGUOUS;
	all->why[r->reason] += r->state == AK_LINK_UNMATCHED;
	c->nseen = 0;
	for (size_t i = 0; i < r->nlinks; i++)
		if (first_time(c, r->link[i].to->source))
			cell(c, pair, r->from->source, r->link[i].to->source, day)->linked++;
	for (size_t i = 0; i < r->ncandidates; i++)
		if (first_time(c, r->candidate[i]->source))
			cell(c, pair, r->from->source, r->candidate[i]->source, day)->ambiguous++;
	return AK_OK;
}

/* ---- rows ---- */

static int order(const void *a, const void *b)
{
	const struct cell *x = *(const struct cell *const *)a, *y = *(const struct cell *const *)b;
	int by_name = strcmp(x->from->name, y->from->name);

	if (x->pair != y->pair)
		return x->pair < y->pair ? -1 : 1;
	if (by_name)
		return by_name;
	if (x->to != y->to)
		return !x->to ? -1 : !y->to ? 1 : strcmp(x->to->name, y->to->name);
	return (x->day > y->day) - (x->day < y->day);
}

static json_t *reasons(const struct cell *all, int64_t linked, int64_t ambiguous)
{
	json_t *o = json_object();

	for (int w = 0; w < AK_WHY_COUNT; w++) {
		int64_t n = w == AK_WHY_ELSEWHERE ? all->linked + all->ambiguous - linked - ambiguous : all->why[w];
		if (n)
			json_object_set_new(o, ak_link_reason_name(w), json_integer((json_int_t)n));
	}
	return o;
}

static json_t *row(const struct cover *c, const struct cell *all, const struct ak_link_source *to, int64_t linked, int64_t ambiguous)
{
	const struct ak_link_pair *p = &ak_link_pairs[all->pair];
	char day[32];
	json_t *o = json_pack("{s:s, s:s, s:s?, s:s, s:I, s:I, s:I, s:I, s:o, s:o}", "from", all->from->name, "from_kind", ak_kinds[p->from].name, "to",
			      to ? to->name : NULL, "to_kind", ak_kinds[p->to].name, "linked", (json_int_t)linked, "ambiguous", (json_int_t)ambiguous,
			      "unmatched", (json_int_t)(all->total - linked - ambiguous), "total", (json_int_t)all->total, "reasons",
			      reasons(all, linked, ambiguous), "percent", ak_link_percent(linked, all->total));

	if (c->by_day && all->day != UNDATED)
		json_object_set_new(o, "day", json_stringn(ak_time_z(all->day * DAY_US, 0, day), 10));
	else if (c->by_day)
		json_object_set_new(o, "day", json_null());
	return o;
}

/* Cells are in order: first the days of all sources, then those of each that is met. A day without a link has no cell of its own. */
static void rows_of_side(struct cover *c, struct cell **at, size_t n, json_t *pairs, json_t *sides)
{
	size_t days = 0, met = 0;

	while (days < n && !at[days]->to)
		days++;
	for (size_t i = days, end; i < n; i = end, met++) {
		for (end = i; end < n && at[end]->to == at[i]->to; end++)
			;
		for (size_t d = 0, k = i; d < days; d++) {
			while (k < end && at[k]->day < at[d]->day)
				k++;
			bool has = k < end && at[k]->day == at[d]->day;
			json_array_append_new(pairs, row(c, at[d], at[i]->to, has ? at[k]->linked : 0, has ? at[k]->ambiguous : 0));
		}
	}
	for (size_t d = 0; d < days; d++) {
		json_t *o = row(c, at[d], NULL, at[d]->linked, at[d]->ambiguous);

		if (!met)
			json_array_append_new(pairs, row(c, at[d], NULL, at[d]->linked, at[d]->ambiguous));
		json_object_set_new(o, "limited", json_boolean(ak_link_pairs[at[d]->pair].limited));
		json_object_set_new(o, "sources", json_integer((json_int_t)met));
		if (sides)
			json_array_append(sides, o);
		json_decref(o);
	}
}

static void all_rows(struct cover *c, json_t *pairs, json_t *sides)
{
	struct cell **at = ak_alloc((c->cells.n + 1) * sizeof *at);
	size_t n = c->cells.n;

	for (size_t i = 0; i < n; i++)
		at[i] = c->cells.e[i].v.ptr;
	if (n)
		ak_sort(at, n, sizeof *at, order);
	for (size_t i = 0, end; i < n; i = end) {
		for (end = i; end < n && at[end]->pair == at[i]->pair && at[end]->from == at[i]->from; end++)
			;
		rows_of_side(c, at + i, end - i, pairs, sides);
	}
	ak_free(at);
}

enum ak_rc ak_link_cover(struct ak_store *s, const struct ak_link_opts *o, bool by_day, json_t **pairs, json_t **sides, struct ak_err *err)
{
	struct ak_link_opts counting = *o;
	struct cover c = {.by_day = by_day};
	json_t *a = json_array(), *b = json_array();
	struct ak_link_reader *reader = NULL;
	enum ak_rc rc = ak_link_reader_open(s, &reader, err);

	counting.counting = true;
	ak_map_init(&c.cells);
	if (rc == AK_OK)
		rc = ak_link_run(reader, &counting, count, &c, err);
	if (rc == AK_OK)
		all_rows(&c, a, b);
	for (size_t i = 0; i < c.cells.n; i++)
		ak_free(c.cells.e[i].v.ptr);
	ak_map_release(&c.cells);
	ak_free(c.seen);
	ak_link_reader_free(reader);
	if (rc == AK_OK)
		*pairs = json_incref(a);
	if (rc == AK_OK && sides)
		*sides = json_incref(b);
	json_decref(a);
	json_decref(b);
	return rc;
}
