/* Invoices against the rows that name them: exact, per currency. */
#include "base/ak.h"
#include "chain/chain.h"

#include "chain/row.h"
#include "model/settlement.h"

enum { CITED = 20 };

static const char *const taken_back[] = {"rejected", "declined", "denied", "failed", "cancelled", "canceled", "reversed", "voided", NULL};

enum kind { INVOICE, ROW, USAGE, KINDS };
static const char *const sums[KINDS] = {"invoiced", "settled", "usage"};
static const char *const counts[KINDS] = {"invoices", "rows", "usage_rows"};

struct invoice {
	json_t *row;
	struct ak_dec_sum sum[KINDS];
	int64_t n[KINDS], left_out, unreadable;
	ak_row_fn *each;
	void *ctx;
};

static const char *txt(const json_t *o, const char *m) { return ak_chain_text(o, m); }

static void say(json_t *row, const char *verdict, const char *why)
{
	json_object_set_new(row, "verdict", json_string(verdict));
	if (why)
		json_object_set_new(row, "why", json_string(why));
}

/* Rows and usage are two tellings of the same money: each is compared, they are never added. */
static void judge(struct invoice *x, struct ak_arena *a)
{
	struct ak_str invoiced = ak_dec_sum_text(&x->sum[INVOICE], a), gap;
	bool differs = false;

	for (int k = 0; k < KINDS; k++) {
		struct ak_str sum = ak_dec_sum_text(&x->sum[k], a);

		json_object_set_new(x->row, counts[k], json_integer(x->n[k]));
		json_object_set_new(x->row, sums[k], x->n[k] ? json_stringn(sum.p, sum.n) : json_null());
		if (k == INVOICE || !x->n[k] || !x->n[INVOICE])
			continue;
		gap = ak_dec_sub(invoiced, sum, a);
		if (!gap.p || !ak_str_eq(gap, ak_str_of("0"))) {
			differs = true;
			ak_chain_say(x->row, "problems", k == ROW ? "rows differ" : "usage differs",
				     "invoiced %.*s, the %lld %s of it sum to %.*s: difference %.*s", (int)invoiced.n, invoiced.p, (long long)x->n[k],
				     k == ROW ? "rows" : "usage rows", (int)sum.n, sum.p, gap.p ? (int)gap.n : 1, gap.p ? gap.p : "?");
			if (!json_object_get(x->row, "difference") && gap.p)
				json_object_set_new(x->row, "difference", json_stringn(gap.p, gap.n));
		}
	}
	json_object_set_new(x->row, "left_out", json_integer(x->left_out));
	if (!x->n[INVOICE])
		say(x->row, "not evaluable", "rows name the invoice, and no row of type invoice has it in this currency");
	else if (!x->n[ROW] && !x->n[USAGE])
		say(x->row, "not evaluable", "no settlement or usage row names the invoice");
	else if (x->unreadable)
		say(x->row, "not evaluable", "rows of the invoice have no amount");
	else
		say(x->row, differs ? "differs" : "agrees", NULL);
	if (!json_object_get(x->row, "difference"))
		json_object_set_new(x->row, "difference", x->n[INVOICE] && (x->n[ROW] || x->n[USAGE]) ? json_string("0") : json_null());
}

static enum ak_rc flush(struct invoice *x, struct ak_err *err)
{
	enum ak_rc rc = AK_OK;
	struct ak_arena a;

	if (x->row) {
		ak_arena_init(&a);
		judge(x, &a);
		ak_arena_release(&a);
		rc = x->each(x->ctx, x->row, err);
		json_decref(x->row);
	}
	*x = (struct invoice){.each = x->each, .ctx = x->ctx};
	return rc;
}

static void add(struct invoice *x, const json_t *row)
{
	enum kind kind = (enum kind)json_integer_value(json_object_get(row, "kind"));
	const char *amount = txt(row, "amount");
	struct ak_dec_sum *sum = &x->sum[kind];
	json_t *minus;
	bool good;

	if (kind == ROW && ak_chain_is(txt(row, "state"), taken_back)) {
		x->left_out++;
		return;
	}
	x->n[kind]++;
	if (json_array_size(json_object_get(x->row, "cites")) < CITED)
		ak_chain_cite(x->row, txt(row, "citation"));
	/* What gives money back lowers the invoice, whatever sign the source writes it with. */
	if (amount && kind == ROW && *amount != '-' && strcmp(amount, "0") != 0 && ak_settlement_gives_back(ak_str_of(txt(row, "type") ? txt(row, "type") : ""))) {
		minus = json_sprintf("-%s", amount);
		good = ak_dec_sum_add(sum, ak_str_of(json_string_value(minus)));
		json_decref(minus);
	} else {
		good = amount && ak_dec_sum_add(sum, ak_str_of(amount));
	}
	x->unreadable += !good;
}

static enum ak_rc take(void *ctx, json_t *row, struct ak_err *err)
{
	struct invoice *x = ctx;
	enum ak_rc rc = AK_OK;

	if (x->row && (!json_equal(json_object_get(x->row, "invoice"), json_object_get(row, "invoice")) ||
		       !json_equal(json_object_get(x->row, "currency"), json_object_get(row, "currency"))))
		rc = flush(x, err);
	if (rc != AK_OK)
		return rc;
	if (!x->row) {
		x->row = json_pack("{s:O, s:O, s:[]}", "invoice", json_object_get(row, "invoice"), "currency", json_object_get(row, "currency"), "cites");
		for (int k = 0; k < KINDS; k++)
			ak_dec_sum_init(&x->sum[k]);
	}
	add(x, row);
	return AK_OK;
}

enum ak_rc ak_chain_invoices_each(struct ak_store *s, const struct ak_chain_opts *o, ak_row_fn *each, void *ctx, struct ak_err *err)
{
	struct invoice x = {.each = each, .ctx = ctx};
	enum ak_rc rc = ak_query_invoice_rows_each(s, o->from_us, o->to_us, take, &x, err);

	if (rc == AK_OK)
		return flush(&x, err);
	json_decref(x.row);
	return rc;
}
