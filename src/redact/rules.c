/* Rules of policy.yaml as detectors (F167): a literal prefix, a set, a length. They are anchored as built-in prefixes are. */
#include "base/ak.h"
#include "redact/detector.h"

#include "conf/charsets.h"
#include "conf/policy.h"

static uint16_t set_of(const char *name)
{
	static const struct {
		const char *name;
		uint16_t set;
	} sets[] = {
#define ROW(name, set, holds) {#name, AK_SET_##set},
		AK_RULE_SETS(ROW)
#undef ROW
	};

	for (size_t i = 0; i < AK_COUNT(sets); i++)
		if (strcmp(sets[i].name, name) == 0)
			return sets[i].set;
	AK_BUG("set of a rule");
}

static char *put(char **to, const char *text)
{
	char *start = *to;
	size_t n = strlen(text) + 1;

	memcpy(start, text, n);
	*to += n;
	return start;
}

/* The texts stand behind the rows, in the same memory. */
struct ak_detector *ak_rules_compile(const struct ak_policy_rule *rules, size_t n)
{
	size_t texts = 0;
	struct ak_detector *d;
	char *to;

	for (size_t i = 0; i < n; i++)
		texts += strlen(rules[i].kind) + strlen(rules[i].prefix) + 2;
	d = ak_alloc(n * sizeof(*d) + texts);
	to = (char *)(d + n);
	for (size_t i = 0; i < n; i++)
		d[i] = (struct ak_detector){.kind = put(&to, rules[i].kind),
					    .literal = put(&to, rules[i].prefix),
					    .set = set_of(rules[i].set),
					    .after = (uint16_t)rules[i].min,
					    .n = (uint8_t)strlen(rules[i].prefix),
					    .anchored = true};
	return d;
}
