/* redaction.rules, .allow and .pointers of policy.yaml (SECURITY R-SEC-9, F167). */
#include "base/ak.h"

#include "base/crypto.h"
#include "conf/charsets.h"
#include "conf/policy_rules.h"

enum { MOST_ENTRIES = 200, KIND_MAX = 40, PREFIX_MIN = 3, PREFIX_MAX = 64, MIN_LEAST = 8, MIN_MOST = 256, FINGERPRINT = 32, POINTER_MAX = 1000 };

static struct ak_str str_of(const json_t *v) { return ak_str_n(json_string_value(v), json_string_length(v)); }

static bool fits_kind(const json_t *v)
{
	struct ak_str s = str_of(v);

	for (size_t i = 0; i < s.n; i++)
		if (!ak_is_lower((unsigned char)s.p[i]) && !ak_is_digit((unsigned char)s.p[i]) && s.p[i] != '_')
			return false;
	return s.n > 0 && s.n <= KIND_MAX;
}

/* Digests and tokens are hex throughout: a prefix that could be a part of one would be found in every packet. */
static bool fits_prefix(const json_t *v)
{
	struct ak_str s = str_of(v);
	bool other = false;

	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];

		if (c <= ' ' || c >= 0x7f || memchr("[]\"'`\\:", c, 7))
			return false;
		other |= !ak_is_digit(c) && (c < 'a' || c > 'f');
	}
	return other && s.n >= PREFIX_MIN && s.n <= PREFIX_MAX;
}

static bool fits_set(const json_t *v)
{
#define NAME(name, set, holds) #name,
	static const char *const names[] = {AK_RULE_SETS(NAME)};
#undef NAME

	for (size_t i = 0; i < AK_COUNT(names); i++)
		if (ak_str_is(str_of(v), names[i]))
			return true;
	return false;
}

static bool fits_min(const json_t *v)
{
	return json_is_integer(v) && json_integer_value(v) >= MIN_LEAST && json_integer_value(v) <= MIN_MOST;
}

bool ak_policy_is_fingerprint(struct ak_str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (!ak_is_digit((unsigned char)s.p[i]) && (s.p[i] < 'a' || s.p[i] > 'f'))
			return false;
	return s.n == FINGERPRINT;
}

static bool fits_key_id(const json_t *v)
{
	uint8_t id[4];

	return json_is_string(v) && ak_unhex(str_of(v), id, sizeof id);
}

static bool fits_fingerprint(const json_t *v) { return json_is_string(v) && ak_policy_is_fingerprint(str_of(v)); }

bool ak_policy_is_pointer(struct ak_str s)
{
	for (size_t i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] < ' ' || (s.p[i] == '~' && (i + 1 == s.n || (s.p[i + 1] != '0' && s.p[i + 1] != '1'))))
			return false;
	return s.n && s.n <= POINTER_MAX && s.p[0] == '/';
}

static bool fits_pointer(const json_t *v) { return json_is_string(v) && ak_policy_is_pointer(str_of(v)); }

static bool fits_pointer_action(const json_t *v) { return ak_str_is(str_of(v), "remove") || ak_str_is(str_of(v), "mask"); }

/* What every entry of a list must look like; unique: no two entries may agree in it. */
struct member {
	const char *list, *key;
	bool (*fits)(const json_t *v);
	const char *expected;
	bool unique;
};

#define NAME(name, set, holds) " " #name
static const struct member members[] = {
	{"rules", "kind", fits_kind, "up to 40 of a-z, 0-9 and _", false},
	{"rules", "prefix", fits_prefix, "3 to 64 printable characters, not all hex, without blanks, quotes, colons and brackets", true},
	{"rules", "set", fits_set, "one of" AK_RULE_SETS(NAME), false},
	{"rules", "min", fits_min, "a number from 8 to 256", false},
	{"allow", "fingerprint", fits_fingerprint, "the last 32 hex digits of a marker", true},
	{"allow", "key", fits_key_id, "the id of a pseudonym key, 8 hex digits", false},
	{"allow", "on", ak_policy_is_date, "a date such as 2026-06-16", false},
	{"pointers", "pointer", fits_pointer, "a JSON Pointer such as /metadata/customer, with ~1 for '/' and ~0 for '~' in a name", false},
	{"pointers", "action", fits_pointer_action, "remove or mask", false},
};
#undef NAME

static const json_t *list_of(const struct ak_policy *p, const char *name)
{
	return json_object_get(json_object_get(p->yaml.root, "redaction"), name);
}

static enum ak_rc entry_check(const struct ak_policy *p, const struct member *m, const json_t *list, size_t at, struct ak_err *err)
{
	const json_t *entry = json_array_get(list, at), *v = json_object_get(entry, m->key);
	int line = ak_yaml_key_line(&p->yaml, entry, m->key);

	if (!v || json_is_null(v))
		return AK_OK;
	if (!m->fits(v))
		return ak_fail(err, AK_EXIT_USAGE, "%s:%d: 'redaction.%s.%s' must be %s", p->yaml.name, line, m->list, m->key, m->expected);
	for (size_t i = 0; m->unique && i < at; i++)
		if (json_equal(v, json_object_get(json_array_get(list, i), m->key)))
			return ak_fail(err, AK_EXIT_USAGE, "%s:%d: 'redaction.%s' has this %s twice, first on line %d", p->yaml.name, line, m->list,
				       m->key, ak_yaml_key_line(&p->yaml, json_array_get(list, i), m->key));
	return AK_OK;
}

/* One key, one place. */
static enum ak_rc place_check(const struct ak_policy *p, struct ak_err *err)
{
	const json_t *redaction = json_object_get(p->yaml.root, "redaction");

	if (!json_string_length(json_object_get(redaction, "key_file")) || !json_string_length(json_object_get(redaction, "key_env")))
		return AK_OK;
	return ak_fail(err, AK_EXIT_USAGE, "%s:%d: 'redaction' has key_file and key_env, but the key comes from one place", p->yaml.name,
		       ak_yaml_key_line(&p->yaml, redaction, "key_env"));
}

enum ak_rc ak_policy_check_redaction(const struct ak_policy *p, struct ak_err *err)
{
	if (place_check(p, err) != AK_OK)
		return AK_FAIL;
	for (size_t k = 0; k < AK_COUNT(members); k++) {
		const json_t *list = list_of(p, members[k].list);

		if (json_array_size(list) > MOST_ENTRIES)
			return ak_fail(err, AK_EXIT_USAGE, "%s:%d: 'redaction.%s' has more than %d entries", p->yaml.name, ak_yaml_line(&p->yaml, list),
				       members[k].list, MOST_ENTRIES);
		for (size_t i = 0; i < json_array_size(list); i++)
			if (entry_check(p, &members[k], list, i, err) != AK_OK)
				return AK_FAIL;
	}
	return AK_OK;
}

static const char *text(const json_t *entry, const char *key) { return json_string_value(json_object_get(entry, key)); }

void ak_policy_fill_redaction(struct ak_policy *p)
{
	const json_t *rules = list_of(p, "rules"), *allow = list_of(p, "allow"), *pointers = list_of(p, "pointers");

	p->nrules = json_array_size(rules);
	p->nallow = json_array_size(allow);
	p->rules = ak_arena_zero(&p->arena, (p->nrules + 1) * sizeof(*p->rules));
	p->allow = ak_arena_zero(&p->arena, (p->nallow + 1) * sizeof(*p->allow));
	p->npointers = json_array_size(pointers);
	p->pointers = ak_arena_zero(&p->arena, (p->npointers + 1) * sizeof(*p->pointers));
	for (size_t i = 0; i < p->npointers; i++) {
		const json_t *e = json_array_get(pointers, i);

		p->pointers[i] = (struct ak_policy_pointer){text(e, "field"), text(e, "pointer"), text(e, "action"), text(e, "why"),
							    ak_yaml_line(&p->yaml, e)};
	}
	for (size_t i = 0; i < p->nrules; i++) {
		const json_t *e = json_array_get(rules, i);

		p->rules[i] = (struct ak_policy_rule){text(e, "kind"), text(e, "prefix"), text(e, "set"), text(e, "why"),
						      (int)json_integer_value(json_object_get(e, "min")), ak_yaml_line(&p->yaml, e)};
	}
	for (size_t i = 0; i < p->nallow; i++) {
		const json_t *e = json_array_get(allow, i);

		p->allow[i] = (struct ak_policy_allow){text(e, "fingerprint"), text(e, "why"), text(e, "by"), text(e, "on"),
						       ak_yaml_line(&p->yaml, e), text(e, "key")};
	}
}
