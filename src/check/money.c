/* Money that its records do not add up to: prepaid balances, and invoices. One body; a book says what is compared. */
#include "base/ak.h"
#include "check/check.h"

#include "chain/chain.h"
#include "chain/row.h"

struct book {
	enum ak_rc (*each)(struct ak_store *s, const struct ak_chain_opts *o, ak_row_fn *each, void *ctx, struct ak_err *err);
	const char *subject, *wrong; /* member that names it; the verdict that is a finding */
	json_t *(*sentence)(const json_t *row, const char *currency);
	const char *members[6];		 /* of the row, shown with the finding */
	const char *nothing, *undecided; /* why it cannot be judged: no row; so many of so many rows ... */
};

struct seen {
	struct ak_check_run *run;
	const struct book *book;
	uint64_t unjudged;
};

static json_t *of_balance(const json_t *row, const char *currency)
{
	return json_sprintf("from %s to %s: %s + %s - %s is %s %s, the balance is %s: gap %s", ak_chain_text(row, "from"), ak_chain_text(row, "to"),
			    ak_chain_text(row, "opening"), ak_chain_text(row, "credits"), ak_chain_text(row, "charges"), ak_chain_text(row, "expected"),
			    currency ? currency : "", ak_chain_text(row, "closing"), ak_chain_text(row, "gap"));
}

static json_t *of_invoice(const json_t *row, const char *currency)
{
	return json_sprintf("invoice %s (%s): %s", ak_chain_text(row, "invoice"), currency ? currency : "no currency",
			    ak_chain_text(json_array_get(json_object_get(row, "problems"), 0), "text"));
}

static const struct book balances = {
	ak_chain_balances_each, "account", "gap", of_balance, {"gap"},
	"no account has two balances on record; ingest admin events or settlement rows that state balances",
	"stretches between balances cannot be judged: charges, currency or the sign of an adjustment are not recorded"};
static const struct book invoices = {
	ak_chain_invoices_each, "invoice", "differs", of_invoice, {"invoiced", "settled", "usage", "difference"},
	"no record of this period names an invoice; ingest the settlement rows", "invoices cannot be judged: the invoice or its rows are not here"};

static enum ak_rc take(void *ctx, json_t *row, struct ak_err *err)
{
	struct seen *x = ctx;
	const struct book *k = x->book;
	const char *verdict = ak_chain_text(row, "verdict");
	json_t *f;

	(void)err;
	ak_check_state(x->run, verdict);
	x->unjudged += strcmp(verdict, "not evaluable") == 0;
	if (strcmp(verdict, k->wrong) != 0)
		return AK_OK;
	f = json_pack("{s:O, s:o, s:O, s:O}", "subject", json_object_get(row, k->subject), "text", k->sentence(row, ak_chain_text(row, "currency")), "cites",
		      json_object_get(row, "cites"), "currency", json_object_get(row, "currency"));
	for (size_t i = 0; i < AK_COUNT(k->members) && k->members[i]; i++)
		json_object_set(f, k->members[i], json_object_get(row, k->members[i]));
	ak_check_found(x->run, f);
	return AK_OK;
}

static enum ak_rc compare(struct ak_check_run *r, const struct book *k, struct ak_err *err)
{
	const struct ak_chain_opts o = {r->policy, r->from_us, r->to_us};
	struct seen x = {.run = r, .book = k};
	enum ak_rc rc = k->each(r->store, &o, take, &x, err);

	if (!r->of)
		ak_check_unjudged(r, "%s", k->nothing);
	else if (x.unjudged)
		ak_check_unjudged(r, "%llu of %llu %s", (unsigned long long)x.unjudged, (unsigned long long)r->of, k->undecided);
	return rc;
}

static enum ak_rc run_balance(struct ak_check_run *r, struct ak_err *err) { return compare(r, &balances, err); }
static enum ak_rc run_invoice(struct ak_check_run *r, struct ak_err *err) { return compare(r, &invoices, err); }

const struct ak_check ak_check_balance = {
	.name = "balance",
	.title = "prepaid balances follow from the balance before, credits and charges",
	.severity = "high",
	.unit = "stretches between two balances of an account",
	.rationale = "a balance that moves without a row is money nobody booked",
	.fix = "look for the credit or charge that is missing between the cited balances",
	.run = run_balance,
};

const struct ak_check ak_check_invoice = {
	.name = "invoice",
	.title = "invoices are the exact sum of the rows that name them, per currency",
	.severity = "medium",
	.unit = "invoices and currencies",
	.rationale = "an invoice that nothing adds up to cannot be explained to who pays it",
	.fix = "compare the cited rows with the invoice; ingest what is missing",
	.run = run_invoice,
};
