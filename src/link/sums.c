/* Provider usage of one source, explained bucket by bucket and model by model by what the gateways served. Sums of buckets
 * accuse no key: reconcile/ says what bypassed the gateways.
 *
 * One pass over the usage rows in order of time. Memory holds the sources and one bucket. */
#include "base/ak.h"
#include "link/sums.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/arena.h"
#include "base/map.h"
#include "base/time.h"

/* One usage source. */
struct source {
	const char *name;
	char gateway[256];
	int64_t total, linked;
};

/* One row of the open bucket; texts are in the bucket's arena. */
struct entry {
	struct source *source;
	const char *provider, *model, *end;
	int64_t requests;
	size_t order;
};

struct sums {
	struct ak_store *s;
	struct ak_map sources; /* name -> struct source * */
	struct ak_arena arena, bucket;
	int64_t bucket_us;
	struct entry *entry;
	size_t n, cap;
};

static struct source *source_of(struct sums *m, const char *name)
{
	bool fresh;
	struct ak_map_entry *e = ak_map_put(&m->sources, ak_str_of(name), &fresh);
	struct source *s;

	if (!fresh)
		return e->v.ptr;
	e->v.ptr = s = ak_arena_zero(&m->arena, sizeof *s);
	s->name = ak_arena_z(&m->arena, ak_str_of(name));
	return s;
}

/* ---- buckets ---- */

static int64_t end_us(const struct sums *m, const struct entry *e)
{
	struct ak_arena a;
	struct ak_time t = {0};
	int64_t us = m->bucket_us;

	ak_arena_init(&a);
	if (e->end && ak_time_parse(ak_str_of(e->end), "UTC", &a, &t, NULL) == AK_OK)
		us = t.us;
	ak_arena_release(&a);
	return us;
}

/* Model -> requests that the gateways served in this bucket, of this provider. */
static enum ak_rc served_in(struct sums *m, const struct entry *e, struct ak_map *out, struct ak_err *err)
{
	json_t *list = NULL, *g;
	size_t i;
	enum ak_rc rc = ak_query_served(m->s, m->bucket_us, end_us(m, e), &list, err);

	if (rc != AK_OK)
		return rc;
	json_array_foreach(list, i, g) {
		const char *provider = json_string_value(json_object_get(g, "provider"));
		const char *model = json_string_value(json_object_get(g, "model"));
		if (e->provider && strcmp(e->provider, provider ? provider : "") != 0)
			continue;
		snprintf(e->source->gateway, sizeof e->source->gateway, "%s", json_string_value(json_object_get(g, "source")));
		ak_map_put(out, ak_str_of(model ? model : ""), NULL)->v.num += json_integer_value(json_object_get(g, "n"));
	}
	json_decref(list);
	return AK_OK;
}

/* Sources together; in each the order of the ledger. */
static int by_source(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;

	if (x->source != y->source)
		return strcmp(x->source->name, y->source->name);
	return (x->order > y->order) - (x->order < y->order);
}

static enum ak_rc explain_source(struct sums *m, struct entry *e, size_t n, struct ak_err *err)
{
	struct ak_map served;
	enum ak_rc rc;

	ak_map_init(&served);
	rc = served_in(m, e, &served, err);
	for (size_t i = 0; i < n && rc == AK_OK; i++) {
		struct ak_map_entry *left = ak_map_get(&served, ak_str_of(e[i].model ? e[i].model : ""));
		int64_t take = !left ? 0 : e[i].requests < left->v.num ? e[i].requests : left->v.num;
		if (left)
			left->v.num -= take;
		e[i].source->linked += take;
	}
	ak_map_release(&served);
	return rc;
}

static enum ak_rc close_bucket(struct sums *m, struct ak_err *err)
{
	enum ak_rc rc = AK_OK;

	if (m->n)
		ak_sort(m->entry, m->n, sizeof *m->entry, by_source);
	for (size_t i = 0, end; i < m->n && rc == AK_OK; i = end) {
		for (end = i; end < m->n && m->entry[end].source == m->entry[i].source; end++)
			;
		rc = explain_source(m, m->entry + i, end - i, err);
	}
	m->n = 0;
	ak_arena_clear(&m->bucket);
	return rc;
}

static const char *keep(struct sums *m, const char *z) { return z ? ak_arena_z(&m->bucket, ak_str_of(z)) : NULL; }

static enum ak_rc add_entry(void *ctx, const struct ak_usage_row *row, struct ak_err *err)
{
	struct sums *m = ctx;
	struct source *s = source_of(m, row->source);

	if (m->n && row->start_us != m->bucket_us && close_bucket(m, err) != AK_OK)
		return AK_FAIL;
	m->bucket_us = row->start_us;
	s->total += row->requests;
	if (m->n == m->cap) {
		m->cap = m->cap ? 2 * m->cap : 256;
		m->entry = ak_realloc(m->entry, m->cap * sizeof *m->entry);
	}
	m->entry[m->n] = (struct entry){s, keep(m, row->provider), keep(m, row->model), keep(m, row->end),
					row->requests, m->n};
	m->n++;
	return AK_OK;
}

/* ---- the result ---- */

static void add_result(const struct source *s, json_t *list)
{
	if (!s->gateway[0])
		return;
	json_array_append_new(
		list, json_pack("{s:s, s:s, s:s, s:s, s:s, s:[s, s, s], s:I, s:I, s:I, s:I, s:o}", "from", s->gateway, "to",
				s->name, "from_kind", "request", "to_kind", "usage", "method", "aggregate", "dims", "provider",
				"bucket", "model", "linked", (json_int_t)s->linked, "ambiguous", (json_int_t)0, "unlinked",
				(json_int_t)(s->total - s->linked), "total", (json_int_t)s->total, "percent",
				ak_link_percent(s->linked, s->total)));
}

enum ak_rc ak_link_sums(struct ak_store *s, int64_t run, int64_t from_us, int64_t to_us, json_t *list, struct ak_err *err)
{
	struct sums m = {.s = s};
	bool any = false;
	enum ak_rc rc = ak_query_any_request(s, &any, err);

	if (rc != AK_OK || !any)
		return rc;
	ak_map_init(&m.sources);
	ak_arena_init(&m.arena);
	ak_arena_init(&m.bucket);
	rc = ak_query_usage_each(s, run, from_us, to_us, add_entry, &m, err);
	if (rc == AK_OK)
		rc = close_bucket(&m, err);
	for (size_t i = 0; i < m.sources.n && rc == AK_OK; i++)
		add_result(m.sources.e[i].v.ptr, list);
	ak_map_release(&m.sources);
	ak_arena_release(&m.arena);
	ak_arena_release(&m.bucket);
	ak_free(m.entry);
	return rc;
}
