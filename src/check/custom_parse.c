/* `checks:` of policy.yaml, read. Which keys there are, conf/policy_rules.c says. */
#include "base/ak.h"
#include "check/custom.h"

#include <stdlib.h>

#include "base/decimal.h"
#include "base/jsonget.h"
#include "base/text.h"

static const char *const measures[] = {"count", "sum", "ratio", "distinct"};
static const char *const severities[] = {"high", "medium", "low", NULL};

enum ak_rc ak_custom_field(struct ak_custom *c, const struct ak_yaml *y, const json_t *at, const char *name, size_t *out, struct ak_err *err)
{
	const char *names[AK_F_COUNT + 2] = {"source"}, *near;
	bool source = strcmp(name, "source") == 0;
	int id = source ? AK_FIELD_SOURCE : ak_field_find(ak_str_of(name));
	int line = ak_yaml_key_line(y, at, name);
	size_t n = 1;

	for (int f = 0; f < AK_F_COUNT; f++)
		if (ak_field_of((enum ak_field_id)f, c->kind))
			names[n++] = ak_fields[f].column;
	if (!source && (id < 0 || !ak_field_of((enum ak_field_id)id, c->kind))) {
		near = ak_text_nearest(ak_str_of(name), names);
		for (size_t i = 0, l = strlen(name); !near && i < n; i++)
			near = strncmp(names[i], name, l) == 0 && names[i][l] == '_' ? names[i] : NULL;
		ak_hint(err, "'auditkit fields' lists the fields%s%s%s", near ? "; did you mean '" : "", near ? near : "", near ? "'?" : "");
		return ak_fail(err, AK_EXIT_USAGE, "%s:%d: %s have no field '%.60s'", y->name, line ? line : ak_yaml_line(y, at), ak_kinds[c->kind].plural, name);
	}
	for (*out = 0; *out < c->nfields; ++*out)
		if (c->field[*out] == id)
			return AK_OK;
	if (c->nfields == AK_FIELDROWS_MOST)
		return ak_fail(err, AK_EXIT_USAGE, "%s:%d: a rule reads at most %d fields", y->name, ak_yaml_line(y, at), AK_FIELDROWS_MOST);
	c->field[c->nfields++] = id;
	return AK_OK;
}

/* ---- the limit ---- */

static enum ak_rc limit(struct ak_custom *c, const struct ak_yaml *y, const json_t *m, struct ak_err *err)
{
	const json_t *over = json_object_get(m, "over"), *under = json_object_get(m, "under"), *v = over ? over : under;
	const char *key = over ? "over" : "under";
	struct ak_str number = {NULL, 0};

	if (!over == !under)
		return ak_fail(err, AK_EXIT_USAGE, "%s:%d: one of over and under is needed", y->name, ak_yaml_line(y, m));
	c->under = under != NULL;
	if (c->under && (c->nby || c->per_us)) {
		ak_hint(err, "a group or day without a record does not show: ask for each in a rule of its own, with where: and --from, --to");
		return ak_yaml_wrong(y, m, key, err, "does not go with by: or per:");
	}
	c->limit = json_is_integer(v) ? ak_arena_printf(c->arena, "%lld", (long long)json_integer_value(v)).p : json_string_value(v);
	if (c->measure == AK_MEASURE_RATIO)
		return c->limit && ak_policy_ppm(c->limit) >= 0 ? AK_OK : ak_yaml_wrong(y, m, key, err, "must be a share such as 5%");
	if (!c->limit || ak_dec_parse(ak_str_of(c->limit), 0, false, c->arena, &number, err) != AK_OK)
		return ak_yaml_wrong(y, m, key, err, "must be a number");
	c->limit = ak_arena_z(c->arena, number);
	if (c->measure != AK_MEASURE_SUM && (!json_is_integer(v) || json_integer_value(v) < 0))
		return ak_yaml_wrong(y, m, key, err, "must be a whole number that is not negative");
	return AK_OK;
}

static bool is_currency(const char *z)
{
	return strlen(z) == 3 && strspn(z, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") == 3;
}

static bool is_money(int field) { return field != AK_FIELD_SOURCE && strcmp(ak_fields[field].unit, "see cost_currency") == 0; }

static enum ak_rc summed(struct ak_custom *c, const struct ak_yaml *y, const json_t *m, struct ak_err *err)
{
	const char *name = ak_jfilled(m, "field");
	enum ak_type t;
	int f;

	if (!name)
		return ak_fail(err, AK_EXIT_USAGE, "%s:%d: 'field' is needed", y->name, ak_yaml_line(y, m));
	if (ak_custom_field(c, y, m, name, &c->subject, err) != AK_OK)
		return AK_FAIL;
	f = c->field[c->subject];
	if (c->measure == AK_MEASURE_DISTINCT)
		return AK_OK;
	t = f == AK_FIELD_SOURCE ? AK_T_NAME : ak_fields[f].type;
	if (t != AK_T_INT && t != AK_T_DEC)
		return ak_yaml_wrong(y, m, "field", err, "names nothing that can be added up");
	c->currency = ak_jfilled(m, "currency");
	if (is_money(f) != (c->currency != NULL))
		return ak_yaml_wrong(y, m, "field", err, is_money(f) ? "is money: name the currency; different ones are never added" : "is no money: it has no currency");
	if (c->currency && !is_currency(c->currency))
		return ak_yaml_wrong(y, m, "currency", err, "is no currency such as USD");
	return c->currency ? ak_custom_field(c, y, m, "cost_currency", &c->currency_field, err) : AK_OK;
}

static enum ak_rc measure(struct ak_custom *c, const struct ak_yaml *y, const json_t *o, struct ak_err *err)
{
	const json_t *m = NULL, *v;
	size_t given = 0;

	for (size_t i = 0; i < AK_COUNT(measures); i++)
		if (json_is_object(v = json_object_get(o, measures[i]))) {
			c->measure = (enum ak_measure)i;
			m = v;
			given++;
		}
	if (given != 1)
		return ak_fail(err, AK_EXIT_USAGE, "%s:%d: 'checks.%s' needs one of count, sum, ratio and distinct", y->name, ak_yaml_line(y, o), c->check.name);
	if ((c->measure == AK_MEASURE_SUM || c->measure == AK_MEASURE_DISTINCT) && summed(c, y, m, err) != AK_OK)
		return AK_FAIL;
	if (c->measure == AK_MEASURE_RATIO && ak_cond_parse(c, y, json_object_get(m, "of"), &c->of, err) != AK_OK)
		return AK_FAIL;
	c->at_least = json_integer_value(json_object_get(m, "at_least"));
	return limit(c, y, m, err);
}

/* ---- groups ---- */

static enum ak_rc period(struct ak_custom *c, const struct ak_yaml *y, const json_t *o, struct ak_err *err)
{
	const char *z = ak_jfilled(o, "per");
	char *end = NULL;
	long n = z && ak_is_digit((unsigned char)*z) ? strtol(z, &end, 10) : 0;

	if (!z)
		return AK_OK;
	if (n < 1 || n > 366 || (strcmp(end, "h") != 0 && strcmp(end, "d") != 0))
		return ak_yaml_wrong(y, o, "per", err, "must be a number of hours or days such as 1h or 7d");
	c->per = z;
	c->per_us = n * (*end == 'h' ? INT64_C(3600) : INT64_C(86400)) * 1000000;
	return AK_OK;
}

static enum ak_rc groups(struct ak_custom *c, const struct ak_yaml *y, const json_t *o, struct ak_err *err)
{
	const json_t *by = json_object_get(o, "by"), *v;
	size_t n = json_is_array(by) ? json_array_size(by) : json_is_string(by);

	if (n > AK_CUSTOM_BYS)
		return ak_yaml_wrong(y, o, "by", err, "names at most four fields");
	for (size_t i = 0; i < n; i++) {
		v = json_is_array(by) ? json_array_get(by, i) : by;
		if (ak_custom_field(c, y, o, json_string_value(v), &c->by[c->nby++], err) != AK_OK)
			return AK_FAIL;
	}
	return period(c, y, o, err);
}

/* ---- rules ---- */

static enum ak_rc run(struct ak_check_run *r, struct ak_err *err) { return ak_custom_run(r, (const struct ak_custom *)r->rule, err); }

static bool is_name(const char *name)
{
	size_t n = strlen(name);

	return n >= 1 && n <= 64 && ak_is_lower((unsigned char)*name) && strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-") == n;
}

static enum ak_rc layer(struct ak_custom *c, const struct ak_yaml *y, const json_t *o, struct ak_err *err)
{
	const char *name = ak_jfilled(o, "layer"), *kinds[AK_K_COUNT + 1] = {NULL}, *near;
	int kind = name ? ak_kind_find(ak_str_of(name)) : -1;

	if (kind < 0) {
		for (int k = 0; k < AK_K_COUNT; k++)
			kinds[k] = ak_kinds[k].name;
		near = ak_text_nearest(ak_str_of(name ? name : ""), kinds);
		ak_hint(err, "request, audit_event, app_event, usage, ticket, access_grant, api_key, provider_call, dlp_verdict, quota_event, settlement, price or "
			     "config_snapshot%s%s%s", near ? "; did you mean '" : "", near ? near : "", near ? "'?" : "");
		return ak_yaml_wrong(y, o, "layer", err, "is no kind of record");
	}
	c->kind = (enum ak_kind)kind;
	return AK_OK;
}

static enum ak_rc rule(struct ak_custom *c, const struct ak_yaml *y, const json_t *checks, const char *name, const json_t *o, struct ak_err *err)
{
	static const struct ak_cond all = {.what = AK_COND_ALL};
	const char *severity = ak_jfilled(o, "severity");
	size_t k = 0;

	for (size_t i = 0; ak_checks[i]; i++)
		if (!is_name(name) || strcmp(ak_checks[i]->name, name) == 0)
			return ak_fail(err, AK_EXIT_USAGE, "%s:%d: 'checks.%.60s': %s", y->name, ak_yaml_key_line(y, checks, name), name,
				       is_name(name) ? "auditkit has a check of that name" : "a name is lower-case letters, digits and hyphens");
	c->check = (struct ak_check){.name = name, .title = ak_jfilled(o, "title"), .severity = severity ? severity : "medium", .rationale = ak_jfilled(o, "rationale"),
				     .fix = ak_jfilled(o, "fix"), .run = run, .facts = "group bucket measure limit", .sizes = "affected"};
	while (severities[k] && strcmp(severities[k], c->check.severity) != 0)
		k++;
	if (!severities[k])
		return ak_yaml_wrong(y, o, "severity", err, "must be high, medium or low");
	if (layer(c, y, o, err) != AK_OK)
		return AK_FAIL;
	c->where = all;
	if (json_object_get(o, "where") && ak_cond_parse(c, y, json_object_get(o, "where"), &c->where, err) != AK_OK)
		return AK_FAIL;
	c->check.unit = ak_kinds[c->kind].plural;
	c->check.title = c->check.title ? c->check.title : ak_arena_printf(c->arena, "rule %s of policy.yaml", name).p;
	c->check.rationale = c->check.rationale ? c->check.rationale : "policy.yaml asks for it";
	c->check.fix = c->check.fix ? c->check.fix : ak_arena_printf(c->arena, "look at the cited records; the rule stands in policy.yaml, line %d", ak_yaml_key_line(y, checks, name)).p;
	return groups(c, y, o, err) == AK_OK ? measure(c, y, o, err) : AK_FAIL;
}

enum ak_rc ak_custom_parse(const struct ak_policy *policy, struct ak_custom **out, size_t *n, struct ak_err *err)
{
	const json_t *checks = policy ? json_object_get(policy->yaml.root, "checks") : NULL;
	struct ak_custom *list = ak_alloc_zero(json_object_size(checks) + 1, sizeof *list);
	size_t i = 0;
	const char *name;
	json_t *o;
	enum ak_rc rc = AK_OK;

	json_object_foreach((json_t *)checks, name, o) {
		if (rc != AK_OK || !json_is_object(o))
			continue;
		list[i].arena = ak_alloc_zero(1, sizeof *list[i].arena);
		ak_arena_init(list[i].arena);
		i++;
		rc = rule(&list[i - 1], &policy->yaml, checks, name, o, err);
	}
	if (rc != AK_OK) {
		if (err && !err->hint[0])
			ak_hint(err, "mend that line: auditkit-policy(5) explains rules");
		ak_custom_free(list, i);
		return rc;
	}
	*out = list;
	*n = i;
	return AK_OK;
}

void ak_custom_free(struct ak_custom *c, size_t n)
{
	for (size_t i = 0; c && i < n; i++) {
		ak_arena_release(c[i].arena);
		ak_free(c[i].arena);
	}
	ak_free(c);
}
