/* Prepaid balances: what an account had, what moved it, what it had next. */
#include "base/ak.h"
#include "chain/chain.h"

#include "chain/row.h"

enum { CITED = 20 };

static const char *const not_made[] = {"pending", "draft", "requested", "rejected", "declined", "denied", "failed", "cancelled", "canceled",
				       "reversed", "voided", NULL};

struct account {
	char *name, *currency;
	json_t *row;	     /* from the last statement on; NULL before the first */
	char *balance;	     /* at that statement */
	struct ak_dec_sum credits, charges;
	int64_t movements;
	bool unclear, charged; /* an adjustment whose sign nothing explains; any charge of the account so far */
	ak_row_fn *each;
	void *ctx;
};

static const char *txt(const json_t *o, const char *m) { return ak_chain_text(o, m); }

/* A number as it stands in JSON or as text in it: canonical, in the arena; p NULL when it is none. */
static struct ak_str number(const char *json, struct ak_arena *a)
{
	struct ak_str s = ak_str_of(json), out = {NULL, 0};
	struct ak_err ignored = {0};

	if (!json)
		return out;
	if (s.n >= 2 && s.p[0] == '"' && s.p[s.n - 1] == '"')
		s = ak_str_n(s.p + 1, s.n - 2);
	return ak_dec_parse(s, 0, true, a, &out, &ignored) == AK_OK ? out : ak_str_n(NULL, 0);
}

static void clear(struct account *x)
{
	ak_free(x->name);
	ak_free(x->currency);
	ak_free(x->balance);
	json_decref(x->row);
	*x = (struct account){.each = x->each, .ctx = x->ctx};
}

/* Does a difference say that money was used? */
static bool spent(struct ak_str gap) { return gap.n && gap.p[0] == '-'; }

static void judge(struct account *x, struct ak_str closing, const json_t *next, struct ak_arena *a)
{
	struct ak_str credits = ak_dec_sum_text(&x->credits, a), charges = ak_dec_sum_text(&x->charges, a), expected, gap;
	struct ak_dec_sum sum;
	const char *why = NULL;

	ak_dec_sum_init(&sum);
	ak_dec_sum_add(&sum, ak_str_of(x->balance));
	ak_dec_sum_add(&sum, credits);
	expected = ak_dec_sub(ak_dec_sum_text(&sum, a), charges, a);
	gap = expected.p ? ak_dec_sub(closing, expected, a) : ak_str_n(NULL, 0);
	json_object_set_new(x->row, "to", json_string(txt(next, "time")));
	json_object_set_new(x->row, "credits", json_stringn(credits.p, credits.n));
	json_object_set_new(x->row, "charges", json_stringn(charges.p, charges.n));
	json_object_set_new(x->row, "expected", expected.p ? json_stringn(expected.p, expected.n) : json_null());
	json_object_set_new(x->row, "closing", json_stringn(closing.p, closing.n));
	json_object_set_new(x->row, "gap", gap.p ? json_stringn(gap.p, gap.n) : json_null());
	json_object_set_new(x->row, "movements", json_integer(x->movements));
	ak_chain_cite(x->row, txt(next, "citation"));
	if (!gap.p)
		why = "an amount is beyond the bounds of exact sums";
	else if (x->unclear)
		why = "an adjustment whose sign no refund or credit of its source explains";
	else if (!ak_str_eq(gap, ak_str_of("0")) && !x->currency)
		why = "the balance has no currency, so that no movement can be told to be of it";
	else if (spent(gap) && !x->charged)
		why = "the balance went down, and no charge of the account is recorded here";
	json_object_set_new(x->row, "verdict", json_string(why ? "not evaluable" : ak_str_eq(gap, ak_str_of("0")) ? "continuous" : "gap"));
	if (why)
		json_object_set_new(x->row, "why", json_string(why));
}

static enum ak_rc state(struct account *x, const json_t *row, struct ak_err *err)
{
	struct ak_str opening, closing;
	enum ak_rc rc = AK_OK;
	struct ak_arena a;

	ak_arena_init(&a);
	opening = number(txt(row, "opening"), &a);
	closing = number(txt(row, "closing"), &a);
	if (!opening.p)
		opening = closing;
	if (x->row && opening.p) {
		judge(x, opening, row, &a);
		if (json_is_true(json_object_get(row, "inside")))
			rc = x->each(x->ctx, x->row, err);
	}
	if (closing.p) {
		json_decref(x->row);
		ak_free(x->balance);
		x->balance = ak_strndup(closing.p, closing.n);
		x->row = json_pack("{s:s, s:O, s:s, s:s, s:[]}", "account", x->name, "currency", json_object_get(row, "currency"), "from",
				   txt(row, "time"), "opening", x->balance, "cites");
		ak_chain_cite(x->row, txt(row, "citation"));
		ak_dec_sum_init(&x->credits);
		ak_dec_sum_init(&x->charges);
		x->movements = 0;
		x->unclear = false;
	}
	ak_arena_release(&a);
	return rc;
}

/* A charge takes, a credit gives, whatever sign the source writes them with; an adjustment goes by the sign of the source's refunds. */
static void move(struct account *x, const json_t *row)
{
	const char *type = txt(row, "type"), *amount = txt(row, "amount");
	bool negative = json_integer_value(json_object_get(row, "negative")) > 0, positive = json_integer_value(json_object_get(row, "positive")) > 0;
	bool takes = ak_chain_same(type, "charge");

	if (!amount || ak_chain_is(txt(row, "state"), not_made))
		return;
	x->charged |= takes;
	if (!x->row)
		return;
	if (ak_chain_same(type, "adjustment")) {
		x->unclear |= negative == positive;
		takes = (*amount == '-') != negative;
	}
	ak_dec_sum_add(takes ? &x->charges : &x->credits, ak_chain_abs(amount));
	x->movements++;
	if (json_array_size(json_object_get(x->row, "cites")) < CITED)
		ak_chain_cite(x->row, txt(row, "citation"));
}

static enum ak_rc take(void *ctx, json_t *row, struct ak_err *err)
{
	struct account *x = ctx;
	const char *currency = txt(row, "currency");

	if (x->name && (!ak_chain_same(x->name, txt(row, "account")) || !(ak_chain_same(x->currency, currency) || (!x->currency && !currency))))
		clear(x);
	if (!x->name) {
		x->name = ak_strdup(txt(row, "account"));
		x->currency = currency ? ak_strdup(currency) : NULL;
	}
	if (ak_chain_same(txt(row, "what"), "balance"))
		return state(x, row, err);
	move(x, row);
	return AK_OK;
}

enum ak_rc ak_chain_balances_each(struct ak_store *s, const struct ak_chain_opts *o, ak_row_fn *each, void *ctx, struct ak_err *err)
{
	struct account x = {.each = each, .ctx = ctx};
	enum ak_rc rc = ak_query_balance_rows_each(s, o->from_us, o->to_us, take, &x, err);

	clear(&x);
	return rc;
}
