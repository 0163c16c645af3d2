#include "base/ak.h"
#include "redact/plan.h"

#include "base/text.h"
#include "conf/policy.h"

static const struct {
	const char *name, *says;
} actions[AK_FIELD_ACTIONS] = {
	[AK_FIELD_KEEP] = {"keep", "kept, by policy"},
	[AK_FIELD_REMOVE] = {"remove", "removed, by policy"},
	[AK_FIELD_MASK] = {"mask", "masked, by policy"},
	[AK_FIELD_SANITISE] = {"sanitise", "sanitised, by policy"},
	[AK_FIELD_HASH] = {"hash", "hashed, by policy"},
	[AK_FIELD_ENCRYPT] = {"encrypt", "encrypted, by policy"},
};

#define K (1u << AK_FIELD_KEEP)
#define R (1u << AK_FIELD_REMOVE)
#define M (1u << AK_FIELD_MASK)
#define S (1u << AK_FIELD_SANITISE)
#define H (1u << AK_FIELD_HASH)
#define E (1u << AK_FIELD_ENCRYPT)

/* What each type can take. Numbers, times, enums and lists are read by the program and have no other form. */
static const struct {
	enum ak_field_action own; /* what the type does by itself */
	unsigned can;
} types[AK_T_COUNT] = {
	[AK_T_TIME] = {AK_FIELD_KEEP, K | R},
	[AK_T_INT] = {AK_FIELD_KEEP, K | R},
	[AK_T_BOOL] = {AK_FIELD_KEEP, K | R},
	[AK_T_DEC] = {AK_FIELD_KEEP, K | R},
	[AK_T_ENUM] = {AK_FIELD_KEEP, K | R},
	[AK_T_ID] = {AK_FIELD_KEEP, K | R | M | H | E},
	[AK_T_NAME] = {AK_FIELD_KEEP, K | R | M | S | H | E},
	[AK_T_LIST] = {AK_FIELD_KEEP, K | R},
	[AK_T_CODE] = {AK_FIELD_KEEP, K | R | M | H},
	[AK_T_URLPATH] = {AK_FIELD_SANITISE, R | M | S | H | E},
	[AK_T_TEMPLATE] = {AK_FIELD_SANITISE, R | S},
	[AK_T_PRESENCE] = {AK_FIELD_REMOVE, R},
	[AK_T_DIFF] = {AK_FIELD_SANITISE, R | S},
	[AK_T_UA] = {AK_FIELD_MASK, R | M | H | E},
	[AK_T_IP] = {AK_FIELD_HASH, R | M | H | E},
	[AK_T_NETWORK] = {AK_FIELD_MASK, R | M},
	[AK_T_PERSON] = {AK_FIELD_HASH, K | R | M | H | E},
	[AK_T_TOKEN] = {AK_FIELD_HASH, K | R | M | H | E},
	[AK_T_KEY] = {AK_FIELD_HASH, R | H},
	[AK_T_TEXT] = {AK_FIELD_REMOVE, R},
	[AK_T_CURRENCY] = {AK_FIELD_KEEP, K | R},
};

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

static enum ak_rc unknown_field(const char *name, int line, struct ak_err *err)
{
	const char *columns[AK_F_COUNT + 1] = {NULL};
	const char *near;

	for (int f = 0; f < AK_F_COUNT; f++)
		columns[f] = ak_fields[f].column;
	near = ak_text_nearest(ak_str_of(name), columns);
	ak_hint(err, near ? "did you mean '%s'? 'auditkit fields' lists them" : "%s'auditkit fields' lists them", near ? near : "");
	return ak_fail(err, AK_EXIT_USAGE, "policy.yaml:%d: there is no field '%.60s'", line, name);
}

static bool can(int f, enum ak_field_action a)
{
	return types[ak_fields[f].type].can >> a & 1 && !(a == AK_FIELD_MASK && ak_fields[f].ident != AK_I_NONE);
}

/* "keep, remove or hash" */
static void list(int f, struct ak_buf *b)
{
	int left = 0;

	for (int a = AK_FIELD_KEEP; a < AK_FIELD_ACTIONS; a++)
		left += can(f, a);
	for (int a = AK_FIELD_KEEP; a < AK_FIELD_ACTIONS; a++)
		if (can(f, a))
			ak_buf_addf(b, "%s%s", actions[a].name, --left > 1 ? ", " : left ? " or " : "");
}

static enum ak_rc refuse(int f, const char *action, int line, struct ak_err *err)
{
	struct ak_buf b;

	ak_buf_init(&b, 256);
	list(f, &b);
	ak_hint(err, "it takes %s; man auditkit-policy has the table", ak_buf_str(&b).p);
	ak_buf_release(&b);
	return ak_fail(err, AK_EXIT_USAGE, "policy.yaml:%d: action '%.20s' cannot be done to '%s', which is of type %s%s", line, action,
		       ak_fields[f].column, ak_type_name(ak_fields[f].type),
		       ak_fields[f].ident == AK_I_NONE ? "" : " and an identifier");
}

/* AK_FIELD_ACTIONS when there is no such action. */
static enum ak_field_action action_of(const json_t *entry)
{
	const char *name = json_string_value(json_object_get(entry, "action"));
	int a = AK_FIELD_KEEP;

	if (!name)
		return json_is_false(json_object_get(entry, "keep")) ? AK_FIELD_REMOVE : AK_FIELD_AS_TYPE;
	while (a < AK_FIELD_ACTIONS && strcmp(actions[a].name, name) != 0)
		a++;
	return (enum ak_field_action)a;
}

static enum ak_rc read_one(const json_t *entry, int f, int line, struct ak_field_plan *out, struct ak_err *err)
{
	const char *action = json_string_value(json_object_get(entry, "action")), *why = json_string_value(json_object_get(entry, "why"));
	enum ak_field_action a = action_of(entry);

	if (action && json_object_get(entry, "keep")) {
		ak_hint(err, "'action' alone says it; 'keep: false' is 'action: remove'");
		return ak_fail(err, AK_EXIT_USAGE, "policy.yaml:%d: field '%s' has both keep and action", line, ak_fields[f].column);
	}
	if (a == AK_FIELD_ACTIONS) {
		ak_hint(err, "actions are keep, remove, mask, sanitise, hash and encrypt");
		return ak_fail(err, AK_EXIT_USAGE, "policy.yaml:%d: there is no action '%.20s'", line, action);
	}
	if (action && !can(f, a))
		return refuse(f, action, line, err);
	if (a == AK_FIELD_KEEP && types[ak_fields[f].type].own != AK_FIELD_KEEP && (!why || !*why)) {
		ak_hint(err, "say why it must be readable, as in: {action: keep, why: TEXT}; the packet prints it");
		return ak_fail(err, AK_EXIT_USAGE, "policy.yaml:%d: keeping '%s' wants a why", line, ak_fields[f].column);
	}
	out->why[f] = why;
	out->action[f] = action && a == types[ak_fields[f].type].own ? AK_FIELD_AS_TYPE : a;
	return AK_OK;
}

/* Nested values are those of changes. */
static enum ak_rc check_pointers(const struct ak_policy *p, struct ak_err *err)
{
	for (size_t i = 0; p && i < p->npointers; i++) {
		const struct ak_policy_pointer *r = &p->pointers[i];
		int f = ak_field_find(ak_str_of(r->field));

		if (f >= 0 && ak_fields[f].type == AK_T_DIFF)
			continue;
		if (f < 0)
			return unknown_field(r->field, r->line, err);
		ak_hint(err, "pointers go into the fields changes and settings; other fields are named below 'fields:'");
		return ak_fail(err, AK_EXIT_USAGE, "policy.yaml:%d: nothing is nested in '%s'", r->line, ak_fields[f].column);
	}
	return AK_OK;
}

enum ak_rc ak_plan_read(const struct ak_policy *p, struct ak_field_plan *out, struct ak_err *err)
{
	const json_t *fields = p ? ak_policy_get(p, "fields") : NULL;
	const char *name;
	json_t *v;

	memset(out, 0, sizeof *out);
	if (p && !ak_profile_find(p->profile, &out->profile))
		AK_BUG("profile");
	json_object_foreach((json_t *)fields, name, v) {
		int line = ak_yaml_key_line(&p->yaml, fields, name), f = find(name);

		if (f < 0)
			return unknown_field(name, line, err);
		if (read_one(v, f, line, out, err) != AK_OK)
			return AK_FAIL;
	}
	return check_pointers(p, err);
}

const char *ak_plan_says(const struct ak_field_plan *p, enum ak_field_id f)
{
	static const char *const profiled[] = {
		[AK_PROFILE_REMOVES] = "removed, by profile",
		[AK_PROFILE_HASHES] = "hashed, by profile",
		[AK_PROFILE_WORDS] = "sanitised, by profile",
	};

	if (ak_plan_profiled(p, f))
		return profiled[ak_profile_action(p->profile, f)];
	return ak_plan_differs(p, f) ? actions[p->action[f]].says : ak_type_action(ak_fields[f].type);
}
