/* An admin event that released money, and no settlement row that shows it. */
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
	struct seen *x = ctx;
	const char *state = ak_chain_text(row, "settlement_state"), *event = ak_chain_text(row, "event"), *action = ak_chain_text(row, "action");

	(void)err;
	if (strcmp(ak_chain_text(row, "verdict"), "settlement") != 0)
		return AK_OK;
	ak_check_state(x->run, state);
	x->unjudged += strcmp(state, "not evaluable") == 0;
	if (strcmp(state, "not settled") == 0)
		ak_check_found(x->run, json_pack("{s:s, s:o, s:O, s:s, s:O}", "subject", event ? event : ak_chain_text(row, "citation"), "text",
						 json_sprintf("%s of %s: %s; %s", action ? action : "a release",
							      ak_chain_text(row, "resource") ? ak_chain_text(row, "resource") : "-", state,
							      ak_chain_text(row, "why")),
						 "cites", json_object_get(row, "cites"), "state", state, "time", json_object_get(row, "time")));
	return AK_OK;
}

static enum ak_rc run(struct ak_check_run *r, struct ak_err *err)
{
	const struct ak_chain_opts o = {r->policy, r->from_us, r->to_us};
	struct seen x = {.run = r};
	enum ak_rc rc = ak_chain_changes_each(r->store, &o, take, &x, err);

	if (!r->of)
		ak_check_unjudged(r, "no admin event of this period releases money; ingest the admin audit");
	else if (x.unjudged)
		ak_check_unjudged(r, "%llu of %llu events cannot be judged: no settlement rows were ingested", (unsigned long long)x.unjudged,
				  (unsigned long long)r->of);
	return rc;
}

const struct ak_check ak_check_refund_unsettled = {
	.name = "refund-unsettled",
	.title = "admin events that release money have their settlement row",
	.severity = "medium",
	.unit = "admin events about refunds, credits, voids and adjustments",
	.rationale = "money that was released and is in no book was paid elsewhere, or not at all",
	.fix = "export the settlement rows of that time again; where there is none, ask who released the money and what for",
	.run = run,
};
