/* A refund that does not fit the request it names. */
#include "base/ak.h"
#include "check/check.h"

#include "chain/chain.h"
#include "chain/row.h"

struct seen {
	struct ak_check_run *run;
	uint64_t rows, unjudged;
};

static enum ak_rc take(void *ctx, json_t *row, struct ak_err *err)
{
	static const char *const unknown[] = {"ambiguous", "source not supplied", NULL};
	struct seen *x = ctx;
	const char *id = ak_chain_text(row, "settlement"), *state = ak_chain_text(row, "request_state");
	json_t *problems = json_object_get(row, "problems"), *p;
	size_t i;

	(void)err;
	if (!json_is_true(json_object_get(row, "made")))
		return AK_OK;
	x->rows++;
	if (strcmp(state, "no request named") == 0 && !problems)
		return AK_OK;
	ak_check_of(x->run, 1);
	x->unjudged += ak_chain_is(state, unknown);
	json_array_foreach(problems, i, p)
		ak_check_found(x->run, json_pack("{s:s, s:o, s:O, s:O, s:O, s:O*}", "subject", id ? id : ak_chain_text(row, "citation"), "text",
						 json_sprintf("%s: %s", ak_chain_text(p, "what"), ak_chain_text(p, "text")), "cites",
						 json_object_get(row, "cites"), "state", json_object_get(p, "what"), "time",
						 json_object_get(row, "time"), "request", json_object_get(row, "request")));
	return AK_OK;
}

static enum ak_rc run(struct ak_check_run *r, struct ak_err *err)
{
	const struct ak_chain_opts o = {r->policy, r->from_us, r->to_us};
	struct seen x = {.run = r};
	enum ak_rc rc = ak_chain_refunds_each(r->store, &o, take, &x, err);

	if (!x.rows)
		ak_check_unjudged(r, "no refund, credit, void or adjustment is in the records of this period; ingest the settlement rows");
	else if (!r->of)
		ak_check_unjudged(r, "none of %llu rows names a request", (unsigned long long)x.rows);
	else if (x.unjudged)
		ak_check_unjudged(r, "%llu of %llu rows cannot be judged: no request log was ingested, or several calls have the id that they name",
				  (unsigned long long)x.unjudged, (unsigned long long)r->of);
	return rc;
}

const struct ak_check ak_check_refund_mismatch = {
	.name = "refund-mismatch",
	.title = "refunds fit the request that they name: it failed where they say so, once, not more than it cost, in its currency",
	.severity = "high",
	.unit = "refunds, credits, voids and adjustments that name a request",
	.rationale = "a refund is a claim about one request, which the request log can contradict",
	.fix = "compare the settlement row with the cited requests and charges; correct the row",
	.run = run,
};
