/* The state at an instant, as rows. */
#include "base/ak.h"
#include "state/state.h"

#include "base/time.h"
#include "query/state.h"
#include "state/timeline.h"

struct at {
	struct ak_store *s;
	const struct ak_policy *policy;
	const struct ak_state_subject *of;
	struct ak_timeline line;
	const char *system, *place; /* of the request; NULL: not told which */
	int64_t us;
	json_t *out, *inventory, *undated;
};

static const char *text(const json_t *o, const char *member) { return json_string_value(json_object_get(o, member)); }
static bool same(const char *a, const char *b) { return a && b && strcmp(a, b) == 0; }
static json_t *maybe(const char *z) { return z ? json_string(z) : json_null(); }

/* ---- reading ---- */

static enum ak_rc add_of(struct at *q, const char *id, struct ak_err *err)
{
	json_t *rows = NULL, *row;
	size_t i;
	enum ak_rc rc = id ? ak_query_observations_of(q->s, id, &rows, err) : AK_OK;

	json_array_foreach(rows, i, row) {
		bool fresh = ak_timeline_add(&q->line, row);

		if (fresh && !json_is_integer(json_object_get(row, "t")))
			json_object_set(q->undated, id, json_object_get(row, "citation"));
	}
	json_decref(rows);
	return rc;
}

/* Settings are read of the last capture before the instant and the first behind it: those between tell of columns only. */
static enum ak_rc add_settings(struct at *q, const json_t *snapshots, struct ak_err *err)
{
	enum ak_rc rc = AK_OK;
	json_t *row, *next, *more, *full;
	size_t i, k;

	json_array_foreach((json_t *)snapshots, i, row) {
		int64_t t = json_integer_value(json_object_get(row, "t"));
		bool last = json_is_integer(json_object_get(row, "t")), first = last && t > q->us;

		json_array_foreach((json_t *)snapshots, k, next) {
			int64_t u = json_integer_value(json_object_get(next, "t"));

			if (k == i || !same(text(row, "system"), text(next, "system")))
				continue;
			last = last && t <= q->us && !(u <= q->us && (u > t || (u == t && k > i)));
			first = first && !(u > q->us && (u < t || (u == t && k < i)));
		}
		if (rc != AK_OK || !(last || first) || (q->system && !same(q->system, text(row, "system"))))
			continue;
		full = json_copy(row);
		rc = ak_query_settings(q->s, json_integer_value(json_object_get(row, "seq")), &more, err);
		if (rc == AK_OK) {
			json_object_update(full, more);
			json_decref(more);
		}
		json_object_set(full, "resource", json_object_get(row, "system"));
		json_object_set_new(full, "resource_type", json_string("system"));
		json_object_set_new(full, "kind", json_string("snapshot"));
		ak_timeline_add(&q->line, full);
		json_decref(full);
	}
	return rc;
}

static enum ak_rc add_snapshots(struct at *q, struct ak_err *err)
{
	json_t *rows = NULL, *row;
	size_t i;
	enum ak_rc rc = ak_query_system_snapshots(q->s, &rows, err);

	if (rc == AK_OK)
		rc = add_settings(q, rows, err);
	json_array_foreach(rows, i, row) {
		if (q->system && !same(q->system, text(row, "system")))
			continue;
		json_object_set(row, "resource", json_object_get(row, "system"));
		json_object_set_new(row, "resource_type", json_string("system"));
		json_object_set_new(row, "kind", json_string("snapshot"));
		ak_timeline_add(&q->line, row);
	}
	json_decref(rows);
	return rc;
}

static const char *const wide[] = {"route version", "budget version", "payload", "retention"};

struct looking {
	struct at *q;
	int64_t found[AK_COUNT(wide)]; /* the time at which it was found, INT64_MIN = not yet */
};

/* Goes on through the records of one instant, so that a conflict is seen. */
static enum ak_rc look(void *ctx, json_t *row, struct ak_err *err)
{
	struct looking *l = ctx;
	int64_t t = json_integer_value(json_object_get(row, "t"));
	size_t first = l->q->line.n, open = 0;

	(void)err;
	for (size_t k = 0; k < AK_COUNT(wide); k++)
		open += l->found[k] == INT64_MIN || l->found[k] == t;
	if (!open)
		return AK_END;
	ak_timeline_add(&l->q->line, row);
	for (size_t i = first; i < l->q->line.n; i++)
		for (size_t k = 0; k < AK_COUNT(wide); k++)
			if (strcmp(l->q->line.seen[i].said.cls, wide[k]) == 0 && l->found[k] == INT64_MIN)
				l->found[k] = t;
	return AK_OK;
}

static enum ak_rc add_policies(struct at *q, struct ak_err *err)
{
	enum ak_rc rc = AK_OK;

	for (int forwards = 0; forwards < 2 && rc == AK_OK; forwards++) {
		struct looking l = {.q = q};

		for (size_t k = 0; k < AK_COUNT(wide); k++)
			l.found[k] = INT64_MIN;
		rc = ak_query_policy_events_each(q->s, q->us, forwards, look, &l, err);
	}
	return rc;
}

static enum ak_rc find_system(struct at *q, struct ak_err *err)
{
	json_t *row = NULL;
	enum ak_rc rc = q->of->source && !q->of->system ? ak_query_source_system(q->s, q->of->source, &row, err) : AK_END;

	q->system = ak_places_of_source(&q->line.places, q->of->source, row ? text(row, "system") : q->of->system);
	json_decref(row);
	return rc == AK_END ? AK_OK : rc;
}

static enum ak_rc read_all(struct at *q, struct ak_err *err)
{
	const struct ak_state_subject *o = q->of;
	const char *const ids[] = {o->model, o->route, o->team, o->project, o->organization, o->key_hash, o->key_id, o->key_alias, q->system};
	const char *const inventory[] = {o->key_hash, o->key_id, o->actor};
	enum ak_rc rc = add_snapshots(q, err);

	for (size_t i = 0; i < AK_COUNT(ids) && rc == AK_OK; i++)
		rc = add_of(q, ids[i], err);
	if (rc == AK_OK)
		rc = add_policies(q, err);
	for (size_t i = 0; i < AK_COUNT(inventory) && rc == AK_OK; i++) {
		json_t *rows = NULL;

		if (!inventory[i])
			continue;
		rc = ak_query_inventory_of(q->s, inventory[i], &rows, err);
		if (rc == AK_OK)
			json_array_extend(q->inventory, rows);
		json_decref(rows);
	}
	ak_timeline_sort(&q->line);
	return rc;
}

/* ---- rows ---- */

static json_t *row_of(const char *what, const char *subject)
{
	return json_pack("{s:s, s:s, s:n, s:n, s:n, s:n, s:n, s:n, s:n, s:n, s:n}", "what", what, "subject", subject ? subject : "", "value", "version", "since",
			 "until", "by", "basis", "ticket", "ticket_state", "action");
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
static void fill(json_t *row, const struct ak_held *h)
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

static bool is_owner(const char *path)
{
	static const char *const names[] = {"owner", "owner_id", "owner_type", "user_id", "team_id", "team"};
	const char *last = strrchr(path, '/');

	for (size_t i = 0; last && i < AK_COUNT(names); i++)
		if (strcmp(last + 1, names[i]) == 0)
			return true;
	return false;
}

static bool is_limit(const char *path)
{
	return strstr(path, "budget") || strstr(path, "limit") || strstr(path, "quota") || strstr(path, "max_requests") || strstr(path, "max_tokens") ||
	       strstr(path, "/rpm") || strstr(path, "/tpm") || strstr(path, "parallel");
}

static bool is_other(const char *path) { return !is_owner(path) && !is_limit(path); }
static bool any(const char *path) { return path != NULL; }
static bool not_owner(const char *path) { return !is_owner(path); }

/* "a 1, b 2": a label of an event is no setting. */
static void join(json_t *row, const json_t *settings)
{
	struct ak_buf b;
	json_t *e;
	size_t i;

	ak_buf_init(&b, 1u << 20);
	json_array_foreach((json_t *)settings, i, e) {
		const char *path = text(e, "path"), *value = text(e, "value");

		if (strncmp(path, "/metadata/", 10) == 0 || same(path, "/version"))
			continue;
		ak_buf_addf(&b, "%s%s%s%s", b.n ? ", " : "", *path == '/' ? path + 1 : path, *path ? " " : "",
			    value ? value : json_object_get(e, "conflict") ? "in conflict" : "unknown");
	}
	if (b.n)
		json_object_set_new(row, "value", json_string(b.p));
	ak_buf_release(&b);
}

/* The latest change of any setting of the row is what set it. */
static void lead(json_t *row, const json_t *settings, struct at *q, const char *cls, const char *id)
{
	const char *since = NULL, *until = NULL;
	json_t *e, *from = NULL;
	size_t i;

	json_array_foreach((json_t *)settings, i, e) {
		const char *s = text(e, "since"), *u = text(e, "until");

		if (!from || (s && (!since || strcmp(s, since) > 0)))
			from = e;
		since = s && (!since || strcmp(s, since) > 0) ? s : since;
		until = u && (!until || strcmp(u, until) < 0) ? u : until;
		if (same(text(e, "path"), "/version") && text(e, "value"))
			json_object_set(row, "version", json_object_get(e, "value"));
	}
	if (from) {
		static const char *const taken[] = {"by", "basis", "ticket", "ticket_state", "action", "conflict", "next", "before_of", "confirmed"};

		for (size_t k = 0; k < AK_COUNT(taken); k++)
			if (json_object_get(from, taken[k]))
				json_object_set(row, taken[k], json_object_get(from, taken[k]));
	}
	json_object_set_new(row, "since", maybe(since));
	json_object_set_new(row, "until", maybe(until));
	for (i = 0; i < q->line.n; i++) {
		const struct ak_seen *s = &q->line.seen[i];

		if (!s->dated || !s->said.vague || !same(s->said.cls, cls) || !same(s->said.id, id) || s->t > q->us)
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
static json_t *add_group(struct at *q, const char *what, const char *cls, const char *id, bool (*wanted)(const char *path))
{
	json_t *settings = json_array(), *row = NULL;
	bool vague = false;

	for (size_t i = 0; id && i < q->line.n; i++) {
		const struct ak_said *s = &q->line.seen[i].said;
		struct ak_held h;
		json_t *e;

		if (!q->line.seen[i].dated || !same(s->cls, cls) || !same(s->id, id) || (q->place && !same(s->place, q->place)))
			continue;
		vague = vague || (s->vague && wanted == any);
		if (s->vague || !wanted(s->path) || listed(settings, s->path))
			continue;
		ak_timeline_at(&q->line, q->place, cls, id, s->path, q->us, &h);
		e = json_pack("{s:s}", "path", s->path);
		fill(e, &h);
		json_array_append_new(settings, e);
	}
	if (json_array_size(settings) || vague) {
		row = row_of(what, id);
		lead(row, settings, q, cls, id);
		join(row, settings);
		json_object_set(row, "settings", settings);
		if (json_object_get(q->undated, id))
			json_object_set_new(row, "undated", json_pack("[O]", json_object_get(q->undated, id)));
		json_array_append_new(q->out, row);
	}
	json_decref(settings);
	return row;
}

/* Names of a class that the timeline has, in its order; those of each system are looked at apart. */
static void each_id(struct at *q, const char *what, const char *cls, bool (*wanted)(const char *path))
{
	json_t *done = json_object();

	for (size_t i = 0; i < q->line.n; i++) {
		const struct ak_said *s = &q->line.seen[i].said;

		if (!q->line.seen[i].dated || !same(s->cls, cls) || !s->id || json_object_get(done, s->id))
			continue;
		json_object_set_new(done, s->id, json_true());
		add_group(q, what, cls, s->id, wanted);
	}
	json_decref(done);
}

/* ---- versions that hold for all ---- */

static void add_version(struct at *q, json_t *row, const char *cls, const char *recorded)
{
	struct ak_held h;

	ak_timeline_at(&q->line, q->place, cls, "", "", q->us, &h);
	if (h.value && !text(row, "version")) {
		json_object_set_new(row, "version", json_string(h.value));
		json_object_set_new(row, "version_by", json_string(h.set ? h.set->by : h.ends->by));
		if (!text(row, "by"))
			fill(row, &h);
	}
	if (!recorded)
		return;
	json_object_set_new(row, "recorded", json_pack("{s:s, s:s}", "version", recorded, "by", q->of->cite ? q->of->cite : ""));
	if (!text(row, "version")) {
		json_object_set_new(row, "version", json_string(recorded));
		json_object_set_new(row, "version_by", maybe(q->of->cite));
	} else if (!same(text(row, "version"), recorded)) {
		json_object_set_new(row, "contradicts", json_true());
	}
}

static bool has_version(struct at *q, const char *cls)
{
	for (size_t i = 0; i < q->line.n; i++)
		if (same(q->line.seen[i].said.cls, cls))
			return true;
	return false;
}

static void add_route(struct at *q)
{
	json_t *row = add_group(q, "route", "route", q->of->model, any);

	if (q->of->route && !same(q->of->route, q->of->model))
		add_group(q, "route", "route", q->of->route, any);
	if (!row && q->of->model && (has_version(q, "route version") || q->of->route_version)) {
		row = row_of("route", q->of->model);
		json_array_append_new(q->out, row);
	}
	if (row)
		add_version(q, row, "route version", q->of->route_version);
}

static void add_budgets(struct at *q)
{
	const struct ak_state_subject *o = q->of;
	const struct {
		const char *cls, *id;
	} ids[] = {{"team", o->team}, {"project", o->project}, {"organization", o->organization}, {"key", o->key_hash}, {"key", o->key_id}, {"key", o->key_alias}};
	json_t *row = NULL;
	bool any_row = false;

	for (size_t i = 0; i < AK_COUNT(ids); i++) {
		json_t *r = add_group(q, "budget", ids[i].cls, ids[i].id, is_limit);

		row = r ? r : row;
		if ((r = add_group(q, "budget", "budget", ids[i].id, any))) {
			row = r;
			add_version(q, r, "budget version", o->budget_version);
			any_row = true;
		}
	}
	if (row && !any_row)
		add_version(q, row, "budget version", o->budget_version);
	if (!row && (has_version(q, "budget version") || o->budget_version)) {
		row = row_of("budget", o->team ? o->team : o->key_alias);
		json_array_append_new(q->out, row);
		add_version(q, row, "budget version", o->budget_version);
	}
}

/* ---- keys, people ---- */

static bool time_of(const char *z, int64_t *us)
{
	struct ak_err ignored = {0};

	return z && ak_time_arg(z, 0, us, &ignored) == AK_OK;
}

/* What the inventory said last up to the instant; the first one after it where there is none. */
static void add_inventory(struct at *q, const char *what, const char *member)
{
	json_t *row = NULL, *held = NULL, *next = NULL, *e;
	size_t i;
	int64_t us;

	json_array_foreach(q->inventory, i, e) {
		if (!same(text(e, "kind"), "inventory") || !text(e, member) || !time_of(text(e, "time"), &us))
			continue;
		if (us > q->us)
			next = next ? next : e;
		else if (!held || !same(text(held, member), text(e, member)))
			held = e;
	}
	if (!held && !next)
		return;
	row = row_of(what, text(held ? held : next, "resource"));
	if (held) {
		json_object_set(row, "value", json_object_get(held, member));
		json_object_set(row, "since", json_object_get(held, "time"));
		json_object_set(row, "by", json_object_get(held, "citation"));
		json_object_set_new(row, "basis", json_string("snapshot"));
	} else {
		json_object_set_new(row, "next", json_pack("{s:O, s:O, s:O}", "value", json_object_get(next, member), "since", json_object_get(next, "time"), "by",
							   json_object_get(next, "citation")));
	}
	if (next && (!held || !same(text(held, member), text(next, member))))
		json_object_set(row, "until", held ? json_object_get(next, "time") : json_null());
	json_array_append_new(q->out, row);
}

static void add_keys(struct at *q)
{
	const char *const ids[] = {q->of->key_hash, q->of->key_id, q->of->key_alias};
	bool owner = false, scope = false;

	for (size_t i = 0; i < AK_COUNT(ids); i++) {
		owner = add_group(q, "key_owner", "key", ids[i], is_owner) || owner;
		scope = add_group(q, "key_scope", "key", ids[i], is_other) || scope;
		for (size_t k = 0; k < q->line.n && ids[i]; k++) {
			const struct ak_seen *s = &q->line.seen[k];

			if (!scope && s->said.vague && s->dated && s->t <= q->us && same(s->said.cls, "key") && same(s->said.id, ids[i])) {
				json_t *row = row_of("key_scope", ids[i]);

				scope = true;
				lead(row, NULL, q, "key", ids[i]);
				json_array_append_new(q->out, row);
			}
		}
	}
	add_inventory(q, "key_owner", "owner");
	add_inventory(q, "key_scope", "scopes");
}

static void add_grants(struct at *q)
{
	json_t *e;
	size_t i;
	int64_t us;

	json_array_foreach(q->inventory, i, e) {
		json_t *row;
		bool held;

		if (!same(text(e, "kind"), "grant") || !text(e, "role") || !time_of(text(e, "time"), &us))
			continue;
		held = us <= q->us;
		row = row_of("role", text(e, "principal"));
		json_object_set_new(row, "resource", maybe(text(e, "resource")));
		if (held) {
			json_object_set(row, "value", json_object_get(e, "role"));
			json_object_set(row, "since", json_object_get(e, "time"));
			json_object_set(row, "by", json_object_get(e, "citation"));
			json_object_set_new(row, "basis", json_string("snapshot"));
		} else {
			json_object_set_new(row, "next", json_pack("{s:O, s:O, s:O}", "value", json_object_get(e, "role"), "since", json_object_get(e, "time"), "by",
								   json_object_get(e, "citation")));
		}
		json_array_append_new(q->out, row);
	}
}

/* ---- what is declared ---- */

static void declared(struct at *q, const char *what, const char *path)
{
	const json_t *v = q->policy ? ak_policy_get(q->policy, path) : NULL;
	struct ak_answer *list = NULL;
	size_t n = v ? ak_policy_answers(q->policy, &list) : 0;

	for (size_t i = 0; i < n; i++)
		if (strcmp(list[i].path, path) == 0) {
			json_t *row = row_of(what, path);

			json_object_set_new(row, "value", list[i].unknown ? json_null() : json_string(list[i].value));
			json_object_set_new(row, "by", json_sprintf("policy.yaml:%d", list[i].line));
			json_object_set_new(row, "basis", json_string("declared"));
			json_array_append_new(q->out, row);
		}
	ak_free(list);
}

static void write_rows(struct at *q)
{
	const struct ak_state_subject *o = q->of;

	add_route(q);
	add_budgets(q);
	add_keys(q);
	each_id(q, "payload_mode", "payload", any);
	declared(q, "payload_mode", "redaction.payload_mode");
	each_id(q, "retention", "retention", any);
	each_id(q, "retention", "retention class", any);
	declared(q, "retention", "retention.request.keep");
	each_id(q, "role", "role", any);
	each_id(q, "role", "viewer role", any);
	add_grants(q);
	each_id(q, "setting", "config version", any);
	add_group(q, "setting", "team", o->team, is_other);
	add_group(q, "setting", "project", o->project, is_other);
	add_group(q, "setting", "organization", o->organization, is_other);
	add_group(q, "setting", "system", q->system, not_owner);
}

enum ak_rc ak_state_at(struct ak_store *s, const struct ak_policy *policy, int64_t at_us, const struct ak_state_subject *subject, json_t **out,
		       struct ak_err *err)
{
	struct at q = {.s = s, .policy = policy, .of = subject, .us = at_us, .out = json_array(), .inventory = json_array(), .undated = json_object()};
	json_t *systems = NULL;
	enum ak_rc rc = ak_query_systems(s, &systems, err);

	ak_timeline_init(&q.line, systems);
	if (rc == AK_OK)
		rc = find_system(&q, err);
	q.place = q.line.places.several ? q.line.places.environments ? NULL : q.system : NULL;
	if (rc == AK_OK)
		rc = read_all(&q, err);
	if (rc == AK_OK) {
		write_rows(&q);
		*out = json_incref(q.out);
	}
	ak_timeline_release(&q.line);
	json_decref(q.out);
	json_decref(q.inventory);
	json_decref(q.undated);
	json_decref(systems);
	return rc;
}

void ak_state_of_request(const json_t *request, struct ak_state_subject *o)
{
	const json_t *f = json_object_get(request, "fields");

	*o = (struct ak_state_subject){
		.source = text(request, "source"), .model = text(f, "gen_ai.request.model"), .route = text(f, "auditkit.route.served"),
		.team = text(f, "auditkit.team.id"), .project = text(f, "auditkit.project.id"), .organization = text(f, "organization.id"),
		.key_id = text(f, "auditkit.key.id"), .key_hash = text(f, "auditkit.key.hash"), .key_alias = text(f, "auditkit.key.alias"),
		.actor = text(f, "user.id"), .app = text(f, "service.name"), .route_version = text(f, "auditkit.route.policy_version"),
		.budget_version = text(f, "auditkit.budget.policy_version"), .retention_class = text(f, "auditkit.retention.class"), .cite = text(request, "cite")};
}
