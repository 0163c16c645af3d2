/* Attempts replayed against the limits that were set (M18): which would have been refused, and whether the gateway refused them. */
#include "base/ak.h"
#include "state/state.h"

#include <stdlib.h>

#include "base/decimal.h"
#include "base/map.h"
#include "base/time.h"
#include "query/state.h"
#include "state/limit.h"
#include "state/timeline.h"

#define CITED 5

/* One value of one limit, from when it was set until it was set anew. */
struct piece {
	const struct ak_seen *set; /* or, of what was before an event, that event */
	const char *value;
	struct ak_limit l;
	char currency[4];
	int64_t from, to, anchor, window; /* window: start of the one that is being filled */
	struct ak_dec_sum used;
	uint64_t judged, reached, refused, served;
	const char *first;
	json_t *cites;
};

struct bound { /* the pieces of one subject, in time order of each path */
	size_t *piece, n, cap;
};

struct quota {
	struct ak_timeline line;
	struct ak_arena arena, scratch;
	struct piece *piece;
	size_t n, cap;
	struct ak_map bound; /* class, id -> struct bound */
	int64_t from_us, to_us;
	uint64_t judged;
	json_t *unread;
};

static const char *text(const json_t *o, const char *member) { return json_string_value(json_object_get(o, member)); }
static bool same(const char *a, const char *b) { return a && b && strcmp(a, b) == 0; }

/* ---- limits ---- */

struct group {
	struct ak_timeline line; /* the records of one subject */
	const struct ak_said *of;
	int64_t at;
};

static const char *beside(void *ctx, const char *path)
{
	struct group *g = ctx;
	struct ak_held h;

	ak_timeline_at(&g->line, NULL, g->of->cls, g->of->id, path, g->at, &h);
	return h.value;
}

/* Once per path and reason: those of one subject come one behind the other. */
static void unread(struct quota *q, const struct ak_said *s, const char *path, const char *why)
{
	for (size_t i = json_array_size(q->unread); i; i--) {
		const json_t *e = json_array_get(q->unread, i - 1);

		if (!same(text(e, "subject"), s->id))
			break;
		if (same(text(e, "path"), path) && same(text(e, "why"), why))
			return;
	}
	json_array_append_new(q->unread, json_pack("{s:s, s:s, s:s, s:s}", "subject", s->id, "class", s->cls, "path", path, "why", why));
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
	ak_timeline_at(&g->line, NULL, g->of->cls, g->of->id, path, g->at, &h);
	if (h.vague || h.rival)
		unread(q, g->of, path, h.vague ? "an event changed it and does not say to what" : "events of one instant contradict each other");
	if (!h.value || h.vague || same(h.value, AK_STATE_NOT_SET))
		return;
	if (ak_dec_parse(ak_str_of(h.value), 0, false, &q->arena, &number, &ignored) != AK_OK) {
		unread(q, g->of, path, "its value is no number");
		return;
	}
	if (!ak_limit_read(g->of->cls, path, beside, g, p.currency, &p.l, &why)) {
		unread(q, g->of, path, why);
		return;
	}
	p.value = number.p;
	p.set = h.set ? h.set : h.ends;
	p.anchor = h.set ? h.set->t : INT64_MIN;
	p.l.currency = p.l.currency ? ak_arena_z(&q->arena, ak_str_of(p.l.currency)) : NULL;
	p.l.window = p.l.window ? ak_arena_z(&q->arena, ak_str_of(p.l.window)) : NULL;
	if (!h.set && (!p.l.window || !ak_limit_start(p.l.window, 0, 0, &p.window) || p.window != 0)) {
		unread(q, g->of, path, "when it was set is not known, and with it when its first window began");
		return;
	}
	if (last && last->set == p.set && last->to == from && same(last->value, p.value) && same(last->l.window, p.l.window)) {
		last->to = to;
		return;
	}
	p.window = INT64_MIN;
	ak_dec_sum_init(&p.used);
	p.cites = json_array();
	if (q->n == q->cap) {
		q->cap = q->cap ? 2 * q->cap : 32;
		q->piece = ak_realloc(q->piece, q->cap * sizeof *q->piece);
	}
	q->piece[q->n] = p;
	bind(q, g->of, q->n++);
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
	for (size_t i = 0; i < g->line.n; i++) {
		const struct ak_said *s = &g->line.seen[i].said;
		bool first = !s->vague && ak_limit_path(s->path);

		for (size_t k = 0; k < i && first; k++)
			first = !same(g->line.seen[k].said.path, s->path);
		g->of = s;
		if (first)
			add_path(q, g, s->path);
	}
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
		qsort(q->line.seen, q->line.n, sizeof *q->line.seen, by_subject);
	for (i = 0; rc == AK_OK && i < q->line.n; i = k) {
		const struct ak_said *a = &q->line.seen[i].said;
		struct group g = {.line = {.seen = q->line.seen + i, .sorted = true}};

		for (k = i; k < q->line.n; k++) {
			const struct ak_said *b = &q->line.seen[k].said;

			if (strcmp(a->place, b->place) != 0 || strcmp(a->cls, b->cls) != 0 || strcmp(a->id, b->id) != 0)
				break;
		}
		g.line.n = k - i;
		add_group(q, &g);
	}
	return rc;
}

/* ---- calls ---- */

/* What a call adds; NULL: nothing of that unit is told. */
static const char *amount(const json_t *call, const struct piece *p, char buf[32])
{
	if (p->l.unit == AK_LIMIT_COST)
		return text(call, "cost");
	if (p->l.unit == AK_LIMIT_REQUESTS)
		return json_is_true(json_object_get(call, "again")) ? NULL : "1";
	snprintf(buf, 32, "%lld", (long long)json_integer_value(json_object_get(call, "tokens")));
	return buf;
}

/* Refused by the gateway: a failure of the kind that limits give, with nothing that came from a provider. */
static bool gateway_refused(const json_t *call)
{
	int64_t status = json_integer_value(json_object_get(call, "status"));
	bool provider = text(call, "provider_request") || ak_limit_of_provider(text(call, "reason"), text(call, "provider"));

	return same(text(call, "outcome"), "failure") && !provider && (status == 429 || status == 402 || status == 403 || text(call, "quota"));
}

/* False: it is not of the kind that the limit counts. */
static bool judge(struct quota *q, struct piece *p, const json_t *call, int64_t t)
{
	char buf[32];
	const char *adds = amount(call, p, buf);
	bool counts = t >= q->from_us && t < q->to_us, refused = gateway_refused(call), reached;
	int64_t start;
	struct ak_str used;

	if ((p->l.unit == AK_LIMIT_REQUESTS && !adds) || !ak_limit_start(p->l.window, p->anchor, t, &start))
		return false;
	if (start != p->window) {
		p->window = start;
		ak_dec_sum_init(&p->used);
	}
	used = ak_dec_sum_text(&p->used, &q->scratch);
	reached = ak_dec_cmp(used, ak_str_of(p->value)) >= 0;
	p->judged += counts;
	if (!reached) {
		if (adds && !refused)
			ak_dec_sum_add(&p->used, ak_str_of(adds));
		return true;
	}
	p->reached += counts;
	p->refused += counts && refused;
	if (!counts || refused || same(text(call, "outcome"), "failure"))
		return true;
	p->served++;
	if (json_array_size(p->cites) < CITED)
		json_array_append(p->cites, json_object_get(call, "citation"));
	p->first = p->first ? p->first : ak_time_z(t, 3, ak_arena_alloc(&q->arena, 32));
	return true;
}

static void one_currency(struct quota *q, struct piece *p, const struct ak_said *of, const json_t *call)
{
	const char *have = text(call, "currency");

	if (p->l.unit != AK_LIMIT_COST || !have || !text(call, "cost"))
		return;
	if (!p->l.currency)
		p->l.currency = ak_arena_z(&q->arena, ak_str_of(have));
	else if (!ak_str_eq_fold(ak_str_of(p->l.currency), ak_str_of(have)))
		unread(q, of, p->set->said.path, "calls under it have costs in another currency, which are never added: they are left out");
}

static bool other_currency(const struct piece *p, const json_t *call)
{
	const char *have = text(call, "currency");

	return p->l.unit == AK_LIMIT_COST && have && p->l.currency && !ak_str_eq_fold(ak_str_of(p->l.currency), ak_str_of(have));
}

static bool apply(struct quota *q, const char *place, const char *cls, const char *id, const json_t *call, int64_t t)
{
	struct ak_buf key;
	struct ak_map_entry *e;
	bool any = false;

	if (!id)
		return false;
	ak_buf_init(&key, 1u << 20);
	ak_buf_addf(&key, "%s\x1f%s\x1f%s", place, cls, id);
	e = ak_map_get(&q->bound, ak_buf_str(&key));
	ak_buf_release(&key);
	for (size_t i = 0; e && i < ((struct bound *)e->v.ptr)->n; i++) {
		struct piece *p = &q->piece[((struct bound *)e->v.ptr)->piece[i]];

		if (t < p->from || t >= p->to)
			continue;
		one_currency(q, p, &p->set->said, call);
		if (other_currency(p, call))
			continue;
		any = judge(q, p, call, t) || any;
	}
	return any;
}

static enum ak_rc take(void *ctx, json_t *call, struct ak_err *err)
{
	static const struct {
		const char *cls, *column;
	} by[] = {
		{"team", "team"}, {"project", "project"}, {"organization", "organization"}, {"key", "key_hash"}, {"key", "key_id"}, {"key", "key_alias"},
		{"route", "model"}, {"user", "actor"}, {"user", "end_user"},
	};
	struct quota *q = ctx;
	const char *ids[AK_COUNT(by)], *place = "";
	int64_t t = json_integer_value(json_object_get(call, "t"));
	bool any = false;

	(void)err;
	if (!json_is_integer(json_object_get(call, "t")))
		return AK_OK;
	if (q->line.places.several)
		place = ak_places_of_source(&q->line.places, text(call, "source"), NULL);
	for (size_t i = 0; place && i < AK_COUNT(by); i++) {
		bool seen = false;

		ids[i] = text(call, by[i].column);
		any = apply(q, place, by[i].cls, ids[i], call, t) || any;
		for (size_t k = 0; k < i; k++)
			seen = seen || same(ids[k], ids[i]);
		for (int k = 0; k < 2 && !seen; k++)
			any = apply(q, place, k ? "quota" : "budget", ids[i], call, t) || any;
	}
	q->judged += any && t >= q->from_us && t < q->to_us;
	ak_arena_clear(&q->scratch);
	return AK_OK;
}

static json_t *row_of(const struct piece *p)
{
	const struct ak_said *s = &p->set->said;
	char z[32];

	return json_pack("{s:s, s:s, s:s, s:s, s:s, s:s?, s:s?, s:s?, s:o, s:I, s:I, s:I, s:I, s:s?, s:s, s:O}", "subject", s->id, "class", s->cls, "path", s->path, "limit",
			 p->value, "unit", ak_limit_unit_name(&p->l), "currency", p->l.currency, "window", p->l.window, "since",
			 p->from == INT64_MIN ? NULL : ak_time_z(p->from, 0, z), "until", p->to == INT64_MAX ? json_null() : json_string(ak_time_z(p->to, 0, (char[32]){0})),
			 "judged", (json_int_t)p->judged, "reached", (json_int_t)p->reached, "refused", (json_int_t)p->refused, "enforced_not", (json_int_t)p->served,
			 "first", p->first, "by", p->set->by, "cites", p->cites);
}

static void release(struct quota *q)
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

enum ak_rc ak_state_quota(struct ak_store *s, int64_t from_us, int64_t to_us, json_t **rows, json_t **not_read, uint64_t *judged, struct ak_err *err)
{
	struct quota q = {.from_us = from_us, .to_us = to_us, .unread = json_array()};
	json_t *systems = NULL, *list = json_array();
	enum ak_rc rc = ak_query_systems(s, &systems, err);

	ak_timeline_init(&q.line, systems);
	ak_arena_init(&q.arena);
	ak_arena_init(&q.scratch);
	ak_map_init(&q.bound);
	if (rc == AK_OK)
		rc = read_limits(&q, s, err);
	if (rc == AK_OK && q.n)
		rc = ak_query_calls_each(s, INT64_MIN, to_us, take, &q, err);
	for (size_t i = 0; i < q.n; i++)
		json_array_append_new(list, row_of(&q.piece[i]));
	*judged = q.judged;
	*rows = list;
	*not_read = q.unread;
	release(&q);
	json_decref(systems);
	if (rc != AK_OK) {
		json_decref(list);
		json_decref(q.unread);
	}
	return rc;
}
