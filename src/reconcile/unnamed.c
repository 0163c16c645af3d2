#include "base/ak.h"
#include "reconcile/unnamed.h"

#include <stdlib.h>

#include "base/buf.h"
#include "query/reconcile.h"
#include "reconcile/engine.h"

/* Attempts of one provider, in order of their start. */
struct attempts {
	struct attempt {
		int64_t from_us, to_us, latest; /* latest: end of any up to this one */
	} *a;
	size_t n, cap;
};

struct looking {
	struct ak_unnamed *out;
	struct ak_map attempts; /* by provider, "" = not told */
	struct ak_map linking;	/* source, principal */
};

static const char *txt(const json_t *o, const char *k)
{
	const char *z = json_string_value(json_object_get(o, k));

	return z ? z : "";
}

static int64_t num(const json_t *o, const char *k) { return json_integer_value(json_object_get(o, k)); }

/* Texts of these members as one key. */
static struct ak_map_entry *entry(struct ak_map *m, const json_t *row, const char *const *members, size_t n, bool make)
{
	struct ak_map_entry *e;
	struct ak_buf key;

	ak_buf_init(&key, 1 << 20);
	for (size_t i = 0; i < n; i++)
		ak_buf_addf(&key, "%s\x1f", txt(row, members[i]));
	e = make ? ak_map_put(m, ak_buf_str(&key), NULL) : ak_map_get(m, ak_buf_str(&key));
	ak_buf_release(&key);
	return e;
}

static const char *const who[] = {"source", "principal"}, *const group_of[] = {"source", "provider", "principal", "model"};

static enum ak_rc add_attempt(void *ctx, json_t *row, struct ak_err *err)
{
	struct looking *l = ctx;
	struct ak_map_entry *e = ak_map_put(&l->attempts, ak_str_of(txt(row, "provider")), NULL);
	struct attempts *x = e->v.ptr ? e->v.ptr : (e->v.ptr = ak_alloc_zero(1, sizeof *x));
	struct attempt a = {.from_us = num(row, "t") - AK_EDGE_US, .to_us = num(row, "stop") + AK_EDGE_US};

	(void)err;
	if (x->n == x->cap) {
		x->cap = x->cap ? 2 * x->cap : 64;
		x->a = ak_realloc(x->a, x->cap * sizeof *x->a);
	}
	a.latest = x->n && x->a[x->n - 1].latest > a.to_us ? x->a[x->n - 1].latest : a.to_us;
	x->a[x->n++] = a;
	return AK_OK;
}

/* Does one of them run at that time? */
static bool runs(const struct ak_map *by, const char *provider, int64_t us)
{
	const struct ak_map_entry *e = ak_map_get(by, ak_str_of(provider));
	const struct attempts *x = e ? e->v.ptr : NULL;
	size_t lo = 0, hi = x ? x->n : 0;

	while (lo < hi) {
		size_t mid = (lo + hi) / 2;

		if (x->a[mid].from_us <= us)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo && x->a[lo - 1].latest >= us;
}

/* Calls come in order of time. */
static enum ak_rc add_call(void *ctx, json_t *row, struct ak_err *err)
{
	struct looking *l = ctx;
	struct ak_unnamed *u = l->out;
	struct ak_map_entry *e;
	struct ak_unnamed_group *g;
	int64_t seq = num(row, "seq"), us = num(row, "t");

	(void)err;
	if (!entry(&l->linking, row, who, AK_COUNT(who), false))
		return AK_OK;
	e = entry(&u->group, row, group_of, AK_COUNT(group_of), true);
	g = e->v.ptr ? e->v.ptr : (e->v.ptr = ak_alloc_zero(1, sizeof *g));
	if (!runs(&l->attempts, txt(row, "provider"), us) && !runs(&l->attempts, "", us)) {
		g->first_apart = g->first_apart && g->first_apart < seq ? g->first_apart : seq;
		return AK_OK;
	}
	if (!g->provider) {
		json_array_append(u->kept, json_object_get(row, "provider"));
		g->provider = txt(row, "provider");
	}
	if ((size_t)g->calls == g->cap) {
		g->cap = g->cap ? 2 * g->cap : 16;
		g->us = ak_realloc(g->us, g->cap * sizeof *g->us);
	}
	if (g->calls < AK_UNNAMED_CITED)
		g->cite[g->calls] = seq;
	g->us[g->calls++] = us;
	if (u->n == u->cap) {
		u->cap = u->cap ? 2 * u->cap : 64;
		u->seq = ak_realloc(u->seq, u->cap * sizeof *u->seq);
	}
	u->seq[u->n++] = seq;
	return AK_OK;
}

/* Attempts in whose time the group has a call. */
static void count_attempts(const struct looking *l, struct ak_unnamed_group *g, const char *provider)
{
	const struct ak_map_entry *e = ak_map_get(&l->attempts, ak_str_of(provider));
	const struct attempts *x = e ? e->v.ptr : NULL;
	int64_t k = 0;

	for (size_t i = 0; x && i < x->n; i++) {
		while (k < g->calls && g->us[k] < x->a[i].from_us)
			k++;
		g->attempts += k < g->calls && g->us[k] <= x->a[i].to_us;
	}
}

static int by_number(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

static bool any_linking(struct looking *l, const json_t *rows)
{
	json_t *row;
	size_t i;

	json_array_foreach((json_t *)rows, i, row)
		if (num(row, "linked"))
			entry(&l->linking, row, who, AK_COUNT(who), true);
	return l->linking.n > 0;
}

static bool any_failed(const json_t *rows)
{
	json_t *row;
	size_t i;

	json_array_foreach((json_t *)rows, i, row)
		if (num(row, "failed"))
			return true;
	return false;
}

enum ak_rc ak_recon_unnamed(struct ak_store *s, int64_t from_us, int64_t to_us, const json_t *rows, struct ak_unnamed *out, struct ak_err *err)
{
	struct looking l = {.out = out};
	json_t *own = NULL;
	enum ak_rc rc = AK_OK;

	*out = (struct ak_unnamed){.kept = json_array()};
	ak_map_init(&out->group);
	ak_map_init(&l.attempts);
	ak_map_init(&l.linking);
	if (!rows)
		rc = ak_query_recon_calls(s, from_us, to_us, &own, err);
	rows = rows ? rows : own;
	if (rc == AK_OK && any_failed(rows) && any_linking(&l, rows)) {
		rc = ak_query_recon_unnamed(s, from_us, to_us, add_attempt, &l, err);
		if (rc == AK_OK)
			rc = ak_query_recon_failed_calls(s, from_us, to_us, add_call, &l, err);
	}
	for (size_t i = 0; i < out->group.n; i++) {
		struct ak_unnamed_group *g = out->group.e[i].v.ptr;

		if (g->provider)
			count_attempts(&l, g, g->provider);
		if (g->provider && *g->provider)
			count_attempts(&l, g, "");
	}
	if (out->n)
		ak_sort(out->seq, out->n, sizeof *out->seq, by_number);
	for (size_t i = 0; i < l.attempts.n; i++) {
		ak_free(((struct attempts *)l.attempts.e[i].v.ptr)->a);
		ak_free(l.attempts.e[i].v.ptr);
	}
	ak_map_release(&l.attempts);
	ak_map_release(&l.linking);
	json_decref(own);
	return rc;
}

bool ak_recon_is_unnamed(const struct ak_unnamed *u, int64_t seq)
{
	return u->n && ak_bsearch(&seq, u->seq, u->n, sizeof seq, by_number);
}

const struct ak_unnamed_group *ak_recon_unnamed_of(const struct ak_unnamed *u, const json_t *row)
{
	const struct ak_map_entry *e = entry((struct ak_map *)&u->group, row, group_of, AK_COUNT(group_of), false);

	return e ? e->v.ptr : NULL;
}

void ak_recon_unnamed_release(struct ak_unnamed *u)
{
	for (size_t i = 0; i < u->group.n; i++) {
		ak_free(((struct ak_unnamed_group *)u->group.e[i].v.ptr)->us);
		ak_free(u->group.e[i].v.ptr);
	}
	ak_map_release(&u->group);
	ak_free(u->seq);
	json_decref(u->kept);
	*u = (struct ak_unnamed){0};
}
