/* `fields:` of policy.yaml: fields that this workspace does not keep. */
#include "base/ak.h"
#include "ingest/ingest.h"

#include "base/text.h"
#include "model/field.h"

/* A column, a canonical name, or a column without its `_id`. */
static int find(const char *name)
{
	char id[80];
	int f = ak_field_find(ak_str_of(name));

	if (f >= 0)
		return f;
	snprintf(id, sizeof id, "%.70s_id", name);
	return ak_field_find(ak_str_of(id));
}

static enum ak_rc unknown(const struct ak_policy *p, const json_t *fields, const char *name, struct ak_err *err)
{
	const char *columns[AK_F_COUNT + 1] = {NULL};
	const char *near;

	for (int f = 0; f < AK_F_COUNT; f++)
		columns[f] = ak_fields[f].column;
	near = ak_text_nearest(ak_str_of(name), columns);
	ak_hint(err, near ? "did you mean '%s'? 'auditkit fields' lists them" : "%s'auditkit fields' lists them", near ? near : "");
	return ak_fail(err, AK_EXIT_USAGE, "policy.yaml:%d: there is no field '%.60s'", ak_yaml_key_line(&p->yaml, fields, name), name);
}

enum ak_rc ak_ingest_dropped(const struct ak_policy *p, bool dropped[AK_F_COUNT], struct ak_err *err)
{
	const json_t *fields = p ? ak_policy_get(p, "fields") : NULL;
	const char *name;
	json_t *v;

	memset(dropped, 0, AK_F_COUNT * sizeof *dropped);
	json_object_foreach((json_t *)fields, name, v) {
		int f = find(name);

		if (f < 0)
			return unknown(p, fields, name, err);
		dropped[f] = json_is_false(json_object_get(v, "keep"));
	}
	return AK_OK;
}
