#include "base/ak.h"
#include "link/engine.h"

#include <stdlib.h>

#include "link/values.h"
#include "model/idform.h"

/* Records that wait until their values are looked up together. */
enum { BATCH = 8192 };

#define HAS(f) (1u << (f))

const struct ak_link_pair ak_link_pairs[AK_LINK_PAIRS] = {
	{.from = AK_K_APP, .to = AK_K_REQUEST, .limited = true},
	{.from = AK_K_APP, .to = AK_K_CALL, .alone = true},
	{.from = AK_K_AUDIT, .to = AK_K_REQUEST, .named = HAS(AK_LF_TRACE) | HAS(AK_LF_CALL)},
	{.from = AK_K_CALL, .to = AK_K_REQUEST},
	{.from = AK_K_VERDICT, .to = AK_K_REQUEST},
	{.from = AK_K_QUOTA, .to = AK_K_REQUEST, .named = HAS(AK_LF_TRACE) | HAS(AK_LF_CALL)},
	{.from = AK_K_SETTLEMENT, .to = AK_K_REQUEST, .named = HAS(AK_LF_TRACE) | HAS(AK_LF_CALL) | HAS(AK_LF_RESPONSE)},
	{.from = AK_K_TICKET, .to = AK_K_REQUEST, .named = HAS(AK_LF_CALL)},
	{.from = AK_K_REQUEST, .to = AK_K_REQUEST, .chained = true},
	{.from = AK_K_REQUEST, .to = AK_K_APP, .back = true},
	{.from = AK_K_REQUEST, .to = AK_K_CALL, .back = true},
};

struct engine {
	struct ak_link_reader *reader;
	const struct ak_link_opts *o;
	ak_link_fn *fn;
	void *ctx;
	enum ak_kind kind;
	unsigned pairs; /* of this kind, bit per pair */
	struct ak_arena arena;
	struct ak_link_record *rec; /* the batch */
	size_t n;
	struct ak_link_values values;
	/* of the record in hand */
	struct ak_link *link;
	const struct ak_link_record **candidate, **met;
	size_t nlinks, ncandidates, nmet, cap;
};

const char *ak_link_state_name(enum ak_link_state s)
{
	static const char *const names[] = {"linked", "ambiguous", "unmatched"};

	return names[s];
}

const char *ak_link_reason_name(enum ak_link_reason r)
{
	static const char *const names[AK_WHY_COUNT] = {
		[AK_WHY_NO_SOURCE] = "source not supplied", [AK_WHY_NO_ID] = "no identifier",	   [AK_WHY_NIL] = "nil or sentinel id",
		[AK_WHY_COMMON] = "identifier of too many records", [AK_WHY_PERIOD] = "outside the period",
		[AK_WHY_FILTERED] = "filtered at export",   [AK_WHY_NOT_FOUND] = "not found",	   [AK_WHY_ELSEWHERE] = "met in another source",
	};

	return names[r];
}

const char *ak_link_cardinality_name(enum ak_link_cardinality c)
{
	static const char *const names[] = {"1:1", "n:1", "1:n", "n:m"};

	return names[c];
}

/* ---- what is asked ---- */

/* Sources of a kind; of chained gateways, of another system than this one. */
static size_t sources_of(const struct engine *e, enum ak_kind kind, const struct ak_link_source *other_than)
{
	size_t n, count = 0;
	const struct ak_link_source *s = ak_link_sources(e->reader, &n);

	for (size_t i = 0; i < n; i++)
		count += (s[i].kinds >> kind & 1) && (!other_than || strcmp(s[i].system, other_than->system) != 0);
	return count;
}

static bool has_any(const struct ak_link_record *r, unsigned fields)
{
	for (size_t i = 0; i < r->n; i++)
		if (fields >> r->id[i].field & 1)
			return true;
	return false;
}

static bool is_common(const struct engine *e, const struct ak_link_record *r)
{
	for (size_t i = 0; i < r->n; i++) {
		const struct ak_link_value *v = ak_link_values_get(&e->values, r->id[i].value);
		if (v && v->common)
			return true;
	}
	return false;
}

/* Could a record of this time be in what was supplied, and was any of it exported whole? */
static void look_at_sources(const struct engine *e, const struct ak_link_record *r, enum ak_kind kind, bool *within, bool *whole)
{
	size_t n;
	const struct ak_link_source *s = ak_link_sources(e->reader, &n);

	*within = !r->dated;
	*whole = false;
	for (size_t i = 0; i < n; i++)
		if (s[i].kinds >> kind & 1) {
			*within = *within || s[i].first_us > s[i].last_us || (r->time_us >= s[i].first_us && r->time_us <= s[i].last_us);
			*whole = *whole || !s[i].filtered;
		}
}

static enum ak_link_reason reason(const struct engine *e, const struct ak_link_record *r, enum ak_kind kind)
{
	bool within, whole;

	if (!sources_of(e, kind, NULL))
		return AK_WHY_NO_SOURCE;
	if (!has_any(r, ~(HAS(AK_LF_SPAN) | HAS(AK_LF_EVENT))))
		return r->nil ? AK_WHY_NIL : AK_WHY_NO_ID;
	if (is_common(e, r))
		return AK_WHY_COMMON;
	look_at_sources(e, r, kind, &within, &whole);
	return !within ? AK_WHY_PERIOD : !whole ? AK_WHY_FILTERED : AK_WHY_NOT_FOUND;
}

/* ---- one record ---- */

static void room(struct engine *e)
{
	size_t need = e->nlinks > e->ncandidates ? e->nlinks : e->ncandidates;

	if ((need > e->nmet ? need : e->nmet) < e->cap)
		return;
	e->cap = e->cap ? 2 * e->cap : 64;
	e->link = ak_realloc(e->link, e->cap * sizeof *e->link);
	e->candidate = ak_realloc(e->candidate, e->cap * sizeof *e->candidate);
	e->met = ak_realloc(e->met, e->cap * sizeof *e->met);
}

static void count_sides(const struct ak_link_value *v, const struct ak_link_record *a, const struct ak_link_record *b, size_t *from, size_t *to)
{
	for (size_t i = 0; v && i < v->n; i++) {
		*from += v->rec[i]->live && v->rec[i]->kind == a->kind && v->rec[i]->source == a->source;
		*to += v->rec[i]->live && v->rec[i]->kind == b->kind && v->rec[i]->source == b->source;
	}
}

/* Both spellings of a trace id count together. */
static enum ak_link_cardinality cardinality(const struct engine *e, const struct ak_link_record *a, const struct ak_link_record *b,
					    const struct ak_link_match *m)
{
	size_t from = 0, to = 0;

	count_sides(ak_link_values_get(&e->values, m->value), a, b, &from, &to);
	for (size_t i = 0; i < b->n; i++)
		if (b->id[i].field == m->other && !ak_str_eq(b->id[i].value, m->value) && ak_link_same_value(m->field, m->value, m->other, b->id[i].value))
			count_sides(ak_link_values_get(&e->values, b->id[i].value), a, b, &from, &to);
	return from > 1 ? to > 1 ? AK_LINK_N_M : AK_LINK_N_1 : to > 1 ? AK_LINK_1_N : AK_LINK_1_1;
}

/* The outer one of two gateways: it names the other's id as its upstream's, or it began first. */
static bool is_outer(const struct ak_link_record *a, const struct ak_link_record *b, const struct ak_link_match *m)
{
	bool names = m->field == AK_LF_UPSTREAM || m->field == AK_LF_PROVIDER, named = m->other == AK_LF_UPSTREAM || m->other == AK_LF_PROVIDER;

	if (names != named)
		return names;
	if (a->dated && b->dated && a->time_us != b->time_us)
		return a->time_us < b->time_us;
	return a->seq < b->seq;
}

static void meet(struct engine *e, const struct ak_link_pair *p, const struct ak_link_record *a, const struct ak_link_record *b)
{
	struct ak_link_match m = ak_link_match(a, b, p->chained, ak_link_values_shared, &e->values);

	if (p->chained && (m.strength || m.contested) && !is_outer(a, b, &m))
		return;
	room(e);
	if (m.strength)
		e->link[e->nlinks++] = (struct ak_link){b, m, false, e->o->counting ? AK_LINK_1_1 : cardinality(e, a, b, &m)};
	else if (m.contested)
		e->candidate[e->ncandidates++] = b;
}

static bool known(struct engine *e, const struct ak_link_record *b)
{
	for (size_t i = 0; i < e->nmet; i++)
		if (e->met[i]->call == b->call)
			return true;
	room(e);
	e->met[e->nmet++] = b;
	return false;
}

static void meet_all(struct engine *e, const struct ak_link_pair *p, const struct ak_link_record *a, const struct ak_link_value *v)
{
	for (size_t i = 0; v && i < v->n; i++) {
		const struct ak_link_record *b = v->rec[i];

		if (b->kind != p->to || !b->live || b->call == a->call || (p->chained && strcmp(a->source->system, b->source->system) == 0))
			continue;
		if (!known(e, b))
			meet(e, p, a, b);
	}
}

static enum ak_link_field contested_field(struct engine *e, const struct ak_link_pair *p, const struct ak_link_record *a)
{
	return ak_link_match(a, e->candidate[0], p->chained, ak_link_values_shared, &e->values).field;
}

static int by_seq(const void *a, const void *b)
{
	const struct ak_link_record *x = *(const struct ak_link_record *const *)a, *y = *(const struct ak_link_record *const *)b;

	return (x->call > y->call) - (x->call < y->call);
}

static int by_link(const void *a, const void *b)
{
	const struct ak_link *x = a, *y = b;

	return (x->to->call > y->to->call) - (x->to->call < y->to->call);
}

/* Is a record asked about a pair that it has met nothing of? */
static bool is_asked(const struct engine *e, const struct ak_link_pair *p, const struct ak_link_record *a)
{
	return !p->chained || (has_any(a, HAS(AK_LF_UPSTREAM)) && sources_of(e, p->to, a->source));
}

static enum ak_rc pair(struct engine *e, const struct ak_link_pair *p, const struct ak_link_record *a, bool *met_gateway, struct ak_err *err)
{
	char buf[AK_ID_FORM];
	struct ak_str twin;
	struct ak_link_result r = {.from = a, .to_kind = p->to, .state = AK_LINK_UNMATCHED};

	e->nlinks = e->ncandidates = e->nmet = 0;
	if ((p->alone && *met_gateway) || (p->named && !has_any(a, p->named)))
		return AK_OK;
	for (size_t i = 0; i < a->n; i++) {
		meet_all(e, p, a, ak_link_values_get(&e->values, a->id[i].value));
		if (ak_id_twin(ak_link_fields[a->id[i].field], a->id[i].value, buf, &twin))
			meet_all(e, p, a, ak_link_values_get(&e->values, twin));
	}
	if (e->nlinks) {
		qsort(e->link, e->nlinks, sizeof *e->link, by_link);
		r.state = AK_LINK_LINKED;
	} else if (e->ncandidates) {
		qsort(e->candidate, e->ncandidates, sizeof *e->candidate, by_seq);
		r.field = contested_field(e, p, a);
		r.state = AK_LINK_AMBIGUOUS;
	} else if (!is_asked(e, p, a)) {
		return AK_OK;
	} else {
		r.reason = reason(e, a, p->to);
	}
	r.link = e->link;
	r.nlinks = e->nlinks;
	r.candidate = e->candidate;
	r.ncandidates = e->nlinks ? 0 : e->ncandidates;
	*met_gateway = *met_gateway || (p->to == AK_K_REQUEST && r.state != AK_LINK_UNMATCHED);
	return e->fn(e->ctx, &r, err);
}

/* ---- batches ---- */

static enum ak_rc flush(struct engine *e, struct ak_err *err)
{
	enum ak_rc rc = AK_OK;

	for (size_t i = 0; i < e->n; i++) {
		ak_link_values_know(&e->values, &e->rec[i]);
		ak_link_values_want(&e->values, &e->rec[i]);
	}
	if (e->n)
		rc = ak_link_values_find(&e->values, err);
	for (size_t i = 0; i < e->n && rc == AK_OK; i++) {
		bool met_gateway = false;

		for (size_t k = 0; k < AK_LINK_PAIRS && rc == AK_OK; k++)
			if (e->pairs >> k & 1)
				rc = pair(e, &ak_link_pairs[k], &e->rec[i], &met_gateway, err);
	}
	e->n = 0;
	ak_link_values_clear(&e->values);
	ak_arena_clear(&e->arena);
	return rc;
}

static enum ak_rc take(void *ctx, const struct ak_link_record *r, struct ak_err *err)
{
	struct engine *e = ctx;

	e->rec[e->n++] = *r;
	return e->n == BATCH ? flush(e, err) : AK_OK;
}

static enum ak_rc kind(struct engine *e, enum ak_kind k, struct ak_err *err)
{
	unsigned kinds = 1u << k;
	enum ak_rc rc;

	e->kind = k;
	e->pairs = 0;
	for (size_t i = 0; i < AK_LINK_PAIRS; i++) {
		const struct ak_link_pair *p = &ak_link_pairs[i];

		if (p->from != k || (e->o->pairs && !(e->o->pairs >> i & 1)))
			continue;
		if ((p->back || p->alone || p->chained) && sources_of(e, p->to, NULL) < (p->chained ? 2 : 1))
			continue;
		e->pairs |= 1u << i;
		kinds |= 1u << p->to;
	}
	if (!e->pairs || !sources_of(e, k, NULL))
		return AK_OK;
	ak_link_values_init(&e->values, e->reader, &e->arena, kinds);
	rc = ak_link_each(e->reader, k, e->o->run, e->o->from_us, e->o->to_us, &e->arena, take, e, err);
	if (rc == AK_OK)
		rc = flush(e, err);
	ak_link_values_release(&e->values);
	ak_arena_clear(&e->arena);
	e->n = 0;
	return rc;
}

enum ak_rc ak_link_run(struct ak_link_reader *reader, const struct ak_link_opts *o, ak_link_fn *fn, void *ctx, struct ak_err *err)
{
	struct engine e = {.reader = reader, .o = o, .fn = fn, .ctx = ctx, .rec = ak_alloc(BATCH * sizeof *e.rec)};
	unsigned done = 0;
	enum ak_rc rc = AK_OK;

	ak_arena_init(&e.arena);
	for (size_t i = 0; i < AK_LINK_PAIRS && rc == AK_OK; i++) {
		if (done >> ak_link_pairs[i].from & 1)
			continue;
		done |= 1u << ak_link_pairs[i].from;
		rc = kind(&e, ak_link_pairs[i].from, err);
	}
	ak_arena_release(&e.arena);
	ak_free(e.rec);
	ak_free(e.link);
	ak_free(e.candidate);
	ak_free(e.met);
	return rc;
}
