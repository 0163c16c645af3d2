/* Calls that a provider logged itself, one by one, and that no gateway record shares an identifier with. */
#include "base/ak.h"
#include "reconcile/reconcile.h"

#include "base/map.h"
#include "query/reconcile.h"
#include "reconcile/unnamed.h"

static int64_t num(const json_t *o, const char *k) { return json_integer_value(json_object_get(o, k)); }
static const char *txt(const json_t *o, const char *k) { return json_string_value(json_object_get(o, k)); }

struct sums {
	int64_t calls, named, linked, may_be; /* may_be: failed, and may be attempts of the gateways that name no identifier */
};

/* Where not one call of a source meets a gateway record, the identifiers of both are of different kinds: nothing can be said. */
static enum ak_rc add_up(const json_t *rows, const struct ak_unnamed *u, struct ak_map *of)
{
	const json_t *row;
	size_t i;

	json_array_foreach((json_t *)rows, i, row) {
		bool fresh;
		const struct ak_unnamed_group *g = ak_recon_unnamed_of(u, row);
		struct ak_map_entry *e = ak_map_put(of, ak_str_of(txt(row, "source")), &fresh);
		struct sums *s;

		if (fresh)
			e->v.ptr = ak_alloc_zero(1, sizeof *s);
		s = e->v.ptr;
		s->calls += num(row, "calls");
		s->named += num(row, "named");
		s->linked += num(row, "linked");
		s->may_be += g ? g->calls : 0;
	}
	return AK_OK;
}

/* A call that did not fail or had no failed attempt beside it, where there is one: else those that may be attempts. */
static json_t *cites(const json_t *row, const struct ak_unnamed_group *g)
{
	json_t *list = json_array();
	int64_t first = num(row, "first_served");

	if (!g || g->calls == 0)
		first = num(row, "first_seq");
	else if (g->first_apart && (!first || g->first_apart < first))
		first = g->first_apart;
	if (first)
		json_array_append_new(list, json_sprintf("%s:%lld", txt(row, "source"), (long long)first));
	for (int64_t i = 0; g && !first && i < g->calls && i < AK_UNNAMED_CITED; i++)
		json_array_append_new(list, json_sprintf("%s:%lld", txt(row, "source"), (long long)g->cite[i]));
	return list;
}

static json_t *finding(const json_t *row, const struct ak_unnamed_group *g)
{
	int64_t may_be = g ? g->calls : 0;
	json_t *f = json_pack("{s:s, s:O, s:O, s:O, s:I, s:I, s:I, s:I, s:I, s:o}", "source", txt(row, "source"), "provider", json_object_get(row, "provider"),
			      "principal", json_object_get(row, "principal"), "model", json_object_get(row, "model"), "calls", (json_int_t)num(row, "without"), "of",
			      (json_int_t)num(row, "calls"), "at_least", (json_int_t)(num(row, "without") - may_be), "may_be_unnamed", (json_int_t)may_be,
			      "unnamed_attempts", (json_int_t)(g ? g->attempts : 0), "cites", cites(row, g));

	json_object_set(f, "input_tokens", json_object_get(row, "input_tokens"));
	json_object_set(f, "output_tokens", json_object_get(row, "output_tokens"));
	json_object_set(f, "first", json_object_get(row, "first"));
	json_object_set(f, "last", json_object_get(row, "last"));
	return f;
}

enum ak_rc ak_reconcile_calls(struct ak_store *s, int64_t from_us, int64_t to_us, json_t **out, struct ak_err *err)
{
	json_t *rows = NULL, *row, *doc;
	struct ak_unnamed u = {0};
	struct ak_map of;
	size_t i;
	enum ak_rc rc = ak_query_recon_calls(s, from_us, to_us, &rows, err);

	if (rc == AK_OK)
		rc = ak_recon_unnamed(s, from_us, to_us, rows, &u, err);
	if (rc != AK_OK) {
		ak_recon_unnamed_release(&u);
		json_decref(rows);
		return rc;
	}
	doc = json_pack("{s:[], s:[], s:[], s:[]}", "judged", "not_judged", "findings", "undecided");
	ak_map_init(&of);
	add_up(rows, &u, &of);
	for (i = 0; i < of.n; i++) {
		const struct sums *x = of.e[i].v.ptr;

		if (x->linked)
			json_array_append_new(json_object_get(doc, "judged"), json_pack("{s:s, s:I, s:I, s:I, s:I}", "source", of.e[i].key.p, "calls",
											(json_int_t)x->calls, "named", (json_int_t)x->named, "without",
											(json_int_t)(x->named - x->linked), "may_be_unnamed",
											(json_int_t)x->may_be));
		else
			json_array_append_new(json_object_get(doc, "not_judged"),
					      json_pack("{s:s, s:I, s:s}", "source", of.e[i].key.p, "calls", (json_int_t)x->calls, "why",
							x->named ? "no gateway record holds an identifier of this source's calls" : "its calls have no identifier"));
	}
	json_array_foreach(rows, i, row) {
		const struct sums *x = ak_map_get(&of, ak_str_of(txt(row, "source")))->v.ptr;

		if (x->linked && num(row, "without")) {
			const struct ak_unnamed_group *g = ak_recon_unnamed_of(&u, row);

			json_array_append_new(json_object_get(doc, g && g->calls >= num(row, "without") ? "undecided" : "findings"), finding(row, g));
		}
	}
	ak_recon_unnamed_release(&u);
	for (i = 0; i < of.n; i++)
		ak_free(of.e[i].v.ptr);
	ak_map_release(&of);
	json_decref(rows);
	*out = doc;
	return AK_OK;
}
