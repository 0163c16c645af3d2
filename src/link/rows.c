#include "base/ak.h"
#include "link/rows.h"

#include "base/time.h"

struct rows {
	unsigned states;
	ak_row_fn *each;
	void *ctx;
};

static json_t *cite(const struct ak_link_record *r) { return json_sprintf("%s:%lld", r->source->name, (long long)r->call); }

static json_t *day(const struct ak_link_record *r)
{
	char text[32];

	return r->dated ? json_stringn(ak_time_z(r->time_us, 0, text), 10) : json_null();
}

static json_t *field(enum ak_link_field f) { return json_string(ak_fields[ak_link_fields[f]].name); }

static json_t *row(const struct ak_link_result *r)
{
	return json_pack("{s:s, s:o, s:s, s:s, s:n, s:n, s:s, s:o, s:n, s:n, s:n, s:n}", "state", ak_link_state_name(r->state), "from", cite(r->from),
			 "from_source", r->from->source->name, "from_kind", ak_kinds[r->from->kind].name, "to", "to_source", "to_kind",
			 ak_kinds[r->to_kind].name, "day", day(r->from), "method", "field", "cardinality", "confidence");
}

static void set_link(json_t *o, const struct ak_link *l)
{
	const struct ak_link_match *m = &l->match;

	json_object_set_new(o, "to", cite(l->to));
	json_object_set_new(o, "to_source", json_string(l->to->source->name));
	json_object_set_new(o, "cardinality", json_string(ak_link_cardinality_name(l->cardinality)));
	json_object_set_new(o, "method", json_string(l->window ? "window" : m->normalised ? "normalised" : "exact"));
	json_object_set_new(o, "confidence", json_string(l->window ? "inferred" : m->strength == AK_LINK_STRONG && !m->normalised ? "certain" : "high"));
	if (!l->window)
		json_object_set_new(o, "field", field(m->field));
}

static void set_candidates(json_t *o, const struct ak_link_result *r)
{
	json_t *list = json_array();

	for (size_t i = 0; i < r->ncandidates; i++)
		json_array_append_new(list, cite(r->candidate[i]));
	json_object_set_new(o, "candidates", list);
	if (r->window)
		json_object_set_new(o, "method", json_string("window"));
	else
		json_object_set_new(o, "field", field(r->field));
}

static enum ak_rc give(struct rows *w, json_t *o, struct ak_err *err)
{
	enum ak_rc rc = w->each(w->ctx, o, err);

	json_decref(o);
	return rc;
}

static enum ak_rc write(void *ctx, const struct ak_link_result *r, struct ak_err *err)
{
	struct rows *w = ctx;
	enum ak_rc rc = AK_OK;
	json_t *o;

	if (w->states && !(w->states >> r->state & 1))
		return AK_OK;
	for (size_t i = 0; i < r->nlinks && rc == AK_OK; i++) {
		o = row(r);
		set_link(o, &r->link[i]);
		rc = give(w, o, err);
	}
	if (r->state == AK_LINK_LINKED)
		return rc;
	o = row(r);
	if (r->state == AK_LINK_AMBIGUOUS)
		set_candidates(o, r);
	else
		json_object_set_new(o, "reason", json_string(ak_link_reason_name(r->reason)));
	if (r->state == AK_LINK_UNMATCHED && r->reason == AK_WHY_NO_SOURCE && r->to_kind == AK_K_CALL && r->from->provider.n)
		json_object_set_new(o, "provider", json_stringn(r->from->provider.p, r->from->provider.n)); /* whose log that is */
	return give(w, o, err);
}

enum ak_rc ak_link_rows(struct ak_store *s, const struct ak_link_opts *o, unsigned states, ak_row_fn *each, void *ctx, struct ak_err *err)
{
	struct rows w = {states, each, ctx};
	struct ak_link_reader *reader = NULL;
	enum ak_rc rc = ak_link_reader_open(s, &reader, err);

	if (rc == AK_OK)
		rc = ak_link_run(reader, o, write, &w, err);
	ak_link_reader_free(reader);
	return rc;
}
