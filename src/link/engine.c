#include "base/ak.h"
#include "link/engine.h"

#include <stdlib.h>

#include "link/reason.h"
#include "link/window.h"
#include "model/idform.h"

/* Records that wait until their values are looked up together. */
enum { BATCH = 32768 };

/* Which calls of requests the records of one source have met: what their other side asks, without asking each again. */
struct marks {
	enum ak_kind kind;
	const struct ak_link_source *source;
	struct ak_link_record as; /* stands for any of its records: kind and source are all it has */
	uint8_t *bit[2];	  /* linked, contested; by ledger sequence */
	size_t n[2];		  /* bytes */
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
	struct marks *marks;
	size_t nmarks;
	bool looking; /* a pair of this kind needs values to be looked up */
	bool marking; /* all records are read and only counted, so that marks are enough */
};

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
		const struct ak_link_record *c = v->rec[i];

		*from += c->live && c->kind == a->kind && c->source == a->source && !ak_link_other_environment(c, b);
		*to += c->live && c->kind == b->kind && c->source == b->source && !ak_link_other_environment(c, a);
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
			count_sides(ak_link_values_of(&e->values, &b->id[i]), a, b, &from, &to);
	return from > 1 ? to > 1 ? AK_LINK_N_M : AK_LINK_N_1 : to > 1 ? AK_LINK_1_N : AK_LINK_1_1;
}

static void meet(struct engine *e, const struct ak_link_pair *p, const struct ak_link_record *a, const struct ak_link_record *b)
{
	struct ak_link_match m = ak_link_match(a, b, p->chained, ak_link_values_use, &e->values);

	room(e);
	if (m.strength)
		e->link[e->nlinks++] = (struct ak_link){.to = b, .match = m, .cardinality = e->o->counting ? AK_LINK_1_1 : cardinality(e, a, b, &m)};
	else if (m.contested && !ak_link_values_settled(&e->values, a, b, m.value))
		e->candidate[e->ncandidates++] = b;
}

static int by_seq(const void *a, const void *b)
{
	const struct ak_link_record *x = *(const struct ak_link_record *const *)a, *y = *(const struct ak_link_record *const *)b;

	return (x->call > y->call) - (x->call < y->call);
}

static void gather(struct engine *e, const struct ak_link_pair *p, const struct ak_link_record *a, const struct ak_link_value *v)
{
	for (size_t i = 0; v && i < v->n; i++) {
		const struct ak_link_record *b = v->rec[i];

		if (b->kind != p->to || !b->live || b->call == a->call || (p->chained && strcmp(a->source->system, b->source->system) == 0))
			continue;
		room(e);
		e->met[e->nmet++] = b;
	}
}

/* Each record that has one of its values, once, in the order of the ledger. */
static void meet_all(struct engine *e, const struct ak_link_pair *p, const struct ak_link_record *a)
{
	char buf[AK_ID_FORM];
	struct ak_str twin;

	e->nlinks = e->ncandidates = e->nmet = 0;
	for (size_t i = 0; i < a->n; i++) {
		const struct ak_link_value *v = ak_link_values_of(&e->values, &a->id[i]);

		gather(e, p, a, v);
		if (a->id[i].field == AK_LF_TRACE && v && v->twin)
			gather(e, p, a, v->twin);
		else if (ak_id_twin(ak_link_fields[a->id[i].field], a->id[i].value, buf, &twin))
			gather(e, p, a, ak_link_values_get(&e->values, twin));
	}
	if (e->nmet > 1)
		ak_sort(e->met, e->nmet, sizeof *e->met, by_seq);
	for (size_t i = 0; i < e->nmet; i++)
		if (!i || e->met[i]->call != e->met[i - 1]->call)
			meet(e, p, a, e->met[i]);
}

static bool is_group(enum ak_link_field f) { return f == AK_LF_TRACE || f == AK_LF_GROUP; }

/* Does a record, which only a trace joins with a call, name another call of that trace? Then it is none of this one, unless that is the same
 * call at another gateway. */
static bool names_other(struct engine *e, const struct ak_link_record *a, const struct ak_link_record *call)
{
	bool other = false;

	for (size_t i = 0; i < a->n; i++) {
		const struct ak_link_value *v = is_group(a->id[i].field) ? NULL : ak_link_values_of(&e->values, &a->id[i]);

		for (size_t k = 0; v && k < v->n; k++) {
			const struct ak_link_record *x = v->rec[k];
			struct ak_link_match m;

			if (x->kind != AK_K_REQUEST || !x->live || x->call == a->call)
				continue;
			m = ak_link_match(a, x, false, ak_link_values_use, &e->values);
			if (!m.strength || !m.named)
				continue;
			if (strcmp(x->source->system, call->source->system) != 0 &&
			    ak_link_match(x, call, true, ak_link_values_use, &e->values).strength)
				return false;
			other = true;
		}
	}
	return other;
}

/* What names the call beats what names its trace: a step of an agent's run belongs to its own call. */
static void prune(struct engine *e, const struct ak_link_record *a)
{
	size_t kept = 0;

	for (size_t i = 0; i < e->nlinks; i++) {
		const struct ak_link_record *b = e->link[i].to;
		bool dropped = false;

		if (!e->link[i].match.named && (a->kind == AK_K_REQUEST) != (b->kind == AK_K_REQUEST))
			dropped = a->kind == AK_K_REQUEST ? names_other(e, b, a) : names_other(e, a, b);
		if (!dropped)
			e->link[kept++] = e->link[i];
	}
	e->nlinks = kept;
}

/* Of a trace with several calls: what says which of them its records mean. step 0: records that a request meets by a trace; 1: the calls that
 * those name. */
static void want_more(struct engine *e, const struct ak_link_record *a, int step)
{
	for (size_t i = 0; i < a->n; i++) {
		const struct ak_link_value *v = ak_link_values_of(&e->values, &a->id[i]);
		bool group = is_group(a->id[i].field);

		for (size_t k = 0; v && k < v->n; k++) {
			const struct ak_link_record *x = v->rec[k];

			if (a->kind != AK_K_REQUEST && step == 1 && !group && x->kind == AK_K_REQUEST)
				ak_link_values_want(&e->values, x);
			else if (a->kind == AK_K_REQUEST && group && v->calls > 1 && x->kind != AK_K_REQUEST && step == 0)
				ak_link_values_want(&e->values, x);
			else if (a->kind == AK_K_REQUEST && group && v->calls > 1 && x->kind != AK_K_REQUEST)
				want_more(e, x, 1);
		}
	}
}

static bool in_long_trace(const struct engine *e, const struct ak_link_record *a)
{
	for (size_t i = 0; i < a->n; i++) {
		const struct ak_link_value *v = is_group(a->id[i].field) ? ak_link_values_of(&e->values, &a->id[i]) : NULL;

		if (v && v->calls > 1)
			return true;
	}
	return false;
}

static enum ak_rc find_all(struct engine *e, struct ak_err *err)
{
	enum ak_rc rc;

	for (size_t i = 0; i < e->n; i++) {
		ak_link_values_know(&e->values, &e->rec[i]);
		ak_link_values_want(&e->values, &e->rec[i]);
	}
	rc = ak_link_values_find(&e->values, err);
	for (int step = 0; step < 2 && rc == AK_OK; step++) {
		for (size_t i = 0; i < e->n; i++)
			if (in_long_trace(e, &e->rec[i]))
				want_more(e, &e->rec[i], step);
		rc = ak_link_values_find(&e->values, err);
	}
	return rc;
}

/* ---- marks ---- */

static struct marks *marks_of(struct engine *e, const struct ak_link_record *a)
{
	for (size_t i = 0; i < e->nmarks; i++)
		if (e->marks[i].kind == a->kind && e->marks[i].source == a->source)
			return &e->marks[i];
	e->marks = ak_realloc(e->marks, (e->nmarks + 1) * sizeof *e->marks);
	e->marks[e->nmarks] = (struct marks){.kind = a->kind, .source = a->source, .as = {.kind = a->kind, .source = a->source}};
	return &e->marks[e->nmarks++];
}

static void mark(struct marks *m, int which, int64_t seq)
{
	size_t at = (size_t)seq / 8, had = m->n[which];

	if (at >= had) {
		m->n[which] = 2 * at + 64;
		m->bit[which] = ak_realloc(m->bit[which], m->n[which]);
		memset(m->bit[which] + had, 0, m->n[which] - had);
	}
	m->bit[which][at] |= (uint8_t)(1u << (seq % 8));
}

static bool is_marked(const struct marks *m, int which, int64_t seq)
{
	return (size_t)seq / 8 < m->n[which] && m->bit[which][seq / 8] >> (seq % 8) & 1;
}

static void mark_all(struct engine *e, const struct ak_link_record *a)
{
	struct marks *m = e->nlinks || e->ncandidates ? marks_of(e, a) : NULL;

	for (size_t i = 0; i < e->nlinks; i++)
		mark(m, 0, e->link[i].to->call);
	for (size_t i = 0; i < e->ncandidates; i++)
		mark(m, 1, e->candidate[i]->call);
}

/* The same as meet_all for the other side of what was marked, but for which record of a source it was. */
static void meet_marked(struct engine *e, const struct ak_link_pair *p, const struct ak_link_record *a)
{
	e->nlinks = e->ncandidates = e->nmet = 0;
	for (size_t i = 0; i < e->nmarks; i++) {
		if (e->marks[i].kind != p->to)
			continue;
		room(e);
		if (is_marked(&e->marks[i], 0, a->call))
			e->link[e->nlinks++] = (struct ak_link){.to = &e->marks[i].as};
		else if (is_marked(&e->marks[i], 1, a->call))
			e->candidate[e->ncandidates++] = &e->marks[i].as;
	}
}

static enum ak_link_field contested_field(struct engine *e, const struct ak_link_pair *p, const struct ak_link_record *a)
{
	if (e->marking)
		return AK_LF_TRACE;
	return ak_link_match(a, e->candidate[0], p->chained, ak_link_values_use, &e->values).field;
}

/* ---- guesses ---- */

/* For ak_link_guess: what met nothing at all. */
static enum ak_rc is_free(void *ctx, const struct ak_link_record *r, enum ak_kind other, bool *out, struct ak_err *err)
{
	struct engine *e = ctx;
	const struct ak_link_pair p = {.from = r->kind, .to = other};
	enum ak_rc rc;

	ak_link_values_want(&e->values, r);
	if ((rc = ak_link_values_find(&e->values, err)) != AK_OK)
		return rc;
	meet_all(e, &p, r);
	*out = !e->nlinks && !e->ncandidates;
	return AK_OK;
}

static bool may_guess(const struct ak_link_pair *p)
{
	return (p->from == AK_K_REQUEST) != (p->to == AK_K_REQUEST) && (p->from == AK_K_APP || p->from == AK_K_CALL || p->to == AK_K_APP || p->to == AK_K_CALL);
}

static enum ak_rc guess(struct engine *e, const struct ak_link_pair *p, struct ak_link_result *r, struct ak_err *err)
{
	struct ak_link_guess g;
	enum ak_rc rc;

	if (!e->o->fuzzy || !may_guess(p) || r->state != AK_LINK_UNMATCHED || r->reason == AK_WHY_NO_SOURCE)
		return AK_OK;
	rc = ak_link_guess(e->reader, &e->arena, r->from, p->to, is_free, e, &g, err);
	e->nlinks = e->ncandidates = 0;
	if (rc != AK_OK || !g.n)
		return rc;
	for (size_t i = 0; i < g.n; i++) {
		room(e);
		e->candidate[e->ncandidates++] = g.rec[i];
	}
	room(e);
	e->link[0] = (struct ak_link){.to = g.rec[0], .window = true, .cardinality = AK_LINK_1_1};
	e->nlinks = g.sure;
	r->window = true;
	r->state = g.sure ? AK_LINK_LINKED : AK_LINK_AMBIGUOUS;
	return AK_OK;
}

/* Is a record asked about a pair that it has met nothing of? */
static bool is_asked(const struct engine *e, const struct ak_link_pair *p, const struct ak_link_record *a)
{
	return !p->chained || (ak_link_has_any(a, 1u << AK_LF_UPSTREAM) && ak_link_sources_of(e->reader, p->to, a->source));
}

static enum ak_rc reason(struct engine *e, const struct ak_link_pair *p, const struct ak_link_record *a, enum ak_link_reason *out, struct ak_err *err)
{
	struct ak_link_record whole = *a;
	enum ak_rc rc = e->looking ? AK_OK : ak_link_load(e->reader, a->kind, a->seq, &e->arena, &whole, err);

	if (rc == AK_OK)
		*out = ak_link_reason_of(e->reader, &e->values, &whole, p);
	return rc == AK_END ? ak_fail(err, AK_EXIT_CORRUPT, "a record is not there any more") : rc;
}

static enum ak_rc pair(struct engine *e, const struct ak_link_pair *p, const struct ak_link_record *a, bool *met_gateway, struct ak_err *err)
{
	struct ak_link_result r = {.from = a, .to_kind = p->to, .state = AK_LINK_UNMATCHED};

	if ((p->alone && *met_gateway) || (p->named && !ak_link_has_any(a, p->named)))
		return AK_OK;
	if (p->back && e->marking)
		meet_marked(e, p, a);
	else
		meet_all(e, p, a);
	if (e->nlinks && !(p->back && e->marking))
		prune(e, a);
	if (e->marking && p->to == AK_K_REQUEST && !p->chained)
		mark_all(e, a);
	if (e->nlinks) {
		r.state = AK_LINK_LINKED;
	} else if (e->ncandidates) {
		r.field = contested_field(e, p, a);
		r.state = AK_LINK_AMBIGUOUS;
	} else if (!is_asked(e, p, a)) {
		return AK_OK;
	} else {
		if (reason(e, p, a, &r.reason, err) != AK_OK || guess(e, p, &r, err) != AK_OK)
			return AK_FAIL;
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

	if (e->n && e->looking)
		rc = find_all(e, err);
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
	e->looking = false;
	for (size_t i = 0; i < AK_LINK_PAIRS; i++) {
		const struct ak_link_pair *p = &ak_link_pairs[i];

		if (p->from != k || (e->o->pairs && !(e->o->pairs >> i & 1)))
			continue;
		if ((p->back || p->alone || p->chained) && ak_link_sources_of(e->reader, p->to, NULL) < (p->chained ? 2 : 1))
			continue;
		e->pairs |= 1u << i;
		e->looking = e->looking || !p->back || !e->marking;
		kinds |= 1u << p->to;
	}
	if (!e->pairs || !ak_link_sources_of(e->reader, k, NULL))
		return AK_OK;
	ak_link_values_init(&e->values, e->reader, &e->arena, kinds);
	/* What only marks answer for is asked about itself when it met nothing. */
	ak_link_reader_bare(e->reader, !e->looking);
	rc = ak_link_each(e->reader, k, e->o->run, e->o->from_us, e->o->to_us, &e->arena, take, e, err);
	if (rc == AK_OK)
		rc = flush(e, err);
	ak_link_reader_bare(e->reader, false);
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

	ak_link_reader_hints(reader, o->fuzzy);
	/* Marks tell of all records of both sides, or of nothing. */
	e.marking = o->counting && !o->run && !o->pairs && !o->fuzzy && o->from_us == INT64_MIN && o->to_us == INT64_MAX;

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
	for (size_t i = 0; i < e.nmarks; i++) {
		ak_free(e.marks[i].bit[0]);
		ak_free(e.marks[i].bit[1]);
	}
	ak_free(e.marks);
	return rc;
}
