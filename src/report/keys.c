/* Keys from their creation to their last use (F209). */
#include "base/ak.h"
#include "report/list.h"

#include "base/jsonget.h"
#include "chain/chain.h"
#include "query/aggregate.h"
#include "query/report_rows.h"

struct keys {
	const struct ak_list_opts *o;
	json_t *doc, *names;	/* hash -> id */
	json_t *owners;		/* by the key's one name */
	json_t *used;		/* key -> [{environment, attempts}] */
	int64_t attempts, named, flagged, owned;
	json_t *verdicts;
};

/* The one name of a key of which a record has id, hash or both, as chains have it (query/chains_key.h). */
static const char *one_name(const struct keys *k, const char *id, const char *hash)
{
	const char *of = hash ? json_string_value(json_object_get(k->names, hash)) : NULL;

	return of ? of : hash ? hash : id;
}

static void take_owners(struct keys *k, const json_t *owners)
{
	const char *name;
	json_t *owner;

	json_object_foreach((json_t *)owners, name, owner) {
		const char *of = json_string_value(json_object_get(k->names, name));

		json_object_set(k->owners, of ? of : name, owner);
	}
}

static json_t *text_or_null(struct ak_str s) { return s.p ? json_stringn(s.p, s.n) : json_null(); }

/* Groups by id, hash and environment to each key's environments. */
static void take_groups(struct keys *k, const struct ak_aggregate *a)
{
	for (size_t i = 0; i < a->n; i++) {
		const struct ak_aggregate_group *g = a->group[i];
		json_t *id = text_or_null(g->by[0]), *hash = text_or_null(g->by[1]), *environment = text_or_null(g->by[2]), *list;
		const char *key = one_name(k, json_string_value(id), json_string_value(hash));

		k->attempts += g->records;
		if (key) {
			k->named += g->records;
			if (!(list = json_object_get(k->used, key)))
				json_object_set_new(k->used, key, list = json_array());
			json_array_append_new(list, json_pack("{s:O, s:I}", "environment", environment, "attempts", (json_int_t)g->records));
		}
		json_decref(id);
		json_decref(hash);
		json_decref(environment);
	}
}

/* One line per environment: groups of several hashes of one key meet here. */
static json_t *environments(const json_t *groups, int64_t *attempts)
{
	json_t *list = json_array(), *g, *e;
	size_t i, n;

	json_array_foreach((json_t *)groups, i, g) {
		json_int_t add = json_integer_value(json_object_get(g, "attempts"));
		bool there = false;

		*attempts += add;
		json_array_foreach(list, n, e)
			if (json_equal(json_object_get(e, "environment"), json_object_get(g, "environment"))) {
				json_object_set_new(e, "attempts", json_integer(json_integer_value(json_object_get(e, "attempts")) + add));
				there = true;
			}
		if (!there)
			json_array_append_new(list, json_deep_copy(g));
	}
	return list;
}

static void add_owner(const struct keys *k, json_t *row, const char *key)
{
	const json_t *owner = json_object_get(k->owners, key);
	const json_t *declared = k->o->policy ? ak_policy_get(k->o->policy, "scope.keys") : NULL;
	const char *basis = owner ? "key inventory" : NULL;

	if (!owner && (owner = ak_list_declared(json_object_get(declared, key), "owner")))
		basis = "policy.yaml";
	json_object_set_new(row, "owner", owner ? json_incref((json_t *)owner) : json_null());
	json_object_set_new(row, "owner_basis", basis ? json_string(basis) : json_null());
}

static enum ak_rc take_key(void *ctx, json_t *life, struct ak_err *err)
{
	struct keys *k = ctx;
	const char *key = ak_jtxt(life, "key", ""), *verdict = ak_jtxt(life, "verdict", "-");
	json_t *row = json_object(), *late = json_object_get(life, "late"), *rotated = json_object_get(life, "replaced_by");
	bool flagged = strcmp(verdict, "used after its end") == 0;
	int64_t attempts = 0;

	ak_list_copy(row, life, "key alias created created_cite expires ended first_use last_use inventory_last_used refused_late within_grace"
				" bucket_requests_late verdict why cites");
	json_object_set_new(row, "environments", environments(json_object_get(k->used, key), &attempts));
	json_object_set_new(row, "attempts", json_integer(attempts));
	json_object_set_new(row, "rotated", rotated ? json_incref(rotated) : json_array());
	json_object_set_new(row, "late", json_integer(json_integer_value(json_object_get(late, "uses"))));
	json_object_set_new(row, "flagged", json_boolean(flagged));
	add_owner(k, row, key);
	k->flagged += flagged;
	k->owned += json_is_string(json_object_get(row, "owner"));
	ak_list_count(k->verdicts, verdict, 1);
	return ak_list_add(k->doc, "rows", row, err);
}

static enum ak_rc read_uses(struct ak_store *s, struct keys *k, struct ak_err *err)
{
	const struct ak_aggregate_opts a = {.layer = {.kind = AK_K_REQUEST}, .from_us = k->o->from_us, .to_us = k->o->to_us,
					    .by = {AK_BY_KEY_ID, AK_BY_KEY_HASH, AK_BY_ENVIRONMENT}, .nby = 3};
	struct ak_aggregate groups;
	enum ak_rc rc = ak_aggregate(s, &a, &groups, err);

	if (rc == AK_OK)
		take_groups(k, &groups);
	ak_aggregate_release(&groups);
	return rc;
}

static void finish(struct keys *k)
{
	size_t n = json_array_size(json_object_get(k->doc, "rows"));
	char a[72], b[72], c[72];

	json_object_set_new(k->doc, "total", json_pack("{s:I, s:I, s:I, s:I, s:I, s:I, s:O}", "keys", (json_int_t)n, "owned", (json_int_t)k->owned,
						       "flagged", (json_int_t)k->flagged, "attempts", (json_int_t)k->attempts, "attempts_of_keys",
						       (json_int_t)k->named, "attempts_without_key", (json_int_t)(k->attempts - k->named), "verdicts",
						       k->verdicts));
	ak_list_say(k->doc, "%s keys were used after their end; %s have an owner", ak_list_of((uint64_t)k->flagged, n, a),
		    ak_list_of((uint64_t)k->owned, n, b));
	ak_list_say(k->doc, "%s attempts name a key by id or hash", ak_list_of((uint64_t)k->named, (uint64_t)k->attempts, c));
}

enum ak_rc ak_report_keys(struct ak_store *s, const struct ak_list_opts *o, json_t **out, bool *any, struct ak_err *err)
{
	struct keys k = {.o = o, .owners = json_object(), .used = json_object(), .verdicts = json_object()};
	const struct ak_chain_opts chain = {o->policy, o->from_us, o->to_us};
	json_t *owners = NULL;
	enum ak_rc rc = ak_query_key_ids(s, &k.names, err);

	k.doc = ak_list_new("keys", "auditkit.report-keys/1", o);
	if (rc == AK_OK)
		rc = ak_query_key_owners(s, &owners, err);
	if (rc == AK_OK) {
		take_owners(&k, owners);
		rc = read_uses(s, &k, err);
	}
	if (rc == AK_OK)
		rc = ak_chain_keys_each(s, &chain, take_key, &k, err);
	finish(&k);
	ak_list_alone(k.doc, 1u << AK_K_KEY | 1u << AK_K_REQUEST | 1u << AK_K_AUDIT);
	*any = json_array_size(json_object_get(k.doc, "rows")) > 0;
	*out = k.doc;
	json_decref(k.names);
	json_decref(k.owners);
	json_decref(k.used);
	json_decref(k.verdicts);
	json_decref(owners);
	return rc;
}
