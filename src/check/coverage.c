/* Fewer app events meet a gateway record than limits.min_link_coverage says. */
#include "base/ak.h"
#include "check/check.h"

#include "link/cover.h"

static int64_t num(const json_t *o, const char *member) { return json_integer_value(json_object_get(o, member)); }

static void judge(struct ak_check_run *r, const json_t *side, int64_t limit)
{
	const char *from = json_string_value(json_object_get(side, "from"));
	int64_t linked = num(side, "linked"), total = num(side, "total");

	ak_check_of(r, (uint64_t)total);
	if ((__int128)linked * 1000000 >= (__int128)limit * total)
		return;
	ak_check_found(r, json_pack("{s:s, s:o, s:[], s:I, s:I, s:I, s:I, s:O}", "subject", from, "text",
				    json_sprintf("%lld of %lld app events of %s meet a gateway record (%s), less than %s; 'auditkit report links"
						 " --state unmatched' lists the others",
						 (long long)linked, (long long)total, from,
						 json_string_value(json_object_get(side, "percent")), r->policy->min_link_coverage),
				    "cites", "affected", (json_int_t)(total - linked), "linked", (json_int_t)linked, "ambiguous", (json_int_t)num(side, "ambiguous"), "total", (json_int_t)total,
				    "reasons", json_object_get(side, "reasons")));
}

static enum ak_rc run(struct ak_check_run *r, struct ak_err *err)
{
	const struct ak_link_opts o = {.from_us = r->from_us, .to_us = r->to_us, .pairs = 1};
	const char *wanted = r->policy ? r->policy->min_link_coverage : NULL;
	json_t *pairs = NULL, *sides = NULL, *side;
	size_t i;
	enum ak_rc rc;

	if (!wanted) {
		ak_check_unjudged(r, "no limits.min_link_coverage is declared in policy.yaml");
		return AK_OK;
	}
	rc = ak_link_cover(r->store, &o, false, &pairs, &sides, err);
	json_array_foreach(sides, i, side)
		judge(r, side, ak_policy_ppm(wanted));
	if (rc == AK_OK && !r->of)
		ak_check_unjudged(r, "there is no app event in the period: ingest what the applications logged");
	json_decref(pairs);
	json_decref(sides);
	return rc;
}

const struct ak_check ak_check_coverage = {
	.name = "coverage",
	.title = "app events meet gateway records",
	.severity = "medium",
	.unit = "app events",
	.rationale = "what an application did and no gateway saw went past the controls, or cannot be shown not to have",
	.fix = "'auditkit report coverage' says why records are unmatched: export what is missing, or have the application log the trace id",
	.run = run,
};
