#include "base/ak.h"
#include "conf/suppressions.h"

#include "base/jsonget.h"
#include "base/text.h"
#include "base/time.h"
#include "conf/policy_rules.h"

#define DAY_US (INT64_C(86400) * 1000000)

static const struct ak_yaml_rule entry_rules[] = {
	{"id", AK_Y_STR, false, NULL},	  {"check", AK_Y_STR, false, NULL}, {"subject", AK_Y_SCALAR, false, NULL}, {"owner", AK_Y_STR, true, NULL},
	{"reason", AK_Y_STR, true, NULL}, {"expires", AK_Y_STR, true, NULL}, {NULL, AK_Y_ANY, false, NULL},
};

static const struct ak_yaml_rule file_rules[] = {
	{"version", AK_Y_INT, true, NULL},
	{"suppressions", AK_Y_LIST, true, entry_rules},
	{NULL, AK_Y_ANY, false, NULL},
};

static bool is_id(const char *z)
{
	return strlen(z) == 16 && strspn(z, "0123456789abcdef") == 16;
}

static bool is_check(const char *const *checks, const char *name)
{
	for (; *checks; checks++)
		if (strcmp(*checks, name) == 0)
			return true;
	return false;
}

static enum ak_rc names(const struct ak_suppressions *s, const struct ak_suppression *e, const char *const *checks, struct ak_err *err)
{
	const char *file = s->yaml.name, *near;

	if (!e->id == !(e->check && e->subject) || (e->id && (e->check || e->subject))) {
		ak_hint(err, "'auditkit check -v' prints the id of each finding");
		return ak_fail(err, AK_EXIT_USAGE, "%s:%d: a suppression needs id, or check and subject", file, e->line);
	}
	if (e->id && !is_id(e->id)) {
		ak_hint(err, "'auditkit check -v' prints the id of each finding");
		return ak_fail(err, AK_EXIT_USAGE, "%s:%d: 'id' must be the 16 hex digits of a finding", file, e->line);
	}
	if (!e->check || is_check(checks, e->check))
		return AK_OK;
	near = ak_text_nearest(ak_str_of(e->check), checks);
	ak_hint(err, "'auditkit check --list' names them all%s%s%s", near ? "; did you mean '" : "", near ? near : "", near ? "'?" : "");
	return ak_fail(err, AK_EXIT_USAGE, "%s:%d: there is no check of that name", file, e->line);
}

static enum ak_rc entry(struct ak_suppressions *s, const json_t *o, const char *const *checks, struct ak_suppression *e, struct ak_err *err)
{
	*e = (struct ak_suppression){.id = ak_jfilled(o, "id"), .check = ak_jfilled(o, "check"), .subject = ak_jfilled(o, "subject"), .owner = ak_jfilled(o, "owner"),
				     .reason = ak_jfilled(o, "reason"), .expires = ak_jfilled(o, "expires"), .line = ak_yaml_line(&s->yaml, o)};
	if (!e->owner || !e->reason || !e->expires)
		return ak_fail(err, AK_EXIT_USAGE, "%s:%d: a suppression needs owner, reason and expires", s->yaml.name, e->line);
	if (!ak_policy_is_date(json_object_get(o, "expires")) || ak_time_arg(e->expires, 0, &e->until_us, err) != AK_OK)
		return ak_fail(err, AK_EXIT_USAGE, "%s:%d: 'expires' must be a date such as 2026-07-31", s->yaml.name, e->line);
	e->until_us += DAY_US;
	return names(s, e, checks, err);
}

enum ak_rc ak_suppressions_parse(const char *name, struct ak_str in, const char *const *checks, struct ak_suppressions *out, struct ak_err *err)
{
	struct ak_suppressions s = {0};
	const json_t *list, *o;
	enum ak_rc rc = ak_yaml_load(name, in, &s.yaml, err);
	size_t i;

	if (rc == AK_OK)
		rc = ak_yaml_check(&s.yaml, s.yaml.root, file_rules, NULL, err);
	if (rc == AK_OK && json_integer_value(json_object_get(s.yaml.root, "version")) != 1)
		rc = ak_fail(err, AK_EXIT_USAGE, "%s:%d: version must be 1", name, ak_yaml_key_line(&s.yaml, s.yaml.root, "version"));
	list = json_object_get(s.yaml.root, "suppressions");
	s.list = ak_alloc_zero(json_array_size(list) + 1, sizeof *s.list);
	json_array_foreach((json_t *)list, i, o)
		if (rc == AK_OK && (rc = entry(&s, o, checks, &s.list[s.n], err)) == AK_OK)
			s.n++;
	if (rc == AK_OK) {
		*out = s;
		return AK_OK;
	}
	if (err && !err->hint[0])
		ak_hint(err, "mend that line: auditkit-policy(5) explains the file");
	ak_suppressions_release(&s);
	return rc;
}

void ak_suppressions_release(struct ak_suppressions *s)
{
	ak_yaml_release(&s->yaml);
	ak_free(s->list);
	*s = (struct ak_suppressions){0};
}

struct ak_suppression *ak_suppressions_find(struct ak_suppressions *s, const char *check, const char *subject, const char *id, int64_t now_us)
{
	struct ak_suppression *expired = NULL;

	for (size_t i = 0; s && i < s->n; i++) {
		struct ak_suppression *e = &s->list[i];

		if (e->id ? strcmp(e->id, id) != 0 : strcmp(e->check, check) != 0 || strcmp(e->subject, subject) != 0)
			continue;
		if (now_us < e->until_us) {
			e->n++;
			return e;
		}
		expired = expired ? expired : e;
	}
	if (expired)
		expired->n++;
	return expired;
}
