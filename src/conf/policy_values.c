#include "base/ak.h"

#include "conf/policy_rules.h"
#include "model/field.h"

/* One value with a fixed shape: where it stands, how it is tested, what a person should write instead. */
struct shape {
	const char *group, *entry, *key; /* entry: NULL when key is a member of the group itself, "*" for every entry */
	bool (*fits)(const json_t *v);
	const char *expected;
};

static bool is_text(const json_t *v, const char *word)
{
	return json_is_string(v) && strcmp(json_string_value(v), word) == 0;
}

static bool two_digits(const char *p, int lo, int hi)
{
	int v = (p[0] - '0') * 10 + (p[1] - '0');
	return v >= lo && v <= hi;
}

bool ak_policy_is_date(const json_t *v)
{
	static const char pattern[] = "0000-00-00";
	const char *z = json_string_value(v);
	if (!z || strlen(z) != sizeof(pattern) - 1)
		return false;
	for (size_t i = 0; pattern[i]; i++)
		if (pattern[i] == '-' ? z[i] != '-' : !ak_is_digit((unsigned char)z[i]))
			return false;
	return two_digits(z + 5, 1, 12) && two_digits(z + 8, 1, 31);
}

static bool fits_keep(const json_t *v)
{
	return json_is_string(v) && ak_policy_days(json_string_value(v)) >= 0;
}

static bool fits_days(const json_t *v)
{
	return fits_keep(v) && !is_text(v, "forever");
}

static bool fits_share(const json_t *v)
{
	return json_is_string(v) && ak_policy_ppm(json_string_value(v)) >= 0;
}

static bool fits_rejects(const json_t *v)
{
	return fits_share(v) || (json_is_integer(v) && json_integer_value(v) >= 0);
}

static bool fits_seconds(const json_t *v)
{
	return json_is_integer(v) && json_integer_value(v) >= 0 && json_integer_value(v) <= 86400;
}

static bool prefix_fits(struct ak_str s, int max)
{
	int n = 0;
	if (s.n == 0 || s.n > 3)
		return false;
	for (size_t i = 0; i < s.n; i++) {
		if (!ak_is_digit((unsigned char)s.p[i]))
			return false;
		n = n * 10 + (s.p[i] - '0');
	}
	return n <= max;
}

static bool fits_mask(const json_t *v)
{
	struct ak_str s = ak_str_of(json_string_value(v));
	size_t slash = ak_str_find(s, '/');
	if (slash == s.n)
		return false;
	return prefix_fits(ak_str_n(s.p, slash), 32) && prefix_fits(ak_str_n(s.p + slash + 1, s.n - slash - 1), 128);
}

static bool fits_pseudonyms(const json_t *v)
{
	return is_text(v, "per-packet") || is_text(v, "per-workspace");
}

static bool fits_profile(const json_t *v)
{
	return is_text(v, "default") || is_text(v, "hipaa") || is_text(v, "pci") || is_text(v, "strict");
}

static bool fits_mode(const json_t *v)
{
	return is_text(v, "metadata-only") || is_text(v, "masked") || is_text(v, "full");
}

static bool fits_small(const json_t *v)
{
	return json_is_integer(v) && json_integer_value(v) >= 2 && json_integer_value(v) <= 1000;
}

static bool fits_small_action(const json_t *v)
{
	for (int a = 0; a < AK_SMALL_COUNT; a++)
		if (is_text(v, ak_policy_small_action((enum ak_small_action)a)))
			return true;
	return false;
}

/* The key itself is refused: whoever reads this file, or a packet that names it, would have it. */
static bool fits_key_file(const json_t *v)
{
	struct ak_str s = ak_str_of(json_string_value(v));
	size_t hex = 0;

	while (hex < s.n && ak_is_hex((unsigned char)s.p[hex]))
		hex++;
	return s.n > 0 && !(hex == s.n && s.n == 64);
}

static bool fits_key_env(const json_t *v)
{
	struct ak_str s = ak_str_of(json_string_value(v));

	for (size_t i = 0; i < s.n; i++)
		if (!(s.p[i] >= 'A' && s.p[i] <= 'Z') && s.p[i] != '_' && !(i && ak_is_digit((unsigned char)s.p[i])))
			return false;
	return s.n > 0 && s.n <= 60;
}

static bool fits_hosts(const json_t *v) { return is_text(v, "dotted") || is_text(v, "any"); }
static bool fits_local_part(const json_t *v) { return is_text(v, "fold") || is_text(v, "exact"); }

static const struct shape shapes[] = {
	{"declared", NULL, "on", ak_policy_is_date, "a date such as 2026-06-16"},
	{"declared", NULL, "review_by", ak_policy_is_date, "a date such as 2026-09-30"},
	{"not_provided", "*", "due", ak_policy_is_date, "a date such as 2026-07-15"},
	{"sources", "*", "every", fits_days, "a number of days such as 1d"},
	{"redaction", NULL, "ip_mask", fits_mask, "two prefix lengths such as 24/48"},
	{"redaction", NULL, "pseudonyms", fits_pseudonyms, "per-packet or per-workspace"},
	{"redaction", NULL, "profile", fits_profile, "default, hipaa, pci or strict"},
	{"redaction", NULL, "payload_mode", fits_mode, "metadata-only, masked or full"},
	{"redaction", NULL, "key_file", fits_key_file, "the path of a file, not a key"},
	{"redaction", NULL, "key_env", fits_key_env, "the name of an environment variable such as BRINDLE_KEY, not a key"},
	{"redaction", "*", "hosts", fits_hosts, "dotted or any"},
	{"redaction", "*", "local_part", fits_local_part, "fold or exact"},
	{"redaction", "*", "k", fits_small, "a number from 2 to 1000"},
	{"redaction", "*", "action", fits_small_action, "flag, suppress or merge"},
	{"retention", "*", "keep", fits_keep, "a number of days such as 90d, or forever"},
	{"limits", NULL, "max_rejects", fits_rejects, "a share such as 0.1% or a count"},
	{"limits", NULL, "min_link_coverage", fits_share, "a share such as 95%"},
	{"limits", NULL, "max_unexplained", fits_share, "a share such as 0.5%"},
	{"limits", NULL, "max_export_age", fits_days, "a number of days such as 35d"},
	{"limits", NULL, "revocation_grace", fits_seconds, "a number of seconds up to 86400"},
	{"limits", NULL, "max_error_rate", fits_share, "a share such as 5%"},
	{"limits", NULL, "max_rate_limited", fits_rejects, "a share such as 0.1% or a count"},
};

static enum ak_rc shape_check(const struct ak_policy *p, const struct shape *s, const char *entry, const json_t *map,
			      struct ak_err *err)
{
	const json_t *v = json_object_get(map, s->key);
	if (!v || json_is_null(v) || is_text(v, "unknown") || s->fits(v))
		return AK_OK;
	ak_fail(err, AK_EXIT_USAGE, "%s:%d: '%s%s%.60s.%s' must be %s, or unknown", p->yaml.name,
		ak_yaml_key_line(&p->yaml, map, s->key), s->group, entry ? "." : "", entry ? entry : "", s->key,
		s->expected);
	return AK_FAIL;
}

static enum ak_rc shape_check_all(const struct ak_policy *p, const struct shape *s, struct ak_err *err)
{
	const json_t *group = json_object_get(p->yaml.root, s->group);
	if (!s->entry)
		return shape_check(p, s, NULL, group, err);
	const char *name;
	json_t *entry;
	json_object_foreach((json_t *)group, name, entry)
	{
		enum ak_rc rc = shape_check(p, s, name, entry, err);
		if (rc != AK_OK)
			return rc;
	}
	return AK_OK;
}

/* Keeping for ever is the one answer that must carry its reason in the file. */
static enum ak_rc forever_check(const struct ak_policy *p, struct ak_err *err)
{
	const char *name;
	json_t *cls;
	json_object_foreach(json_object_get(p->yaml.root, "retention"), name, cls)
	{
		const json_t *why = json_object_get(cls, "why");
		if (!is_text(json_object_get(cls, "keep"), "forever") || (why && !json_is_null(why)))
			continue;
		ak_fail(err, AK_EXIT_USAGE, "%s:%d: 'retention.%.60s' is kept forever without a why", p->yaml.name,
			ak_yaml_key_line(&p->yaml, cls, "keep"), name);
		ak_hint(err, "add why: and the reason, or a number of days such as 365d");
		return AK_FAIL;
	}
	return AK_OK;
}

/* A class that no record has would never be applied, and nobody would notice. */
static enum ak_rc classes_check(const struct ak_policy *p, struct ak_err *err)
{
	const json_t *classes = json_object_get(p->yaml.root, "retention");
	const char *name;
	json_t *cls;
	json_object_foreach((json_t *)classes, name, cls)
	{
		struct ak_str s = ak_str_of(name);
		if (ak_kind_find(s) >= 0 || ak_str_is(s, "packet") || ak_str_is(s, "exceptions"))
			continue;
		ak_hint(err, "classes are request, audit_event, app_event, usage, ticket, access_grant, api_key and packet");
		return ak_fail(err, AK_EXIT_USAGE, "%s:%d: 'retention.%.60s' is no class of records", p->yaml.name,
			       ak_yaml_key_line(&p->yaml, classes, name), name);
	}
	return AK_OK;
}

static bool name_fits(struct ak_str s)
{
	if (s.n == 0 || s.n > 64)
		return false;
	for (size_t i = 0; i < s.n; i++)
		if (!ak_is_alnum((unsigned char)s.p[i]) && !memchr("._-", s.p[i], 3))
			return false;
	return true;
}

static enum ak_rc names_check(const struct ak_policy *p, struct ak_err *err)
{
	const json_t *sources = json_object_get(p->yaml.root, "sources");
	const char *name;
	json_t *entry;
	json_object_foreach((json_t *)sources, name, entry)
	{
		if (name_fits(ak_str_of(name)))
			continue;
		ak_fail(err, AK_EXIT_USAGE, "%s:%d: source name '%.60s' is not usable", p->yaml.name,
			ak_yaml_key_line(&p->yaml, sources, name), name);
		ak_hint(err, "use up to 64 letters, digits, dots, underscores and hyphens");
		return AK_FAIL;
	}
	return AK_OK;
}

enum ak_rc ak_policy_check_values(const struct ak_policy *p, struct ak_err *err)
{
	const json_t *version = json_object_get(p->yaml.root, "version");
	if (json_integer_value(version) != 1)
		return ak_fail(err, AK_EXIT_USAGE, "%s:%d: version must be 1", p->yaml.name,
			       ak_yaml_key_line(&p->yaml, p->yaml.root, "version"));
	enum ak_rc rc = names_check(p, err);
	for (size_t i = 0; i < AK_COUNT(shapes) && rc == AK_OK; i++)
		rc = shape_check_all(p, &shapes[i], err);
	if (rc == AK_OK)
		rc = classes_check(p, err);
	if (rc == AK_OK)
		rc = ak_policy_check_redaction(p, err);
	if (rc == AK_OK)
		rc = ak_policy_check_quotas(p, err);
	return rc == AK_OK ? forever_check(p, err) : rc;
}
