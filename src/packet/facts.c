#include "base/ak.h"
#include "packet/facts.h"

#include "link/link.h"
#include "query/query.h"
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

enum ak_rc ak_facts_read(struct ak_store *s, int64_t from_us, int64_t to_us, struct ak_facts *out, struct ak_err *err)
{
	const struct {
		read_fn *read;
		json_t **into;
	} parts[] = {
		{coverage, &out->links},
		{ak_query_keys, &out->keys},
		{ak_query_routes, &out->routes},
		{ak_query_spend, &out->spend},
		{payload, &out->payload},
		{witnesses, &out->witnesses},
		{ak_query_changes, &out->changes},
		{ak_query_grants, &out->grants},
		{ak_query_environments, &out->environments},
		{ak_query_ages, &out->ages},
		{ak_query_settlements, &out->settlements},
		{ak_query_verdicts, &out->verdicts},
		{ak_query_quotas, &out->quotas},
		{ak_query_views, &out->views},
		{ak_query_snapshots, &out->snapshots},
		{ak_query_entries, &out->entries},
		{ak_query_price_check, &out->price_check},
	};
	enum ak_rc rc;

	memset(out, 0, sizeof *out);
	rc = ak_query_workspace(s, &out->workspace, err);
	if (rc == AK_OK)
		rc = ak_query_sources(s, 0, &out->sources, err);
	if (rc == AK_OK)
		rc = ak_query_diag(s, NULL, "reject", 0, 0, &out->rejects, err);
	for (size_t i = 0; i < AK_COUNT(parts) && rc == AK_OK; i++)
		rc = parts[i].read(s, from_us, to_us, parts[i].into, err);
	if (rc == AK_OK)
		rc = ak_query_differences(s, out->witnesses, from_us, to_us, &out->differences, err);
	return rc == AK_OK ? read_access(s, out, err) : rc;
}

void ak_facts_release(struct ak_facts *f)
{
	json_t *const all[] = {f->workspace, f->sources, f->rejects, f->links,	f->keys,	 f->routes, f->spend,
			       f->payload,   f->changes, f->grants,  f->environments, f->ages, f->access,
			       f->settlements, f->verdicts, f->quotas, f->views, f->snapshots, f->entries,
			       f->price_check, f->witnesses, f->differences};

	for (size_t i = 0; i < AK_COUNT(all); i++)
		json_decref(all[i]);
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
