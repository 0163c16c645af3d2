#include "base/ak.h"
#include "report/report.h"

#include "base/time.h"
#include "base/jsonget.h"
#include "query/query.h"
#include "report/alone.h"
#include "report/list.h"
#include "report/rows.h"

static const struct {
	const char *name;
	struct ak_report_figure figure[AK_REPORT_FIGURES];
	struct ak_report_count count[AK_AGGREGATE_COUNTS];
} shapes[AK_REPORT_SHAPES] = {
	[AK_REPORT_USAGE] = {"usage",
			     {{"requests", AK_COL_REQUEST_COUNT, false},
			      {"input_tokens", AK_COL_INPUT_TOKENS, false},
			      {"output_tokens", AK_COL_OUTPUT_TOKENS, false},
			      {"cache_read_tokens", AK_COL_CACHE_READ_TOKENS, false},
			      {"cache_write_tokens", AK_COL_CACHE_WRITE_TOKENS, false},
			      {"reasoning_tokens", AK_COL_REASONING_TOKENS, false},
			      {"estimated", AK_COL_COST_ESTIMATED, true},
			      {"billed", AK_COL_COST_BILLED, true}},
			     {{"failed", AK_COL_OUTCOME, "failure"}}},
	[AK_REPORT_COST] = {"cost",
			    {{"estimated", AK_COL_COST_ESTIMATED, true},
			     {"billed", AK_COL_COST_BILLED, true},
			     {"effective", AK_COL_COST_EFFECTIVE, true}},
			    {{NULL, AK_COL_SEQ, NULL}}},
	[AK_REPORT_ERRORS] = {"errors",
			      {{"retries", AK_COL_ATTEMPT_RETRIES, false}, {"fallbacks", AK_COL_ATTEMPT_FALLBACKS, false}},
			      {{"failed", AK_COL_OUTCOME, "failure"}, {"succeeded", AK_COL_OUTCOME, "success"}}},
	[AK_REPORT_CACHE] = {"cache",
			     {{"input_tokens", AK_COL_INPUT_TOKENS, false},
			      {"cache_read_tokens", AK_COL_CACHE_READ_TOKENS, false},
			      {"cache_write_tokens", AK_COL_CACHE_WRITE_TOKENS, false},
			      {"saved", AK_COL_SAVED_COST, true}},
			     {{"hits", AK_COL_CACHE_STATUS, "hit"}, {"misses", AK_COL_CACHE_STATUS, "miss"}}},
};

const char *ak_report_by_name(enum ak_by by) { return by == AK_BY_OWNER ? "owner" : ak_bys[by].name; }

int ak_report_by_find(struct ak_str name) { return ak_str_is(name, "owner") ? (int)AK_BY_OWNER : ak_by_find(name); }

/* ---- layers ---- */

struct making {
	struct ak_store *s;
	const struct ak_report_opts *o;
	json_t *owners; /* key id or hash -> owner, of the newest inventory; NULL: not asked for */
	json_t *layers, *notes;
	unsigned kinds; /* of the layers: a bit each */
	struct ak_err *err;
};

static bool is_cost_alone(const struct making *m) { return m->o->shape == AK_REPORT_COST; }

/* What to ask for: an owner is found by its key, amounts are kept apart by currency. */
static void prepare(const struct making *m, const struct ak_layer *l, bool whole, struct ak_aggregate_opts *a, struct ak_report_making *r)
{
	*a = (struct ak_aggregate_opts){.layer = *l, .from_us = m->o->from_us, .to_us = m->o->to_us};
	*r = (struct ak_report_making){.o = m->o, .aggregate = a, .figure = shapes[m->o->shape].figure, .count = shapes[m->o->shape].count,
				       .owners = m->owners, .whole = whole};
	for (size_t i = 0; i < m->o->nby && !whole; i++) {
		if (m->o->by[i] == AK_BY_OWNER) {
			a->by[a->nby++] = AK_BY_KEY_ID;
			a->by[a->nby++] = AK_BY_KEY_HASH;
		} else {
			a->by[a->nby++] = m->o->by[i];
		}
	}
	r->currency = a->nby;
	a->by[a->nby++] = AK_BY_CURRENCY;
	if (l->kind == AK_K_SETTLEMENT) {
		r->settlement = a->nby;
		a->by[a->nby++] = AK_BY_SETTLEMENT;
	}
	if (!whole) {
		a->bucket_us = m->o->bucket_us;
		a->zone = m->o->zone;
		a->civil = m->o->civil;
	}
	a->spans = l->kind == AK_K_USAGE;
	for (size_t i = 0; i < AK_REPORT_FIGURES && r->figure[i].name; i++)
		a->sum[a->nsums++] = r->figure[i].col;
	for (size_t i = 0; i < AK_AGGREGATE_COUNTS && r->count[i].name; i++) {
		a->count[i].col = r->count[i].col;
		a->count[i].value = r->count[i].value;
		a->ncounts++;
	}
}

/* Rows of usage that no bucket may claim, as one row of their own: those of the total, and those begun before the period. */
static void add_apart(struct ak_report_making *r, const struct ak_aggregate *groups, int64_t apart, const char *member, json_t *layer)
{
	json_t *rows, *row;

	r->apart = apart;
	rows = ak_report_rows(r, groups);
	row = json_array_get(rows, 0);
	json_object_set(layer, member, row ? row : json_null());
	json_decref(rows);
}

static json_t *no_rows(const struct ak_report_making *r)
{
	json_t *row = json_pack("{s:i, s:[]}", "records", 0, "cost");

	for (size_t i = 0; i < AK_REPORT_FIGURES && r->figure[i].name; i++)
		if (!r->figure[i].money)
			json_object_set_new(row, r->figure[i].name, json_pack("{s:n, s:i}", "sum", "of", 0));
	for (size_t i = 0; i < AK_AGGREGATE_COUNTS && r->count[i].name; i++)
		json_object_set_new(row, r->count[i].name, json_integer(0));
	return row;
}

/* A layer with its total, which is summed apart from the rows, in the same reading. A layer without records is left out. */
static enum ak_rc add_layer(struct making *m, const char *name, const struct ak_layer *l, const char *source, const char *query)
{
	enum { TOTAL, ROWS, BOTH };
	struct ak_aggregate_opts a[BOTH];
	struct ak_report_making r[BOTH];
	struct ak_aggregate groups[BOTH];
	json_t *rows, *total, *layer;
	enum ak_rc rc;

	prepare(m, l, true, &a[TOTAL], &r[TOTAL]);
	prepare(m, l, false, &a[ROWS], &r[ROWS]);
	rc = ak_aggregate_all(m->s, a, BOTH, groups, m->err);
	if (rc == AK_OK && groups[ROWS].n) {
		total = ak_report_rows(&r[TOTAL], &groups[TOTAL]);
		if (!json_array_size(total))
			json_array_append_new(total, no_rows(&r[TOTAL]));
		rows = ak_report_rows(&r[ROWS], &groups[ROWS]);
		layer = json_pack("{s:s, s:s?, s:s?, s:o, s:O, s:s}", "layer", name, "source", source, "query", query, "rows", rows, "total",
				  json_array_get(total, 0), "cannot_prove", ak_kinds[l->kind].cannot_prove);
		if (l->kind == AK_K_USAGE) {
			add_apart(&r[ROWS], &groups[ROWS], AK_BUCKET_ACROSS, "across", layer);
			add_apart(&r[ROWS], &groups[ROWS], AK_BUCKET_BEFORE, "begun_before", layer);
		}
		json_array_append_new(m->layers, layer);
		json_decref(total);
		m->kinds |= 1u << l->kind;
	}
	ak_aggregate_release(&groups[TOTAL]);
	ak_aggregate_release(&groups[ROWS]);
	return rc;
}

/* Days of UTC do not fit into buckets of another zone. */
static void note_days(struct making *m, const json_t *series)
{
	uint64_t days = ak_jnum(series, "days");
	char of[72];

	if (m->o->zone && m->o->bucket_us && days)
		json_array_append_new(m->notes, json_sprintf("%s rows of %s are UTC days: those that lie across buckets of %s are in none, and stand apart",
							     ak_list_of(days, ak_jnum(series, "records"), of), ak_jtxt(series, "source_name", "?"), m->o->zone_name));
}

static enum ak_rc add_usage(struct making *m)
{
	json_t *series = NULL, *r;
	size_t i;
	enum ak_rc rc = ak_query_usage_series(m->s, INT64_MIN, m->o->to_us, &series, m->err);

	json_array_foreach(series, i, r) {
		bool own = json_is_true(json_object_get(r, "own_sums"));
		const char *query = json_string_value(json_object_get(r, "query"));
		const struct ak_layer l = {.kind = AK_K_USAGE, .source = json_integer_value(json_object_get(r, "source")), .query = query, .own_sums = own,
					   .reaching = true};

		note_days(m, r);
		if (rc == AK_OK)
			rc = add_layer(m, own ? "gateway sums" : "provider usage", &l, json_string_value(json_object_get(r, "source_name")), query);
	}
	json_decref(series);
	return rc;
}

static enum ak_rc add_layers(struct making *m)
{
	static const struct ak_layer requests = {.kind = AK_K_REQUEST}, calls = {.kind = AK_K_CALL}, settled = {.kind = AK_K_SETTLEMENT};
	bool usage = m->o->shape == AK_REPORT_USAGE || is_cost_alone(m);
	enum ak_rc rc = add_layer(m, "gateway attempts", &requests, NULL, NULL);

	if (rc == AK_OK && usage)
		rc = add_usage(m);
	if (rc == AK_OK && m->o->shape != AK_REPORT_CACHE && !is_cost_alone(m))
		rc = add_layer(m, "provider calls", &calls, NULL, NULL);
	if (rc == AK_OK && is_cost_alone(m))
		rc = add_layer(m, "settlement", &settled, NULL, NULL);
	return rc;
}

enum ak_rc ak_report(struct ak_store *s, const struct ak_report_opts *o, json_t **out, struct ak_err *err)
{
	struct making m = {.s = s, .o = o, .layers = json_array(), .notes = json_array(), .err = err};
	enum ak_rc rc = AK_OK;

	for (size_t i = 0; i < o->nby && rc == AK_OK && !m.owners; i++)
		if (o->by[i] == AK_BY_OWNER)
			rc = ak_query_key_owners(s, &m.owners, err);
	if (rc == AK_OK)
		rc = add_layers(&m);
	if (rc == AK_OK) {
		*out = ak_report_head(o, shapes[o->shape].name);
		json_object_set(*out, "layers", m.layers);
		if (json_array_size(m.notes))
			json_object_set(*out, "notes", m.notes);
		ak_alone_kinds(*out, m.kinds);
	}
	json_decref(m.owners);
	json_decref(m.layers);
	json_decref(m.notes);
	return rc;
}
