/* Calls that a provider logged itself, one by one, and that no gateway record shares an identifier with. */
#include "base/ak.h"
#include "reconcile/reconcile.h"

#include "base/map.h"
#include "query/reconcile.h"

static int64_t num(const json_t *o, const char *k) { return json_integer_value(json_object_get(o, k)); }
static const char *txt(const json_t *o, const char *k) { return json_string_value(json_object_get(o, k)); }

struct sums {
	int64_t calls, named, linked;
};

/* Where not one call of a source meets a gateway record, the identifiers of both are of different kinds: nothing can be said. */
static enum ak_rc add_up(const json_t *rows, struct ak_map *of)
{
	const json_t *row;
	size_t i;

	json_array_foreach((json_t *)rows, i, row) {
		bool fresh;
		struct ak_map_entry *e = ak_map_put(of, ak_str_of(txt(row, "source")), &fresh);
		struct sums *s;

		if (fresh)
			e->v.ptr = ak_alloc_zero(1, sizeof *s);
		s = e->v.ptr;
		s->calls += num(row, "calls");
		s->named += num(row, "named");
		s->linked += num(row, "linked");
	}
	return AK_OK;
}

static json_t *finding(const json_t *row)
{
	json_t *f = json_pack("{s:s, s:O, s:O, s:O, s:I, s:I, s:[o]}", "source", txt(row, "source"), "provider", json_object_get(row, "provider"), "principal",
			      json_object_get(row, "principal"), "model", json_object_get(row, "model"), "calls", (json_int_t)num(row, "without"), "of",
			      (json_int_t)num(row, "calls"), "cites", json_sprintf("%s:%lld", txt(row, "source"), (long long)num(row, "first_seq")));

	json_object_set(f, "input_tokens", json_object_get(row, "input_tokens"));
	json_object_set(f, "output_tokens", json_object_get(row, "output_tokens"));
	json_object_set(f, "first", json_object_get(row, "first"));
	json_object_set(f, "last", json_object_get(row, "last"));
	return f;
}

enum ak_rc ak_reconcile_calls(struct ak_store *s, int64_t from_us, int64_t to_us, json_t **out, struct ak_err *err)
{
	json_t *rows = NULL, *row, *doc;
	struct ak_map of;
	size_t i;
	enum ak_rc rc = ak_query_recon_calls(s, from_us, to_us, &rows, err);

	if (rc != AK_OK)
		return rc;
	doc = json_pack("{s:[], s:[], s:[]}", "judged", "not_judged", "findings");
	ak_map_init(&of);
	add_up(rows, &of);
	for (i = 0; i < of.n; i++) {
		const struct sums *x = of.e[i].v.ptr;

		if (x->linked)
			json_array_append_new(json_object_get(doc, "judged"), json_pack("{s:s, s:I, s:I, s:I}", "source", of.e[i].key.p, "calls",
											(json_int_t)x->calls, "named", (json_int_t)x->named, "without",
											(json_int_t)(x->named - x->linked)));
		else
			json_array_append_new(json_object_get(doc, "not_judged"),
					      json_pack("{s:s, s:I, s:s}", "source", of.e[i].key.p, "calls", (json_int_t)x->calls, "why",
							x->named ? "no gateway record holds an identifier of this source's calls" : "its calls have no identifier"));
	}
	json_array_foreach(rows, i, row) {
		const struct sums *x = ak_map_get(&of, ak_str_of(txt(row, "source")))->v.ptr;

		if (x->linked && num(row, "without"))
			json_array_append_new(json_object_get(doc, "findings"), finding(row));
	}
	for (i = 0; i < of.n; i++)
		ak_free(of.e[i].v.ptr);
	ak_map_release(&of);
	json_decref(rows);
	*out = doc;
	return AK_OK;
}
