/* How much of one source is met by another. */
#include "base/ak.h"
#include "link/link.h"

#include <stdio.h>

#include "base/map.h"
#include "base/time.h"

static int64_t num(const json_t *o, const char *key) { return json_integer_value(json_object_get(o, key)); }
static const char *txt(const json_t *o, const char *key)
{
	const char *z = json_string_value(json_object_get(o, key));

	return z ? z : "";
}

/* Percentages truncate: 99.96 % is not 100 %. */
static json_t *percent(int64_t n, int64_t of)
{
	__int128 tenths = of ? (__int128)n * 1000 / of : 0;

	return of ? json_sprintf("%lld.%lld %%", (long long)(tenths / 10), (long long)(tenths % 10)) : json_null();
}

/* ---- exact ---- */

/* Rows come per (from, target or none): those without a target are unlinked records of every pair of that source. */
static void add_exact(json_t *list, const json_t *rows, enum ak_kind from, enum ak_kind to)
{
	json_t *row, *other;
	size_t i, k;

	json_array_foreach(rows, i, row) {
		int64_t total = 0;
		bool alone = true;
		json_array_foreach(rows, k, other)
			if (strcmp(txt(row, "from"), txt(other, "from")) == 0) {
				total += num(other, "total");
				alone = alone && !json_is_string(json_object_get(other, "to"));
			}
		if (!json_is_string(json_object_get(row, "to")) && !alone)
			continue;
		json_array_append_new(
			list, json_pack("{s:s, s:O, s:s, s:s, s:s, s:I, s:I, s:I, s:I, s:o}", "from", txt(row, "from"), "to",
					json_object_get(row, "to"), "from_kind", ak_kinds[from].name, "to_kind", ak_kinds[to].name,
					"method", "exact", "linked", (json_int_t)num(row, "linked"), "ambiguous",
					(json_int_t)num(row, "ambiguous"), "unlinked",
					(json_int_t)(total - num(row, "linked") - num(row, "ambiguous")), "total",
					(json_int_t)total, "percent", percent(num(row, "linked"), total)));
	}
}

static enum ak_rc exact(struct ak_store *s, enum ak_kind from, int64_t run, int64_t from_us, int64_t to_us, json_t *list,
			struct ak_err *err)
{
	json_t *rows = NULL;
	enum ak_rc rc = ak_query_exact_links(s, from, AK_K_REQUEST, run, from_us, to_us, &rows, err);

	if (rc == AK_OK)
		add_exact(list, rows, from, AK_K_REQUEST);
	json_decref(rows);
	return rc;
}

/* ---- by sums ---- */

/* Provider usage of one source, explained bucket by bucket and model by model by what the gateways served. Keys are in
 * different namespaces on both sides, so the largest key of the whole period is explained first; a key that nothing is left
 * for in any bucket has bypassed the gateways, as far as sums can tell. */
struct key_sum {
	int64_t requests, explained, tokens;
	const char *first, *last;
};

struct sums {
	struct ak_store *s;
	struct ak_err *err;
	const json_t *rows;   /* of all usage sources */
	const char *source, *gateway;
	char gateway_name[256];
	struct ak_map keys;   /* key -> struct key_sum * */
	struct ak_arena arena;
	int64_t total, linked;
};

static struct key_sum *key_of(struct sums *m, const json_t *row)
{
	const char *key = *txt(row, "key") ? txt(row, "key") : "(not grouped by key)";
	bool fresh;
	struct ak_map_entry *e = ak_map_put(&m->keys, ak_str_of(key), &fresh);

	if (fresh)
		e->v.ptr = ak_arena_zero(&m->arena, sizeof(struct key_sum));
	return e->v.ptr;
}

static void collect_keys(struct sums *m)
{
	json_t *row;
	size_t i;

	json_array_foreach((json_t *)m->rows, i, row) {
		struct key_sum *k;
		if (strcmp(txt(row, "source"), m->source) != 0)
			continue;
		k = key_of(m, row);
		k->requests += num(row, "requests");
		k->tokens += num(row, "input_tokens");
		k->first = k->first ? k->first : txt(row, "start");
		k->last = txt(row, "end");
		m->total += num(row, "requests");
	}
}

static int64_t end_us(const json_t *row)
{
	struct ak_arena a;
	struct ak_time t = {0};
	struct ak_err ignored = {0};
	int64_t us = num(row, "start_number");

	ak_arena_init(&a);
	if (ak_time_parse(ak_str_of(txt(row, "end")), "UTC", &a, &t, &ignored) == AK_OK)
		us = t.us;
	ak_arena_release(&a);
	return us;
}

/* Models left to explain in this bucket: served by the gateways and of this provider. */
static enum ak_rc served_in(struct sums *m, const json_t *row, json_t **out)
{
	json_t *list = NULL, *g;
	size_t i;
	enum ak_rc rc = ak_query_served(m->s, num(row, "start_number"), end_us(row), &list, m->err);

	if (rc != AK_OK)
		return rc;
	*out = json_object();
	json_array_foreach(list, i, g) {
		const char *provider = txt(row, "provider");
		if (*provider && strcmp(provider, txt(g, "provider")) != 0)
			continue;
		snprintf(m->gateway_name, sizeof m->gateway_name, "%s", txt(g, "source"));
		json_object_set_new(*out, txt(g, "model"),
				    json_integer(num(*out, txt(g, "model")) + num(g, "n")));
	}
	json_decref(list);
	return AK_OK;
}

/* Rows first .. end share a bucket. Larger keys take first. */
static void explain_bucket(struct sums *m, size_t first, size_t end, json_t *served)
{
	for (;;) {
		json_t *best = NULL, *row;
		struct key_sum *best_key = NULL;
		int64_t left, n;
		for (size_t i = first; i < end; i++) {
			row = json_array_get(m->rows, i);
			if (strcmp(txt(row, "source"), m->source) != 0 || json_object_get(row, "done"))
				continue;
			struct key_sum *k = key_of(m, row);
			if (!best || k->requests > best_key->requests) {
				best = row;
				best_key = k;
			}
		}
		if (!best)
			return;
		left = num(served, txt(best, "model"));
		n = num(best, "requests") < left ? num(best, "requests") : left;
		json_object_set_new(served, txt(best, "model"), json_integer(left - n));
		json_object_set_new(best, "done", json_true());
		best_key->explained += n;
		m->linked += n;
	}
}

static enum ak_rc explain(struct sums *m)
{
	size_t n = json_array_size(m->rows), first = 0;
	enum ak_rc rc = AK_OK;

	while (first < n && rc == AK_OK) {
		json_t *row = json_array_get(m->rows, first), *served = NULL;
		size_t end = first;
		bool mine = false;
		while (end < n && num(json_array_get(m->rows, end), "start_number") == num(row, "start_number"))
			mine |= strcmp(txt(json_array_get(m->rows, end++), "source"), m->source) == 0;
		if (mine && (rc = served_in(m, row, &served)) == AK_OK)
			explain_bucket(m, first, end, served);
		json_decref(served);
		first = end;
	}
	return rc;
}

static json_t *bypass(struct sums *m)
{
	json_t *list = json_array();

	for (size_t i = 0; i < m->keys.n; i++) {
		const struct key_sum *k = m->keys.e[i].v.ptr;
		if (!k->explained)
			json_array_append_new(list, json_pack("{s:s, s:I, s:I, s:s, s:s}", "key", m->keys.e[i].key.p,
							      "requests", (json_int_t)k->requests, "input_tokens",
							      (json_int_t)k->tokens, "first", k->first, "last", k->last));
	}
	return list;
}

static enum ak_rc by_sums(struct ak_store *s, const json_t *rows, const char *source, json_t *list, struct ak_err *err)
{
	struct sums m = {.s = s, .err = err, .rows = rows, .source = source};
	enum ak_rc rc;

	ak_map_init(&m.keys);
	ak_arena_init(&m.arena);
	collect_keys(&m);
	rc = explain(&m);
	if (rc == AK_OK && m.gateway_name[0])
		json_array_append_new(
			list, json_pack("{s:s, s:s, s:s, s:s, s:s, s:[s, s, s], s:I, s:I, s:I, s:I, s:o, s:o}", "from",
					m.gateway_name, "to", source, "from_kind", "request", "to_kind", "usage", "method",
					"aggregate", "dims", "provider", "bucket", "model", "linked", (json_int_t)m.linked,
					"ambiguous", (json_int_t)0, "unlinked", (json_int_t)(m.total - m.linked), "total",
					(json_int_t)m.total, "percent", percent(m.linked, m.total), "bypass", bypass(&m)));
	ak_map_release(&m.keys);
	ak_arena_release(&m.arena);
	return rc;
}

static enum ak_rc aggregate(struct ak_store *s, int64_t run, int64_t from_us, int64_t to_us, json_t *list, struct ak_err *err)
{
	json_t *rows = NULL, *row;
	struct ak_map seen;
	size_t i;
	enum ak_rc rc = ak_query_usage_rows(s, run, from_us, to_us, &rows, err);

	ak_map_init(&seen);
	json_array_foreach(rows, i, row) {
		bool fresh;
		ak_map_put(&seen, ak_str_of(txt(row, "source")), &fresh);
		if (fresh && rc == AK_OK)
			rc = by_sums(s, rows, txt(row, "source"), list, err);
	}
	ak_map_release(&seen);
	json_decref(rows);
	return rc;
}

enum ak_rc ak_link_coverage(struct ak_store *s, int64_t run, int64_t from_us, int64_t to_us, json_t **out,
			    struct ak_err *err)
{
	static const enum ak_kind from[] = {AK_K_APP, AK_K_AUDIT, AK_K_CALL, AK_K_VERDICT, AK_K_QUOTA, AK_K_SETTLEMENT};
	json_t *list = json_array();
	enum ak_rc rc = AK_OK;

	for (size_t i = 0; i < AK_COUNT(from) && rc == AK_OK; i++)
		rc = exact(s, from[i], run, from_us, to_us, list, err);
	if (rc == AK_OK)
		rc = aggregate(s, run, from_us, to_us, list, err);
	if (rc == AK_OK)
		*out = list;
	else
		json_decref(list);
	return rc;
}
