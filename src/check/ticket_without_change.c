/* A ticket that says it was implemented, and no admin event that shows it. */
#include "base/ak.h"
#include "check/check.h"

#include "chain/chain.h"
#include "chain/row.h"

struct seen {
	struct ak_check_run *run;
	uint64_t tickets, unjudged;
};

static enum ak_rc take(void *ctx, json_t *row, struct ak_err *err)
{
	struct seen *x = ctx;
	const char *verdict = ak_chain_text(row, "verdict"), *ticket = ak_chain_text(row, "ticket");

	(void)err;
	x->tickets++;
	if (strcmp(verdict, "open") == 0)
		return ak_check_apart(x->run, "it does not say that it was implemented"), AK_OK;
	ak_check_state(x->run, verdict);
	x->unjudged += strcmp(verdict, "not evaluable") == 0;
	if (strcmp(verdict, "no change found") == 0)
		ak_check_found(x->run, json_pack("{s:s, s:o, s:O, s:s, s:O}", "subject", ticket ? ticket : ak_chain_text(row, "citation"), "text",
						 json_sprintf("ticket %s: %s", ticket ? ticket : "-", ak_chain_text(row, "why")), "cites",
						 json_object_get(row, "cites"), "state", verdict, "time", json_object_get(row, "time")));
	return AK_OK;
}

static enum ak_rc run(struct ak_check_run *r, struct ak_err *err)
{
	const struct ak_chain_opts o = {r->policy, r->from_us, r->to_us};
	struct seen x = {.run = r};
	enum ak_rc rc = ak_chain_tickets_each(r->store, &o, take, &x, err);

	if (!x.tickets)
		ak_check_unjudged(r, "no change ticket is in the records of this period; ingest the export of the ticket system");
	else if (x.unjudged)
		ak_check_unjudged(r, "no admin audit was ingested that could show the changes of %llu tickets", (unsigned long long)x.unjudged);
	return rc;
}

const struct ak_check ak_check_ticket_without_change = {
	.name = "ticket-without-change",
	.title = "tickets that say they were implemented have their change in the audit",
	.severity = "medium",
	.unit = "tickets that say they were implemented",
	.rationale = "a change that no system recorded was made elsewhere, or the audit lost it",
	.fix = "ingest the admin audit of the system that was changed, or correct the ticket",
	.run = run,
};
