/* Change events and snapshots in time order: what one record leaves must be what the next one finds (M9). */
#include "base/ak.h"
#include "state/state.h"

#include "base/jsonget.h"
#include "base/map.h"
#include "query/state.h"
#include "state/captures.h"
#include "state/name.h"

/* The value of a setting, who set it, and when it was seen last. Texts are owned. */
struct held {
	char *value, *before, *by, *other, *prior; /* other: of an event of the same instant that says something else; prior: before the instant */
	char *system;	 /* whose history it is; NULL: not declared */
	struct held *next; /* the same name in another system */
	json_t *pending; /* a contradiction that another event of the same instant may explain */
	int64_t t, seen;
	bool event;
};

struct replay {
	struct ak_places places;
	struct ak_map held; /* by place, class, id, path */
	struct ak_captures *captures;
	bool capture; /* the row is one */
	struct ak_map vague; /* by place, class, id: when something changed that is not told */
	struct ak_arena a;
	const json_t *row;
	int64_t t, from_us, to_us;
	int64_t changed, routed, limited; /* the last event of any kind, of routing, of quotas */
	bool event, several_keys;
	ak_state_found_fn *found;
	void *ctx;
	struct ak_state_replay *n;
};

static const char *key_of(struct replay *r, const struct ak_said *s, bool path)
{
	return ak_arena_printf(&r->a, "%s\x1f%s\x1f%s%s%s", s->place, s->cls, s->id ? s->id : "", path ? "\x1f" : "", path ? s->path : "").p;
}

static void keep(char **to, const char *z)
{
	char *copy = z ? ak_strdup(z) : NULL;

	ak_free(*to);
	*to = copy;
}

static bool in_period(const struct replay *r) { return r->t >= r->from_us && r->t < r->to_us; }
static bool same(const char *a, const char *b) { return a && b && strcmp(a, b) == 0; }

static json_t *finding(struct replay *r, const char *kind, const struct ak_said *s, const struct held *h, const char *shown)
{
	const char *by = json_string_value(json_object_get(r->row, "citation"));

	return json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:o, s:s, s:s, s:o, s:[s, s]}", "kind", kind, "subject", s->id ? s->id : "", "class",
			      s->cls, "path", s->path, "place", s->place, "expected", h->value, "expected_by", h->by, "expected_at", ak_jbound(h->seen), "shown",
			      shown, "shown_by", by, "shown_at", ak_jbound(r->t), "cites", h->by, by);
}

static void tell(struct replay *r, json_t *finding)
{
	r->n->found++;
	r->found(r->ctx, finding);
}

static void tell_pending(struct replay *r, struct held *h)
{
	if (h->pending)
		tell(r, h->pending);
	h->pending = NULL;
}

static bool is_vague(struct replay *r, const struct ak_said *s, const struct held *h)
{
	struct ak_said anywhere = {.place = "?", .cls = s->cls, .id = s->id};
	struct ak_map_entry *here = ak_map_get(&r->vague, ak_str_of(key_of(r, s, false)));
	struct ak_map_entry *somewhere = ak_map_get(&r->vague, ak_str_of(key_of(r, &anywhere, false)));

	return (here && here->v.num >= h->seen) || (somewhere && somewhere->v.num >= h->seen);
}

/* A later record shows a value: is it the one that was left? */
enum verdict { AGREES, DIFFERS, CANNOT_TELL };

static enum verdict compare(struct replay *r, const struct ak_said *s, const struct held *h, const char *shown)
{
	bool equal = ak_said_equal(s, h->value, shown, &r->a) || ak_said_equal(s, h->other, shown, &r->a);

	if (!equal && (ak_said_hidden(h->value) || ak_said_hidden(shown) ||
		       (r->several_keys && ak_said_token(h->value) && ak_said_token(shown)))) {
		r->n->masked += in_period(r);
		return CANNOT_TELL;
	}
	if (!equal && is_vague(r, s, h)) {
		r->n->vague += in_period(r);
		return CANNOT_TELL;
	}
	r->n->compared += in_period(r);
	return equal ? AGREES : DIFFERS;
}

static void set(struct replay *r, struct held *h, const char *value, const char *before)
{
	if (r->t != h->t)
		keep(&h->prior, h->value);
	keep(&h->value, value);
	keep(&h->before, before);
	keep(&h->by, json_string_value(json_object_get(r->row, "citation")));
	keep(&h->other, NULL);
	h->t = h->seen = r->t;
	h->event = r->event;
}

static void same_instant(struct replay *r, const struct ak_said *s, struct held *h)
{
	int order = ak_said_order(h->prior, h->before, h->value, s->before, s->after);

	if (same(h->value, s->after))
		return;
	if (order < 0 && h->pending && (!s->before || same(s->before, h->prior))) {
		json_decref(h->pending);
		h->pending = NULL;
	}
	if (order > 0)
		set(r, h, s->after, s->before);
	if (order)
		return;
	r->n->conflicts += in_period(r);
	if (in_period(r))
		tell(r, finding(r, "conflict", s, h, s->after));
	keep(&h->other, s->after);
}

static void event(struct replay *r, const struct ak_said *s, struct held *h, bool fresh)
{
	if (!fresh && h->event && h->t == r->t) {
		same_instant(r, s, h);
		return;
	}
	tell_pending(r, h);
	if (!fresh && s->before && compare(r, s, h, s->before) == DIFFERS && in_period(r))
		h->pending = finding(r, "before", s, h, s->before);
	set(r, h, s->after, s->before);
}

static void snapshot(struct replay *r, const struct ak_said *s, struct held *h, bool fresh)
{
	enum verdict v;

	if (!fresh && h->event && h->t == r->t && same(h->before, s->after))
		return;
	tell_pending(r, h);
	v = fresh ? CANNOT_TELL : compare(r, s, h, s->after);
	if (v == DIFFERS && in_period(r))
		tell(r, finding(r, "snapshot", s, h, s->after));
	if (v != AGREES || h->other)
		set(r, h, s->after, NULL);
	else
		h->seen = r->t;
}

/* The history that a record belongs to. An event belongs to that of its own system, or goes on from a capture of no declared one; a capture of no
 * declared system belongs to the only history there is, of several to one that says the same; NULL: none is told. */
static struct held *history(struct replay *r, struct ak_map_entry *e, const char *shown, bool *fresh)
{
	const char *system = json_string_value(json_object_get(r->row, "source_system"));
	struct held *first = e->v.ptr, *h;

	for (h = first; h; h = h->next)
		if (same(h->system, system) || (!h->system && !system) || (r->event && !h->system && !h->event))
			break;
	if (!h && !r->event && first && !first->next && (!system || !first->system))
		h = first;
	if (!r->event && !system && first && first->next)
		for (h = first; h && !same(h->value, shown); h = h->next)
			;
	*fresh = !h;
	if (!h && !r->event && !system && first)
		return NULL;
	if (!h) {
		h = ak_alloc_zero(1, sizeof *h);
		h->next = first;
		e->v.ptr = h;
	}
	if (system && !h->system)
		keep(&h->system, system);
	return h;
}

/* A version moves with any change of what it counts: only where nothing changed at all is an event missing. */
static bool version_moved(const struct replay *r, const struct ak_said *s, const struct held *h)
{
	return (strcmp(s->cls, "config version") == 0 && r->changed >= h->seen) || (strcmp(s->cls, "route version") == 0 && r->routed >= h->seen) ||
	       (strcmp(s->cls, "budget version") == 0 && r->limited >= h->seen);
}

static void said(void *ctx, const struct ak_said *s)
{
	struct replay *r = ctx;
	struct ak_map_entry *e;
	struct held *h;
	bool fresh;

	if (r->event)
		ak_captures_touch(r->captures, r->t, s);
	else if (r->capture)
		ak_captures_show(r->captures, r->row, r->t, s);
	if (!s->place) {
		struct ak_said anywhere = {.place = "?", .cls = s->cls, .id = s->id};

		r->n->placeless++;
		ak_map_put(&r->vague, ak_str_of(key_of(r, &anywhere, false)), NULL)->v.num = r->t;
		return;
	}
	if (s->vague) {
		ak_map_put(&r->vague, ak_str_of(key_of(r, s, false)), NULL)->v.num = r->t;
		return;
	}
	if (ak_said_counter(s->path))
		return;
	e = ak_map_put(&r->held, ak_str_of(key_of(r, s, true)), NULL);
	if (!(h = history(r, e, s->after, &fresh))) {
		r->n->placeless++;
		return;
	}
	if (!fresh && !same(h->value, s->after) && !r->event && version_moved(r, s, h)) {
		r->n->compared += in_period(r);
		tell_pending(r, h);
		set(r, h, s->after, NULL);
	} else if (r->event) {
		event(r, s, h, fresh);
	} else {
		snapshot(r, s, h, fresh);
	}
}

static void come_or_gone(void *ctx, json_t *found, int64_t t)
{
	struct replay *r = ctx;

	if (t >= r->from_us && t < r->to_us)
		tell(r, found);
	else
		json_decref(found);
}

static enum ak_rc take(void *ctx, json_t *row, struct ak_err *err)
{
	struct replay *r = ctx;
	const json_t *t = json_object_get(row, "t");

	(void)err;
	r->event = same(json_string_value(json_object_get(row, "kind")), "event");
	r->capture = same(json_string_value(json_object_get(row, "kind")), "snapshot");
	r->n->events += r->event;
	r->n->snapshots += !r->event;
	if (!json_is_integer(t)) {
		r->n->undated++;
		return AK_OK;
	}
	r->row = row;
	r->t = json_integer_value(t);
	if (r->event) {
		const char *category = json_string_value(json_object_get(row, "category"));

		r->changed = r->t;
		r->routed = same(category, "routing") ? r->t : r->routed;
		r->limited = same(category, "quota") ? r->t : r->limited;
	}
	ak_said_each(row, &r->places, &r->a, said, r);
	ak_arena_clear(&r->a);
	return AK_OK;
}

static void release(struct replay *r)
{
	for (size_t i = 0; i < r->held.n; i++)
		for (struct held *h = r->held.e[i].v.ptr, *next; h; h = next) {
			char *texts[] = {h->value, h->before, h->by, h->other, h->prior, h->system};

			next = h->next;
			tell_pending(r, h);
			for (size_t k = 0; k < AK_COUNT(texts); k++)
				ak_free(texts[k]);
			ak_free(h);
		}
	ak_map_release(&r->held);
	ak_map_release(&r->vague);
	ak_arena_release(&r->a);
}

enum ak_rc ak_state_contradictions(struct ak_store *s, int64_t from_us, int64_t to_us, ak_state_found_fn *found, void *ctx,
				   struct ak_state_replay *out, struct ak_err *err)
{
	struct replay r = {.from_us = from_us, .to_us = to_us, .found = found, .ctx = ctx, .n = out, .changed = INT64_MIN, .routed = INT64_MIN, .limited = INT64_MIN};
	json_t *systems = NULL;
	uint64_t things = 0;
	enum ak_rc rc = ak_query_systems(s, &systems, err);

	*out = (struct ak_state_replay){0};
	if (rc == AK_OK)
		rc = ak_query_rotated(s, &r.several_keys, err);
	ak_places_of(systems, &r.places);
	ak_map_init(&r.held);
	ak_map_init(&r.vague);
	ak_arena_init(&r.a);
	r.captures = ak_captures_new(come_or_gone, &r);
	if (rc == AK_OK)
		rc = ak_query_observations_each(s, take, &r, err);
	ak_captures_end(r.captures, &things);
	out->compared += things;
	out->settings = r.held.n;
	release(&r);
	json_decref(systems);
	return rc;
}
