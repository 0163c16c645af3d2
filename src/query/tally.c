#include "base/ak.h"
#include "query/tally.h"

#include "base/map.h"
#include "query/aggregate.h"
#include "query/people.h"

enum { MOST_GROUPS = 50000 };

struct work {
	const struct ak_tally_plan *plan;
	struct ak_tallies *out;
	size_t cap;
	struct ak_map sources, known; /* known: a group's bytes -> 1 + index */
	struct ak_people people;
	struct ak_people_block block;
	struct ak_buf key;
	bool too_many;
};

static struct ak_tallied *new_tally(struct work *w, int64_t source, const struct ak_str *by)
{
	struct ak_tallies *out = w->out;
	struct ak_tallied *t = ak_arena_zero(&out->arena, sizeof *t);
	const struct ak_map_entry *e = ak_map_get(&w->sources, ak_str_n((const char *)&source, sizeof source));

	t->source = ak_arena_str(&out->arena, ak_str_of(e ? e->v.ptr : ""));
	for (size_t k = 0; k < AK_TALLY_BYS; k++)
		if (by[k].p)
			t->by[k] = ak_arena_str(&out->arena, by[k]);
	for (size_t k = 0; k < AK_TALLY_SUMS; k++)
		ak_dec_sum_init(&t->sum[k]);
	if (out->n == w->cap) {
		w->cap = w->cap ? 2 * w->cap : 64;
		out->t = ak_realloc(out->t, w->cap * sizeof(struct ak_tallied *));
	}
	out->t[out->n++] = t;
	return t;
}

static size_t find(struct work *w, const struct ak_columns *c, size_t i)
{
	struct ak_str by[AK_TALLY_BYS] = {{NULL, 0}};
	int64_t source = ak_columns_number(c, AK_COL_SOURCE, i);
	struct ak_map_entry *e;
	bool fresh;

	w->plan->by(c, i, by);
	e = ak_map_put(&w->known, ak_group_key(&w->key, source, by, AK_TALLY_BYS), &fresh);
	if (fresh) {
		new_tally(w, source, by);
		e->v.num = (int64_t)w->out->n;
	}
	return (size_t)e->v.num - 1;
}

static void add(struct work *w, const struct ak_columns *c, size_t i)
{
	size_t at = find(w, c, i);
	struct ak_tallied *t = w->out->t[at];
	int fresh = w->block.of[i] ? ak_people_add(&w->people, at, w->block.of[i]) : 0;

	t->records++;
	t->people += fresh > 0;
	w->too_many |= fresh < 0;
	if (w->plan->count)
		w->plan->count(c, i, t->n);
	for (size_t k = 0; k < AK_TALLY_SUMS && w->plan->sum[k] != AK_COL_SEQ; k++)
		t->any[k] |= ak_columns_sum(c, w->plan->sum[k], i, &t->sum[k]);
}

static enum ak_rc take(void *ctx, const struct ak_columns *c, const bool *keep, struct ak_err *err)
{
	struct work *w = ctx;

	(void)err;
	ak_people_of(c, &w->block);
	for (size_t i = 0; i < c->n && !w->too_many; i++)
		if (keep[i])
			add(w, c, i);
	w->too_many |= w->out->n > MOST_GROUPS;
	return w->too_many ? AK_END : AK_OK;
}

static int by_text(struct ak_str a, struct ak_str b)
{
	if (!a.p || !b.p)
		return (a.p != NULL) - (b.p != NULL);
	return ak_str_cmp(a, b);
}

static int in_order(const void *a, const void *b)
{
	const struct ak_tallied *x = *(struct ak_tallied *const *)a, *y = *(struct ak_tallied *const *)b;
	int order = by_text(x->source, y->source);

	for (size_t k = 0; k < AK_TALLY_BYS && !order; k++)
		order = by_text(x->by[k], y->by[k]);
	return order;
}

enum ak_rc ak_tally_run(struct ak_store *s, const struct ak_tally_plan *plan, int64_t from_us, int64_t to_us, struct ak_tallies *out,
			struct ak_err *err)
{
	struct ak_columns_want want = {.col = {false}};
	struct work *w = ak_alloc_zero(1, sizeof *w);
	enum ak_rc rc;

	memset(out, 0, sizeof *out);
	ak_arena_init(&out->arena);
	w->plan = plan;
	w->out = out;
	ak_map_init(&w->sources);
	ak_map_init(&w->known);
	ak_buf_init(&w->key, 1 << 20);
	ak_people_want(&want);
	for (size_t i = 0; i < AK_COUNT(plan->want) && plan->want[i] != AK_COL_SEQ; i++)
		want.col[plan->want[i]] = true;
	for (size_t i = 0; i < AK_TALLY_SUMS && plan->sum[i] != AK_COL_SEQ; i++)
		want.col[plan->sum[i]] = true;
	rc = ak_by_sources(s, &w->sources, err);
	if (rc == AK_OK)
		rc = ak_query_columns_each(s, from_us, to_us, &want, take, w, err);
	if (w->too_many)
		rc = AK_END;
	ak_sort(out->t, out->n, sizeof *out->t, in_order);
	ak_by_sources_release(&w->sources);
	ak_map_release(&w->known);
	ak_buf_release(&w->key);
	ak_people_free(&w->people);
	ak_free(w);
	return rc;
}

void ak_tallies_release(struct ak_tallies *t)
{
	ak_free(t->t);
	ak_arena_release(&t->arena);
	*t = (struct ak_tallies){0};
}
