/* Provider figures that gateways' records do not reach: no rule may call them met. */
#include "base/ak.h"
#include "check/check.h"

#include <stdio.h>

#include "base/text.h"

static int64_t num(const json_t *o, const char *k) { return json_integer_value(json_object_get(o, k)); }

static const char *words(const char *measure) { return strcmp(measure, "input_tokens") == 0 ? "input tokens" : strcmp(measure, "output_tokens") == 0 ? "output tokens" : strcmp(measure, "rows") == 0 ? "rows" : "requests"; }

static void say(struct ak_check_run *r, const json_t *s, const json_t *x)
{
	const json_t *unknown = json_object_get(x, "unknown_keys");
	const char *unit = words(json_string_value(json_object_get(x, "measure")));
	char keys[96] = "";

	if (json_integer_value(unknown) > 0)
		snprintf(keys, sizeof keys, ", %s of them of keys that no gateway record has", AK_NUM((uint64_t)json_integer_value(unknown)));
	ak_check_unjudged(r, "%s of %s %s of %s lie outside of the gateways' records%s; ingest the gateways' records of that time, or ask with"
			     " --from and --to for what they cover", AK_NUM((uint64_t)num(x, "value")), AK_NUM((uint64_t)num(x, "of")), unit,
			  json_string_value(json_object_get(s, "source")), keys);
}

void ak_check_outside(struct ak_check_run *r, const json_t *summary, const char *measure)
{
	const json_t *s, *x;
	size_t i, k;

	json_array_foreach(json_object_get(summary, "sources"), i, s)
		json_array_foreach(json_object_get(s, "outside"), k, x) {
			if (measure && strcmp(json_string_value(json_object_get(x, "measure")), measure) != 0)
				continue;
			if (num(x, "value") > 0)
				say(r, s, x);
		}
}
