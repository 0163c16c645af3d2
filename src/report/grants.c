/* Who may do what to keys and settings (F206), and which grants nobody reviewed in time (F235). */
#include "base/ak.h"
#include "report/list.h"

#include "base/jsonget.h"
#include "base/jsonw.h"
#include "base/time.h"
#include "query/report_rows.h"

#define DAY_US INT64_C(86400000000)

enum { CREATE = 1, VIEW = 2, UPDATE = 4, REVOKE = 8, ALL = 15 };

static const struct {
	const char *name;
	unsigned bit;
} rights[] = {{"create", CREATE}, {"view", VIEW}, {"update", UPDATE}, {"revoke", REVOKE}};

/* Words of scopes and of roles' names. */
static const struct {
	const char *word;
	unsigned may;
} words[] = {
	{"create", CREATE}, {"add", CREATE}, {"generate", CREATE}, {"issue", CREATE},
	{"view", VIEW}, {"viewer", VIEW}, {"read", VIEW}, {"reader", VIEW}, {"readonly", VIEW}, {"list", VIEW}, {"get", VIEW}, {"auditor", VIEW},
	{"update", UPDATE}, {"edit", UPDATE}, {"modify", UPDATE}, {"set", UPDATE}, {"rotate", UPDATE},
	{"write", CREATE | UPDATE}, {"writer", CREATE | VIEW | UPDATE}, {"editor", CREATE | VIEW | UPDATE},
	{"delete", REVOKE}, {"revoke", REVOKE}, {"remove", REVOKE}, {"disable", REVOKE},
	{"manage", ALL}, {"manager", ALL}, {"admin", ALL}, {"administrator", ALL}, {"owner", ALL}, {"all", ALL}, {"full", ALL}, {"*", ALL},
};
static const char *const of_keys[] = {"key", "keys", "apikey", "apikeys", "api_key", "api_keys", "token", "tokens", NULL};
static const char *const of_settings[] = {"setting", "settings", "config", "configuration", "gateway", "route", "routes", "routing", "budget", "budgets",
					  "quota", "quotas", "policy", "policies", "model", "models", "guardrails", NULL};

struct may {
	unsigned keys, settings;
	bool told;
};

static bool is_one_of(struct ak_str word, const char *const *list)
{
	for (; *list; list++)
		if (ak_str_eq_fold(word, ak_str_of(*list)))
			return true;
	return false;
}

static bool is_cut(char c) { return strchr(" .:/,;()-", c) != NULL; }

/* "keys:write" tells of keys, "admin" of both: a scope that names neither is of the whole system. */
static void read_words(const char *text, struct may *m)
{
	unsigned may = 0;
	bool keys = false, settings = false, named = false;

	for (const char *p = text; *p; p++) {
		size_t n = 0;
		struct ak_str word;

		while (p[n] && !is_cut(p[n]))
			n++;
		word = ak_str_n(p, n);
		for (size_t i = 0; i < AK_COUNT(words); i++)
			if (ak_str_eq_fold(word, ak_str_of(words[i].word)))
				may |= words[i].may;
		keys |= is_one_of(word, of_keys);
		settings |= is_one_of(word, of_settings);
		p += n;
		if (!*p)
			break;
	}
	named = keys || settings;
	m->told |= may != 0;
	m->keys |= keys || !named ? may : 0;
	m->settings |= settings || !named ? may : 0;
}

/* The list of scopes of a grant; null when it has none. */
static json_t *scopes_of(const json_t *grant)
{
	const char *text = ak_jtxt(grant, "scopes", NULL);
	struct ak_err ignored = {0};
	json_t *list = NULL;

	return text && ak_json_parse(ak_str_of(text), &list, &ignored) == AK_OK ? list : json_null();
}

static json_t *names_of(unsigned may)
{
	json_t *list = json_array();

	for (size_t i = 0; i < AK_COUNT(rights); i++)
		if (may & rights[i].bit)
			json_array_append_new(list, json_string(rights[i].name));
	return list;
}

/* Scopes say it; where there are none that do, the role's name does, and that is said. */
static const char *read_rights(const json_t *grant, const json_t *scopes, struct may *m)
{
	const char *role = ak_jtxt(grant, "role", NULL);
	json_t *one;
	size_t i;

	json_array_foreach((json_t *)scopes, i, one)
		if (json_is_string(one))
			read_words(json_string_value(one), m);
	if (m->told)
		return "scopes";
	if (role)
		read_words(role, m);
	return m->told ? "role name" : NULL;
}

struct access {
	const struct ak_list_opts *o;
	json_t *doc;
	int64_t overdue, never, stale, unused_unknown, told;
	int64_t keys[AK_COUNT(rights)], settings[AK_COUNT(rights)];
};

/* Days between a stored time and the day of the report; -1 when there is none. */
static int64_t days_since(const struct access *a, const char *time)
{
	struct ak_err ignored = {0};
	int64_t us;

	return time && ak_time_arg(time, a->o->as_of_us, &us, &ignored) == AK_OK ? (a->o->as_of_us - us) / DAY_US : -1;
}

static void add_ages(struct access *a, json_t *row, const json_t *grant)
{
	const char *reviewed = ak_jtxt(grant, "reviewed", NULL), *used = ak_jtxt(grant, "last_used", NULL);
	int64_t review = days_since(a, reviewed), idle = days_since(a, used);
	bool overdue = reviewed && review > a->o->review_days, stale = used && idle > a->o->stale_days;

	json_object_set_new(row, "review", json_string(!reviewed ? "never" : overdue ? "overdue" : "in time"));
	json_object_set_new(row, "review_days", reviewed ? json_integer(review) : json_null());
	json_object_set_new(row, "stale", used ? json_boolean(stale) : json_null());
	json_object_set_new(row, "idle_days", used ? json_integer(idle) : json_null());
	a->overdue += overdue;
	a->never += !reviewed;
	a->stale += stale;
	a->unused_unknown += !used;
}

static enum ak_rc take(void *ctx, json_t *grant, struct ak_err *err)
{
	struct access *a = ctx;
	struct may m = {0, 0, false};
	json_t *row = json_object(), *scopes = scopes_of(grant);
	const char *basis = read_rights(grant, scopes, &m);

	ak_list_copy(row, grant, "citation source principal actor_type team project resource_type resource role log_scope state created expires last_used"
				 " reviewed");
	json_object_set_new(row, "scopes", scopes);
	json_object_set_new(row, "rights_basis", basis ? json_string(basis) : json_null());
	json_object_set_new(row, "keys", basis ? names_of(m.keys) : json_null());
	json_object_set_new(row, "settings", basis ? names_of(m.settings) : json_null());
	add_ages(a, row, grant);
	a->told += basis != NULL;
	for (size_t i = 0; i < AK_COUNT(rights); i++) {
		a->keys[i] += (m.keys & rights[i].bit) != 0;
		a->settings[i] += (m.settings & rights[i].bit) != 0;
	}
	return ak_list_add(a->doc, "rows", row, err);
}

static json_t *counts(const int64_t *n)
{
	json_t *o = json_object();

	for (size_t i = 0; i < AK_COUNT(rights); i++)
		json_object_set_new(o, rights[i].name, json_integer(n[i]));
	return o;
}

static void say_rights(const struct access *a, const char *what, const int64_t *n, size_t of)
{
	ak_list_say(a->doc, "of %zu grants %lld may create %s, %lld view, %lld update, %lld revoke; of %lld neither scopes nor role say", of,
		    (long long)n[0], what, (long long)n[1], (long long)n[2], (long long)n[3], (long long)of - (long long)a->told);
}

enum ak_rc ak_report_access(struct ak_store *s, const struct ak_list_opts *o, json_t **out, bool *any, struct ak_err *err)
{
	struct access a = {.o = o, .doc = ak_list_new("access", "auditkit.report-access/1", o)};
	enum ak_rc rc = ak_query_grant_rows_each(s, o->from_us, o->to_us, take, &a, err);
	size_t n = json_array_size(json_object_get(a.doc, "rows"));
	char text[72], more[72];

	json_object_set_new(a.doc, "as_of", ak_jbound(o->as_of_us));
	json_object_set_new(a.doc, "review_days", json_integer(o->review_days));
	json_object_set_new(a.doc, "stale_days", json_integer(o->stale_days));
	json_object_set_new(a.doc, "total", json_pack("{s:I, s:I, s:I, s:I, s:I, s:I, s:o, s:o}", "grants", (json_int_t)n, "overdue", (json_int_t)a.overdue,
						      "never_reviewed", (json_int_t)a.never, "stale", (json_int_t)a.stale, "last_use_not_told",
						      (json_int_t)a.unused_unknown, "rights_told", (json_int_t)a.told, "keys", counts(a.keys), "settings",
						      counts(a.settings)));
	say_rights(&a, "keys", a.keys, n);
	say_rights(&a, "settings", a.settings, n);
	ak_list_say(a.doc, "%s grants were last reviewed more than %lld days before, %s have no date of a review", ak_list_of((uint64_t)a.overdue, n, text),
		    (long long)o->review_days, ak_list_of((uint64_t)a.never, n, more));
	ak_list_say(a.doc, "%s grants were not used for more than %lld days; of %lld no use is told", ak_list_of((uint64_t)a.stale, n, text),
		    (long long)o->stale_days, (long long)a.unused_unknown);
	*any = n > 0;
	*out = a.doc;
	return rc;
}
