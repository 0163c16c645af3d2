/* Keys from their creation to their last use (F209). */
#include "base/ak.h"
#include "report/list.h"

#include <stdlib.h>

#include "base/jsonget.h"
#include "chain/chain.h"
#include "query/aggregate.h"
#include "query/report_rows.h"

struct keys {
	const struct ak_list_opts *o;
	json_t *doc, *names;	/* hash -> id */
	json_t *owners;		/* by the key's one name */
	json_t *used;		/* key -> [{environment, attempts}] */
	json_t *seen;		/* keys that have a row */
	bool known;		/* there is an inventory, or an event of keys */
	int64_t attempts, named, flagged, owned, unconfirmed, beside;
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

/* What init wrote from the exports stands under `declared: {by: unknown}`: nobody has said that it is so. */
static bool unconfirmed(const struct ak_policy *p) { return p->declared_by && strcmp(p->declared_by, "unknown") == 0; }

static void count_owner(struct keys *k, const json_t *row)
{
	bool owner = json_is_string(json_object_get(row, "owner")), sure = strcmp(ak_jtxt(row, "owner_basis", ""), "policy.yaml, not confirmed") != 0;

	k->owned += owner && sure;
	k->unconfirmed += owner && !sure;
}

/* Rotations that events tell of. An event may not name what took the key's place: then its citation stands for it. */
static void add_rotations(json_t *row, const json_t *life)
{
	json_t *list = json_array(), *rotated = json_array(), *e, *next = json_object_get(life, "replaced_by");
	size_t i;

	json_array_foreach(json_object_get(life, "events"), i, e)
		if (strcmp(ak_jtxt(e, "what", ""), "rotated") == 0 && !json_is_true(json_object_get(e, "failed"))) {
			json_array_append_new(list, json_pack("{s:O, s:O, s:O}", "cite", json_object_get(e, "cite"), "time", json_object_get(e, "time"), "action",
							      json_object_get(e, "action")));
			json_array_append(rotated, json_object_get(e, "cite"));
		}
	if (json_array_size(next)) {
		json_decref(rotated);
		rotated = json_incref(next);
	}
	json_object_set_new(row, "rotated", rotated);
	json_object_set_new(row, "rotations", list);
}

static void add_owner(const struct keys *k, json_t *row, const char *key)
{
	const json_t *owner = json_object_get(k->owners, key);
	const json_t *declared = k->o->policy ? ak_policy_get(k->o->policy, "scope.keys") : NULL;
	const char *basis = owner ? "key inventory" : NULL;

	if (!owner && (owner = ak_list_declared(json_object_get(declared, key), "owner")))
		basis = unconfirmed(k->o->policy) ? "policy.yaml, not confirmed" : "policy.yaml";
	json_object_set_new(row, "owner", owner ? json_incref((json_t *)owner) : json_null());
	json_object_set_new(row, "owner_basis", basis ? json_string(basis) : json_null());
}

static enum ak_rc take_key(void *ctx, json_t *life, struct ak_err *err)
{
	struct keys *k = ctx;
	const char *key = ak_jtxt(life, "key", ""), *verdict = ak_jtxt(life, "verdict", "-");
	json_t *row = json_object(), *late = json_object_get(life, "late");
	bool flagged = strcmp(verdict, "used after its end") == 0;
	int64_t attempts = 0;

	ak_list_copy(row, life, "key alias created created_cite expires ended first_use last_use inventory_last_used refused_late within_grace"
				" bucket_requests_late verdict why cites");
	json_object_set_new(row, "environments", environments(json_object_get(k->used, key), &attempts));
	json_object_set_new(row, "attempts", json_integer(attempts));
	add_rotations(row, life);
	json_object_set_new(row, "late", json_integer(json_integer_value(json_object_get(late, "uses"))));
	json_object_set_new(row, "flagged", json_boolean(flagged));
	add_owner(k, row, key);
	k->flagged += flagged;
	count_owner(k, row);
	json_object_set_new(k->seen, key, json_true());
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

/* ---- keys that only usage rows or provider calls name ---- */

/* Their row: nothing is told of them but that they were used. */
static enum ak_rc add_beside(struct keys *k, const char *key, const char *where, struct ak_err *err)
{
	const char *verdict = k->known ? "unknown" : "not evaluable";
	json_t *life = json_object(), *row = json_object();

	ak_list_copy(row, life, "alias created created_cite expires ended first_use last_use inventory_last_used refused_late within_grace bucket_requests_late");
	json_object_update_new(row, json_pack("{s:s, s:s, s:o, s:[], s:[], s:[], s:[], s:i, s:i, s:b}", "key", key, "verdict", verdict, "why",
					      json_sprintf("no gateway attempt, inventory or event of keys names it; %s do", where), "cites", "environments", "rotated",
					      "rotations", "attempts", 0, "late", 0, "flagged", 0));
	add_owner(k, row, key);
	count_owner(k, row);
	json_object_set_new(k->seen, key, json_true());
	ak_list_count(k->verdicts, verdict, 1);
	k->beside++;
	json_decref(life);
	return ak_list_add(k->doc, "rows", row, err);
}

static enum ak_rc read_beside(struct ak_store *s, struct keys *k, const struct ak_layer *layer, const char *where, struct ak_err *err)
{
	const struct ak_aggregate_opts a = {.layer = *layer, .from_us = k->o->from_us, .to_us = k->o->to_us, .by = {AK_BY_KEY_ID, AK_BY_KEY_HASH}, .nby = 2};
	struct ak_aggregate groups;
	enum ak_rc rc = ak_aggregate(s, &a, &groups, err);

	for (size_t i = 0; i < groups.n && rc == AK_OK; i++) {
		json_t *id = text_or_null(groups.group[i]->by[0]), *hash = text_or_null(groups.group[i]->by[1]);
		const char *key = one_name(k, json_string_value(id), json_string_value(hash));

		if (key && !json_object_get(k->seen, key))
			rc = add_beside(k, key, where, err);
		json_decref(id);
		json_decref(hash);
	}
	ak_aggregate_release(&groups);
	return rc;
}

static enum ak_rc read_all_beside(struct ak_store *s, struct keys *k, struct ak_err *err)
{
	static const struct ak_layer calls = {.kind = AK_K_CALL};
	json_t *series = NULL, *r;
	size_t i;
	enum ak_rc rc = ak_query_usage_series(s, k->o->from_us, k->o->to_us, &series, err);

	json_array_foreach(series, i, r) {
		const struct ak_layer l = {.kind = AK_K_USAGE, .source = json_integer_value(json_object_get(r, "source")),
					   .query = json_string_value(json_object_get(r, "query")), .own_sums = json_is_true(json_object_get(r, "own_sums"))};

		rc = rc == AK_OK ? read_beside(s, k, &l, "usage rows", err) : rc;
	}
	json_decref(series);
	return rc == AK_OK ? read_beside(s, k, &calls, "provider calls", err) : rc;
}

static int by_key(const void *a, const void *b) { return strcmp(ak_jtxt(*(json_t *const *)a, "key", ""), ak_jtxt(*(json_t *const *)b, "key", "")); }

/* Rows of all keys in one order. */
static void sort_rows(json_t *doc)
{
	json_t *rows = json_object_get(doc, "rows"), *sorted = json_array(), **list, *r;
	size_t i, n = json_array_size(rows);

	list = ak_alloc((n + 1) * sizeof *list);
	json_array_foreach(rows, i, r)
		list[i] = r;
	if (n)
		ak_sort(list, n, sizeof *list, by_key);
	for (i = 0; i < n; i++)
		json_array_append(sorted, list[i]);
	json_object_set_new(doc, "rows", sorted);
	ak_free(list);
}

static void finish(struct keys *k)
{
	size_t n = json_array_size(json_object_get(k->doc, "rows"));
	char a[72], b[72], c[72];

	json_object_set_new(k->doc, "total", json_pack("{s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:O}", "not_confirmed", (json_int_t)k->unconfirmed, "beside_attempts",
						       (json_int_t)k->beside, "keys", (json_int_t)n, "owned", (json_int_t)k->owned,
						       "flagged", (json_int_t)k->flagged, "attempts", (json_int_t)k->attempts, "attempts_of_keys",
						       (json_int_t)k->named, "attempts_without_key", (json_int_t)(k->attempts - k->named), "verdicts",
						       k->verdicts));
	ak_list_say(k->doc, "%s keys were used after their end; %s keys that are in use, in an inventory or in an event of keys have an owner",
		    ak_list_of((uint64_t)k->flagged, n, a), ak_list_of((uint64_t)k->owned, n, b));
	if (k->unconfirmed)
		ak_list_say(k->doc, "%s keys have an owner in policy.yaml that nobody has confirmed: its declared.by is unknown",
			    ak_list_of((uint64_t)k->unconfirmed, n, c));
	if (k->beside)
		ak_list_say(k->doc, "%s keys are named by usage rows or provider calls, and by no gateway attempt, inventory or event of keys",
			    ak_list_of((uint64_t)k->beside, n, c));
	ak_list_say(k->doc, "%s attempts name a key by id or hash", ak_list_of((uint64_t)k->named, (uint64_t)k->attempts, c));
}

enum ak_rc ak_report_keys(struct ak_store *s, const struct ak_list_opts *o, json_t **out, bool *any, struct ak_err *err)
{
	struct keys k = {.o = o, .owners = json_object(), .used = json_object(), .verdicts = json_object(), .seen = json_object()};
	const struct ak_chain_opts chain = {o->policy, o->from_us, o->to_us};
	json_t *owners = NULL, *sources = NULL;
	enum ak_rc rc = ak_query_key_ids(s, &k.names, err);

	k.doc = ak_list_new("keys", "auditkit.report-keys/1", o);
	if (rc == AK_OK)
		rc = ak_query_key_owners(s, &owners, err);
	if (rc == AK_OK) {
		take_owners(&k, owners);
		rc = read_uses(s, &k, err);
	}
	if (rc == AK_OK)
		rc = ak_query_chain_sources(s, &sources, err);
	k.known = ak_jnum(sources, "keys") || ak_jnum(sources, "key_events");
	json_decref(sources);
	if (rc == AK_OK)
		rc = ak_chain_keys_each(s, &chain, take_key, &k, err);
	if (rc == AK_OK)
		rc = read_all_beside(s, &k, err);
	sort_rows(k.doc);
	finish(&k);
	*any = json_array_size(json_object_get(k.doc, "rows")) > 0;
	*out = k.doc;
	json_decref(k.names);
	json_decref(k.owners);
	json_decref(k.used);
	json_decref(k.verdicts);
	json_decref(k.seen);
	json_decref(owners);
	return rc;
}
