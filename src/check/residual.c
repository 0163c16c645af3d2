/* Gaps between provider and gateway that no rule explains. */
#include "base/ak.h"
#include "check/check.h"

#include "reconcile/reconcile.h"

static const char *txt(const json_t *o, const char *k)
{
	const char *z = json_string_value(json_object_get(o, k));

	return z ? z : "?";
}

/* limits.max_unexplained of policy.yaml, in millionths; 0 when it says nothing. */
static int64_t limit(const struct ak_policy *p)
{
	const char *text = p ? json_string_value(ak_policy_get(p, "limits.max_unexplained")) : NULL;
	int64_t ppm = text ? ak_policy_ppm(text) : -1;

	return ppm < 0 ? 0 : ppm;
}

static void judge(struct ak_check_run *r, const json_t *s, const json_t *t)
{
	int64_t ppm = json_integer_value(json_object_get(t, "unexplained_ppm"));
	const char *unit = json_string_value(json_object_get(t, "currency"));

	ak_check_of(r, 1);
	if (ppm <= limit(r->policy))
		return;
	ak_check_found(r, json_pack("{s:s, s:o, s:[], s:s, s:s, s:o, s:o, s:I}", "subject", txt(s, "source"), "text",
				    json_sprintf("%s: of %s %s%s%s %s are unexplained, rows taken without their signs (%lld.%04lld %%)", txt(s, "source"),
						 txt(t, "provider_figure"), unit ? unit : "", unit ? " " : "", txt(t, "measure"), txt(t, "unexplained_in_all"),
						 (long long)(ppm / 10000), (long long)(ppm % 10000)),
				    "cites", "source", txt(s, "source"), "measure", txt(t, "measure"), "unexplained",
				    json_incref(json_object_get(t, "unexplained_in_all")), "provider_figure", json_incref(json_object_get(t, "provider_figure")),
				    "unexplained_ppm", (json_int_t)ppm));
}

static enum ak_rc run(struct ak_check_run *r, struct ak_err *err)
{
	struct ak_reconcile_opts o = {.from_us = r->from_us, .to_us = r->to_us,
				      .control_point = r->policy ? r->policy->control_point : NULL};
	struct ak_reconcile *rec = NULL;
	json_t *summary, *s, *t;
	size_t i, k;
	enum ak_rc rc = ak_reconcile_run(r->store, &o, &rec, err);

	if (rc != AK_OK)
		return rc;
	summary = ak_reconcile_summary(rec);
	json_array_foreach(json_object_get(summary, "sources"), i, s)
		json_array_foreach(json_object_get(s, "totals"), k, t)
			judge(r, s, t);
	if (!r->of)
		ak_check_unjudged(r, "no provider usage or cost lies beside gateway records in this period");
	json_decref(summary);
	ak_reconcile_free(rec);
	return AK_OK;
}

const struct ak_check ak_check_residual = {
	.name = "residual",
	.title = "gaps between provider and gateway are explained",
	.severity = "medium",
	.unit = "totals of a source, measure and currency",
	.rationale = "an unexplained gap may be traffic or money that nobody watches",
	.fix = "'auditkit report reconcile' names the rows, --drill their records; limits.max_unexplained of policy.yaml sets what is tolerated",
	.run = run,
};
