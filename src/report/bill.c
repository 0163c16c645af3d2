#include "base/ak.h"
#include "report/bill.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/decimal.h"
#include "base/jsonget.h"
#include "base/map.h"

enum { SUMS = 8, NAME = 32 };

struct group {
	json_t *head;
	int64_t rows, n[SUMS];
	struct ak_dec_sum sum[SUMS];
};

struct ak_bill {
	const char *by;
	char sum[SUMS][NAME];
	size_t nsums;
	struct ak_map groups;
};

struct ak_bill *ak_bill_new(const char *by, const char *sums)
{
	struct ak_bill *t = ak_alloc_zero(1, sizeof *t);

	t->by = by;
	for (const char *p = sums; *p && t->nsums < SUMS; p += strspn(p, " ")) {
		size_t n = strcspn(p, " ");

		snprintf(t->sum[t->nsums++], NAME, "%.*s", (int)n, p);
		p += n;
	}
	ak_map_init(&t->groups);
	return t;
}

void ak_bill_free(struct ak_bill *t)
{
	for (size_t i = 0; i < t->groups.n; i++) {
		struct group *g = t->groups.e[i].v.ptr;

		json_decref(g->head);
		ak_free(g);
	}
	ak_map_release(&t->groups);
	ak_free(t);
}

static json_t *head_of(const struct ak_bill *t, const json_t *row, const json_t *currency)
{
	json_t *head = json_object();
	char name[NAME];

	for (const char *p = t->by; *p; p += strspn(p, " ")) {
		size_t n = strcspn(p, " ");
		json_t *v;

		snprintf(name, sizeof name, "%.*s", (int)n, p);
		v = json_object_get(row, name);
		json_object_set_new(head, name, v ? json_incref(v) : json_null());
		p += n;
	}
	if (currency)
		json_object_set(head, "currency", (json_t *)currency);
	return head;
}

static struct group *group_of(struct ak_bill *t, const json_t *row, const json_t *currency)
{
	json_t *head = head_of(t, row, currency);
	char *key = json_dumps(head, JSON_COMPACT);
	struct ak_map_entry *e;
	bool fresh;

	e = ak_map_put(&t->groups, ak_str_of(key), &fresh);
	ak_free(key);
	if (!fresh) {
		json_decref(head);
		return e->v.ptr;
	}
	e->v.ptr = ak_alloc_zero(1, sizeof(struct group));
	((struct group *)e->v.ptr)->head = head;
	return e->v.ptr;
}

void ak_bill_add(struct ak_bill *t, const json_t *row, const json_t *currency)
{
	struct group *g = group_of(t, row, currency);

	g->rows++;
	for (size_t i = 0; i < t->nsums; i++) {
		const json_t *v = json_object_get(row, t->sum[i]);

		if (json_is_integer(v)) {
			ak_dec_sum_add_small(&g->sum[i], json_integer_value(v), 0);
			g->n[i]++;
		} else if (json_is_string(v)) {
			g->n[i] += ak_dec_sum_add(&g->sum[i], ak_str_of(json_string_value(v)));
		}
	}
}

json_t *ak_bill_rows(const struct ak_bill *t)
{
	json_t *out = json_array();
	struct ak_arena arena;

	ak_arena_init(&arena);
	for (size_t k = 0; k < t->groups.n; k++) {
		const struct group *g = t->groups.e[k].v.ptr;
		json_t *row = json_copy(g->head);

		json_object_set_new(row, "rows", json_integer(g->rows));
		for (size_t i = 0; i < t->nsums; i++) {
			struct ak_str text = ak_dec_sum_text(&g->sum[i], &arena);

			if (g->n[i])
				json_object_set_new(row, t->sum[i], json_pack("{s:s%, s:I}", "sum", text.p, text.n, "of", (json_int_t)g->n[i]));
		}
		json_array_append_new(out, row);
	}
	ak_arena_release(&arena);
	return out;
}
