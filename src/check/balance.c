/* A prepaid balance that credits and charges do not explain. */
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
	const char *verdict = ak_chain_text(row, "verdict"), *currency = ak_chain_text(row, "currency");

	(void)err;
	ak_check_of(x->run, 1);
	x->unjudged += strcmp(verdict, "not evaluable") == 0;
	if (strcmp(verdict, "gap") == 0)
		ak_check_found(x->run, json_pack("{s:O, s:o, s:O, s:O, s:O}", "subject", json_object_get(row, "account"), "text",
						 json_sprintf("from %s to %s: %s + %s - %s is %s %s, the balance is %s: gap %s", ak_chain_text(row, "from"),
							      ak_chain_text(row, "to"), ak_chain_text(row, "opening"), ak_chain_text(row, "credits"),
							      ak_chain_text(row, "charges"), ak_chain_text(row, "expected"), currency ? currency : "",
							      ak_chain_text(row, "closing"), ak_chain_text(row, "gap")),
						 "cites", json_object_get(row, "cites"), "gap", json_object_get(row, "gap"), "currency",
						 json_object_get(row, "currency")));
	return AK_OK;
}

static enum ak_rc run(struct ak_check_run *r, struct ak_err *err)
{
	const struct ak_chain_opts o = {r->policy, r->from_us, r->to_us};
	struct seen x = {.run = r};
	enum ak_rc rc = ak_chain_balances_each(r->store, &o, take, &x, err);

	if (!r->of)
		ak_check_unjudged(r, "no account has two balances on record; ingest admin events or settlement rows that state balances");
	else if (x.unjudged)
		ak_check_unjudged(r, "%llu of %llu stretches between balances cannot be judged: charges, currency or the sign of an adjustment are not recorded",
				  (unsigned long long)x.unjudged, (unsigned long long)r->of);
	return rc;
}

const struct ak_check ak_check_balance = {
	.name = "balance",
	.title = "prepaid balances follow from the balance before, credits and charges",
	.severity = "high",
	.unit = "stretches between two balances of an account",
	.rationale = "a balance that moves without a row is money nobody booked",
	.fix = "look for the credit or charge that is missing between the cited balances",
	.run = run,
};
