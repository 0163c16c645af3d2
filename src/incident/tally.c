#include "base/ak.h"
#include "incident/tally.h"

#include <stdlib.h>

#include "base/decimal.h"
#include "link/sums.h"

struct cost {
	struct ak_dec_sum estimated, billed;
	bool any_estimated, any_billed;
};

struct model {
	char *provider, *model; /* NULL: not named */
	uint64_t requests, failures;
};

static const char *txt(const json_t *row, const char *member) { return json_string_value(json_object_get(row, member)); }

void ak_tally_init(struct ak_tally *t)
{
	*t = (struct ak_tally){0};
	ak_map_init(&t->currencies);
	ak_map_init(&t->models);
}

void ak_tally_release(struct ak_tally *t)
{
	for (size_t i = 0; i < t->currencies.n; i++)
		ak_free(t->currencies.e[i].v.ptr);
	for (size_t i = 0; i < t->models.n; i++) {
		struct model *m = t->models.e[i].v.ptr;

		ak_free(m->provider);
		ak_free(m->model);
		ak_free(m);
	}
	ak_map_release(&t->currencies);
	ak_map_release(&t->models);
}

bool ak_tally_failed(const json_t *row)
{
	const char *outcome = txt(row, "outcome");

	return outcome ? strcmp(outcome, "failure") == 0 : json_integer_value(json_object_get(row, "status")) >= 400;
}

static bool add_amount(struct ak_dec_sum *sum, const char *amount, bool *any)
{
	bool good = amount && ak_dec_sum_add(sum, ak_str_of(amount));

	*any = *any || good;
	return good;
}

static void add_cost(struct ak_tally *t, const json_t *row)
{
	const char *estimated = txt(row, "estimated"), *billed = txt(row, "billed"), *currency = txt(row, "currency");
	struct ak_map_entry *e;
	struct cost *c;
	bool fresh;

	if (!estimated && !billed)
		return;
	e = ak_map_put(&t->currencies, ak_str_of(currency ? currency : "unknown"), &fresh);
	if (fresh) {
		c = e->v.ptr = ak_alloc_zero(1, sizeof *c);
		ak_dec_sum_init(&c->estimated);
		ak_dec_sum_init(&c->billed);
	}
	c = e->v.ptr;
	t->estimated += add_amount(&c->estimated, estimated, &c->any_estimated);
	t->billed += add_amount(&c->billed, billed, &c->any_billed);
}

static struct model *model_of(struct ak_tally *t, const char *provider, const char *model)
{
	struct ak_buf key;
	struct ak_map_entry *e;
	struct model *m;
	bool fresh;

	ak_buf_init(&key, 1 << 16);
	ak_buf_addf(&key, "%s%s", provider ? "+" : "", provider ? provider : "");
	ak_buf_addc(&key, '\0');
	ak_buf_addf(&key, "%s%s", model ? "+" : "", model ? model : "");
	e = ak_map_put(&t->models, ak_buf_str(&key), &fresh);
	ak_buf_release(&key);
	if (fresh) {
		m = e->v.ptr = ak_alloc_zero(1, sizeof *m);
		m->provider = provider ? ak_strdup(provider) : NULL;
		m->model = model ? ak_strdup(model) : NULL;
	}
	return e->v.ptr;
}

void ak_tally_add(struct ak_tally *t, const json_t *row)
{
	struct model *m = model_of(t, txt(row, "provider"), txt(row, "model"));
	const char *outcome = txt(row, "outcome");
	bool failed = ak_tally_failed(row);

	t->requests++;
	t->failures += failed;
	t->unknown += !failed && (outcome ? strcmp(outcome, "success") != 0 : !json_is_integer(json_object_get(row, "status")));
	m->requests++;
	m->failures += failed;
	add_cost(t, row);
}

static int by_currency(const void *a, const void *b)
{
	return strcmp(((const struct ak_map_entry *)a)->key.p, ((const struct ak_map_entry *)b)->key.p);
}

static int text_order(const char *a, const char *b) { return strcmp(a ? a : "", b ? b : ""); }

static int by_requests(const void *a, const void *b)
{
	const struct model *x = ((const struct ak_map_entry *)a)->v.ptr, *y = ((const struct ak_map_entry *)b)->v.ptr;
	int order = (x->requests < y->requests) - (x->requests > y->requests);

	order = order ? order : text_order(x->provider, y->provider);
	return order ? order : text_order(x->model, y->model);
}

static struct ak_map_entry *sorted(const struct ak_map *m, int (*by)(const void *, const void *))
{
	struct ak_map_entry *list = ak_alloc_zero(m->n + 1, sizeof *list);

	if (m->n)
		memcpy(list, m->e, m->n * sizeof *list);
	ak_sort(list, m->n, sizeof *list, by);
	return list;
}

static json_t *total(const struct ak_dec_sum *sum, bool any)
{
	struct ak_arena a;
	struct ak_str s;
	json_t *v;

	ak_arena_init(&a);
	s = ak_dec_sum_text(sum, &a);
	v = any ? json_stringn(s.p, s.n) : json_null();
	ak_arena_release(&a);
	return v;
}

json_t *ak_tally_json(const struct ak_tally *t)
{
	struct ak_map_entry *currencies = sorted(&t->currencies, by_currency), *models = sorted(&t->models, by_requests);
	json_t *cost = json_array(), *list = json_array();

	for (size_t i = 0; i < t->currencies.n; i++) {
		const struct cost *c = currencies[i].v.ptr;

		json_array_append_new(cost, json_pack("{s:s, s:o, s:o}", "currency", currencies[i].key.p, "estimated",
						      total(&c->estimated, c->any_estimated), "billed", total(&c->billed, c->any_billed)));
	}
	for (size_t i = 0; i < t->models.n; i++) {
		const struct model *m = models[i].v.ptr;

		json_array_append_new(list, json_pack("{s:s?, s:s?, s:I, s:I, s:o}", "provider", m->provider, "model", m->model, "requests",
						      (json_int_t)m->requests, "failures", (json_int_t)m->failures, "percent",
						      ak_link_percent((int64_t)m->requests, (int64_t)t->requests)));
	}
	ak_free(currencies);
	ak_free(models);
	return json_pack("{s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:o, s:o}", "requests", (json_int_t)t->requests, "failures", (json_int_t)t->failures, "unknown",
			 (json_int_t)t->unknown, "concurrent", (json_int_t)t->concurrent, "unbounded", (json_int_t)t->unbounded, "with_estimated", (json_int_t)t->estimated, "with_billed",
			 (json_int_t)t->billed, "cost", cost, "models", list);
}
