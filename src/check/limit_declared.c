/* Limits that gateways were set to, beside those that policy.yaml states. */
#include "base/ak.h"
#include "check/check.h"

#include "base/jsonget.h"
#include "state/state.h"

static enum ak_rc pair(void *ctx, json_t *row, struct ak_err *err)
{
	const char *window = ak_jtxt(row, "window", NULL), *until = ak_jtxt(row, "until", NULL), *from = ak_jtxt(row, "from", NULL);
	json_t *f;

	(void)err;
	ak_check_of(ctx, 1);
	if (json_is_true(json_object_get(row, "agrees")))
		return AK_OK;
	f = json_deep_copy(row);
	json_object_set_new(f, "text", json_sprintf("%s %s: %s states %s %s%s%s, and %s %s%s was %s by %s, from %s until %s", ak_jtxt(row, "class", "?"), ak_jtxt(row, "subject", "?"),
						    ak_jtxt(row, "by", "?"), ak_jtxt(row, "declared", "?"), ak_jtxt(row, "currency", ak_jtxt(row, "unit", "?")),
						    window ? " in " : "", window ? window : "", ak_jtxt(row, "shown_class", "?"), ak_jtxt(row, "subject", "?"),
						    ak_jtxt(row, "shown_path", ""), ak_jtxt(row, "shown", "?"), ak_jtxt(row, "shown_by", "?"), from ? from : "the first record",
						    until ? until : "now"));
	json_object_set_new(f, "cites", json_pack("[O, O]", json_object_get(row, "by"), json_object_get(row, "shown_by")));
	ak_check_found(ctx, f);
	return AK_OK;
}

static enum ak_rc run(struct ak_check_run *r, struct ak_err *err)
{
	uint64_t declared, beside;
	enum ak_rc rc = ak_state_declared_each(r->store, r->policy, r->from_us, r->to_us, pair, r, &declared, &beside, err);

	if (rc != AK_OK)
		return rc;
	if (!declared)
		ak_check_unjudged(r, "policy.yaml states no limit that was in force: see quotas in auditkit-policy(5)");
	else if (!beside)
		ak_check_unjudged(r, "none of %llu limits of policy.yaml is shown by a captured setting or a change of the same subject, unit and window: ingest captured settings (formats "
				     "config-snapshot, litellm-settings) or quota changes",
				  (unsigned long long)declared);
	return AK_OK;
}

const struct ak_check ak_check_limit_declared = {
	.name = "limit-declared",
	.title = "gateways were set to the limits that policy.yaml states",
	.severity = "medium",
	.unit = "limits as they were set that policy.yaml states too, for the same subject, unit and window",
	.rationale = "a limit that is written down and set to something else is not the one that holds",
	.fix = "set the gateway to the stated limit, or correct policy.yaml and say since when the other one holds",
	.run = run,
};
