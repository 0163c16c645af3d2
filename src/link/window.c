#include "base/ak.h"
#include "link/window.h"

struct search {
	const struct ak_link_record *r;
	struct ak_arena *arena;
	struct ak_link_guess *out;
	enum ak_kind other;
	ak_link_free_fn *is_free;
	void *ctx;
};

static bool same_model(const struct ak_link_record *a, const struct ak_link_record *b)
{
	for (int i = 0; i < 2; i++)
		for (int k = 0; k < 2; k++)
			if (a->model[i].n && b->model[k].n && ak_str_eq_fold(a->model[i], b->model[k]))
				return true;
	return false;
}

static bool can_be_guessed(const struct ak_link_record *r)
{
	return r->dated && r->tokens[0] > 0 && r->tokens[1] >= 0 && (r->model[0].n || r->model[1].n);
}

static enum ak_rc look(void *ctx, const struct ak_link_record *b, struct ak_err *err)
{
	struct search *q = ctx;
	const struct ak_link_record *a = q->r;
	struct ak_link_guess *g = q->out;
	bool is_free = true;
	enum ak_rc rc;

	if (b->call == a->call || b->tokens[0] != a->tokens[0] || b->tokens[1] != a->tokens[1] || !same_model(a, b) || g->n == AK_COUNT(g->rec))
		return AK_OK;
	if ((rc = q->is_free(q->ctx, b, a->kind, &is_free, err)) == AK_OK && is_free)
		g->rec[g->n++] = memcpy(ak_arena_alloc(q->arena, sizeof *b), b, sizeof *b);
	return rc;
}

static enum ak_rc around(struct ak_link_reader *reader, struct search *q, struct ak_err *err)
{
	const int64_t us = AK_LINK_WINDOW_S * INT64_C(1000000);

	q->out->n = 0;
	if (!can_be_guessed(q->r))
		return AK_OK;
	return ak_link_each(reader, q->other, 0, q->r->time_us - us, q->r->time_us + us + 1, q->arena, look, q, err);
}

enum ak_rc ak_link_guess(struct ak_link_reader *reader, struct ak_arena *a, const struct ak_link_record *r, enum ak_kind other,
			 ak_link_free_fn *is_free, void *ctx, struct ak_link_guess *out, struct ak_err *err)
{
	struct search q = {.r = r, .arena = a, .out = out, .other = other, .is_free = is_free, .ctx = ctx};
	struct ak_link_guess back;
	enum ak_rc rc = around(reader, &q, err);

	out->sure = false;
	if (rc != AK_OK || out->n != 1)
		return rc;
	q.r = out->rec[0];
	q.out = &back;
	q.other = r->kind;
	rc = around(reader, &q, err);
	out->sure = back.n == 1 && back.rec[0]->call == r->call;
	return rc;
}
