/* More records could not be read than policy.yaml allows. */
#include "base/ak.h"
#include "check/check.h"

#include "query/query.h"

static int64_t num(const json_t *o, const char *member) { return json_integer_value(json_object_get(o, member)); }

static bool too_many(const struct ak_policy *p, int64_t rejected, int64_t in)
{
	if (p && p->max_rejects_count >= 0)
		return rejected > p->max_rejects_count;
	if (p && p->max_rejects_ppm >= 0)
		return (__int128)rejected * 1000000 > (__int128)p->max_rejects_ppm * in;
	return rejected > 0;
}

static enum ak_rc run(struct ak_check_run *r, struct ak_err *err)
{
	json_t *sources = NULL, *s;
	size_t i;
	enum ak_rc rc = ak_query_sources(r->store, 0, &sources, err);

	json_array_foreach(sources, i, s) {
		const char *name = json_string_value(json_object_get(s, "name"));
		int64_t rejected = num(s, "rejected"), in = num(s, "records_in");

		ak_check_of(r, (uint64_t)in);
		if (too_many(r->policy, rejected, in))
			ak_check_found(r, json_pack("{s:s, s:o, s:[], s:I, s:I}", "subject", name, "text",
						    json_sprintf("%lld of %lld records of %s could not be read", (long long)rejected, (long long)in, name),
						    "cites", "affected", (json_int_t)rejected, "records_in", (json_int_t)in));
	}
	if (!json_array_size(sources))
		ak_check_unjudged(r, "nothing was ingested");
	json_decref(sources);
	return rc;
}

const struct ak_check ak_check_rejects = {
	.name = "rejects",
	.title = "records could be read",
	.severity = "medium",
	.unit = "records of all sources, whatever their time",
	.rationale = "what could not be read is in no count and no trace",
	.fix = "'auditkit sources show NAME' says where they stand; export them again, or raise limits.max_rejects and say why",
	.run = run,
};
