/* Hops 3 and 4: what the provider recorded of the call itself, and the sums that it is a part of. */
#include "base/ak.h"
#include "trace/hops.h"

#include "query/keynames.h"

/* Whether an attempt names this provider request id. */
static bool asked_by(const struct ak_trace *t, const char *id)
{
	static const char *const names[] = {"auditkit.provider.request_id", "auditkit.upstream.id", "gen_ai.response.id"};
	json_t *r;
	size_t i;

	json_array_foreach(t->attempts, i, r)
		for (size_t k = 0; k < AK_COUNT(names); k++)
			if (ak_trace_same_id(AK_F_PROVIDER_REQUEST_ID, id, ak_trace_field(r, names[k])))
				return true;
	return false;
}

/* Whether it is a member by an id that the provider gave, as links saw it: they know further headers and spellings. */
static bool led_by_provider(const struct ak_trace *t, const json_t *record)
{
	static const char *const names[] = {"auditkit.provider.request_id", "auditkit.upstream.id", "gen_ai.response.id"};
	json_t *row;
	size_t i;

	json_array_foreach(t->members, i, row)
		for (size_t k = 0; k < AK_COUNT(names); k++)
			if (json_equal(json_object_get(row, "seq"), json_object_get(record, "seq")) &&
			    ak_trace_same(json_string_value(json_object_get(row, "field")), names[k]))
				return true;
	return false;
}

/* The provider's own records of the call: those of its request log, and events of its audit log that name the id. */
static size_t provider_hops(struct ak_trace *t, const json_t *records, bool log)
{
	size_t i, n = 0;
	json_t *r, *h;
	char in[32], out[32];

	json_array_foreach((json_t *)records, i, r) {
		const char *id = ak_trace_field(r, "auditkit.provider.request_id"), *response = ak_trace_field(r, "gen_ai.response.id");
		bool named = asked_by(t, id);

		/* An audit log also brings events about the call, such as its refund, which are no route of it; a log of calls does not. */
		if (!log && (!id || (!named && !led_by_provider(t, r))))
			continue;
		h = ak_trace_hop(t, 3, "provider route", "present", ak_trace_field(r, "event.start"));
		ak_trace_cite(h, r);
		ak_trace_say(h, "%s, exact id %s", ak_trace_dash(ak_trace_field(r, "event.action")), named || !response ? ak_trace_dash(id) : response);
		if (ak_trace_field(r, "cloud.region") || ak_trace_field(r, "gen_ai.response.model"))
			ak_trace_say(h, "%s %s%s%s", ak_trace_dash(ak_trace_field(r, "gen_ai.provider.name")),
				     ak_trace_dash(ak_trace_field(r, "gen_ai.response.model")), ak_trace_field(r, "cloud.region") ? ", " : "",
				     ak_trace_field(r, "cloud.region") ? ak_trace_field(r, "cloud.region") : "");
		if (ak_trace_int(r, "gen_ai.usage.input_tokens", -1) >= 0)
			ak_trace_say(h, "the provider counted in %s, out %s", ak_trace_count(r, "gen_ai.usage.input_tokens", in),
				     ak_trace_count(r, "gen_ai.usage.output_tokens", out));
		t->exact++;
		n++;
	}
	return n;
}

/* The attempt that reached a provider last: a cached answer reached none. */
static const json_t *last_sent(const struct ak_trace *t)
{
	const json_t *last = NULL, *r;
	size_t i;

	json_array_foreach(t->attempts, i, r)
		if (!ak_trace_same(ak_trace_field(r, "auditkit.cache.status"), "hit"))
			last = r;
	return last;
}

/* Where no record of the provider carries the id, the route is what the gateway recorded, and said so. */
enum ak_rc ak_trace_route(struct ak_trace *t, struct ak_err *err)
{
	const json_t *last;
	const char *id;
	json_t *h;

	if (provider_hops(t, t->calls, true) + provider_hops(t, t->audits, false))
		return AK_OK;
	if (!json_array_size(t->attempts))
		return ak_trace_missing(t, 3, "provider route", err);
	if (!(last = last_sent(t))) {
		last = json_array_get(t->attempts, 0);
		h = ak_trace_hop(t, 3, "provider route", "present", ak_trace_field(last, "event.start"));
		ak_trace_cite(h, last);
		ak_trace_say(h, "none: the gateway answered from its cache");
		return AK_OK;
	}
	id = ak_trace_field(last, "auditkit.provider.request_id");
	h = ak_trace_hop(t, 3, "provider route", "present", ak_trace_field(last, "event.start"));
	ak_trace_cite(h, last);
	ak_trace_say(h, "%s %s, as the gateway recorded it", ak_trace_dash(ak_trace_field(last, "gen_ai.provider.name")),
		     ak_trace_dash(ak_trace_field(last, "gen_ai.response.model")));
	ak_trace_say(h, "provider request id %s", id ? id : "not provided by source");
	return ak_trace_lack(t, h, 3, err);
}

/* ---- usage and cost ---- */

static bool listed(const json_t *buckets, const json_t *row)
{
	const json_t *b;
	size_t i;

	json_array_foreach((json_t *)buckets, i, b)
		if (json_equal(json_object_get(b, "cite"), json_object_get(row, "cite")))
			return true;
	return false;
}

static bool is_own(const json_t *ids, const json_t *row)
{
	const char *key = json_string_value(json_object_get(row, "key"));

	return key && json_object_get(ids, key);
}

/* The names of the attempts' keys, and where no bucket has one of them the ids under which the inventory says that providers count them. */
static enum ak_rc own_keys(struct ak_trace *t, const json_t *buckets, json_t **ids, struct ak_err *err)
{
	static const char *const names[] = {"auditkit.key.id", "auditkit.key.hash", "auditkit.key.alias"};
	json_t *asked = json_array(), *known = NULL, *r, *id;
	enum ak_rc rc = AK_OK;
	bool needed = json_array_size(buckets) > 0;
	size_t i;

	json_array_foreach(t->attempts, i, r)
		for (size_t k = 0; k < AK_COUNT(names); k++)
			if (ak_trace_field(r, names[k]))
				json_array_append_new(asked, json_string(ak_trace_field(r, names[k])));
	*ids = json_object();
	json_array_foreach(asked, i, id)
		json_object_set_new(*ids, json_string_value(id), json_true());
	json_array_foreach((json_t *)buckets, i, r)
		needed = needed && !is_own(*ids, r);
	if (needed && json_array_size(asked))
		rc = ak_query_key_inventory(t->s, asked, &known, err);
	json_array_foreach(json_object_get(known, "ids"), i, id)
		json_object_set_new(*ids, json_string_value(id), json_true());
	json_decref(asked);
	json_decref(known);
	return rc;
}

static void bucket(struct ak_trace *t, json_t *h, json_t *row, bool own)
{
	json_int_t requests = json_integer_value(json_object_get(row, "requests"));

	if (listed(json_object_get(h, "buckets"), row))
		return;
	ak_trace_say(h, "%s to %s: %lld request%s of %s, %s %s [%s]", json_string_value(json_object_get(row, "start")),
		     json_string_value(json_object_get(row, "end")), (long long)requests, requests == 1 ? "" : "s",
		     ak_trace_dash(json_string_value(json_object_get(row, "model"))), own ? "its key" : "key", ak_trace_dash(json_string_value(json_object_get(row, "key"))),
		     json_string_value(json_object_get(row, "cite")));
	json_array_append(json_object_get(h, "buckets"), row);
	t->aggregate++;
}

static void add_declared_gaps(struct ak_trace *t, json_t *h)
{
	const json_t *gaps = t->policy ? ak_policy_get(t->policy, "not_provided") : NULL;
	const char *name;
	json_t *gap;

	json_object_foreach((json_t *)gaps, name, gap) {
		const char *due = json_string_value(json_object_get(gap, "due"));
		int line = ak_yaml_key_line(&t->policy->yaml, gaps, name);

		ak_trace_say(h, "%s: MISSING, declared gap, due %s (policy.yaml:%d)", name, ak_trace_dash(due), line);
		json_array_append_new(t->gaps, json_pack("{s:s, s:s?, s:s?, s:s?, s:o}", "name", name, "due", due, "owner",
							 json_string_value(json_object_get(gap, "owner")), "why",
							 json_string_value(json_object_get(gap, "why")), "cite", json_sprintf("policy.yaml:%d", line)));
		t->declared++;
	}
}

enum ak_rc ak_trace_usage(struct ak_trace *t, struct ak_err *err)
{
	json_t *r, *rows, *row, *h, *all, *ids = NULL;
	size_t i;
	enum ak_rc rc = AK_OK;

	if (!json_array_size(t->attempts))
		return ak_trace_missing(t, 4, "usage and cost", err);
	h = ak_trace_hop(t, 4, "usage and cost", "aggregate", NULL);
	if (!last_sent(t)) {
		ak_trace_say(h, "none expected: no provider was asked");
		ak_trace_cite(h, json_array_get(t->attempts, 0));
		return AK_OK;
	}
	ak_trace_say(h, "aggregate buckets, not this request alone");
	json_object_set_new(h, "buckets", json_array());
	/* Its own key's first: those of others show what the sum may be mixed with. */
	all = json_array();
	json_array_foreach(t->attempts, i, r) {
		rows = NULL;
		if (rc == AK_OK)
			rc = ak_link_buckets(t->s, r, &rows, err);
		json_array_extend(all, rows);
		json_decref(rows);
	}
	if (rc == AK_OK)
		rc = own_keys(t, all, &ids, err);
	for (int own = 1; own >= 0; own--)
		json_array_foreach(all, i, row)
			if (is_own(ids, row) == (own == 1))
				bucket(t, h, row, own == 1);
	json_decref(all);
	json_decref(ids);
	if (rc != AK_OK)
		return rc;
	add_declared_gaps(t, h);
	if (json_array_size(json_object_get(h, "buckets")))
		return AK_OK;
	json_object_set_new(h, "state", json_string("missing"));
	t->missing++;
	return ak_trace_lack(t, h, 4, err);
}
