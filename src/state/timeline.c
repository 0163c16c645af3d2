#include "base/ak.h"
#include "state/timeline.h"

#include <stdlib.h>

static const char *text(const json_t *o, const char *member) { return json_string_value(json_object_get(o, member)); }
static bool same(const char *a, const char *b) { return a && b && strcmp(a, b) == 0; }

void ak_timeline_init(struct ak_timeline *t, const json_t *systems)
{
	*t = (struct ak_timeline){.known = json_object()};
	ak_arena_init(&t->arena);
	ak_places_of(systems, &t->places);
}

void ak_timeline_release(struct ak_timeline *t)
{
	ak_arena_release(&t->arena);
	json_decref(t->known);
	ak_free(t->seen);
}

struct adding {
	struct ak_timeline *t;
	struct ak_seen of;
};

static const char *copy(struct ak_timeline *t, const char *z) { return z ? ak_arena_z(&t->arena, ak_str_of(z)) : NULL; }

static void add(void *ctx, const struct ak_said *said)
{
	struct adding *a = ctx;
	struct ak_timeline *t = a->t;
	struct ak_seen *s;

	if (t->wanted && !t->wanted(said))
		return;
	if (t->n == t->cap) {
		t->cap = t->cap ? 2 * t->cap : 64;
		t->seen = ak_realloc(t->seen, t->cap * sizeof *t->seen);
	}
	s = &t->seen[t->n++];
	*s = a->of;
	s->said = (struct ak_said){copy(t, said->place), copy(t, said->cls), copy(t, said->id), copy(t, said->path), copy(t, said->before), copy(t, said->after), said->vague};
}

bool ak_timeline_add(struct ak_timeline *t, const json_t *row)
{
	const json_t *at = json_object_get(row, "t");
	struct adding a = {.t = t};

	if (!text(row, "citation") || json_object_get(t->known, text(row, "citation")))
		return false;
	json_object_set_new(t->known, text(row, "citation"), json_true());
	a.of = (struct ak_seen){.t = json_integer_value(at), .seq = json_integer_value(json_object_get(row, "seq")), .dated = json_is_integer(at),
				.event = same(text(row, "kind"), "event"), .by = copy(t, text(row, "citation")), .time = copy(t, text(row, "time")),
				.ticket = copy(t, text(row, "ticket")), .ticket_state = copy(t, text(row, "ticket_state")), .action = copy(t, text(row, "action")), .system = copy(t, text(row, "source_system"))};
	if (!a.of.system && a.of.event)
		a.of.system = ""; /* a history of its own; a capture of no declared system speaks of all */
	ak_said_each(row, &t->places, &t->arena, add, &a);
	t->sorted = false;
	return true;
}

static int in_order(const void *x, const void *y)
{
	const struct ak_seen *a = x, *b = y;

	if (a->dated != b->dated)
		return a->dated - b->dated;
	if (a->t != b->t)
		return a->t < b->t ? -1 : 1;
	if (a->event != b->event)
		return b->event - a->event;
	return a->seq < b->seq ? -1 : a->seq > b->seq;
}

void ak_timeline_sort(struct ak_timeline *t)
{
	if (t->n)
		ak_sort(t->seen, t->n, sizeof *t->seen, in_order);
	t->sorted = true;
}

static bool concerns(const struct ak_timeline *t, const struct ak_seen *s, const char *place, const char *cls, const char *id)
{
	return (!t->system || !s->system || same(s->system, t->system)) && s->dated && strcmp(s->said.cls, cls) == 0 && (same(s->said.id, id) || (!s->said.id && !id)) && (!place || same(s->said.place, place));
}

/* Of two events of one instant: does b come behind a? What leaves what the other found came first; where both did, the one that found what
 * was there before came first. */
int ak_said_order(const char *prior, const char *a_before, const char *a_after, const char *b_before, const char *b_after)
{
	bool behind = same(b_before, a_after), ahead = same(b_after, a_before);

	if (behind && ahead)
		return !prior || same(a_before, prior) ? 1 : -1;
	return behind ? 1 : ahead ? -1 : 0;
}

static void past(struct ak_held *h, const struct ak_seen *s)
{
	const struct ak_seen *old = h->set;
	const char *prior = old && s->t > old->t ? h->value : h->prior;
	int order;

	if (old && !h->rival && same(s->said.after, h->value)) {
		h->confirmed = s->event ? h->confirmed : s;
		return;
	}
	if (!old || s->t > old->t) {
		*h = (struct ak_held){.set = s, .value = s->said.after, .prior = prior};
		return;
	}
	order = ak_said_order(prior, old->said.before, old->said.after, s->said.before, s->said.after);
	if (order < 0)
		return;
	if (order > 0 || !s->event) {
		*h = (struct ak_held){.set = s, .value = s->said.after, .prior = prior};
		return;
	}
	h->rival = s;
	h->value = NULL;
}

static void future(struct ak_held *h, const struct ak_seen *s)
{
	if (!h->set && !h->later) {
		h->later = s;
		h->value = s->event ? s->said.before : NULL;
		h->from_before = h->value != NULL;
		h->ends = h->from_before ? s : NULL;
	}
	if (h->set && !h->ends && !same(s->said.after, h->value))
		h->ends = s;
}

void ak_timeline_at(struct ak_timeline *t, const char *place, const char *cls, const char *id, const char *path, int64_t at_us, struct ak_held *out)
{
	const struct ak_seen *vague = NULL;

	if (!t->sorted)
		ak_timeline_sort(t);
	*out = (struct ak_held){0};
	for (size_t i = 0; i < t->n; i++) {
		const struct ak_seen *s = &t->seen[i];

		if (!concerns(t, s, place, cls, id))
			continue;
		if (s->said.vague)
			vague = s->t <= at_us ? s : vague;
		else if (strcmp(s->said.path, path) != 0)
			continue;
		else if (s->t <= at_us)
			past(out, s);
		else
			future(out, s);
	}
	if (vague && (!out->set || vague->t >= out->set->t))
		out->vague = vague;
}

/* Before anything set it, what the first record that does says was there. */
static void not_yet(struct ak_timeline_walk *w)
{
	for (size_t i = w->next; i < w->line->n && !w->looked && !w->first; i++) {
		const struct ak_seen *s = &w->line->seen[i];

		if (s->dated && !s->said.vague && strcmp(s->said.path, w->path) == 0)
			w->first = s;
	}
	w->looked = true;
	w->held = (struct ak_held){0};
	if (w->first)
		future(&w->held, w->first);
}

const struct ak_held *ak_timeline_walk_to(struct ak_timeline_walk *w, int64_t at_us)
{
	if (w->next && at_us < w->at)
		*w = (struct ak_timeline_walk){.line = w->line, .path = w->path};
	for (; w->next < w->line->n && (!w->line->seen[w->next].dated || w->line->seen[w->next].t <= at_us); w->next++) {
		const struct ak_seen *s = &w->line->seen[w->next];

		if (s->dated && s->said.vague) {
			w->vague = s;
		} else if (s->dated && strcmp(s->said.path, w->path) == 0) {
			w->held = w->held.set ? w->held : (struct ak_held){0};
			past(&w->held, s);
		}
	}
	w->at = at_us;
	if (!w->held.set)
		not_yet(w);
	w->held.vague = w->vague && (!w->held.set || w->vague->t >= w->held.set->t) ? w->vague : NULL;
	return &w->held;
}
