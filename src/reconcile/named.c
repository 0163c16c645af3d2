/* What names a call that no gateway record has. A record without an identifier that gateways carry cannot be looked for, so it is not judged. */
#include "base/ak.h"
#include "reconcile/named.h"

#include "link/engine.h"
#include "reconcile/unnamed.h"

enum { CITED = 20 };

/* A trace, a span in it and a group of attempts name more or less than one call at a gateway. */
#define GROUPS (1u << AK_LF_TRACE | 1u << AK_LF_SPAN | 1u << AK_LF_GROUP)

/* Records with the same names of identifiers; not met. */
struct unmet {
	unsigned fields;
	int64_t n, unnamed;
	int64_t seq[CITED];
};

struct from {
	const struct ak_link_source *source;
	enum ak_kind kind;
	int64_t records, met;
	unsigned joined; /* bit per enum ak_link_field */
	struct unmet unmet[1 << AK_LF_COUNT];
};

struct named {
	struct from **from;
	size_t n;
	bool until_met; /* one is enough */
	struct ak_unnamed unnamed;
};

static struct from *from_of(struct named *x, const struct ak_link_record *r)
{
	for (size_t i = 0; i < x->n; i++)
		if (x->from[i]->source == r->source && x->from[i]->kind == r->kind)
			return x->from[i];
	x->from = ak_realloc(x->from, (x->n + 1) * sizeof(struct from *));
	x->from[x->n] = ak_alloc_zero(1, sizeof **x->from);
	x->from[x->n]->source = r->source;
	x->from[x->n]->kind = r->kind;
	return x->from[x->n++];
}

static unsigned fields_of(const struct ak_link_record *r)
{
	unsigned fields = 0;

	for (size_t i = 0; i < r->n; i++)
		fields |= 1u << r->id[i].field;
	return fields;
}

static enum ak_rc look(void *ctx, const struct ak_link_result *r, struct ak_err *err)
{
	const struct named *x = ctx;
	struct from *f = from_of(ctx, r->from);
	struct unmet *u;

	(void)err;
	f->records++;
	f->met += r->state != AK_LINK_UNMATCHED;
	if (x->until_met && f->met)
		return AK_END;
	for (size_t i = 0; i < r->nlinks; i++)
		f->joined |= r->link[i].window ? 0 : 1u << r->link[i].match.field;
	if (r->state != AK_LINK_UNMATCHED || r->reason != AK_WHY_NOT_FOUND)
		return AK_OK;
	u = &f->unmet[fields_of(r->from)];
	if (ak_recon_is_unnamed(&x->unnamed, r->from->seq)) {
		u->unnamed++;
		return AK_OK;
	}
	if (u->n < CITED)
		u->seq[u->n] = r->from->seq;
	u->n++;
	return AK_OK;
}

static json_t *doc_of(const struct from *f)
{
	json_t *cites = json_array();
	int64_t without = 0, unnamed = 0;

	for (size_t i = 0; i < AK_COUNT(f->unmet); i++) {
		const struct unmet *u = &f->unmet[i];

		if (!(i & f->joined & ~GROUPS))
			continue;
		without += u->n;
		unnamed += u->unnamed;
		for (int64_t k = 0; k < u->n && k < CITED && json_array_size(cites) < CITED; k++)
			json_array_append_new(cites, json_sprintf("%s:%lld", f->source->name, (long long)u->seq[k]));
	}
	return json_pack("{s:s, s:s, s:I, s:I, s:I, s:I, s:I, s:o}", "source", f->source->name, "kind", ak_kinds[f->kind].name, "records", (json_int_t)f->records,
			 "met", (json_int_t)f->met, "without", (json_int_t)without, "unnamed", (json_int_t)unnamed, "unjudged",
			 (json_int_t)(f->records - f->met - without - unnamed), "cites", cites);
}

/* Links of a kind to requests. */
static enum ak_rc look_from(struct ak_link_reader *reader, enum ak_kind kind, int64_t from_us, int64_t to_us, struct named *x, struct ak_err *err)
{
	struct ak_link_opts o = {.from_us = from_us, .to_us = to_us};
	enum ak_rc rc;

	for (size_t i = 0; i < AK_LINK_PAIRS; i++)
		if (ak_link_pairs[i].to == AK_K_REQUEST && ak_link_pairs[i].from == kind)
			o.pairs |= 1u << i;
	rc = ak_link_run(reader, &o, look, x, err);
	return rc == AK_END ? AK_OK : rc;
}

enum ak_rc ak_reconcile_named(struct ak_store *s, int64_t from_us, int64_t to_us, bool all_apps, json_t **out, struct ak_err *err)
{
	struct named x = {0};
	struct ak_link_reader *reader = NULL;
	enum ak_rc rc = ak_link_reader_open(s, &reader, err);

	if (rc == AK_OK)
		rc = ak_recon_unnamed(s, from_us, to_us, NULL, &x.unnamed, err);
	x.until_met = !all_apps;
	if (rc == AK_OK)
		rc = look_from(reader, AK_K_APP, from_us, to_us, &x, err);
	x.until_met = false;
	if (rc == AK_OK)
		rc = look_from(reader, AK_K_CALL, from_us, to_us, &x, err);
	*out = json_array();
	for (size_t i = 0; i < x.n; i++) {
		if (rc == AK_OK)
			json_array_append_new(*out, doc_of(x.from[i]));
		ak_free(x.from[i]);
	}
	ak_free(x.from);
	ak_recon_unnamed_release(&x.unnamed);
	ak_link_reader_free(reader);
	return rc;
}
