#include "base/ak.h"
#include "cmd/removed.h"

#include <stdio.h>

#include "redact/plan.h"

int ak_cmd_field_line(const struct ak_policy *p, int f)
{
	const json_t *fields = p ? ak_policy_get(p, "fields") : NULL;
	size_t n = strlen(ak_fields[f].column);
	char bare[80];
	const char *const names[] = {ak_fields[f].column, ak_fields[f].name, bare};

	snprintf(bare, sizeof bare, "%.*s", n > 3 && strcmp(ak_fields[f].column + n - 3, "_id") == 0 ? (int)n - 3 : (int)n, ak_fields[f].column);
	for (size_t i = 0; i < AK_COUNT(names); i++)
		if (json_object_get(fields, names[i]))
			return ak_yaml_key_line(&p->yaml, fields, names[i]);
	return 0;
}

char *ak_cmd_removed(const struct ak_ctx *c, int f)
{
	int line = ak_cmd_field_line(c->policy, f);
	char text[64];

	if (!c->plan || c->plan->action[f] != AK_FIELD_REMOVE)
		return NULL;
	if (line)
		snprintf(text, sizeof text, "removed by policy.yaml:%d", line);
	else
		snprintf(text, sizeof text, "removed by policy.yaml");
	return ak_strdup(text);
}
