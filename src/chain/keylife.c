/* The life of a key: made, rotated, ended, and whether it was used outside of it. */
#include "base/ak.h"
#include "chain/chain.h"

#include "base/time.h"
#include "chain/row.h"

enum { CITED = 10 };

enum act { NOTHING, CREATED, ON, OFF_REVOKED, OFF_DISABLED, OFF_EXPIRED, ROTATED };
static const char *const act_names[] = {"changed", "created", "enabled", "revoked", "disabled", "expired", "rotated"};

/* The first row that has a word of the action decides: "undelete" before "delete", "deactivate" before "activate". */
static const struct {
	enum act act;
	const char *words[10];
} acts[] = {
	{ON, {"undelete", "restor", "unblock", "unrevok", "re-enable", "reenable", "reactivat", "unsuspend"}},
	{ROTATED, {"rotat", "regenerat", "replac", "roll_key", "key.roll"}},
	{OFF_REVOKED, {"revok", "delet", "remov", "destroy", "terminat", "invalidat", "retire"}},
	{OFF_DISABLED, {"disabl", "block", "suspend", "deactivat", "inactiv"}},
	{OFF_EXPIRED, {"expired"}},
	{ON, {"enabl", "activat"}},
	{CREATED, {"creat", "issu", "generat", "mint", "import", "add"}},
};

/* States in which an inventory or a change says that a key does not work. */
static const struct {
	enum act act;
	const char *words[8];
} states[] = {
	{OFF_REVOKED, {"revoked", "deleted", "removed", "destroyed", "retired", "terminated"}},
	{OFF_DISABLED, {"disabled", "blocked", "suspended", "inactive", "deactivated", "2", "false"}},
	{OFF_EXPIRED, {"expired"}},
	{ON, {"active", "enabled", "valid", "ok", "true", "1"}},
};

struct end {
	int64_t from, to; /* half-open */
	enum act how;
	char *cite, *source;
	bool grace; /* the source itself says until when the key was to work */
};

struct life {
	json_t *row, *events;
	struct end *ends;
	size_t n;
	int64_t created, as_of;
	char *created_cite;
	bool any, known, settled, has_created;
	enum act state; /* what the inventory says */
	char *state_cite, *state_source;
	int64_t late, refused, within;
	int64_t grace_us; /* policy.yaml: so long a key that was revoked or disabled may still be served */
	bool none_known; /* neither inventory nor events of keys in the workspace */
	ak_row_fn *each;
	void *ctx;
};

static const char *txt(const json_t *o, const char *m) { return ak_chain_text(o, m); }
static int64_t num(const json_t *o, const char *m) { return json_integer_value(json_object_get(o, m)); }

static enum act act_of(const char *action)
{
	for (size_t i = 0; i < AK_COUNT(acts); i++)
		if (ak_chain_has(action, acts[i].words))
			return acts[i].act;
	return NOTHING;
}

static enum act state_of(const char *state)
{
	for (size_t i = 0; i < AK_COUNT(states); i++)
		if (ak_chain_is(state, states[i].words))
			return states[i].act;
	return NOTHING;
}

/* ---- ends ---- */

static void end_key(struct life *x, int64_t us, enum act how, const json_t *row, bool grace)
{
	x->ends = ak_realloc(x->ends, (x->n + 1) * sizeof *x->ends);
	x->ends[x->n++] = (struct end){us, INT64_MAX, how, ak_strdup(txt(row, "citation")), ak_strdup(txt(row, "source")), grace};
}

/* It works again: what ended it before does not hold from here on. */
static void revive(struct life *x, int64_t us)
{
	for (size_t i = 0; i < x->n; i++)
		if (x->ends[i].from <= us && x->ends[i].to > us)
			x->ends[i].to = us;
}

static const char *as_text(const json_t *v)
{
	return json_is_string(v) ? json_string_value(v) : json_is_true(v) ? "true" : json_is_false(v) ? "false" : NULL;
}

/* What a change of settings says: a state, a switch, a new end. */
static void read_change(struct life *x, const json_t *row, const json_t *change)
{
	static const char *const state_paths[] = {"/state", "/status", "/enabled", "/is_active", "/active", NULL};
	static const char *const off_paths[] = {"/blocked", "/disabled", "/revoked", "/is_revoked", "/is_disabled", NULL};
	static const char *const end_paths[] = {"/revoke_at", "/expires_at", "/expires", "/expiry", NULL};
	const char *path = txt(change, "path"), *after = as_text(json_object_get(change, "after"));
	int64_t us = num(row, "time_number"), end;
	enum act to = NOTHING;

	if (!after)
		return;
	if (ak_chain_is(path, state_paths))
		to = state_of(after);
	else if (ak_chain_is(path, off_paths))
		to = strcmp(after, "true") == 0 ? (strstr(path, "revoked") ? OFF_REVOKED : OFF_DISABLED) : ON;
	else if (ak_chain_is(path, end_paths) && ak_chain_us(after, &end))
		end_key(x, end, strcmp(path, "/revoke_at") == 0 ? OFF_REVOKED : OFF_EXPIRED, row, true);
	if (to == ON)
		revive(x, us);
	else if (to != NOTHING)
		end_key(x, us, to, row, false);
}

static void read_event(struct life *x, const json_t *row)
{
	enum act act = act_of(txt(row, "action"));
	json_t *changes = ak_chain_list(row, "text"), *c;
	int64_t us = num(row, "time_number");
	char at[32];
	size_t i;

	x->known = true;
	ak_chain_cite(x->row, txt(row, "citation"));
	json_array_append_new(x->events, json_pack("{s:s, s:s, s:s?, s:s, s:b}", "cite", txt(row, "citation"), "what", act_names[act], "action",
						   txt(row, "action"), "time", ak_time_z(us, 6, at), "failed", ak_chain_same(txt(row, "state"), "failure")));
	if (!ak_chain_same(txt(row, "state"), "failure")) {
		if (act == CREATED && (!x->has_created || us < x->created)) {
			x->created = us;
			x->has_created = true;
			ak_free(x->created_cite);
			x->created_cite = ak_strdup(txt(row, "citation"));
		}
		if (act == ON)
			revive(x, us);
		else if (act == OFF_REVOKED || act == OFF_DISABLED || act == OFF_EXPIRED)
			end_key(x, us, act, row, false);
		if (act != OFF_REVOKED)
			json_array_foreach(changes, i, c)
				read_change(x, row, c);
	}
	json_decref(changes);
}

static void read_inventory(struct life *x, const json_t *row)
{
	enum act state = state_of(txt(row, "state"));
	int64_t us, time = num(row, "time_number"), created;
	bool has_created = ak_chain_us(txt(row, "created"), &created);

	x->known = true;
	ak_chain_cite(x->row, txt(row, "citation"));
	if (has_created && (!x->has_created || created < x->created)) {
		x->created = created;
		x->has_created = true;
		ak_free(x->created_cite);
		x->created_cite = ak_strdup(txt(row, "citation"));
	}
	if (ak_chain_us(txt(row, "expires"), &us)) {
		json_object_set(x->row, "expires", json_object_get(row, "expires"));
		end_key(x, us, OFF_EXPIRED, row, false);
	}
	if (txt(row, "last_used"))
		json_object_set(x->row, "inventory_last_used", json_object_get(row, "last_used"));
	if (state == NOTHING || state == ON)
		return;
	/* A list without a time of its own tells of the time it was taken. */
	x->state = state;
	x->as_of = json_is_integer(json_object_get(row, "time_number")) && (!has_created || time > created) ? time : INT64_MAX;
	if (x->as_of == INT64_MAX && ak_chain_us(txt(row, "exported"), &us))
		x->as_of = us;
	ak_free(x->state_cite);
	ak_free(x->state_source);
	x->state_cite = ak_strdup(txt(row, "citation"));
	x->state_source = ak_strdup(txt(row, "source"));
}

/* Events and inventory are read: what holds. A state without an event holds from when it was seen. */
static void settle(struct life *x)
{
	bool ended = false;

	if (x->settled)
		return;
	x->settled = true;
	for (size_t i = 0; i < x->n; i++)
		ended |= x->ends[i].to == INT64_MAX && x->ends[i].how != OFF_EXPIRED;
	if (x->state != NOTHING && !ended && x->as_of != INT64_MAX) {
		const json_t *seen = json_pack("{s:s, s:s}", "citation", x->state_cite, "source", x->state_source);

		end_key(x, x->as_of, x->state, seen, false);
		json_decref((json_t *)seen);
		json_object_set_new(x->row, "end_seen_only", json_true());
	}
}

static const struct end *end_at(const struct life *x, int64_t us)
{
	const struct end *first = NULL;

	for (size_t i = 0; i < x->n; i++)
		if (x->ends[i].from < us && us < x->ends[i].to && (!first || x->ends[i].from < first->from))
			first = &x->ends[i];
	return first;
}

/* ---- uses ---- */

static json_t *use(const json_t *row, const struct end *e)
{
	int64_t us = num(row, "time_number");
	char at[32], span[48];

	return json_pack("{s:s, s:s, s:s, s:s, s:s, s:s}", "cite", txt(row, "citation"), "source", txt(row, "source"), "time", ak_time_z(us, 6, at),
			 "after", ak_chain_span(us - e->from, span), "ended_by", e->cite, "ended_in", e->source);
}

/* Propagation of a revocation; what expires does so everywhere at once. */
static bool in_grace(const struct life *x, const struct end *e, int64_t us)
{
	return (e->how == OFF_REVOKED || e->how == OFF_DISABLED) && x->grace_us > 0 && us - e->from <= x->grace_us;
}

static void read_use(struct life *x, const json_t *row)
{
	const struct end *e = end_at(x, num(row, "time_number"));
	json_t *late = json_object_get(x->row, "late"), *cites;

	if (!e)
		return;
	if (num(row, "refused")) {
		x->refused++;
		return;
	}
	if (in_grace(x, e, num(row, "time_number"))) {
		x->within++;
		return;
	}
	if (!late)
		json_object_set_new(x->row, "late", late = json_pack("{s:o, s:[], s:s}", "first", use(row, e), "cites", "how", act_names[e->how]));
	cites = json_object_get(late, "cites");
	if (json_array_size(cites) < CITED)
		json_array_append(cites, json_object_get(row, "citation"));
	json_object_set_new(late, "last", use(row, e));
	ak_chain_cite(x->row, e->cite);
	x->late++;
}

/* A bucket of a provider that begins after the end. */
static void read_bucket(struct life *x, const json_t *row)
{
	const struct end *e = end_at(x, num(row, "time_number"));
	json_t *list = json_object_get(x->row, "buckets_late"), *b;

	if (!e || in_grace(x, e, num(row, "time_number")))
		return;
	if (!list)
		json_object_set_new(x->row, "buckets_late", list = json_array());
	json_object_set_new(x->row, "bucket_requests_late", json_integer(num(x->row, "bucket_requests_late") + num(row, "uses")));
	json_object_set_new(x->row, "buckets_late_count", json_integer(num(x->row, "buckets_late_count") + 1));
	if (json_array_size(list) >= CITED)
		return;
	b = use(row, e);
	json_object_set(b, "requests", json_object_get(row, "uses"));
	json_array_append_new(list, b);
}

static void read_uses(struct life *x, const json_t *row)
{
	char at[32];

	json_object_set(x->row, "uses", json_object_get(row, "uses"));
	json_object_set(x->row, "refused", json_object_get(row, "refused"));
	if (!json_is_integer(json_object_get(row, "time_number")))
		return;
	json_object_set_new(x->row, "first_use", json_string(ak_time_z(num(row, "time_number"), 6, at)));
	json_object_set_new(x->row, "last_use", json_string(ak_time_z(num(row, "last"), 6, at)));
}

static void read_rotation(struct life *x, const json_t *row, const char *member)
{
	json_t *list = json_object_get(x->row, member);

	if (!list)
		json_object_set_new(x->row, member, list = json_array());
	json_array_append(list, json_object_get(row, "text"));
}

/* ---- the row ---- */

static void say(struct life *x, const char *verdict, json_t *why)
{
	json_object_set_new(x->row, "verdict", json_string(verdict));
	if (why)
		json_object_set_new(x->row, "why", why);
}

static void show_end(struct life *x)
{
	const struct end *first = NULL;
	char at[32];

	for (size_t i = 0; i < x->n; i++)
		if (x->ends[i].to == INT64_MAX && (!first || x->ends[i].from < first->from))
			first = &x->ends[i];
	json_object_set_new(x->row, "ended", first ? json_pack("{s:s, s:s, s:s, s:s, s:b}", "how", act_names[first->how], "time",
							       ak_time_z(first->from, 6, at), "cite", first->cite, "source", first->source, "grace",
							       first->grace)
						   : json_null());
}

/* What the inventory says of the last use counts where another record ended the key. */
static bool seen_late(struct life *x)
{
	const char *last = txt(x->row, "inventory_last_used");
	const struct end *e;
	char span[48];
	int64_t us;

	if (!ak_chain_us(last, &us) || !(e = end_at(x, us)) || ak_chain_same(e->cite, x->state_cite) || in_grace(x, e, us))
		return false;
	ak_chain_say(x->row, "problems", "last used after its end", "the inventory says that it was last used %s, %s after it was %s [%s]", last,
		     ak_chain_span(us - e->from, span), act_names[e->how], e->cite);
	ak_chain_cite(x->row, e->cite);
	return true;
}

static void judge(struct life *x)
{
	json_t *late = json_object_get(x->row, "late");
	int64_t uses = num(x->row, "uses"), first = 0;
	bool buckets = num(x->row, "buckets_late_count") > 0, seen = seen_late(x);
	bool used = ak_chain_us(txt(x->row, "first_use"), &first);
	char at[32], span[48];

	if (late)
		say(x, "used after its end", json_sprintf("%lld of %lld uses after it was %s, the first %s after", (long long)x->late, (long long)uses,
							 txt(late, "how"), txt(json_object_get(late, "first"), "after")));
	else if (buckets)
		say(x, "used after its end", json_sprintf("the provider counted %lld request%s in %lld bucket%s after its end",
							 (long long)num(x->row, "bucket_requests_late"), num(x->row, "bucket_requests_late") == 1 ? "" : "s",
							 (long long)num(x->row, "buckets_late_count"), num(x->row, "buckets_late_count") == 1 ? " that begins" : "s that begin"));
	else if (seen)
		say(x, "used after its end", json_string("the inventory says so"));
	else if (used && x->has_created && first < x->created)
		say(x, "used before it was created", json_sprintf("first used %s before it was created %s", ak_chain_span(x->created - first, span),
								 ak_time_z(x->created, 0, at)));
	else if (x->none_known)
		say(x, "not evaluable", json_string("neither an inventory of keys nor events of keys were ingested"));
	else if (!x->known)
		say(x, "unknown", json_string("neither the inventory nor an event of keys names it"));
	else if (x->state != NOTHING && uses && json_is_true(json_object_get(x->row, "end_seen_only")))
		say(x, "not evaluable", json_sprintf("the inventory says that it is %s, and no event says since when", act_names[x->state]));
	else
		say(x, "in order", NULL);
}

static void finish(struct life *x)
{
	json_t *late = json_object_get(x->row, "late"), *c;
	char at[32];
	size_t i;

	settle(x);
	if (late) {
		json_object_set_new(late, "uses", json_integer(x->late));
		json_object_set_new(late, "of", json_integer(num(x->row, "uses")));
		json_array_foreach(json_object_get(late, "cites"), i, c)
			ak_chain_cite(x->row, json_string_value(c));
		ak_chain_cite(x->row, txt(json_object_get(late, "last"), "cite"));
	}
	ak_chain_cite_all(x->row, json_object_get(x->row, "buckets_late"));
	json_object_set_new(x->row, "created", x->has_created ? json_string(ak_time_z(x->created, 6, at)) : json_null());
	if (x->created_cite)
		json_object_set_new(x->row, "created_cite", json_string(x->created_cite));
	json_object_set_new(x->row, "refused_late", json_integer(x->refused));
	json_object_set_new(x->row, "within_grace", json_integer(x->within));
	show_end(x);
	judge(x);
	json_object_set(x->row, "events", x->events);
}

static void clear(struct life *x)
{
	for (size_t i = 0; i < x->n; i++) {
		ak_free(x->ends[i].cite);
		ak_free(x->ends[i].source);
	}
	ak_free(x->ends);
	ak_free(x->created_cite);
	ak_free(x->state_cite);
	ak_free(x->state_source);
	json_decref(x->row);
	json_decref(x->events);
	*x = (struct life){.each = x->each, .ctx = x->ctx, .none_known = x->none_known, .grace_us = x->grace_us};
}

static enum ak_rc flush(struct life *x, struct ak_err *err)
{
	enum ak_rc rc = AK_OK;

	if (x->row) {
		finish(x);
		rc = x->each(x->ctx, x->row, err);
	}
	clear(x);
	return rc;
}

static enum ak_rc take(void *ctx, json_t *row, struct ak_err *err)
{
	struct life *x = ctx;
	const char *what = txt(row, "what");
	enum ak_rc rc = AK_OK;

	if (x->row && !ak_chain_same(txt(x->row, "key"), txt(row, "key")))
		rc = flush(x, err);
	if (rc != AK_OK)
		return rc;
	if (!x->row) {
		x->row = json_pack("{s:O, s:n, s:i, s:[]}", "key", json_object_get(row, "key"), "alias", "uses", 0, "cites");
		x->events = json_array();
	}
	if (txt(row, "alias"))
		json_object_set(x->row, "alias", json_object_get(row, "alias"));
	if (strcmp(what, "inventory") == 0)
		read_inventory(x, row);
	else if (strcmp(what, "event") == 0)
		read_event(x, row);
	else if (strcmp(what, "uses") == 0)
		read_uses(x, row);
	else if (strncmp(what, "replace", 7) == 0)
		read_rotation(x, row, what);
	else
		settle(x);
	if (strcmp(what, "use") == 0)
		read_use(x, row);
	else if (strcmp(what, "bucket") == 0)
		read_bucket(x, row);
	return AK_OK;
}

enum ak_rc ak_chain_known_keys_each(struct ak_store *s, const struct ak_chain_opts *o, struct ak_callkeys *keys, ak_row_fn *each, void *ctx,
				    struct ak_chain_others *others, struct ak_err *err)
{
	struct life x = {.each = each, .ctx = ctx, .grace_us = o->policy ? o->policy->revocation_grace_s * 1000000 : 0};
	json_t *sources = NULL;
	enum ak_rc rc = ak_query_chain_sources(s, &sources, err);

	x.none_known = !num(sources, "keys") && !num(sources, "key_events");
	json_decref(sources);
	if (rc == AK_OK && keys) {
		rc = ak_callkeys_history_each(keys, take, &x, &others->n, err);
		others->verdict = x.none_known ? "not evaluable" : "unknown";
		if (rc == AK_END)
			others->n = 0;
	}
	if (rc == AK_END || (rc == AK_OK && !keys))
		rc = ak_query_key_history_each(s, o->from_us, o->to_us, take, &x, err);
	if (rc == AK_OK)
		return flush(&x, err);
	clear(&x);
	return rc;
}

enum ak_rc ak_chain_keys_each(struct ak_store *s, const struct ak_chain_opts *o, ak_row_fn *each, void *ctx, struct ak_err *err)
{
	return ak_chain_known_keys_each(s, o, NULL, each, ctx, NULL, err);
}
