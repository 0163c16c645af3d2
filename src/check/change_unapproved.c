/* A privileged change that no ticket approved before it was made. */
#include "base/ak.h"
#include "check/check.h"

#include "chain/chain.h"
#include "chain/row.h"

struct seen {
	struct ak_check_run *run;
	uint64_t unjudged;
};


static enum ak_rc take(void *ctx, json_t *row, struct ak_err *err)
{
	enum ak_change_class class = ak_chain_change_class(row);
	struct seen *x = ctx;
	const char *verdict = ak_chain_text(row, "verdict"), *why = ak_chain_text(row, "why"), *action = ak_chain_text(row, "action");
	const char *resource = ak_chain_text(row, "resource"), *event = ak_chain_text(row, "event");

	(void)err;
	if (class == AK_CHANGE_APART)
		return ak_check_apart(x->run, strcmp(verdict, "settlement") == 0 ? "judged by refund-unsettled" : "it failed or only reads"), AK_OK;
	ak_check_state(x->run, verdict);
	x->unjudged += class == AK_CHANGE_UNJUDGED;
	if (class != AK_CHANGE_FOUND)
		return AK_OK;
	ak_check_found(x->run, json_pack("{s:s, s:o, s:O, s:s, s:O, s:O*, s:O*}", "subject", event ? event : ak_chain_text(row, "citation"), "text",
					 json_sprintf("%s of %s: %s%s%s", action ? action : "a change", resource ? resource : "-", verdict,
						      why ? "; " : "", why ? why : ""),
					 "cites", json_object_get(row, "cites"), "state", verdict, "time", json_object_get(row, "time"), "ticket",
					 json_object_get(row, "ticket"), "emergency", json_object_get(row, "emergency")));
	return AK_OK;
}

static enum ak_rc run(struct ak_check_run *r, struct ak_err *err)
{
	const struct ak_chain_opts o = {r->policy, r->from_us, r->to_us};
	struct seen x = {.run = r};
	enum ak_rc rc = ak_chain_changes_each(r->store, &o, take, &x, err);

	if (!r->of)
		ak_check_unjudged(r, "no privileged change is in the records of this period; ingest the admin audits of gateway and providers");
	else if (x.unjudged)
		ak_check_unjudged(r, "%llu of %llu changes cannot be judged: no change tickets were ingested, or the change has no time",
				  (unsigned long long)x.unjudged, (unsigned long long)r->of);
	return rc;
}

const struct ak_check ak_check_change_unapproved = {
	.name = "change-unapproved",
	.title = "privileged changes were approved before they were made, by somebody else",
	.severity = "high",
	.unit = "changes of keys, quotas, routing, billing, roles and configuration that do not release money",
	.rationale = "a change without an approval of somebody else is how controls are switched off",
	.fix = "find the ticket and put its id into the event, or open one and let somebody else approve it",
	.run = run,
};
