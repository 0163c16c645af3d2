#include "base/ak.h"
#include "conf/responses.h"

#include "base/crypto.h"
#include "conf/policy_rules.h"

static const struct ak_yaml_rule response_rules[] = {
	{"text", AK_Y_STR, true, NULL},
	{"owner", AK_Y_STR, true, NULL},
	{"due", AK_Y_STR, false, NULL},
	{"closed", AK_Y_STR, false, NULL},
	{NULL, AK_Y_ANY, false, NULL},
};

/* The id of a finding of `check` (check/finding.h). */
static bool is_finding(const char *key) { return strlen(key) == 16 && strspn(key, "0123456789abcdef") == 16; }

static enum ak_rc check_keys(const struct ak_yaml *y, const char *const *ids, struct ak_err *err)
{
	const json_t *given = json_object_get(y->root, "responses");
	struct ak_yaml_rule *by_id;
	size_t n = 0;
	const char *key;
	json_t *v;
	enum ak_rc rc;

	while (ids[n])
		n++;
	by_id = ak_alloc_zero(n + json_object_size(given) + 1, sizeof *by_id);
	for (size_t i = 0; i < n; i++)
		by_id[i] = (struct ak_yaml_rule){ids[i], AK_Y_MAP, false, response_rules};
	json_object_foreach((json_t *)given, key, v)
		if (is_finding(key))
			by_id[n++] = (struct ak_yaml_rule){key, AK_Y_MAP, false, response_rules};
	rc = ak_yaml_check(y, y->root, (const struct ak_yaml_rule[]){{"version", AK_Y_INT, true, NULL}, {"responses", AK_Y_MAP, true, by_id},
								     {NULL, AK_Y_ANY, false, NULL}}, NULL, err);
	ak_free(by_id);
	if (rc != AK_OK)
		ak_hint(err, "auditkit-packet(5) lists the findings of a packet and what a response needs; 'auditkit check --list' names the checks");
	return rc;
}

static enum ak_rc check_values(const struct ak_yaml *y, struct ak_err *err)
{
	static const char *const dates[] = {"due", "closed"};
	const json_t *responses = json_object_get(y->root, "responses");
	const char *id;
	json_t *r;

	if (json_integer_value(json_object_get(y->root, "version")) != 1)
		return ak_fail(err, AK_EXIT_USAGE, "%s:%d: version must be 1", y->name, ak_yaml_key_line(y, y->root, "version"));
	json_object_foreach((json_t *)responses, id, r) {
		int line = ak_yaml_key_line(y, responses, id);
		bool dated = false;

		for (size_t i = 0; i < AK_COUNT(dates); i++) {
			const json_t *v = json_object_get(r, dates[i]);

			if (json_is_string(v) && !ak_policy_is_date(v))
				return ak_fail(err, AK_EXIT_USAGE, "%s:%d: '%s.%s' must be a date such as 2026-07-31", y->name, line, id, dates[i]);
			dated = dated || json_is_string(v);
		}
		if (json_is_object(r) && !dated)
			return ak_fail(err, AK_EXIT_USAGE, "%s:%d: '%s' needs due, the day it will be done, or closed, the day it was", y->name,
				       line, id);
	}
	return AK_OK;
}

enum ak_rc ak_responses_parse(const char *name, struct ak_str text, const char *const *ids, struct ak_responses *out,
			      struct ak_err *err)
{
	struct ak_responses r = {0};
	uint8_t digest[AK_SHA256_LEN];
	enum ak_rc rc = ak_yaml_load(name, text, &r.yaml, err);

	if (rc == AK_OK)
		rc = check_keys(&r.yaml, ids, err);
	if (rc == AK_OK)
		rc = check_values(&r.yaml, err);
	if (rc != AK_OK) {
		if (err && !err->hint[0])
			ak_hint(err, "mend that line: auditkit-packet(5) explains the file");
		ak_responses_release(&r);
		return rc;
	}
	ak_sha256(text.p, text.n, digest);
	ak_hex(digest, sizeof digest, r.digest);
	*out = r;
	return AK_OK;
}

void ak_responses_release(struct ak_responses *r)
{
	ak_yaml_release(&r->yaml);
	*r = (struct ak_responses){0};
}

const json_t *ak_responses_get(const struct ak_responses *r, const char *id)
{
	const json_t *v = r ? json_object_get(json_object_get(r->yaml.root, "responses"), id) : NULL;

	return json_is_object(v) ? v : NULL;
}
