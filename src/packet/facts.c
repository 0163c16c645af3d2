#include "base/ak.h"
#include "packet/facts.h"

#include <stdlib.h>

#include "base/jsonget.h"
#include "link/link.h"
#include "packet/facts_beside.h"
#include "packet/overdue.h"
#include "query/query.h"
#include "reconcile/reconcile.h"
#include "store/access.h"

typedef enum ak_rc read_fn(struct ak_store *s, int64_t from_us, int64_t to_us, json_t **out, struct ak_err *err);

static enum ak_rc coverage(struct ak_store *s, int64_t from_us, int64_t to_us, json_t **out, struct ak_err *err)
{
	return ak_link_coverage(s, 0, from_us, to_us, out, err);
}

static enum ak_rc witnesses(struct ak_store *s, int64_t from_us, int64_t to_us, json_t **out, struct ak_err *err)
{
	return ak_query_corroboration(s, 0, from_us, to_us, out, err);
}

static enum ak_rc payload(struct ak_store *s, int64_t from_us, int64_t to_us, json_t **out, struct ak_err *err)
{
	return ak_query_payload(s, 0, from_us, to_us, out, err);
}

static enum ak_rc read_access(struct ak_store *s, struct ak_facts *f, struct ak_err *err)
{
	bool unbroken, agrees;
	enum ak_rc rc = ak_access_read(s, &f->access, &unbroken, err);

	if (rc == AK_OK)
		rc = ak_access_anchored(s, f->access, &f->access_covered, &agrees, err);
	f->access_good = rc == AK_OK && unbroken && agrees;
	return rc;
}

static void declare_source_owners(struct ak_facts *f, const struct ak_policy *policy)
{
	json_t *source;
	size_t i;

	for (size_t k = 0; policy && k < policy->nsources; k++)
		json_array_foreach(f->sources, i, source) {
			const struct ak_policy_source *s = &policy->sources[k];

			if (strcmp(json_string_value(json_object_get(source, "name")), s->name) == 0 && s->owner && strcmp(s->owner, "unknown") != 0 &&
			    !json_is_string(json_object_get(source, "owner")))
				json_object_set_new(source, "owner", json_string(s->owner));
		}
}

static enum ak_rc read_sources(struct ak_store *s, const struct ak_policy *policy, struct ak_facts *f, struct ak_err *err)
{
	enum ak_rc rc = f->sources ? AK_OK : ak_query_sources(s, 0, &f->sources, err);

	if (rc == AK_OK)
		declare_source_owners(f, policy);
	return rc;
}

/* ---- bypass ---- */

static json_int_t figure(const json_t *f, const char *member)
{
	const char *z = json_string_value(json_object_get(f, member));

	return z ? strtoll(z, NULL, 10) : 0;
}

/* A finding of the reconciliation, figures as numbers. */
static json_t *finding(const json_t *f)
{
	json_t *x = json_pack("{s:O, s:O, s:O, s:O, s:O}", "basis", json_object_get(f, "basis"), "key", json_object_get(f, "key"), "project",
			      json_object_get(f, "project"), "first", json_object_get(f, "first"), "last", json_object_get(f, "last"));

	json_object_set_new(x, "requests", json_integer(figure(f, "requests")));
	json_object_set_new(x, "input_tokens", json_integer(figure(f, "input_tokens")));
	return x;
}

static bool same_source(const json_t *f, const json_t *link)
{
	const char *a = json_string_value(json_object_get(f, "source")), *b = json_string_value(json_object_get(link, "to"));

	return a && b && strcmp(a, b) == 0;
}

/* Requests of the source where the gateways' records do not reach; of several queries that count them the most. */
static json_int_t beyond(const json_t *summary, const json_t *link)
{
	json_int_t most = 0, n;
	json_t *s, *x;
	size_t i, k;

	json_array_foreach(json_object_get(summary, "sources"), i, s)
		json_array_foreach(json_object_get(s, "outside"), k, x) {
			const char *measure = json_string_value(json_object_get(x, "measure"));

			if (same_source(s, link) && measure && strcmp(measure, "requests") == 0 &&
			    (n = json_integer_value(json_object_get(x, "value"))) > most)
				most = n;
		}
	return most;
}

static json_t *totals_of(const json_t *summary)
{
	static const char *const whose[] = {"source", "query", "provider"};
	json_t *list = json_array(), *source, *total;
	size_t i, k;

	json_array_foreach(json_object_get(summary, "sources"), i, source)
		json_array_foreach(json_object_get(source, "totals"), k, total) {
			json_t *row = json_copy(total);

			for (size_t w = 0; w < AK_COUNT(whose); w++)
				json_object_set(row, whose[w], json_object_get(source, whose[w]));
			json_array_append_new(list, row);
		}
	return list;
}

/* Rows by sums get what `report reconcile` says of their source: {bypass: [..], outside: requests}. */
static enum ak_rc add_bypass(struct ak_store *s, int64_t from_us, int64_t to_us, const struct ak_policy *policy, json_t *links, json_t **reconciled,
			     struct ak_err *err)
{
	struct ak_reconcile_opts o = {.from_us = from_us, .to_us = to_us, .control_point = policy ? policy->control_point : NULL};
	struct ak_reconcile *r = NULL;
	json_t *list, *summary, *link, *f;
	size_t i, k, sums = 0;

	json_array_foreach(links, i, link)
		sums += json_object_get(link, "dims") != NULL;
	if (!sums)
		return AK_OK;
	if (ak_reconcile_run(s, &o, &r, err) != AK_OK) {
		if (strcmp(err->reason, AK_AMOUNT_TOO_LONG) != 0)
			return AK_FAIL;
		/* Undecided, as in the check; the other figures stand. */
		json_array_foreach(links, i, link)
			if (json_object_get(link, "dims"))
				json_object_set_new(link, "undecided", json_string(err->msg));
		ak_err_clear(err);
		return AK_OK;
	}
	list = ak_reconcile_bypass(r);
	summary = ak_reconcile_summary(r);
	json_decref(*reconciled);
	*reconciled = totals_of(summary);
	json_array_foreach(links, i, link) {
		json_t *own = json_array();

		if (!json_object_get(link, "dims")) {
			json_decref(own);
			continue;
		}
		json_array_foreach(list, k, f)
			if (same_source(f, link))
				json_array_append_new(own, finding(f));
		json_object_set_new(link, "bypass", own);
		json_object_set_new(link, "outside", json_integer(beyond(summary, link)));
	}
	json_decref(list);
	json_decref(summary);
	ak_reconcile_free(r);
	return AK_OK;
}

enum ak_rc ak_facts_read(struct ak_store *s, int64_t from_us, int64_t to_us, const struct ak_policy *policy,
			 struct ak_tables *tables, struct ak_facts *out, struct ak_err *err)
{
	const struct {
		read_fn *read;
		json_t **into;
	} parts[] = {
		{ak_query_routes, &out->routes},
		{ak_query_spend, &out->spend},
		{payload, &out->payload},
		{witnesses, &out->witnesses},
		{ak_query_environments, &out->environments},
		{ak_query_ages, &out->ages},
		{ak_query_snapshots, &out->snapshots},
		{ak_query_entries, &out->entries},
		{ak_query_price_check, &out->price_check},
		{ak_query_apps, &out->apps},
	};
	enum ak_rc rc;

	out->small = ak_alloc(sizeof *out->small);
	ak_small_groups_init(out->small, policy);
	out->reconciled = json_array();
	rc = out->beside ? AK_OK : ak_store_spill(s, err); /* else it does already, for both */
	if (rc == AK_OK && !out->beside)
		rc = coverage(s, from_us, to_us, &out->links, err);
	if (rc == AK_OK && !out->workspace)
		rc = ak_query_workspace(s, &out->workspace, err);
	if (rc == AK_OK)
		rc = read_sources(s, policy, out, err);
	if (rc == AK_OK)
		rc = ak_query_kept_texts(s, &out->kept_texts, err);
	for (size_t i = 0; i < AK_COUNT(parts) && rc == AK_OK; i++)
		rc = parts[i].read(s, from_us, to_us, parts[i].into, err);
	if (rc == AK_OK && !out->beside)
		rc = add_bypass(s, from_us, to_us, policy, out->links, &out->reconciled, err);
	if (rc == AK_OK)
		rc = ak_population_read(s, from_us, to_us, policy, tables, out->small, &out->counts, out->table, err);
	if (rc == AK_OK)
		rc = ak_query_key_periods(s, -1, json_integer_value(json_object_get(out->workspace, "records_total")), &out->key_periods, err);
	if (rc == AK_OK)
		rc = ak_query_differences(s, out->witnesses, from_us, to_us, &out->differences, err);
	return rc == AK_OK ? read_access(s, out, err) : rc;
}

enum ak_rc ak_facts_read_sources(struct ak_store *s, const struct ak_policy *policy, int64_t as_of_us, struct ak_facts *f, struct ak_err *err)
{
	int64_t oldest[AK_K_COUNT];
	enum ak_rc rc = read_sources(s, policy, f, err);

	ak_overdue_classes(policy, as_of_us, oldest);
	if (rc == AK_OK)
		rc = ak_query_completeness(s, oldest, f->sources, err);
	if (rc == AK_OK)
		rc = ak_query_clock(s, NULL, 0, &f->clocks, err);
	if (rc == AK_OK)
		rc = ak_query_export_rows(s, &f->exports, err);
	if (rc == AK_OK)
		rc = ak_query_supply(s, &f->supply, err);
	return rc;
}

enum ak_rc ak_facts_read_totals(struct ak_store *s, int64_t from_us, int64_t to_us, const struct ak_policy *policy, struct ak_facts *f, struct ak_err *err)
{
	enum ak_rc rc = ak_facts_beside_end(f->beside, f, err);

	if (rc == AK_OK)
		rc = add_bypass(s, from_us, to_us, policy, f->links, &f->reconciled, err);
	if (rc == AK_OK)
		rc = ak_query_roles(s, from_us, to_us, &f->roles, err);
	return rc == AK_OK ? ak_query_holds(s, &f->holds, err) : rc;
}

void ak_facts_release(struct ak_facts *f)
{
	json_t *const all[] = {f->workspace, f->sources,	 f->links,   f->routes,	    f->spend,	     f->payload,
			       f->environments, f->ages, f->access,  f->snapshots,  f->entries,	     f->price_check,
			       f->witnesses, f->differences, f->kept_texts,	 f->key_periods,
			       f->clocks, f->exports, f->control_totals, f->shapes, f->roles, f->holds, f->reconciled,
			       f->supply, f->apps};

	for (size_t i = 0; i < AK_COUNT(all); i++)
		json_decref(all[i]);
	ak_population_release(&f->counts);
	ak_facts_beside_free(f->beside);
	if (f->small)
		ak_small_groups_release(f->small);
	ak_free(f->small);
}

bool ak_facts_has_places(const struct ak_facts *f, const char *source)
{
	const json_t *s = ak_jfind(f->sources, "name", source);

	return json_array_size(json_object_get(s, "payload")) > 0;
}

json_int_t ak_facts_sum(const json_t *rows, const char *member)
{
	json_int_t n = 0;
	json_t *row;
	size_t i;

	json_array_foreach(rows, i, row)
		n += json_integer_value(json_object_get(row, member));
	return n;
}

json_int_t ak_facts_bypass(const json_t *links, json_int_t *all)
{
	json_int_t n = 0;
	json_t *row;
	size_t i;

	json_array_foreach(links, i, row) {
		const char *method = json_string_value(json_object_get(row, "method"));

		n += ak_facts_sum(json_object_get(row, "bypass"), "requests");
		if (method && strcmp(method, "exact") != 0)
			*all += json_integer_value(json_object_get(row, "total"));
	}
	return n;
}
