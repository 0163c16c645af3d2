/* Money that was given back without an admin event that released it. */
#include "base/ak.h"
#include "check/check.h"

#include "chain/chain.h"
#include "chain/row.h"

struct seen {
	struct ak_check_run *run;
	uint64_t unjudged;
};

static const char *const in_order[] = {"approved", "not evaluable", NULL};

static enum ak_rc take(void *ctx, json_t *row, struct ak_err *err)
{
	struct seen *x = ctx;
	const char *verdict = ak_chain_text(row, "verdict"), *id = ak_chain_text(row, "settlement"), *why = ak_chain_text(row, "why");
	const char *amount = ak_chain_text(row, "amount"), *currency = ak_chain_text(row, "currency"), *type = ak_chain_text(row, "type");

	(void)err;
	if (strcmp(verdict, "not made") == 0)
		return ak_check_apart(x->run, "its state says that no money moved"), AK_OK;
	ak_check_state(x->run, verdict);
	x->unjudged += strcmp(verdict, "not evaluable") == 0;
	if (!ak_chain_is(verdict, in_order))
		ak_check_found(x->run, json_pack("{s:s, s:o, s:O, s:s, s:O}", "subject", id ? id : ak_chain_text(row, "citation"), "text",
						 json_sprintf("%s of %s %s: %s%s%s", type ? type : "settlement", amount ? amount : "no amount",
							      currency ? currency : "in no currency", verdict, why ? "; " : "", why ? why : ""),
						 "cites", json_object_get(row, "cites"), "state", verdict, "time", json_object_get(row, "time")));
	return AK_OK;
}

static enum ak_rc run(struct ak_check_run *r, struct ak_err *err)
{
	const struct ak_chain_opts o = {r->policy, r->from_us, r->to_us};
	struct seen x = {.run = r};
	enum ak_rc rc = ak_chain_refunds_each(r->store, &o, take, &x, err);

	if (!r->of)
		ak_check_unjudged(r, "no refund, credit, void or adjustment is in the records of this period; ingest the settlement rows");
	else if (x.unjudged)
		ak_check_unjudged(r, "%llu of %llu rows cannot be judged: no admin audit was ingested, or their source names no approvals",
				  (unsigned long long)x.unjudged, (unsigned long long)r->of);
	return rc;
}

const struct ak_check ak_check_refund_unapproved = {
	.name = "refund-unapproved",
	.title = "refunds were released by an admin event of somebody else before they were settled",
	.severity = "high",
	.unit = "refunds, credits, voids and adjustments that were made",
	.rationale = "money that one person can give back alone",
	.fix = "find the event that approved it and put its id into the settlement row, or take the refund back",
	.run = run,
};
