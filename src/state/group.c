/* Settings of one subject as one row of a state. */
#include "base/ak.h"
#include "state/at.h"

static const char *text(const json_t *o, const char *member) { return json_string_value(json_object_get(o, member)); }
static bool same(const char *a, const char *b) { return a && b && strcmp(a, b) == 0; }
static json_t *maybe(const char *z) { return z ? json_string(z) : json_null(); }

json_t *ak_at_row(const char *what, const char *subject)
{
	return json_pack("{s:s, s:s, s:n, s:n, s:n, s:n, s:n, s:n, s:n, s:n, s:n, s:n, s:n}", "what", what, "subject", subject ? subject : "", "value", "version", "since",
			 "until", "by", "basis", "ticket", "ticket_state", "ticket_verdict", "ticket_why", "action");
}

static void set_by(json_t *row, const struct ak_seen *s)
{
	json_object_set_new(row, "by", json_string(s->by));
	json_object_set_new(row, "basis", json_string(s->event ? "event" : "snapshot"));
	json_object_set_new(row, "ticket", maybe(s->ticket));
	json_object_set_new(row, "ticket_state", maybe(s->ticket_state));
	json_object_set_new(row, "action", maybe(s->action));
}

/* One setting's state into a row. */
void ak_at_fill(json_t *row, const struct ak_held *h)
{
	const struct ak_seen *s = h->set ? h->set : h->from_before ? h->ends : NULL;

	json_object_set_new(row, "value", maybe(h->value));
	if (s)
		set_by(row, s);
	if (h->set)
		json_object_set_new(row, "since", maybe(h->set->time));
	if (h->ends)
		json_object_set_new(row, "until", maybe(h->ends->time));
	if (h->from_before)
		json_object_set_new(row, "before_of", json_string(h->ends->by));
	if (h->confirmed)
		json_object_set_new(row, "confirmed", json_string(h->confirmed->by));
	if (h->rival)
		json_object_set_new(row, "conflict", json_pack("[{s:s, s:s}, {s:s, s:s}]", "value", h->set->said.after, "by", h->set->by, "value",
							       h->rival->said.after, "by", h->rival->by));
	if (!s && h->later)
		json_object_set_new(row, "next", json_pack("{s:s, s:o, s:s}", "value", h->later->said.after, "since", maybe(h->later->time), "by", h->later->by));
}

bool ak_at_owner(const char *path)
{
	static const char *const names[] = {"owner", "owner_id", "owner_type", "user_id", "team_id", "team"};
	const char *last = strrchr(path, '/');

	for (size_t i = 0; last && i < AK_COUNT(names); i++)
		if (strcmp(last + 1, names[i]) == 0)
			return true;
	return false;
}

bool ak_at_limit(const char *path)
{
	return strstr(path, "budget") || strstr(path, "limit") || strstr(path, "quota") || strstr(path, "max_requests") || strstr(path, "max_tokens") ||
	       strstr(path, "/rpm") || strstr(path, "/tpm") || strstr(path, "parallel");
}

bool ak_at_other(const char *path) { return !ak_at_owner(path) && !ak_at_limit(path); }
bool ak_at_any(const char *path) { return path != NULL; }
bool ak_at_unowned(const char *path) { return !ak_at_owner(path); }

/* "a 1, b 2": a label of an event is no setting. */
static void join(json_t *row, const json_t *settings)
{
	struct ak_buf b;
	bool known = false;
	json_t *e;
	size_t i;

	ak_buf_init(&b, 1u << 20);
	json_array_foreach((json_t *)settings, i, e)
		known = known || text(e, "value");
	json_array_foreach((json_t *)settings, i, e) {
		const char *path = text(e, "path"), *value = text(e, "value");

		if (!known || strncmp(path, "/metadata/", 10) == 0 || same(path, "/version"))
			continue;
		ak_buf_addf(&b, "%s%s%s%s", b.n ? ", " : "", *path == '/' ? path + 1 : path, *path ? " " : "",
			    value ? value : json_object_get(e, "conflict") ? "in conflict" : "unknown");
	}
	if (b.n)
		json_object_set_new(row, "value", json_string(b.p));
	ak_buf_release(&b);
}

/* Does b lead a? Of what set the settings of a row the last event, else the last capture: what a capture shows may be long the same. */
static bool leads(const json_t *a, const json_t *b)
{
	bool x = same(text(a, "basis"), "event") && text(a, "since"), y = same(text(b, "basis"), "event") && text(b, "since");

	if (x != y)
		return y;
	return text(b, "since") && (!text(a, "since") || strcmp(text(b, "since"), text(a, "since")) > 0);
}

static void lead(json_t *row, const json_t *settings, struct at *q, const char *cls, const char *id)
{
	const char *since = NULL, *until = NULL;
	json_t *e, *from = NULL;
	size_t i;

	json_array_foreach((json_t *)settings, i, e) {
		const char *u = text(e, "until");

		if (!from || leads(from, e))
			from = e;
		if (json_object_get(e, "conflict"))
			json_object_set(row, "conflict", json_object_get(e, "conflict"));
		until = u && (!until || strcmp(u, until) < 0) ? u : until;
		if (same(text(e, "path"), "/version") && text(e, "value"))
			json_object_set(row, "version", json_object_get(e, "value"));
	}
	if (from) {
		static const char *const taken[] = {"by", "basis", "ticket", "ticket_state", "action", "next", "before_of", "confirmed"};

		for (size_t k = 0; k < AK_COUNT(taken); k++)
			if (json_object_get(from, taken[k]))
				json_object_set(row, taken[k], json_object_get(from, taken[k]));
	}
	since = from ? text(from, "since") : NULL;
	json_object_set_new(row, "since", maybe(since));
	json_object_set_new(row, "until", maybe(until));
	for (i = 0; i < q->line.n; i++) {
		const struct ak_seen *s = &q->line.seen[i];

		if (!s->dated || !s->said.vague || !same(s->said.cls, cls) || !same(s->said.id, id) || s->t > q->us ||
		    (q->line.system && s->system && !same(q->line.system, s->system)))
			continue;
		if (!since || strcmp(s->time, since) >= 0) {
			set_by(row, s);
			json_object_set_new(row, "since", maybe(s->time));
			json_object_set_new(row, "vague", json_string(s->by));
			since = s->time;
		}
	}
}

static bool listed(const json_t *settings, const char *path)
{
	json_t *e;
	size_t i;

	json_array_foreach((json_t *)settings, i, e)
		if (same(text(e, "path"), path))
			return true;
	return false;
}

/* All settings of one class and id with such a path, as one row. */
static json_t *one_system(struct at *q, const char *what, const char *cls, const char *id, bool (*wanted)(const char *path))
{
	json_t *settings = json_array(), *row = NULL;
	bool vague = false;

	for (size_t i = 0; id && i < q->line.n; i++) {
		const struct ak_said *s = &q->line.seen[i].said;
		struct ak_held h;
		json_t *e;

		if (q->line.system && q->line.seen[i].system && !same(q->line.system, q->line.seen[i].system))
			continue;
		if (!q->line.seen[i].dated || !same(s->cls, cls) || !same(s->id, id) || (q->place && !same(s->place, q->place)))
			continue;
		vague = vague || (s->vague && wanted == ak_at_any);
		if (s->vague || !wanted(s->path) || listed(settings, s->path))
			continue;
		ak_timeline_at(&q->line, q->place, cls, id, s->path, q->us, &h);
		e = json_pack("{s:s}", "path", s->path);
		ak_at_fill(e, &h);
		json_array_append_new(settings, e);
	}
	if (json_array_size(settings) || vague) {
		row = ak_at_row(what, id);
		json_object_set_new(row, "class", json_string(cls));
		lead(row, settings, q, cls, id);
		join(row, settings);
		json_object_set(row, "settings", settings);
		if (q->line.system && *q->line.system)
			json_object_set_new(row, "system", json_string(q->line.system));
		if (json_object_get(q->undated, id))
			json_object_set_new(row, "undated", json_pack("[O]", json_object_get(q->undated, id)));
		json_array_append_new(q->out, row);
	}
	json_decref(settings);
	return row;
}

/* Histories that two systems have of one name are two: that of the request's own system comes first. */
json_t *ak_at_group(struct at *q, const char *what, const char *cls, const char *id, bool (*wanted)(const char *path))
{
	const char *own = q->own_system;
	json_t *systems = json_object(), *row = NULL, *r, *v;
	const char *system;
	bool had = false;

	for (size_t i = 0; id && i < q->line.n; i++) {
		const struct ak_seen *s = &q->line.seen[i];

		if (s->dated && s->system && same(s->said.cls, cls) && same(s->said.id, id) && wanted(s->said.path))
			json_object_set_new(systems, s->system, json_true());
	}
	if (json_object_size(systems) < 2) {
		json_decref(systems);
		return one_system(q, what, cls, id, wanted);
	}
	had = own && json_object_get(systems, own);
	if (had) {
		q->line.system = own;
		row = one_system(q, what, cls, id, wanted);
	}
	json_object_foreach(systems, system, v) {
		if (had && same(system, own))
			continue;
		q->line.system = system;
		r = one_system(q, what, cls, id, wanted);
		row = row ? row : r;
	}
	q->line.system = NULL;
	json_decref(systems);
	return row;
}

/* Names of a class that the timeline has, in its order; those of each system are looked at apart. */
void ak_at_each(struct at *q, const char *what, const char *cls)
{
	json_t *done = json_object();

	for (size_t i = 0; i < q->line.n; i++) {
		const struct ak_said *s = &q->line.seen[i].said;

		if (!q->line.seen[i].dated || !same(s->cls, cls) || !s->id || json_object_get(done, s->id))
			continue;
		json_object_set_new(done, s->id, json_true());
		ak_at_group(q, what, cls, s->id, ak_at_any);
	}
	json_decref(done);
}


json_t *ak_at_vague(struct at *q, const char *what, const char *cls, const char *id)
{
	for (size_t i = 0; id && i < q->line.n; i++) {
		const struct ak_seen *s = &q->line.seen[i];
		json_t *row;

		if (!s->said.vague || !s->dated || s->t > q->us || !same(s->said.cls, cls) || !same(s->said.id, id))
			continue;
		row = ak_at_row(what, id);
		lead(row, NULL, q, cls, id);
		json_array_append_new(q->out, row);
		return row;
	}
	return NULL;
}
