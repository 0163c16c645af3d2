/* quotas: of policy.yaml, limits that the owners state. */
#include "base/ak.h"
#include "conf/policy_rules.h"

#include "base/decimal.h"
#include "base/time.h"
#include "base/window.h"

static const char *const subjects[] = {"key", "team", "project", "organization", "user", "model"};

static const json_t *list_of(const struct ak_policy *p) { return json_object_get(p->yaml.root, "quotas"); }

/* A single value as text in buf where it is a number; NULL when it is not given. */
static const char *text_of(const json_t *entry, const char *key, char buf[32])
{
	const json_t *v = json_object_get(entry, key);

	if (json_is_integer(v)) {
		snprintf(buf, 32, "%lld", (long long)json_integer_value(v));
		return buf;
	}
	return json_string_length(v) ? json_string_value(v) : NULL;
}

static bool is_currency(const char *z) { return strspn(z, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ") == 3 && !z[3]; }

static bool fits_amount(const char *z)
{
	struct ak_arena arena;
	struct ak_str number;
	struct ak_err ignored = {0};
	bool fits;

	ak_arena_init(&arena);
	fits = strcmp(z, "unknown") == 0 || (*z != '-' && ak_dec_parse(ak_str_of(z), 0, false, &arena, &number, &ignored) == AK_OK);
	ak_arena_release(&arena);
	return fits;
}

static bool fits_unit(const char *z) { return strcmp(z, "requests") == 0 || strcmp(z, "tokens") == 0 || is_currency(z); }

static bool fits_window(const char *z)
{
	int64_t length;

	return ak_window_length(z, &length);
}

static bool fits_since(const char *z)
{
	struct ak_err ignored = {0};
	int64_t us;

	return strlen(z) >= 10 && z[4] == '-' && ak_time_arg(z, 0, &us, &ignored) == AK_OK;
}

static enum ak_rc entry_check(const struct ak_policy *p, const json_t *entry, struct ak_err *err)
{
	static const struct {
		const char *key;
		bool (*fits)(const char *z);
		const char *expected;
	} members[] = {
		{"amount", fits_amount, "a number such as 300 or 0.5, or unknown"},
		{"unit", fits_unit, "requests, tokens or a currency such as USD"},
		{"window", fits_window, "a time such as 1m, 1h, 1d, 7d or 1mo"},
		{"since", fits_since, "a date or time such as 2026-06-01 or 2026-06-01T09:00:00Z"},
	};
	char buf[32];
	size_t named = 0;

	for (size_t i = 0; i < AK_COUNT(subjects); i++)
		named += text_of(entry, subjects[i], buf) != NULL;
	if (named != 1)
		return ak_fail(err, AK_EXIT_USAGE, "%s:%d: an entry of 'quotas' must name one of key, team, project, organization, user and model", p->yaml.name,
			       ak_yaml_line(&p->yaml, entry));
	for (size_t i = 0; i < AK_COUNT(members); i++) {
		const char *z = text_of(entry, members[i].key, buf);

		if (z && !members[i].fits(z))
			return ak_fail(err, AK_EXIT_USAGE, "%s:%d: 'quotas.%s' must be %s", p->yaml.name, ak_yaml_key_line(&p->yaml, entry, members[i].key), members[i].key,
				       members[i].expected);
	}
	return AK_OK;
}

enum ak_rc ak_policy_check_quotas(const struct ak_policy *p, struct ak_err *err)
{
	enum ak_rc rc = AK_OK;
	json_t *entry;
	size_t i;

	json_array_foreach((json_t *)list_of(p), i, entry)
		if (rc == AK_OK)
			rc = entry_check(p, entry, err);
	return rc;
}

static const char *kept(struct ak_policy *p, const char *z) { return z ? ak_arena_z(&p->arena, ak_str_of(z)) : NULL; }

static void fill(struct ak_policy *p, const json_t *entry, struct ak_policy_quota *out)
{
	struct ak_err ignored = {0};
	struct ak_str number;
	char buf[32], *unit;
	const char *amount = text_of(entry, "amount", buf);

	*out = (struct ak_policy_quota){.since_us = INT64_MIN, .line = ak_yaml_line(&p->yaml, entry)};
	if (amount && ak_dec_parse(ak_str_of(amount), 0, false, &p->arena, &number, &ignored) == AK_OK)
		out->amount = number.p;
	for (size_t i = 0; i < AK_COUNT(subjects) && !out->subject; i++) {
		out->cls = subjects[i];
		out->subject = kept(p, text_of(entry, subjects[i], buf));
	}
	out->unit = unit = ak_arena_z(&p->arena, ak_str_of(text_of(entry, "unit", buf)));
	for (char *c = unit; is_currency(out->unit) && *c; c++)
		*c = (char)(*c >= 'a' && *c <= 'z' ? *c - 'a' + 'A' : *c);
	out->window = kept(p, text_of(entry, "window", buf));
	out->since = kept(p, text_of(entry, "since", buf));
	if (out->since && ak_time_arg(out->since, 0, &out->since_us, &ignored) != AK_OK)
		out->since_us = INT64_MIN;
}

void ak_policy_fill_quotas(struct ak_policy *p)
{
	json_t *entry;
	size_t i, n = json_array_size(list_of(p));

	if (!n)
		return;
	p->quotas = ak_arena_zero(&p->arena, n * sizeof *p->quotas);
	json_array_foreach((json_t *)list_of(p), i, entry)
		if (json_object_get(entry, "unit"))
			fill(p, entry, &p->quotas[p->nquotas++]);
}
