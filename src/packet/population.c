#include "base/ak.h"
#include "packet/population.h"

#include "chain/chain.h"
#include "query/query.h"

static const char *text(const json_t *o, const char *member) { return json_string_value(json_object_get(o, member)); }
static json_int_t num(const json_t *o, const char *member) { return json_integer_value(json_object_get(o, member)); }

/* scope.keys of policy.yaml: an owner for a key that no record gives one. */
static void declare_owner(const struct ak_policy *policy, json_t *key)
{
	const json_t *declared = policy ? ak_policy_get(policy, "scope.keys") : NULL;
	const char *name = text(key, "key"), *owner = text(json_object_get(declared, name ? name : ""), "owner");

	if (text(key, "owner") || !owner || !*owner || strcmp(owner, "unknown") == 0)
		return;
	json_object_set_new(key, "owner", json_string(owner));
	json_object_set_new(key, "owner_basis", json_string("policy.yaml"));
}

static void count_key(const struct ak_policy *policy, json_t *key, struct ak_tally *c)
{
	const char *provider = text(key, "provider_requests"), *basis;

	declare_owner(policy, key);
	if (num(key, "attempts") <= 0 && (!provider || strcmp(provider, "0") == 0))
		return;
	basis = text(key, "owner_basis");
	c->keys_used++;
	c->keys_owned += text(key, "owner") != NULL;
	c->keys_declared += basis && strcmp(basis, "policy.yaml") == 0;
}

static void count_word(json_t **counts, const char *word, size_t most)
{
	if (!*counts)
		*counts = json_object();
	if (word && (json_object_size(*counts) < most || json_object_get(*counts, word)))
		json_object_set_new(*counts, word, json_integer(json_integer_value(json_object_get(*counts, word)) + 1));
}

void ak_population_release(struct ak_tally *c)
{
	json_decref(c->roles);
	json_decref(c->change_verdicts);
	json_decref(c->change_actors);
}

static void count_change(const struct ak_policy *policy, json_t *change, struct ak_tally *c)
{
	enum ak_change_class class = ak_chain_change_class(change);

	(void)policy;
	/* How its ticket was found; who made it stands beside it. */
	json_object_set(change, "ticket_found_by", json_object_get(change, "by"));
	if (!text(change, "actor"))
		json_object_set(change, "actor", json_object_get(change, "actor_email"));
	count_word(&c->change_actors, text(change, "actor") ? text(change, "actor") : text(change, "actor_email"), AK_ACTORS_TOLD);
	c->changes_by_nobody += !text(change, "actor") && !text(change, "actor_email");
	if (class != AK_CHANGE_APART)
		count_word(&c->change_verdicts, text(change, "verdict"), SIZE_MAX);
	c->changes_asked += class != AK_CHANGE_APART;
	c->changes_found += class == AK_CHANGE_FOUND;
	c->changes_unjudged += class == AK_CHANGE_UNJUDGED;
}

static enum ak_rc read_changes(struct ak_store *s, int64_t from_us, int64_t to_us, ak_row_fn *each, void *ctx, struct ak_err *err)
{
	const struct ak_chain_opts o = {NULL, from_us, to_us};

	return ak_chain_changes_each(s, &o, each, ctx, err);
}

static bool listed(const json_t *list, const char *name)
{
	json_t *item;
	size_t i;

	if (json_is_string(list))
		return name && strcmp(json_string_value(list), name) == 0;
	json_array_foreach((json_t *)list, i, item)
		if (name && json_is_string(item) && strcmp(json_string_value(item), name) == 0)
			return true;
	return false;
}

static bool shows_payload(const json_t *row)
{
	const char *scope = text(row, "log_scope");

	return scope && (strcmp(scope, "payload") == 0 || strcmp(scope, "both") == 0);
}

static void count_grant(const struct ak_policy *policy, json_t *grant, struct ak_tally *c)
{
	const json_t *viewers = policy ? ak_policy_get(policy, "access.payload_viewers") : NULL;
	const char *role = text(grant, "role"), *reviewed = text(grant, "reviewed");

	if (!c->roles)
		c->roles = json_object();
	json_object_set_new(c->roles, role ? role : "", json_true());
	if (reviewed && strcmp(reviewed, c->reviewed) > 0)
		snprintf(c->reviewed, sizeof c->reviewed, "%s", reviewed);
	c->grants_undeclared += shows_payload(grant) && !listed(viewers, role);
}

static void count_view(const struct ak_policy *policy, json_t *view, struct ak_tally *c)
{
	(void)policy;
	c->views_of_payload += shows_payload(view);
}

static void count_settlement(const struct ak_policy *policy, json_t *row, struct ak_tally *c)
{
	(void)policy;
	c->settlements_found += strcmp(text(row, "request_state"), "found") == 0;
	c->settlements_approved += text(row, "approval") != NULL;
}

static void count_quota(const struct ak_policy *policy, json_t *row, struct ak_tally *c)
{
	(void)policy;
	c->quota_events += num(row, "events");
	c->quota_linked += num(row, "linked");
}

static void count_verdict(const struct ak_policy *policy, json_t *row, struct ak_tally *c)
{
	const char *verdict = text(row, "verdict");

	(void)policy;
	c->verdicts += num(row, "verdicts");
	c->verdicts_linked += num(row, "linked");
	c->verdicts_allowed += verdict && strcmp(verdict, "allowed") == 0 ? num(row, "verdicts") : 0;
}

static const struct {
	enum ak_rc (*read)(struct ak_store *s, int64_t from_us, int64_t to_us, ak_row_fn *each, void *ctx, struct ak_err *err);
	void (*count)(const struct ak_policy *policy, json_t *row, struct ak_tally *c); /* may be NULL */
	const char *name, *title, *columns;						 /* of the table */
} populations[AK_P_COUNT] = {
	[AK_P_KEYS] = {ak_query_keys_each, count_key, "keys", "Keys: every key that a record names or the inventory lists",
		       "key:id alias attempts:integer provider_requests:integer first:datetime last:datetime state owner owner_basis "
		       "people:integer"},
	[AK_P_CHANGES] = {read_changes, count_change, "changes", "Changes by administrators",
			  "citation time:datetime category action resource_type resource:id actor actor_role actor_type ticket:id ticket_state ticket_found_by "
			  "outcome verdict"},
	[AK_P_GRANTS] = {ak_query_grants_each, count_grant, "access_grants", "Access grants in the reviews that were read",
			 "citation principal actor_type team resource:id role log_scope export state created:datetime last_used:datetime "
			 "reviewed:datetime"},
	[AK_P_VIEWS] = {ak_query_views_each, count_view, "log_views", "Who viewed or exported logs and data, as the systems recorded it",
			"citation time:datetime viewer role actor_type action log_scope export resource:id outcome reason ticket:id"},
	[AK_P_SETTLEMENTS] = {ak_query_settlements_each, count_settlement, "settlements",
			      "Settlement rows: credits, refunds, voids, adjustments, charges and invoices",
			      "citation time:datetime type settlement:id amount:number currency request:id request_state invoice:id reason "
			      "approval_event:id approval state"},
	[AK_P_QUOTAS] = {ak_query_quotas_each, count_quota, "quota_events",
			 "Events of quotas, budgets and rate limits; linked: with a gateway record of the call",
			 "source decision scope scope_id:id limit:number unit window policy_version events:integer linked:integer "
			 "first:datetime last:datetime people:integer"},
	[AK_P_VERDICTS] = {ak_query_verdicts_each, count_verdict, "dlp_verdicts",
			   "Verdicts of DLP and guardrails; linked: with a gateway record of the call",
			   "source verdict result rule version checked verdicts:integer findings:integer linked:integer first:datetime "
			   "last:datetime people:integer"},
	[AK_P_REJECTS] = {ak_query_rejects_each, NULL, "rejects", "Rejected records: where they stand, never what they hold",
			  "source file rule rec_no:integer byte_offset:integer byte_length:integer hash"},
};

void ak_population_count(enum ak_population p, const struct ak_policy *policy, json_t *row, struct ak_tally *counts)
{
	counts->rows[p]++;
	if (populations[p].count)
		populations[p].count(policy, row, counts);
}

struct reading {
	enum ak_population p;
	const struct ak_policy *policy;
	struct ak_tally *counts;
	struct ak_table *table; /* NULL = rows are only counted */
	struct ak_small_groups *small;
};

/* Populations whose rows are groups; of the others each row is one record. */
static bool rollup_of(enum ak_population p, enum ak_rollup *r)
{
	static const struct { enum ak_population p; enum ak_rollup r; } same[] = {
		{AK_P_KEYS, AK_R_KEYS}, {AK_P_QUOTAS, AK_R_QUOTAS}, {AK_P_VERDICTS, AK_R_VERDICTS}};

	for (size_t i = 0; i < AK_COUNT(same); i++)
		if (same[i].p == p) {
			*r = same[i].r;
			return true;
		}
	return false;
}

static void publish(const struct reading *r, const json_t *row)
{
	enum ak_rollup rollup;

	if (!rollup_of(r->p, &rollup) || ak_small_groups_take(r->small, rollup, row))
		ak_table_add(r->table, row);
}

/* What merged groups have become. */
static void publish_rest(const struct reading *r)
{
	enum ak_rollup rollup;
	json_t *rest, *row;
	size_t i;

	if (!rollup_of(r->p, &rollup))
		return;
	rest = ak_small_groups_rest(r->small, rollup);
	json_array_foreach(rest, i, row)
		ak_table_add(r->table, row);
	json_decref(rest);
}

static enum ak_rc take(void *ctx, json_t *row, struct ak_err *err)
{
	const struct reading *r = ctx;

	(void)err;
	ak_population_count(r->p, r->policy, row, r->counts);
	if (r->table)
		publish(r, row);
	return AK_OK;
}

enum ak_rc ak_population_read(struct ak_store *s, int64_t from_us, int64_t to_us, const struct ak_policy *policy,
			      struct ak_tables *tables, struct ak_small_groups *small, struct ak_tally *counts,
			      struct ak_table **out, struct ak_err *err)
{
	enum ak_rc rc = AK_OK;

	for (int p = 0; p < AK_P_COUNT && rc == AK_OK; p++) {
		struct reading r = {(enum ak_population)p, policy, counts, NULL, small};

		if (tables)
			out[p] = r.table = ak_table_new(tables, populations[p].name, populations[p].title, populations[p].columns);
		rc = populations[p].read(s, from_us, to_us, take, &r, err);
		if (rc == AK_OK && r.table)
			publish_rest(&r);
	}
	return rc;
}
