#include "base/ak.h"
#include "state/pieces.h"

#include <stdlib.h>

#include "base/time.h"
#include "base/window.h"
#include "query/state.h"
#include "state/state.h"

static const char *text(const json_t *o, const char *member) { return json_string_value(json_object_get(o, member)); }
static bool same(const char *a, const char *b) { return a && b && strcmp(a, b) == 0; }

struct group {
	struct ak_timeline line; /* the records of one subject */
	const struct ak_said *of;
	int64_t at;
	struct ak_timeline_walk *walk; /* one for each path that was asked for */
	size_t nwalk, cap;
};

static const struct ak_held *held(struct group *g, const char *path)
{
	struct ak_timeline_walk *w;
	size_t i;

	for (i = 0; i < g->nwalk && strcmp(g->walk[i].path, path) != 0; i++)
		;
	if (i == g->nwalk) {
		if (g->nwalk == g->cap) {
			g->cap = g->cap ? 2 * g->cap : 16;
			g->walk = ak_realloc(g->walk, g->cap * sizeof *g->walk);
		}
		w = &g->walk[g->nwalk++];
		*w = (struct ak_timeline_walk){.line = &g->line, .path = ak_arena_z(&g->line.arena, ak_str_of(path))};
	}
	return ak_timeline_walk_to(&g->walk[i], g->at);
}

static const char *beside(void *ctx, const char *path) { return held(ctx, path)->value; }

/* Once per path and reason: those of one subject come one behind the other. */
static json_t *unread(struct quota *q, const struct ak_said *s, const char *path, const char *why)
{
	json_t *fresh;

	for (size_t i = json_array_size(q->unread); i; i--) {
		json_t *e = json_array_get(q->unread, i - 1);

		if (!same(text(e, "subject"), s->id))
			break;
		if (same(text(e, "path"), path) && same(text(e, "why"), why))
			return e;
	}
	fresh = json_pack("{s:s, s:s, s:s, s:s, s:n, s:n, s:[]}", "subject", s->id, "class", s->cls, "path", path, "why", why, "value", "by", "spans");
	json_array_append_new(q->unread, fresh);
	return fresh;
}

void ak_pieces_unread(struct quota *q, const struct ak_said *s, const char *path, const char *why) { unread(q, s, path, why); }

static json_t *bound_of(int64_t us)
{
	char z[32];

	return us == INT64_MIN || us == INT64_MAX ? json_null() : json_string(ak_time_z(us, 0, z));
}

/* The same of a limit from when to when; h: what is known of it. A span that goes on from the last one is one with it. */
static void unread_span(struct quota *q, const struct group *g, const char *path, const struct ak_held *h, const struct piece *p, const char *why)
{
	json_t *e = unread(q, g->of, path, why), *spans = json_object_get(e, "spans"), *from = bound_of(p->from), *to = bound_of(p->to);
	json_t *last = json_array_get(spans, json_array_size(spans) - 1);
	const struct ak_seen *set = h->set ? h->set : h->ends;

	if (h->value && !h->vague && !h->rival)
		json_object_set_new(e, "value", json_string(h->value));
	if (set)
		json_object_set_new(e, "by", json_string(set->by));
	if (last && json_is_string(from) && json_equal(json_object_get(last, "until"), from)) {
		json_object_set_new(last, "until", to);
		json_decref(from);
	} else {
		json_array_append_new(spans, json_pack("{s:o, s:o}", "since", from, "until", to));
	}
}

static void bind(struct quota *q, const struct ak_said *s, size_t piece)
{
	struct ak_map_entry *e;
	struct bound *b;
	bool fresh;
	struct ak_buf key;

	ak_buf_init(&key, 1u << 20);
	ak_buf_addf(&key, "%s\x1f%s\x1f%s", s->place, s->cls, s->id);
	e = ak_map_put(&q->bound, ak_buf_str(&key), &fresh);
	ak_buf_release(&key);
	if (fresh)
		e->v.ptr = ak_alloc_zero(1, sizeof *b);
	b = e->v.ptr;
	if (b->n == b->cap) {
		b->cap = b->cap ? 2 * b->cap : 4;
		b->piece = ak_realloc(b->piece, b->cap * sizeof *b->piece);
	}
	b->piece[b->n++] = piece;
}

static void push(struct quota *q, struct piece p, const struct ak_said *of)
{
	p.window = INT64_MIN;
	ak_dec_sum_init(&p.used);
	p.cites = json_array();
	if (q->n == q->cap) {
		q->cap = q->cap ? 2 * q->cap : 32;
		q->piece = ak_realloc(q->piece, q->cap * sizeof *q->piece);
	}
	q->piece[q->n] = p;
	bind(q, of, q->n++);
}

/* What the limit at a path is from an instant on. */
static void add_piece(struct quota *q, struct group *g, const char *path, int64_t from, int64_t to)
{
	struct ak_held h;
	struct piece p = {.from = from, .to = to};
	struct ak_str number;
	struct ak_err ignored = {0};
	const char *why = NULL;
	struct piece *last = q->n ? &q->piece[q->n - 1] : NULL;

	g->at = from == INT64_MIN ? to - 1 : from;
	h = *held(g, path);
	if (h.vague || h.rival)
		unread_span(q, g, path, &h, &p, h.vague ? "an event changed it and does not say to what" : "events of one instant contradict each other");
	if (!h.value || h.vague || same(h.value, AK_STATE_NOT_SET))
		return;
	if (ak_dec_parse(ak_str_of(h.value), 0, false, &q->arena, &number, &ignored) != AK_OK) {
		unread_span(q, g, path, &h, &p, "its value is no number");
		return;
	}
	if (!ak_limit_read(g->of->cls, path, beside, g, p.currency, &p.l, &why)) {
		unread_span(q, g, path, &h, &p, why);
		return;
	}
	p.value = number.p;
	p.set = h.set ? h.set : h.ends;
	p.anchor = h.set ? h.set->t : INT64_MIN;
	p.l.currency = p.l.currency ? ak_arena_z(&q->arena, ak_str_of(p.l.currency)) : NULL;
	p.l.window = p.l.window ? ak_arena_z(&q->arena, ak_str_of(p.l.window)) : NULL;
	if (!h.set && !ak_window_by_calendar(p.l.window)) {
		unread_span(q, g, path, &h, &p, "when it was set is not known, and with it when its first window began");
		return;
	}
	if (last && last->set == p.set && last->to == from && same(last->value, p.value) && same(last->l.window, p.l.window)) {
		last->to = to;
		return;
	}
	push(q, p, g->of);
}

static void add_path(struct quota *q, struct group *g, const char *path)
{
	int64_t from = INT64_MIN;

	for (size_t i = 0; i <= g->line.n; i++) {
		int64_t to = i < g->line.n ? g->line.seen[i].t : INT64_MAX;

		if (to == from)
			continue;
		add_piece(q, g, path, from, to);
		from = to;
	}
}

static void add_group(struct quota *q, struct group *g)
{
	const char **paths = NULL;
	size_t n = 0, cap = 0, k;

	for (size_t i = 0; i < g->line.n; i++) {
		const struct ak_said *s = &g->line.seen[i].said;

		for (k = 0; k < n && strcmp(paths[k], s->path) != 0; k++)
			;
		if (k < n || s->vague || !ak_limit_path(s->path))
			continue;
		if (n == cap)
			paths = ak_realloc(paths, (cap = cap ? 2 * cap : 8) * sizeof *paths);
		paths[n++] = s->path;
		g->of = s;
		add_path(q, g, s->path);
	}
	ak_free(paths);
}

static int by_subject(const void *x, const void *y)
{
	const struct ak_seen *a = x, *b = y;
	int order = strcmp(a->said.place, b->said.place);

	order = order ? order : strcmp(a->said.cls, b->said.cls);
	order = order ? order : strcmp(a->said.id, b->said.id);
	if (order || a->t == b->t)
		return order ? order : a->event != b->event ? b->event - a->event : a->seq < b->seq ? -1 : a->seq > b->seq;
	return a->t < b->t ? -1 : 1;
}

static bool binds_calls(const struct ak_said *s)
{
	static const char *const classes[] = {"budget", "quota", "team", "project", "organization", "key", "user", "route"};

	for (size_t i = 0; i < AK_COUNT(classes); i++)
		if (s->place && s->id && strcmp(s->cls, classes[i]) == 0)
			return s->vague || ak_limit_about(s->path);
	return false;
}

static enum ak_rc add_row(void *ctx, json_t *row, struct ak_err *err)
{
	struct quota *q = ctx;

	(void)err;
	if (json_is_integer(json_object_get(row, "t")))
		ak_timeline_add(&q->line, row);
	return AK_OK;
}

static enum ak_rc read_limits(struct quota *q, struct ak_store *s, struct ak_err *err)
{
	enum ak_rc rc;
	size_t i, k;

	q->line.wanted = binds_calls;
	rc = ak_query_observations_each(s, add_row, q, err);
	if (rc == AK_OK && q->line.n)
		ak_sort(q->line.seen, q->line.n, sizeof *q->line.seen, by_subject);
	for (i = 0; rc == AK_OK && i < q->line.n; i = k) {
		const struct ak_said *a = &q->line.seen[i].said;
		struct group g = {.line = {.seen = q->line.seen + i, .sorted = true}};

		for (k = i; k < q->line.n; k++) {
			const struct ak_said *b = &q->line.seen[k].said;

			if (strcmp(a->place, b->place) != 0 || strcmp(a->cls, b->cls) != 0 || strcmp(a->id, b->id) != 0)
				break;
		}
		g.line.n = k - i;
		ak_arena_init(&g.line.arena);
		add_group(q, &g);
		ak_arena_release(&g.line.arena);
		ak_free(g.walk);
	}
	return rc;
}

/* ---- what policy.yaml states ---- */

static bool same_limit(const struct ak_policy_quota *a, const struct ak_policy_quota *b)
{
	return same(a->cls, b->cls) && same(a->subject, b->subject) && same(a->unit, b->unit) && ak_window_same(a->window, b->window);
}

static void add_declared(struct quota *q, const struct ak_policy *policy, const struct ak_policy_quota *d)
{
	struct ak_seen *set = ak_arena_zero(&q->arena, sizeof *set);
	struct piece p = {.set = set, .declared = true, .value = d->amount, .from = d->since_us, .to = INT64_MAX, .anchor = d->since_us, .l.window = d->window};
	const char *why = NULL;

	*set = (struct ak_seen){.said = {.place = AK_DECLARED, .cls = d->cls, .id = d->subject, .path = "quotas", .after = d->amount}, .t = d->since_us, .dated = true,
				.by = ak_arena_printf(&q->arena, "policy.yaml:%d", d->line).p, .time = d->since};
	p.l.unit = same(d->unit, "requests") ? AK_LIMIT_REQUESTS : same(d->unit, "tokens") ? AK_LIMIT_TOKENS : AK_LIMIT_COST;
	p.l.currency = p.l.unit == AK_LIMIT_COST ? d->unit : NULL;
	for (const struct ak_policy_quota *o = policy->quotas; o < policy->quotas + policy->nquotas; o++) {
		if (!same_limit(o, d))
			continue;
		if (o->since_us > d->since_us && o->since_us < p.to)
			p.to = o->since_us;
		if (o != d && o->since_us == d->since_us)
			why = "two lines of policy.yaml state it for the same time";
	}
	if (!d->amount)
		why = "policy.yaml does not say how much";
	else if (!why && d->since_us == INT64_MIN && !ak_window_by_calendar(d->window))
		why = "policy.yaml does not say since when it holds, and with it when its first window began";
	if (why)
		json_array_append_new(json_object_get(unread(q, &set->said, set->by, why), "spans"), json_pack("{s:o, s:o}", "since", bound_of(p.from), "until", bound_of(p.to)));
	else
		push(q, p, &set->said);
}

void ak_pieces_init(struct quota *q, const json_t *systems)
{
	ak_timeline_init(&q->line, systems);
	ak_arena_init(&q->arena);
	ak_arena_init(&q->scratch);
	ak_map_init(&q->bound);
	q->unread = json_array();
}

enum ak_rc ak_pieces_read(struct quota *q, struct ak_store *s, const struct ak_policy *policy, struct ak_err *err)
{
	enum ak_rc rc = read_limits(q, s, err);

	for (size_t i = 0; policy && rc == AK_OK && i < policy->nquotas; i++)
		add_declared(q, policy, &policy->quotas[i]);
	q->declared = policy ? policy->nquotas : 0;
	return rc;
}

void ak_pieces_release(struct quota *q)
{
	for (size_t i = 0; i < q->n; i++)
		json_decref(q->piece[i].cites);
	ak_free(q->piece);
	for (size_t i = 0; i < q->bound.n; i++) {
		ak_free(((struct bound *)q->bound.e[i].v.ptr)->piece);
		ak_free(q->bound.e[i].v.ptr);
	}
	ak_map_release(&q->bound);
	ak_timeline_release(&q->line);
	ak_arena_release(&q->arena);
	ak_arena_release(&q->scratch);
}

