#include "base/ak.h"
#include "check/keys.h"

#include "check/said.h"
#include "query/fieldrows.h"

enum { K_ID, K_HASH, K_ALIAS, K_OWNER, K_OWNER_TYPE, K_FIELDS };
static const int fields[K_FIELDS] = {AK_F_KEY_ID, AK_F_KEY_HASH, AK_F_KEY_ALIAS, AK_F_OWNER, AK_F_OWNER_TYPE};

static json_t *text(struct ak_str s) { return s.p ? json_stringn(s.p, s.n) : json_null(); }

static const json_t *get(const json_t *o, struct ak_str name) { return name.p ? json_object_getn(o, name.p, name.n) : NULL; }

static void know(struct ak_known_keys *k, struct ak_str name, const json_t *entry)
{
	const json_t *old = get(k->by_name, name);

	/* A later row without an owner does not take one away. */
	if (name.p && (!old || json_is_null(json_object_get(old, "owner"))))
		json_object_setn(k->by_name, name.p, name.n, (json_t *)entry);
}

static enum ak_rc take(void *ctx, const struct ak_fieldrow *row, struct ak_err *err)
{
	struct ak_known_keys *k = ctx;
	const struct ak_str *v = row->value;
	json_t *entry = json_pack("{s:o, s:o}", "owner", text(v[K_OWNER]), "owner_type", text(v[K_OWNER_TYPE]));

	(void)err;
	k->rows++;
	k->owners |= v[K_OWNER].p != NULL;
	for (int i = K_ID; i <= K_ALIAS; i++)
		know(k, v[i], entry);
	json_decref(entry);
	return AK_OK;
}

enum ak_rc ak_known_keys_read(struct ak_check_run *r, struct ak_known_keys *out, struct ak_err *err)
{
	const json_t *declared = ak_policy_said(r->policy, "scope.keys");
	const char *name;
	json_t *v;
	enum ak_rc rc;

	*out = (struct ak_known_keys){.by_name = json_object(), .ids = json_object()};
	rc = ak_query_fieldrows_each(r->store, AK_K_KEY, fields, K_FIELDS, INT64_MIN, INT64_MAX, take, out, err);
	json_object_foreach((json_t *)declared, name, v) {
		const json_t *owner = ak_policy_said_in(v, "owner");
		json_t *entry = json_pack("{s:o, s:n, s:b}", "owner", owner ? json_incref((json_t *)owner) : json_null(), "owner_type", "unanswered",
					  ak_policy_unanswered(v));

		out->owners |= owner != NULL;
		if (!ak_policy_unanswered(v) || !get(out->by_name, ak_str_of(name)))
			know(out, ak_str_of(name), entry);
		json_decref(entry);
	}
	return rc;
}

void ak_known_keys_release(struct ak_known_keys *k)
{
	json_decref(k->by_name);
	json_decref(k->ids);
}

void ak_known_keys_pair(struct ak_known_keys *k, struct ak_str id, struct ak_str hash)
{
	const json_t *old = get(k->ids, hash);

	if (!id.p || !hash.p)
		return;
	if (!old)
		json_object_setn_new(k->ids, hash.p, hash.n, json_stringn(id.p, id.n));
	else if (!json_is_string(old) || !ak_str_is(id, json_string_value(old)))
		json_object_setn_new(k->ids, hash.p, hash.n, json_null()); /* of several */
}

const json_t *ak_known_key(const struct ak_known_keys *k, struct ak_str id, struct ak_str hash, struct ak_str label)
{
	const json_t *of = get(k->ids, hash);
	const struct ak_str names[] = {id, hash, json_is_string(of) ? ak_str_of(json_string_value(of)) : ak_str_n(NULL, 0), label};
	const json_t *found = NULL;

	for (size_t i = 0; i < AK_COUNT(names) && !found; i++)
		found = get(k->by_name, names[i]);
	return found;
}

struct ak_str ak_key_name(const struct ak_known_keys *k, struct ak_str id, struct ak_str hash, struct ak_str label)
{
	const json_t *of = get(k->ids, hash);

	return id.p ? id : json_is_string(of) ? ak_str_of(json_string_value(of)) : hash.p ? hash : label;
}
