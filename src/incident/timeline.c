/* Both sides of an event. */
#include "base/ak.h"
#include "incident/incident.h"

#include <stdlib.h>

#include "base/time.h"
#include "incident/tally.h"
#include "query/incident.h"

struct side {
	struct ak_tally calls;
	json_t *kinds;
	uint64_t app_events, app_failures, provider_calls, provider_failures, events;
	json_t *listed; /* {at: shifted, row}; before: a ring of the last ones */
	size_t first;	/* of the ring */
};

struct timeline {
	struct ak_clocks *clocks;
	struct ak_instant middle;
	int64_t middle_seq, shifted, window_us;
	size_t most;
	struct side side[2]; /* before, after */
	json_t *seen;	     /* {source NUL app: {..}}: clocks that took part */
};

static const char *txt(const json_t *o, const char *member) { return json_string_value(json_object_get(o, member)); }

/* ---- one row ---- */

struct place {
	int64_t at; /* shifted */
	int side;
	enum ak_order order;
	bool bounded;
};

/* Whether anything bounds it against the clock of the middle. */
static bool note_clock(struct timeline *t, const struct ak_clock_name *clock)
{
	struct ak_buf key;
	json_t *c;

	ak_buf_init(&key, 1 << 16);
	ak_buf_addf(&key, "%s\n%s", clock->source, clock->app ? clock->app : "");
	c = json_object_get(t->seen, key.p);
	if (!c) {
		c = json_pack("{s:s, s:s?, s:b, s:i}", "source", clock->source, "app", clock->app, "bounded",
			      ak_clock_meet(t->clocks, clock, &t->middle.clock) ||
				      (!clock->app && !t->middle.clock.app && strcmp(clock->source, t->middle.clock.source) == 0),
			      "records", 0);
		json_object_set_new(t->seen, key.p, c);
	}
	json_object_set_new(c, "records", json_integer(json_integer_value(json_object_get(c, "records")) + 1));
	ak_buf_release(&key);
	return json_is_true(json_object_get(c, "bounded"));
}

/* False: it is the middle itself, or beyond the window once its clock is set right. */
static bool place(struct timeline *t, const json_t *row, struct place *p)
{
	struct ak_instant at = ak_incident_row_instant(row);
	int64_t apart;

	if (json_integer_value(json_object_get(row, "seq")) == t->middle_seq)
		return false;
	p->at = at.us - ak_clock_shift(t->clocks, &at.clock);
	apart = p->at - t->shifted;
	if (apart < -t->window_us || apart >= t->window_us)
		return false;
	p->bounded = note_clock(t, &at.clock);
	p->order = ak_clock_order(t->clocks, &at, &t->middle);
	p->side = p->order == AK_CONCURRENT ? apart >= 0 : p->order == AK_AFTER;
	return true;
}

/* Of the side before the last ones are kept, of the side after the first: those nearest to the middle. Rows of other clocks come a
 * little out of order; what is dropped is farthest by recorded time. */
static void list(struct timeline *t, const json_t *row, const struct place *p)
{
	struct side *s = &t->side[p->side];
	json_t *item;

	s->events++;
	if (p->side == 1 && json_array_size(s->listed) >= t->most)
		return;
	item = json_copy((json_t *)row);
	json_object_set_new(item, "shifted", json_integer(p->at));
	json_object_set_new(item, "side", json_string(p->side ? "after" : "before"));
	json_object_set_new(item, "order", json_string(ak_order_name(p->order)));
	if (json_array_size(s->listed) < t->most) {
		json_array_append_new(s->listed, item);
		return;
	}
	if (t->most) {
		json_array_set_new(s->listed, s->first, item);
		s->first = (s->first + 1) % t->most;
	} else {
		json_decref(item);
	}
}

static enum ak_rc take_call(void *ctx, json_t *row, struct ak_err *err)
{
	struct timeline *t = ctx;
	struct place p;

	(void)err;
	if (!place(t, row, &p))
		return AK_OK;
	ak_tally_add(&t->side[p.side].calls, row);
	t->side[p.side].calls.concurrent += p.bounded && p.order == AK_CONCURRENT;
	t->side[p.side].calls.unbounded += !p.bounded;
	if (ak_tally_failed(row)) {
		json_object_set_new(row, "kind", json_string("request"));
		list(t, row, &p);
	}
	return AK_OK;
}

static enum ak_rc take_event(void *ctx, json_t *row, struct ak_err *err)
{
	struct timeline *t = ctx;
	const char *kind = txt(row, "kind");
	bool app = strcmp(kind, "app_event") == 0, call = strcmp(kind, "provider_call") == 0, failed = ak_tally_failed(row);
	struct place p;
	struct side *s;

	(void)err;
	if (!place(t, row, &p))
		return AK_OK;
	s = &t->side[p.side];
	json_object_set_new(s->kinds, kind, json_integer(json_integer_value(json_object_get(s->kinds, kind)) + 1));
	s->app_events += app;
	s->app_failures += app && failed;
	s->provider_calls += call;
	s->provider_failures += call && failed;
	if ((!app && !call) || failed)
		list(t, row, &p);
	return AK_OK;
}

/* ---- the document ---- */

static int by_time(const void *a, const void *b)
{
	const json_t *x = *(json_t *const *)a, *y = *(json_t *const *)b;
	json_int_t p = json_integer_value(json_object_get(x, "shifted")), q = json_integer_value(json_object_get(y, "shifted"));
	json_int_t i = json_integer_value(json_object_get(x, "seq")), k = json_integer_value(json_object_get(y, "seq"));

	return p != q ? (p > q) - (p < q) : (i > k) - (i < k);
}

/* What is printed of a row: a citation in place of its parts, and no members that it does not have. */
static void finish(struct timeline *t, json_t *item, const json_t *next)
{
	struct ak_instant a = ak_incident_row_instant(item), b;
	void *n;
	const char *key;
	json_t *v;

	json_object_set_new(item, "cite", json_sprintf("%s:%lld", txt(item, "source"), (long long)json_integer_value(json_object_get(item, "seq"))));
	json_object_set_new(item, "then", json_null());
	if (next) {
		b = ak_incident_row_instant(next);
		json_object_set_new(item, "then", json_string(ak_clock_order(t->clocks, &a, &b) == AK_BEFORE ? "before" : "concurrent"));
	}
	json_object_del(item, "at");
	json_object_del(item, "seq");
	json_object_del(item, "shifted");
	json_object_foreach_safe(item, n, key, v)
		if (json_is_null(v) && strcmp(key, "then") != 0)
			json_object_del(item, key);
}

static json_t *events(struct timeline *t)
{
	size_t n = 0;
	json_t **rows = ak_alloc_zero(json_array_size(t->side[0].listed) + json_array_size(t->side[1].listed) + 1, sizeof *rows), *out = json_array(), *r;
	size_t i;

	for (int s = 0; s < 2; s++)
		json_array_foreach(t->side[s].listed, i, r)
			rows[n++] = r;
	ak_sort(rows, n, sizeof *rows, by_time);
	for (i = 0; i < n; i++)
		finish(t, rows[i], i + 1 < n ? rows[i + 1] : NULL);
	for (i = 0; i < n; i++)
		json_array_append(out, rows[i]);
	ak_free(rows);
	return out;
}

static json_t *side_json(const struct side *s)
{
	json_t *o = ak_tally_json(&s->calls);

	json_object_set(o, "kinds", s->kinds);
	json_object_set_new(o, "app_events", json_integer((json_int_t)s->app_events));
	json_object_set_new(o, "app_failures", json_integer((json_int_t)s->app_failures));
	json_object_set_new(o, "provider_calls", json_integer((json_int_t)s->provider_calls));
	json_object_set_new(o, "provider_failures", json_integer((json_int_t)s->provider_failures));
	json_object_set_new(o, "events", json_integer((json_int_t)s->events));
	json_object_set_new(o, "listed", json_integer((json_int_t)json_array_size(s->listed)));
	return o;
}

static json_t *around_json(const json_t *record)
{
	const json_t *f = json_object_get(record, "fields");
	const char *subject = txt(f, "auditkit.resource.id");

	return json_pack("{s:s, s:s, s:s, s:s, s:s?, s:s?, s:s?}", "cite", txt(record, "cite"), "kind", txt(record, "kind"), "time", txt(record, "time"),
			 "source", txt(record, "source"), "action", txt(f, "event.action"), "category", txt(f, "event.category"), "subject", subject);
}

static json_t *clocks_json(const struct timeline *t)
{
	json_t *out = json_array(), *c;
	const char **keys = ak_alloc_zero(json_object_size(t->seen) + 1, sizeof *keys), *key;
	size_t n = 0;

	json_object_foreach(t->seen, key, c)
		keys[n++] = key;
	for (size_t i = 1; i < n; i++) /* a handful of clocks */
		for (size_t k = i; k && strcmp(keys[k - 1], keys[k]) > 0; k--) {
			const char *swap = keys[k];

			keys[k] = keys[k - 1];
			keys[k - 1] = swap;
		}
	for (size_t i = 0; i < n; i++)
		json_array_append(out, json_object_get(t->seen, keys[i]));
	ak_free(keys);
	return out;
}

static json_t *document(struct timeline *t, const json_t *around, json_t *left_out)
{
	char from[32], to[32];
	json_t *doc = json_pack("{s:s, s:i, s:o, s:{s:s, s:s, s:I}, s:o, s:{s:o, s:o}, s:I, s:I, s:o}", "schema", "auditkit.timeline/1", "format_version", 1, "around",
				around_json(around), "window", "from", ak_time_z(t->middle.us - t->window_us, 6, from), "to",
				ak_time_z(t->middle.us + t->window_us, 6, to), "seconds", (json_int_t)(t->window_us / 1000000), "clocks", clocks_json(t), "sides",
				"before", side_json(&t->side[0]), "after", side_json(&t->side[1]), "listed",
				(json_int_t)(json_array_size(t->side[0].listed) + json_array_size(t->side[1].listed)), "of",
				(json_int_t)(t->side[0].events + t->side[1].events), "left_out", left_out);

	json_object_set_new(doc, "events", events(t));
	return doc;
}

static int64_t furthest_shift(const struct timeline *t, const json_t *rows)
{
	int64_t most = 0, own = ak_clock_shift(t->clocks, &t->middle.clock);
	json_t *row;
	size_t i;

	json_array_foreach((json_t *)rows, i, row)
		for (int end = 0; end < 2; end++) {
			const struct ak_clock_name n = {txt(row, end ? "to" : "from"), txt(row, end ? "to_app" : "from_app")};
			int64_t apart = llabs(ak_clock_shift(t->clocks, &n) - own);

			most = apart > most ? apart : most;
		}
	return most;
}

static enum ak_rc read_all(struct ak_store *s, struct timeline *t, json_t **left_out, struct ak_err *err)
{
	uint64_t ignored;
	json_t *rows = ak_clocks_rows(t->clocks, &ignored);
	int64_t reach = t->window_us + furthest_shift(t, rows);
	enum ak_rc rc = ak_query_attempts_each(s, t->middle.us - reach, t->middle.us + reach, take_call, t, err);

	if (rc == AK_OK)
		rc = ak_query_events_each(s, t->middle.us - reach, t->middle.us + reach, take_event, t, err);
	if (rc == AK_OK)
		rc = ak_query_left_out(s, t->middle.us - t->window_us, t->middle.us + t->window_us, left_out, err);
	json_decref(rows);
	return rc;
}

enum ak_rc ak_timeline(struct ak_store *s, const json_t *around, const struct ak_timeline_opts *o, json_t **out, struct ak_err *err)
{
	struct timeline t = {.window_us = o->window_us, .most = o->listed, .middle_seq = json_integer_value(json_object_get(around, "seq")),
			     .seen = json_object()};
	json_t *left_out = NULL;
	enum ak_rc rc = AK_OK;

	for (int i = 0; i < 2; i++) {
		ak_tally_init(&t.side[i].calls);
		t.side[i].kinds = json_object();
		t.side[i].listed = json_array();
	}
	if (!ak_incident_instant(around, &t.middle)) {
		ak_hint(err, "name another record of it: 'auditkit show' tells which have a time");
		rc = ak_fail(err, AK_EXIT_PARTIAL, "record '%s' has no time, so nothing is around it", txt(around, "cite"));
	}
	if (rc == AK_OK)
		rc = ak_clock_bounds(s, 0, &t.clocks, err);
	if (rc == AK_OK) {
		t.shifted = t.middle.us - ak_clock_shift(t.clocks, &t.middle.clock);
		rc = read_all(s, &t, &left_out, err);
	}
	if (rc == AK_OK)
		*out = document(&t, around, left_out);
	for (int i = 0; i < 2; i++) {
		ak_tally_release(&t.side[i].calls);
		json_decref(t.side[i].kinds);
		json_decref(t.side[i].listed);
	}
	json_decref(t.seen);
	ak_clocks_free(t.clocks);
	return rc;
}
