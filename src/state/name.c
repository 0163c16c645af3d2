#include "base/ak.h"
#include "state/name.h"

#include <stdlib.h>

#include "base/decimal.h"
#include "base/jsonw.h"
#include "redact/marker.h"

/* Words for one thing, as types of targets and as names of collections in captured settings. */
static const struct {
	const char *word, *cls;
	bool collection;
} words[] = {
	{"route", "route", false},	    {"routes", "route", true},		 {"routing", "route", true},
	{"model", "route", false},	    {"models", "route", true},		 {"model_group", "route", false},
	{"model_groups", "route", true},    {"fallback", "route", false},	 {"fallbacks", "route", true},
	{"deployment", "route", false},	    {"deployments", "route", true},	 {"litellm_proxymodeltable", "route", false},
	{"litellm_modeltable", "route", false}, {"budget", "budget", false},	 {"budgets", "budget", true},
	{"quota", "quota", false},	    {"quotas", "quota", true},		 {"limit", "quota", false},
	{"limits", "quota", true},	    {"rate_limit", "quota", false},	 {"rate_limits", "quota", true},
	{"cap", "quota", false},	    {"caps", "quota", true},		 {"litellm_budgettable", "budget", false},
	{"project.rate_limit", "quota", false}, {"team", "team", false},	 {"teams", "team", true},
	{"litellm_teamtable", "team", false}, {"key", "key", false},		 {"keys", "key", true},
	{"api_key", "key", false},	    {"api_keys", "key", true},		 {"apikey", "key", false},
	{"virtual_key", "key", false},	    {"virtual_keys", "key", true},	 {"customer_key", "key", false},
	{"litellm_verificationtoken", "key", false}, {"litellm_deletedverificationtoken", "key", false},
	{"user", "user", false},	    {"users", "user", true},		 {"member", "user", false},
	{"members", "user", true},	    {"litellm_usertable", "user", false}, {"project", "project", false},
	{"projects", "project", true},	    {"organization.project", "project", false}, {"workspace", "project", false},
	{"workspaces", "project", true},    {"organization", "organization", false}, {"organizations", "organization", true},
	{"org", "organization", false},	    {"litellm_organizationtable", "organization", false}, {"role", "role", false},
	{"roles", "role", true},	    {"system", "system", false},	 {"gateway", "system", false},
	{"config", "system", false},	    {"configuration", "system", false},	 {"settings", "system", false},
	{"setting", "system", false},	    {"logging", "system", false},	 {"payload_logging", "system", false},
	{"retention", "system", false},	    {"log", "system", false},		 {"logs", "system", false},
};

/* The last part of a path, and what holds for a whole system is called. */
static const struct {
	const char *name, *cls;
} wide[] = {
	{"payload_mode", "payload"},	    {"payload_logging", "payload"},	  {"log_payloads", "payload"},
	{"payload_logging_mode", "payload"}, {"retention_days", "retention"},	  {"log_retention_days", "retention"},
	{"retention", "retention"},	    {"route_policy_version", "route version"}, {"routing_policy_version", "route version"},
	{"budget_policy_version", "budget version"}, {"quota_policy_version", "budget version"},
	{"retention_class", "retention class"}, {"viewer_role", "viewer role"},	  {"config_version", "config version"},
};

/* As the mapping of snapshots has them (formats/config-snapshot.yaml). */
static const struct {
	const char *said, *mode;
} modes[] = {
	{"metadata", "metadata-only"}, {"metadata_only", "metadata-only"}, {"redacted", "masked"}, {"all", "full"}, {"true", "full"},
	{"off", "none"},	       {"false", "none"},
};

static char *lower(const char *z, struct ak_arena *a)
{
	char *out = ak_arena_z(a, ak_str_of(z));

	for (char *p = out; *p; p++)
		if (*p >= 'A' && *p <= 'Z')
			*p += 'a' - 'A';
	return out;
}

const char *ak_class_of(const char *type, struct ak_arena *a)
{
	const char *name = type ? lower(type, a) : "";

	for (size_t i = 0; i < AK_COUNT(words); i++)
		if (strcmp(words[i].word, name) == 0)
			return words[i].cls;
	return name;
}

const char *ak_said_text(const json_t *v, struct ak_arena *a)
{
	struct ak_buf b;
	const char *z;

	if (!v || json_is_null(v))
		return AK_STATE_NOT_SET;
	if (json_is_string(v))
		return ak_arena_z(a, ak_str_of(json_string_value(v)));
	ak_buf_init(&b, 1u << 24);
	z = ak_jcs(v, &b, NULL) == AK_OK && b.n ? ak_arena_z(a, ak_buf_str(&b)) : AK_STATE_NOT_SET;
	ak_buf_release(&b);
	return z;
}

/* Somewhere in it, so that lists that hold one are covered. */
static bool holds_marker(struct ak_str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] == '[' && (ak_marker_end(ak_str_n(s.p + i, s.n - i), 0) || ak_str_starts(ak_str_n(s.p + i, s.n - i), AK_STR("[REMOVED:"))))
			return true;
	return false;
}

bool ak_said_hidden(const char *value)
{
	struct ak_str s = ak_str_of(value);

	return holds_marker(s) || strstr(value, "***") || (s.n && ak_marker_is_mask(s)) || ak_marker_is_sealed(s);
}

bool ak_said_token(const char *value) { return ak_marker_is_token(ak_str_of(value)); }

static const char *tail(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

static bool named(const char *const *list, size_t n, const char *name)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(list[i], name) == 0)
			return true;
	return false;
}

bool ak_said_counter(const char *path)
{
	static const char *const counters[] = {"spend", "spent", "used", "remaining", "consumed", "current_spend", "total_spend", "model_spend", "used_tokens",
					       "used_requests", "remaining_tokens", "remaining_requests", "last_used_at", "last_active"};

	return named(counters, AK_COUNT(counters), tail(path));
}

static int by_text(const void *x, const void *y) { return strcmp(*(const char *const *)x, *(const char *const *)y); }

/* The members of a list in order; NULL: no list. */
static const char **sorted(const char *value, size_t *n, struct ak_arena *a)
{
	json_t *list = NULL, *e;
	struct ak_err ignored = {0};
	const char **out = NULL;
	size_t i;

	if (*value == '[' && ak_json_parse(ak_str_of(value), &list, &ignored) == AK_OK && json_is_array(list)) {
		*n = json_array_size(list);
		out = ak_arena_alloc(a, (*n + 1) * sizeof *out);
		json_array_foreach(list, i, e)
			out[i] = ak_arena_printf(a, "%d%s", (int)json_typeof(e), ak_said_text(e, a)).p;
		ak_sort(out, *n, sizeof *out, by_text);
	}
	json_decref(list);
	return out;
}

static bool same_members(const char *a, const char *b, struct ak_arena *arena)
{
	size_t n = 0, m = 0;
	const char **x = sorted(a, &n, arena), **y = sorted(b, &m, arena);

	if (!x || !y || n != m)
		return false;
	for (size_t i = 0; i < n; i++)
		if (strcmp(x[i], y[i]) != 0)
			return false;
	return true;
}

bool ak_said_equal(const struct ak_said *s, const char *a, const char *b, struct ak_arena *arena)
{
	static const char *const unordered[] = {"roles", "permissions", "scopes", "members", "admins", "tags"};
	struct ak_str x, y;
	struct ak_err ignored = {0};

	if (!a || !b)
		return false;
	if (strcmp(a, b) == 0)
		return true;
	if (ak_dec_parse(ak_str_of(a), 0, false, arena, &x, &ignored) == AK_OK && ak_dec_parse(ak_str_of(b), 0, false, arena, &y, &ignored) == AK_OK)
		return ak_dec_cmp(x, y) == 0;
	return (strcmp(s->cls, "role") == 0 || named(unordered, AK_COUNT(unordered), tail(s->path))) && same_members(a, b, arena);
}

/* ---- places ---- */

static const char *text(const json_t *o, const char *member) { return json_string_value(json_object_get(o, member)); }

void ak_places_of(const json_t *systems, struct ak_places *out)
{
	json_t *e;
	const char *first = NULL, *name;
	size_t i;

	*out = (struct ak_places){.systems = systems};
	json_array_foreach((json_t *)out->systems, i, e) {
		if (!(name = text(e, "system")))
			continue;
		if (first && strcmp(first, name) != 0)
			out->several = true;
		else if (first)
			out->environments = true;
		first = first ? first : name;
	}
	out->only = out->several ? NULL : first;
}

static const char *known(const struct ak_places *p, const char *name)
{
	json_t *e;
	size_t i;

	json_array_foreach((json_t *)p->systems, i, e)
		if (name && text(e, "system") && strcmp(text(e, "system"), name) == 0)
			return text(e, "system");
	return NULL;
}

const char *ak_places_of_source(const struct ak_places *p, const char *source, const char *system)
{
	const char *name = known(p, source);

	name = name ? name : known(p, system);
	return name ? name : p->only;
}

static const char *place_of(const json_t *row, const struct ak_places *p, const char *resource, struct ak_arena *a)
{
	const char *name = "", *environment = text(row, "environment");

	if (p->several) {
		name = known(p, resource);
		name = name ? name : known(p, text(row, "source"));
		name = name ? name : known(p, text(row, "source_system"));
	}
	if (!name || (p->environments && !environment))
		return NULL;
	return p->environments ? ak_arena_printf(a, "%s/%s", name, environment).p : name;
}

/* ---- what a row says ---- */

struct saying {
	const json_t *row;
	const struct ak_places *places;
	struct ak_arena *a;
	ak_said_fn *each;
	void *ctx;
	const char *cls, *id, *place;
};

static const char *wide_class(const char *name)
{
	for (size_t i = 0; i < AK_COUNT(wide); i++)
		if (strcmp(wide[i].name, name) == 0)
			return wide[i].cls;
	return NULL;
}

static const char *mode_of(const char *value, struct ak_arena *a)
{
	const char *name = value ? lower(value, a) : NULL;

	for (size_t i = 0; name && i < AK_COUNT(modes); i++)
		if (strcmp(modes[i].said, name) == 0)
			return modes[i].mode;
	return name;
}

/* "90d", "90 days" and 90 are one retention. */
static const char *days_of(const char *value, struct ak_arena *a)
{
	size_t digits = value ? strspn(value, "0123456789") : 0;
	const char *rest = value ? value + digits + strspn(value + digits, " ") : "";

	if (digits && (strcmp(rest, "d") == 0 || strcmp(rest, "day") == 0 || strcmp(rest, "days") == 0))
		return ak_arena_z(a, ak_str_n(value, digits));
	return value;
}

static void say_wide(const struct saying *s, const char *cls, const char *before, const char *after)
{
	const char *id = strcmp(s->cls, "system") == 0 && s->places->only ? s->places->only : s->id;
	bool version = strstr(cls, " version") != NULL;
	struct ak_said said = {.place = s->place, .cls = cls, .id = version && strcmp(cls, "config version") != 0 ? "" : id, .path = "", .before = before, .after = after};

	if (strcmp(cls, "payload") == 0) {
		said.before = mode_of(before, s->a);
		said.after = mode_of(after, s->a);
	} else if (strcmp(cls, "retention") == 0) {
		said.before = days_of(before, s->a);
		said.after = days_of(after, s->a);
	}
	s->each(s->ctx, &said);
}

static const char *unescape(const char *p, size_t n, struct ak_arena *a)
{
	char *out = ak_arena_alloc(a, n + 1), *to = out;

	for (size_t i = 0; i < n; i++)
		if (p[i] == '~' && i + 1 < n)
			*to++ = p[++i] == '1' ? '/' : '~';
		else
			*to++ = p[i];
	*to = '\0';
	return out;
}

/* "/routes/chat/models" of a system is /models of the route chat. */
static bool of_collection(const struct saying *s, const char *path, struct ak_said *said)
{
	const char *id = path[0] == '/' ? strchr(path + 1, '/') : NULL, *rest;
	char *name;

	if (!id)
		return false;
	name = lower(ak_arena_z(s->a, ak_str_n(path + 1, (size_t)(id - path - 1))), s->a);
	rest = strchr(id + 1, '/');
	for (size_t i = 0; i < AK_COUNT(words); i++)
		if (words[i].collection && strcmp(words[i].word, name) == 0) {
			said->cls = words[i].cls;
			said->id = unescape(id + 1, rest ? (size_t)(rest - id - 1) : strlen(id + 1), s->a);
			said->path = rest ? rest : "";
			return true;
		}
	return false;
}

static void say_change(const struct saying *s, const json_t *entry)
{
	const char *path = text(entry, "path");
	const json_t *b = json_object_get(entry, "before"), *v = json_object_get(entry, "after");
	bool policy = strstr(s->cls, "polic") && strcmp(path ? tail(path) : "", "version") == 0;
	const char *category = text(s->row, "category"), *cls;
	struct ak_said said = {.place = s->place, .cls = s->cls, .id = s->id, .path = path ? ak_arena_z(s->a, ak_str_of(path)) : ""};

	said.before = b ? ak_said_text(b, s->a) : NULL;
	said.after = json_is_true(json_object_get(entry, "unnamed")) ? said.before : ak_said_text(v, s->a);
	cls = wide_class(tail(said.path));
	if (!cls && policy && category && strcmp(category, "routing") == 0)
		cls = "route version";
	if (!cls && policy && category && strcmp(category, "quota") == 0)
		cls = "budget version";
	if (cls && text(s->row, "payload_mode") && strcmp(cls, "payload") == 0)
		return;
	if (cls) {
		say_wide(s, cls, said.before, said.after);
		return;
	}
	if (strcmp(s->cls, "system") == 0 && !of_collection(s, said.path, &said) && s->places->only)
		said.id = s->places->only;
	if (said.id)
		s->each(s->ctx, &said);
}

/* What a column says that the list of changes said already stands once. */
static bool listed(const json_t *changes, const char *cls)
{
	json_t *e;
	size_t i;

	json_array_foreach((json_t *)changes, i, e) {
		const char *path = text(e, "path"), *c = path ? wide_class(tail(path)) : NULL;

		if (c && strcmp(c, cls) == 0)
			return true;
	}
	return false;
}

static void say_columns(const struct saying *s, const json_t *changes)
{
	static const struct {
		const char *column, *cls;
	} columns[] = {
		{"payload_mode", "payload"},	    {"retention_days", "retention"},	 {"retention_class", "retention class"},
		{"config_version", "config version"}, {"viewer_role", "viewer role"},	 {"route_policy_version", "route version"},
		{"budget_policy_version", "budget version"},
	};

	for (size_t i = 0; i < AK_COUNT(columns); i++) {
		const json_t *v = json_object_get(s->row, columns[i].column);

		if (v && !json_is_null(v) && (strcmp(columns[i].column, "payload_mode") == 0 || !listed(changes, columns[i].cls)))
			say_wide(s, columns[i].cls, NULL, ak_said_text(v, s->a));
	}
}

void ak_said_each(const json_t *row, const struct ak_places *places, struct ak_arena *a, ak_said_fn *each, void *ctx)
{
	const char *z = text(row, "changes"), *resource = text(row, "resource");
	json_t *changes = NULL, *e;
	struct ak_err ignored = {0};
	struct saying s = {.row = row, .places = places, .a = a, .each = each, .ctx = ctx, .cls = ak_class_of(text(row, "resource_type"), a),
			   .id = resource, .place = place_of(row, places, resource, a)};
	struct ak_said vague = {.place = s.place, .cls = s.cls, .id = s.id, .path = "", .vague = true};
	size_t i;

	if (z && ak_json_parse(ak_str_of(z), &changes, &ignored) != AK_OK)
		changes = NULL;
	if (changes && !json_is_array(changes)) {
		json_decref(changes);
		changes = NULL;
	}
	json_array_foreach(changes, i, e)
		say_change(&s, e);
	say_columns(&s, changes);
	if (!json_array_size(changes) && s.id && strcmp(text(row, "kind") ? text(row, "kind") : "", "event") == 0)
		each(ctx, &vague);
	json_decref(changes);
}
