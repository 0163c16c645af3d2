/* The state at an instant, as rows. */
#include "base/ak.h"
#include "state/at.h"

#include "base/time.h"
#include "query/state.h"

static const char *text(const json_t *o, const char *member) { return json_string_value(json_object_get(o, member)); }
static bool same(const char *a, const char *b) { return a && b && strcmp(a, b) == 0; }
static json_t *maybe(const char *z) { return z ? json_string(z) : json_null(); }

/* ---- reading ---- */

struct adding {
	struct at *q;
	const char *id;
	int64_t undated; /* the latest record without a time */
};

static enum ak_rc add_row(void *ctx, json_t *row, struct ak_err *err)
{
	struct adding *a = ctx;
	int64_t seq = json_integer_value(json_object_get(row, "seq"));

	(void)err;
	if (ak_timeline_add(&a->q->line, row) && !json_is_integer(json_object_get(row, "t")) && seq >= a->undated) {
		a->undated = seq;
		json_object_set(a->q->undated, a->id, json_object_get(row, "citation"));
	}
	return AK_OK;
}

static enum ak_rc add_of(struct at *q, const char *id, struct ak_err *err)
{
	struct adding a = {.q = q, .id = id};

	return id ? ak_query_observations_of(q->s, id, add_row, &a, err) : AK_OK;
}

/* Snapshots as rows of observations; with their settings where full. */
static enum ak_rc add_snapshot(struct at *q, json_t *row, bool full, struct ak_err *err)
{
	json_t *more = NULL;
	enum ak_rc rc = full ? ak_query_settings(q->s, json_integer_value(json_object_get(row, "seq")), &more, err) : AK_OK;

	if (rc != AK_OK)
		return rc;
	if (more)
		json_object_update(row, more);
	json_decref(more);
	json_object_set(row, "resource", json_object_get(row, "system"));
	json_object_set_new(row, "resource_type", json_string("system"));
	json_object_set_new(row, "kind", json_string("snapshot"));
	ak_timeline_add(&q->line, row);
	return AK_OK;
}

/* Settings are read of the last capture of each system up to the instant and the first behind it: the others tell of columns only. */
static enum ak_rc add_snapshots(struct at *q, struct ak_err *err)
{
	json_t *rows = NULL, *row, *last = json_object(), *next = json_object();
	const char *system;
	size_t i;
	enum ak_rc rc = ak_query_system_snapshots(q->s, &rows, err);

	json_array_foreach(rows, i, row) {
		system = text(row, "system");
		if (!system || !json_is_integer(json_object_get(row, "t")) || (q->system && !same(q->system, system)))
			continue;
		if (json_integer_value(json_object_get(row, "t")) <= q->us)
			json_object_set(last, system, row);
		else if (!json_object_get(next, system))
			json_object_set(next, system, row);
	}
	json_object_foreach(last, system, row)
		if (rc == AK_OK)
			rc = add_snapshot(q, row, true, err);
	json_object_foreach(next, system, row)
		if (rc == AK_OK)
			rc = add_snapshot(q, row, true, err);
	json_array_foreach(rows, i, row)
		if (rc == AK_OK && (!q->system || same(q->system, text(row, "system"))))
			rc = add_snapshot(q, row, false, err);
	json_decref(last);
	json_decref(next);
	json_decref(rows);
	return rc;
}

static const char *const wide[AK_TERM_COUNT] = {"payload", "retention", "route version", "budget version"};

#define SETTLED INT64_MAX /* nothing is looked for any more */
#define FEW 100		  /* so many events are taken without asking for their time */

struct looking {
	struct at *q;
	int64_t found[AK_TERM_COUNT]; /* the time at which it was found, INT64_MIN = not yet */
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

/* What is set often is found beside the instant, else among all events that may set it: those of a few first. */
static enum ak_rc look_for(struct looking *l, bool forwards, struct ak_err *err)
{
	enum ak_rc rc = ak_query_policy_events_near(l->q->s, l->q->us, forwards, look, l, err);

	for (int k = 0; k < AK_TERM_COUNT; k++)
		for (int all = 0; all < 2 && rc == AK_OK && l->found[k] == INT64_MIN; all++) {
			struct looking one = *l;

			for (int other = 0; other < AK_TERM_COUNT; other++)
				one.found[other] = other == k ? INT64_MIN : SETTLED;
			rc = ak_query_term_events_each(l->q->s, k, l->q->us, forwards, all ? -1 : FEW, look, &one, err);
			l->found[k] = one.found[k];
		}
	return rc;
}

static enum ak_rc add_policies(struct at *q, struct ak_err *err)
{
	bool terms = ak_query_has_terms(q->s), open = !terms;
	struct looking start = {.q = q};
	enum ak_rc rc = AK_OK;

	for (int k = 0; k < AK_TERM_COUNT && rc == AK_OK; k++) {
		json_t *rows = NULL, *row;
		size_t i;

		rc = terms ? ak_query_term_events(q->s, k, FEW, &rows, err) : AK_OK;
		json_array_foreach(rows, i, row)
			ak_timeline_add(&q->line, row);
		start.found[k] = rows ? SETTLED : INT64_MIN;
		open = open || !rows;
		json_decref(rows);
	}
	for (int forwards = 0; forwards < 2 && rc == AK_OK && open; forwards++) {
		struct looking l = start;

		rc = terms ? look_for(&l, forwards, err) : ak_query_policy_events_each(q->s, q->us, forwards, look, &l, err);
	}
	return rc;
}

static enum ak_rc find_system(struct at *q, struct ak_err *err)
{
	json_t *row = NULL;
	enum ak_rc rc = q->of->source && !q->of->system ? ak_query_source_system(q->s, q->of->source, &row, err) : AK_END;

	q->own_system = row && text(row, "system") ? ak_strdup(text(row, "system")) : q->of->system ? ak_strdup(q->of->system) : NULL;
	q->system = ak_places_of_source(&q->line.places, q->of->source, q->own_system);
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

/* ---- versions that hold for all ---- */

static void add_version(struct at *q, json_t *row, const char *cls, const char *recorded)
{
	struct ak_held h;

	ak_timeline_at(&q->line, q->place, cls, "", "", q->us, &h);
	if (h.value && !text(row, "version")) {
		json_object_set_new(row, "version", json_string(h.value));
		json_object_set_new(row, "version_by", json_string(h.set ? h.set->by : h.ends->by));
		if (!text(row, "by"))
			ak_at_fill(row, &h);
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
	json_t *row = ak_at_group(q, "route", "route", q->of->model, ak_at_any);

	if (q->of->route && !same(q->of->route, q->of->model))
		ak_at_group(q, "route", "route", q->of->route, ak_at_any);
	if (!row && q->of->model && (has_version(q, "route version") || q->of->route_version)) {
		row = ak_at_row("route", q->of->model);
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
		json_t *r = ak_at_group(q, "budget", ids[i].cls, ids[i].id, ak_at_limit);

		row = r ? r : row;
		for (int k = 0; k < 2; k++) {
			if (!(r = ak_at_group(q, "budget", k ? "quota" : "budget", ids[i].id, ak_at_any)))
				continue;
			row = r;
			add_version(q, r, "budget version", o->budget_version);
			any_row = true;
		}
	}
	if (row && !any_row)
		add_version(q, row, "budget version", o->budget_version);
	if (!row && (has_version(q, "budget version") || o->budget_version)) {
		row = ak_at_row("budget", o->team ? o->team : o->key_alias);
		json_array_append_new(q->out, row);
		add_version(q, row, "budget version", o->budget_version);
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
			json_t *row = ak_at_row(what, path);

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
	ak_at_declared(q);
	ak_at_keys(q);
	ak_at_each(q, "payload_mode", "payload");
	declared(q, "payload_mode", "redaction.payload_mode");
	ak_at_each(q, "retention", "retention");
	ak_at_each(q, "retention", "retention class");
	declared(q, "retention", "retention.request.keep");
	ak_at_each(q, "role", "role");
	ak_at_each(q, "role", "viewer role");
	ak_at_grants(q);
	ak_at_each(q, "setting", "config version");
	ak_at_group(q, "setting", "team", o->team, ak_at_other);
	ak_at_group(q, "setting", "project", o->project, ak_at_other);
	ak_at_group(q, "setting", "organization", o->organization, ak_at_other);
	ak_at_group(q, "setting", "system", q->system, ak_at_unowned);
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
		rc = ak_at_judge(&q, err);
	}
	if (rc == AK_OK)
		*out = json_incref(q.out);
	ak_timeline_release(&q.line);
	ak_free(q.own_system);
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
