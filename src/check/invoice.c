/* An invoice that its rows do not add up to. */
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
	const json_t *problems = json_object_get(row, "problems");

	(void)err;
	ak_check_of(x->run, 1);
	x->unjudged += strcmp(verdict, "not evaluable") == 0;
	if (strcmp(verdict, "differs") == 0)
		ak_check_found(x->run, json_pack("{s:O, s:o, s:O, s:O, s:O, s:O, s:O, s:O}", "subject", json_object_get(row, "invoice"), "text",
						 json_sprintf("invoice %s (%s): %s", ak_chain_text(row, "invoice"), currency ? currency : "no currency",
							      ak_chain_text(json_array_get(problems, 0), "text")),
						 "cites", json_object_get(row, "cites"), "currency", json_object_get(row, "currency"), "invoiced",
						 json_object_get(row, "invoiced"), "settled", json_object_get(row, "settled"), "usage",
						 json_object_get(row, "usage"), "difference", json_object_get(row, "difference")));
	return AK_OK;
}

static enum ak_rc run(struct ak_check_run *r, struct ak_err *err)
{
	const struct ak_chain_opts o = {r->policy, r->from_us, r->to_us};
	struct seen x = {.run = r};
	enum ak_rc rc = ak_chain_invoices_each(r->store, &o, take, &x, err);

	if (!r->of)
		ak_check_unjudged(r, "no record of this period names an invoice; ingest the settlement rows");
	else if (x.unjudged)
		ak_check_unjudged(r, "%llu of %llu invoices cannot be judged: the invoice or its rows are not here", (unsigned long long)x.unjudged,
				  (unsigned long long)r->of);
	return rc;
}

const struct ak_check ak_check_invoice = {
	.name = "invoice",
	.title = "invoices are the exact sum of the rows that name them, per currency",
	.severity = "medium",
	.unit = "invoices and currencies",
	.rationale = "an invoice that nothing adds up to cannot be explained to who pays it",
	.fix = "compare the cited rows with the invoice; ingest what is missing",
	.run = run,
};
