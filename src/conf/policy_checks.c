/* What policy.yaml says to the rules of `check`: audit, vocabulary, attestations, proofs of archives, limits of spend. */
#include "base/ak.h"

#include "base/decimal.h"
#include "base/zone.h"
#include "conf/policy_rules.h"

static bool is_word(const json_t *v, const char *word) { return json_is_string(v) && strcmp(json_string_value(v), word) == 0; }

static bool is_one_of(const json_t *v, const char *const *words)
{
	for (; *words; words++)
		if (is_word(v, *words))
			return true;
	return false;
}

static bool fits_export(const json_t *v) { return is_one_of(v, (const char *const[]){"file", "api", "dashboard", "none", NULL}); }
static bool fits_lock(const json_t *v) { return is_one_of(v, (const char *const[]){"object-lock", "worm", "none", NULL}); }
static bool fits_full(const json_t *v) { return is_one_of(v, (const char *const[]){"delete-oldest", "stop-inserting", NULL}); }
static bool fits_days(const json_t *v) { return json_is_string(v) && ak_policy_days(json_string_value(v)) > 0 && !is_word(v, "forever"); }
static bool fits_count(const json_t *v) { return json_is_integer(v) && json_integer_value(v) >= 1; }
static bool fits_store(const json_t *v) { return fits_days(v) || fits_count(v); }
static bool fits_factor(const json_t *v) { return json_is_integer(v) && json_integer_value(v) >= 2; }
static bool fits_zone(const json_t *v) { return json_is_string(v) && ak_zone_find(json_string_value(v)); }
static bool fits_clock(const json_t *v) { return json_is_string(v) && ak_policy_minutes(json_string_value(v)) >= 0; }
static bool fits_span(const json_t *v) { return json_is_string(v) && ak_policy_seconds(json_string_value(v)) > 0; }
static bool fits_weekday(const json_t *v) { return json_is_string(v) && ak_policy_weekday(json_string_value(v)) >= 0; }

static bool fits_admin_field(const json_t *v)
{
	for (size_t i = 0; i < AK_COUNT(ak_admin_fields); i++)
		if (is_word(v, ak_admin_fields[i]))
			return true;
	return false;
}

/* A category, an action, or the beginning of one with a star; it becomes part of an expression. */
static bool fits_action(const json_t *v)
{
	const char *z = json_string_value(v);

	return z && *z && strlen(z) <= 200 && !z[strspn(z, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.:/ *-")];
}

static bool fits_amount(const json_t *v)
{
	struct ak_dec_parts parts;

	if (json_is_integer(v))
		return json_integer_value(v) >= 0;
	return json_is_string(v) && ak_dec_lex(ak_str_of(json_string_value(v)), false, &parts) && !parts.neg && !parts.too_long;
}

/* A path of members; `*` stands for each member or element. */
static const struct {
	const char *path;
	bool (*fits)(const json_t *v);
	const char *expected;
} values[] = {
	{"sources.*.export", fits_export, "file, api, dashboard or none"},
	{"sources.*.stores", fits_store, "a number of days such as 30d, or a number of records"},
	{"sources.*.when_full", fits_full, "delete-oldest or stop-inserting"},
	{"sources.*.since", ak_policy_is_date, "a date such as 2026-06-16"},
	{"retention.*.archive_proof.lock", fits_lock, "object-lock, worm or none"},
	{"retention.*.archive_proof.on", ak_policy_is_date, "a date such as 2026-06-16"},
	{"access.attestations.*.on", ak_policy_is_date, "a date such as 2026-06-16"},
	{"limits.max_apps_per_key", fits_count, "a number of at least 1"},
	{"limits.max_daily_spend.*", fits_amount, "an amount such as 250 or 99.50"},
	{"limits.max_monthly_spend.*", fits_amount, "an amount such as 5000"},
	{"limits.anomaly_factor", fits_factor, "a number of at least 2"},
	{"limits.anomaly_least", fits_count, "a number of at least 1"},
	{"limits.stale_access", fits_days, "a number of days such as 90d"},
	{"limits.access_review", fits_days, "a number of days such as 92d"},
	{"limits.attestation_age", fits_days, "a number of days such as 92d"},
	{"limits.archive_proof_age", fits_days, "a number of days such as 365d"},
	{"audit.fields.*", fits_admin_field, "one of the 13 fields of auditkit-policy(5), such as actor_role"},
	{"audit.familiar_after", fits_count, "a number of at least 1"},
	{"audit.session_limit", fits_span, "a time such as 8h"},
	{"audit.suspicious_after", fits_span, "a time such as 1h"},
	{"audit.privileged.*", fits_action, "a category such as keys, or an action such as apikey.rotate or apikey.*"},
	{"audit.high_risk.*", fits_action, "a category such as keys, or an action such as apikey.rotate or apikey.*"},
	{"audit.hours.zone", fits_zone, "a zone such as Europe/Berlin"},
	{"audit.hours.from", fits_clock, "a time of day such as \"08:00\""},
	{"audit.hours.to", fits_clock, "a time of day such as \"18:00\""},
	{"audit.hours.days.*", fits_weekday, "mon, tue, wed, thu, fri, sat or sun"},
	{"audit.hours.holidays.*", ak_policy_is_date, "dates such as 2026-12-25"},
};

static const char *const vocabularies[] = {"environment", "app", "team", "project", "cost_center", "owner", NULL};

struct walk {
	const struct ak_policy *p;
	size_t rule;
	struct ak_err *err;
};

static enum ak_rc refuse(const struct walk *w, int line)
{
	return ak_fail(w->err, AK_EXIT_USAGE, "%s:%d: '%s' must be %s, or unknown", w->p->yaml.name, line, values[w->rule].path, values[w->rule].expected);
}

static enum ak_rc look(const struct walk *w, const json_t *v, const char *path, int line)
{
	const char *dot = strchr(path, '.'), *key;
	size_t n = dot ? (size_t)(dot - path) : strlen(path), i;
	const char *rest = path + n + (dot != NULL);
	enum ak_rc rc = AK_OK;
	json_t *member;

	if (!v || json_is_null(v) || is_word(v, "unknown"))
		return AK_OK;
	if (!*path)
		return values[w->rule].fits(v) ? AK_OK : refuse(w, line);
	if (*path == '*' && json_is_string(v)) /* one in place of a list of one */
		return look(w, v, rest, line);
	json_array_foreach((json_t *)v, i, member)
		if (*path == '*' && rc == AK_OK)
			rc = look(w, member, rest, json_is_string(member) && ak_yaml_line(&w->p->yaml, member) ? ak_yaml_line(&w->p->yaml, member) : line);
	json_object_foreach((json_t *)v, key, member)
		if (rc == AK_OK && (*path == '*' || (strlen(key) == n && strncmp(key, path, n) == 0)))
			rc = look(w, member, rest, ak_yaml_key_line(&w->p->yaml, v, key));
	return rc;
}

static enum ak_rc check_vocabulary(const struct ak_policy *p, struct ak_err *err)
{
	const json_t *all = json_object_get(p->yaml.root, "vocabulary");
	const char *name;
	json_t *list;

	json_object_foreach((json_t *)all, name, list) {
		bool known = false;

		for (size_t i = 0; vocabularies[i]; i++)
			known |= strcmp(vocabularies[i], name) == 0;
		if (known)
			continue;
		ak_hint(err, "there is one for environment, app, team, project, cost_center and owner");
		return ak_fail(err, AK_EXIT_USAGE, "%s:%d: there is no vocabulary 'vocabulary.%.60s'", p->yaml.name, ak_yaml_key_line(&p->yaml, all, name), name);
	}
	return AK_OK;
}

/* ISO 4217, as records have it. */
static enum ak_rc check_currencies(const struct ak_policy *p, const char *member, struct ak_err *err)
{
	const json_t *all = json_object_get(json_object_get(p->yaml.root, "limits"), member);
	const char *name;
	json_t *amount;

	json_object_foreach((json_t *)all, name, amount) {
		bool fits = strlen(name) == 3;

		for (size_t i = 0; fits && i < 3; i++)
			fits = ak_is_upper((unsigned char)name[i]);
		if (!fits)
			return ak_fail(err, AK_EXIT_USAGE, "%s:%d: 'limits.%s.%.60s' is no currency such as USD", p->yaml.name,
				       ak_yaml_key_line(&p->yaml, all, name), member, name);
	}
	return AK_OK;
}

enum ak_rc ak_policy_check_rules(const struct ak_policy *p, struct ak_err *err)
{
	struct walk w = {.p = p, .err = err};
	enum ak_rc rc = check_vocabulary(p, err);

	for (; w.rule < AK_COUNT(values) && rc == AK_OK; w.rule++)
		rc = look(&w, p->yaml.root, values[w.rule].path, 0);
	if (rc == AK_OK)
		rc = check_currencies(p, "max_daily_spend", err);
	return rc == AK_OK ? check_currencies(p, "max_monthly_spend", err) : rc;
}

/* ---- small values ---- */

static int two(const char *p) { return ak_is_digit((unsigned char)p[0]) && ak_is_digit((unsigned char)p[1]) ? (p[0] - '0') * 10 + p[1] - '0' : -1; }

int ak_policy_minutes(const char *text)
{
	int h, m;

	if (strlen(text) != 5 || text[2] != ':')
		return -1;
	h = two(text);
	m = two(text + 3);
	return h < 0 || m < 0 || m > 59 || h > 24 || (h == 24 && m) ? -1 : h * 60 + m;
}

int64_t ak_policy_seconds(const char *text)
{
	static const struct { char unit; int64_t s; } units[] = {{'m', 60}, {'h', 3600}, {'d', 86400}};
	int64_t n = 0;
	const char *p = text;

	for (; ak_is_digit((unsigned char)*p) && p - text < 6; p++)
		n = n * 10 + (*p - '0');
	for (size_t i = 0; i < AK_COUNT(units) && p > text; i++)
		if (p[0] == units[i].unit && !p[1])
			return n * units[i].s;
	return -1;
}

int ak_policy_weekday(const char *text)
{
	static const char *const days[] = {"sun", "mon", "tue", "wed", "thu", "fri", "sat"};

	for (int i = 0; i < 7; i++)
		if (strcmp(text, days[i]) == 0)
			return i;
	return -1;
}

const char *const ak_admin_fields[AK_ADMIN_FIELDS] = {
	"audit_event_id", "actor_id", "actor_role", "actor_ip", "organization_id", "target_type", "target_id", "action", "before", "after", "reason",
	"request_id", "created_at",
};
