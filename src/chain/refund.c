/* Refund chains: what a settlement row claims, and who released it. */
#include "base/ak.h"
#include "chain/chain.h"

#include "base/jsonw.h"
#include "chain/row.h"
#include "model/idform.h"
#include "model/settlement.h"

/* A row in one of these states moved no money (yet). */
static const char *const not_made[] = {"pending", "draft",    "requested", "open",    "rejected", "declined", "denied", "failed",
				       "cancelled", "canceled", "reversed",  "voided", NULL};
static const char *const says_failed[] = {"fail", "error", "outage", "timeout", "timed_out", "unavailable", "not_delivered", "undelivered",
					  "no_response", "5xx", "500", "502", "503", "504", "429", NULL};
static const char *const refuses[] = {"reject", "deny", "denied", "declin", "cancel", NULL};
/* Categories of events that cannot have released money. */
static const char *const no_billing[] = {"login", "data_access", "ai_interaction", "keys", "routing", NULL};
static const char *const machines[] = {"automation", "policy", "system", "service_account", NULL};
/* Members of before and after that state the sum which is released. */
static const char *const amounts[] = {"/amount", "/refund_amount", "/credit_amount", "/approved_amount", NULL};

struct refund {
	json_t *row;
	json_t *calls, *charges, *refunds, *approvals, *usage;
	const json_t *have; /* ak_query_chain_sources */
	struct ak_arena arena;
};

struct walk {
	const json_t *have;
	ak_row_fn *each;
	void *ctx;
};

static bool have(const struct refund *x, const char *what) { return json_integer_value(json_object_get(x->have, what)) > 0; }

static void set(struct refund *x, const char *member, const char *value) { json_object_set_new(x->row, member, json_string(value)); }

static void verdict(struct refund *x, const char *word, const char *why)
{
	set(x, "verdict", word);
	if (why)
		set(x, "why", why);
}

/* ---- the call ---- */

/* Of the attempts that share an identifier with the row those count that share the best one. */
static void keep_best(struct refund *x)
{
	json_int_t best = 9;
	json_t *c;
	size_t i;

	json_array_foreach(x->calls, i, c)
		if (json_integer_value(json_object_get(c, "rank")) < best)
			best = json_integer_value(json_object_get(c, "rank"));
	for (i = json_array_size(x->calls); i-- > 0;)
		if (json_integer_value(json_object_get(json_array_get(x->calls, i), "rank")) != best)
			json_array_remove(x->calls, i);
}

/* Calls of one source that share an id which should be one call's. */
static bool ambiguous(const struct refund *x)
{
	const json_t *first = json_array_get(x->calls, 0);
	json_t *c;
	size_t i;

	json_array_foreach(x->calls, i, c)
		if (json_integer_value(json_object_get(c, "rank")) == 3 && ak_chain_same(ak_chain_text(c, "source"), ak_chain_text(first, "source")) &&
		    !json_equal(json_object_get(c, "call"), json_object_get(first, "call")))
			return true;
	return json_array_size(x->calls) >= AK_CHAIN_LISTED;
}

static const char *outcome(const struct refund *x)
{
	bool failed = false;
	json_t *c;
	size_t i;

	json_array_foreach(x->calls, i, c) {
		const char *o = ak_chain_text(c, "outcome");

		if (ak_chain_same(o, "success"))
			return o;
		failed |= ak_chain_same(o, "failure") || json_integer_value(json_object_get(c, "status")) >= 400;
	}
	return failed ? "failure" : "unknown";
}

static const char *named(const struct refund *x)
{
	static const char *const ids[] = {"request", "response", "trace"};

	for (size_t i = 0; i < AK_COUNT(ids); i++)
		if (ak_chain_text(x->row, ids[i]))
			return ak_chain_text(x->row, ids[i]);
	return NULL;
}

static void find_call(struct refund *x)
{
	const char *id = named(x);

	keep_best(x);
	json_object_set(x->row, "calls", x->calls);
	json_object_set_new(x->row, "outcome", json_null());
	if (!id) {
		set(x, "request_state", "no request named");
		ak_chain_say(x->row, "missing", "request", "the row names no request");
	} else if (json_array_size(x->calls) && ambiguous(x)) {
		set(x, "request_state", "ambiguous");
		ak_chain_say(x->row, "missing", "request", "several calls have the id %s; none is picked", id);
	} else if (json_array_size(x->calls)) {
		set(x, "request_state", "found");
		set(x, "outcome", outcome(x));
		ak_chain_cite_all(x->row, x->calls);
	} else if (!have(x, "requests")) {
		set(x, "request_state", "source not supplied");
		ak_chain_say(x->row, "missing", "request", "no request log was ingested");
	} else {
		set(x, "request_state", "not found");
		ak_chain_say(x->row, "missing", "request", "no request in this workspace has the id %s", id);
	}
}

static bool found(const struct refund *x) { return ak_chain_same(ak_chain_text(x->row, "request_state"), "found"); }

/* A row that is asked for alone comes without usage: who asks has it. */
static void find_usage(struct refund *x)
{
	if (json_is_null(json_object_get(x->row, "usage"))) {
		json_object_del(x->row, "usage");
		return;
	}
	json_object_set(x->row, "usage", x->usage);
	ak_chain_cite_all(x->row, x->usage);
	if (!json_array_size(x->usage))
		ak_chain_say(x->row, "missing", "usage", "%s", !have(x, "usage") ? "no usage export was ingested"
								 : !found(x)	 ? "no request to follow"
										 : "no usage bucket of the 64 commonest lengths covers the request");
}

/* ---- its cost ---- */

/* The sum of a list's amounts without sign, of one source (NULL = all), in one currency; false when there is none or they mix. */
static bool sum_of(struct refund *x, const json_t *list, const char *member, const char *source, const char **currency, struct ak_str *out)
{
	struct ak_dec_sum sum;
	bool any = false;
	json_t *r;
	size_t i;

	ak_dec_sum_init(&sum);
	*currency = NULL;
	json_array_foreach((json_t *)list, i, r) {
		const char *amount = ak_chain_text(r, member), *c = ak_chain_text(r, "currency");

		if (!amount || (source && !ak_chain_same(source, ak_chain_text(r, "source"))) || ak_chain_is(ak_chain_text(r, "state"), not_made))
			continue;
		if (any && !(c == *currency || ak_chain_same(c, *currency)))
			return false;
		*currency = c;
		any = ak_dec_sum_add(&sum, ak_chain_abs(amount));
	}
	if (any)
		*out = ak_dec_sum_text(&sum, &x->arena);
	return any;
}

static void set_cost(struct refund *x, struct ak_str amount, const char *currency, const char *basis, const json_t *list)
{
	json_t *cites = json_array(), *r;
	size_t i;

	json_array_foreach((json_t *)list, i, r)
		json_array_append(cites, json_object_get(r, "cite"));
	json_object_set_new(x->row, "cost", json_pack("{s:o, s:o, s:s, s:o}", "amount", json_stringn(amount.p, amount.n), "currency",
						      currency ? json_string(currency) : json_null(), "basis", basis, "cites", cites));
}

/* What the call cost: what was charged for it, else what the gateway noted. Gateways in a row note the same call: the
 * largest of their sums. */
static void find_cost(struct refund *x)
{
	const char *currency = NULL, *c, *best_basis = NULL;
	struct ak_str best = {NULL, 0}, sum;
	json_t *call;
	size_t i;

	json_object_set_new(x->row, "cost", json_null());
	if (sum_of(x, x->charges, "amount", NULL, &currency, &best)) {
		set_cost(x, best, currency, "charged", x->charges);
		ak_chain_cite_all(x->row, x->charges);
		return;
	}
	json_array_foreach(x->calls, i, call)
		if (found(x) && sum_of(x, x->calls, "cost", ak_chain_text(call, "source"), &c, &sum) && (!best.p || ak_dec_cmp(sum, best) > 0)) {
			best = sum;
			currency = c;
			best_basis = ak_chain_text(call, "basis");
		}
	if (best.p)
		set_cost(x, best, currency, best_basis ? best_basis : "estimated", x->calls);
}

/* ---- what it claims ---- */

static bool gives_back(const struct refund *x)
{
	const char *type = ak_chain_text(x->row, "type"), *amount = ak_chain_text(x->row, "amount");

	return ak_settlement_gives_back(ak_str_of(type ? type : "")) || (ak_chain_same(type, "adjustment") && amount && *amount == '-');
}

/* Parts of a refund, equal or not, are not two refunds: together they are no more than the cost. */
static void compare_amounts(struct refund *x)
{
	const char *own = ak_chain_text(x->row, "amount"), *currency = ak_chain_text(x->row, "currency"), *others_currency = NULL;
	const json_t *cost = json_object_get(x->row, "cost");
	const char *price = ak_chain_text(cost, "amount"), *price_currency = ak_chain_text(cost, "currency");
	struct ak_str others = {NULL, 0}, all;
	struct ak_dec_sum sum;
	bool again = sum_of(x, x->refunds, "amount", NULL, &others_currency, &others), same;

	if (!own || !gives_back(x))
		return;
	if (price && !ak_chain_same(currency, price_currency)) {
		ak_chain_say(x->row, "problems", "other currency", "the row is in %s, the cost of the request in %s; not compared",
			     currency ? currency : "no currency", price_currency ? price_currency : "no currency");
		price = NULL;
	}
	ak_dec_sum_init(&sum);
	ak_dec_sum_add(&sum, ak_chain_abs(own));
	same = again && (ak_chain_same(currency, others_currency) || !currency || !others_currency);
	if (same)
		ak_dec_sum_add(&sum, others);
	all = ak_dec_sum_text(&sum, &x->arena);
	if (again && same && price && ak_dec_cmp(all, ak_str_of(price)) <= 0) {
		json_object_set_new(x->row, "parts", json_sprintf("refunded in parts: %zu other rows of the same request, together %.*s of %s",
								  json_array_size(x->refunds), (int)all.n, all.p, price));
		ak_chain_cite_all(x->row, x->refunds);
	} else if (again) {
		ak_chain_say(x->row, "problems", "refunded twice", "%zu other rows give money back for the same request, together %.*s%s%s",
			     json_array_size(x->refunds), (int)all.n, all.p, price ? " of " : "", price ? price : "");
		ak_chain_cite_all(x->row, x->refunds);
	}
	if (price && ak_dec_cmp(ak_chain_abs(own), ak_str_of(price)) > 0)
		ak_chain_say(x->row, "problems", "above cost", "%s %s given back, the request cost %s (%s)", ak_chain_abs(own).p, currency ? currency : "",
			     price, ak_chain_text(cost, "basis"));
}

static void claims(struct refund *x)
{
	const char *reason = ak_chain_text(x->row, "reason");

	if (ak_chain_same(ak_chain_text(x->row, "request_state"), "not found"))
		ak_chain_say(x->row, "problems", "request not found", "the row names request %s, which is in no record", named(x));
	if (found(x) && ak_chain_has(reason, says_failed) && ak_chain_same(ak_chain_text(x->row, "outcome"), "success"))
		ak_chain_say(x->row, "problems", "did not fail", "the reason is %s, but the request succeeded", reason);
	if (found(x) || json_array_size(x->charges))
		compare_amounts(x);
}

/* ---- who released it ---- */

/* People stand as tokens, by id or by address. */
static bool same_person(const json_t *event, const char *who)
{
	return ak_chain_same(ak_chain_text(event, "actor"), who) || ak_chain_same(ak_chain_text(event, "email"), who);
}

static bool machine(const json_t *event)
{
	return ak_chain_text(event, "job") || ak_chain_is(ak_chain_text(event, "actor_type"), machines);
}

static bool by_requester(const struct refund *x, const json_t *event)
{
	const char *requester = ak_chain_text(x->row, "actor"), *row_says = ak_chain_text(x->row, "approver"), *approver = ak_chain_text(event, "approver");

	if (machine(event))
		return false;
	if (approver)
		return same_person(event, approver) || ak_chain_same(approver, requester);
	return same_person(event, requester) || (row_says && ak_chain_same(row_says, requester));
}

/* An amount among what the event says it set: exact text, NULL where it tells none. */
static const char *amount_set(struct refund *x, const json_t *event)
{
	json_t *changes = ak_chain_list(event, "changes"), *c;
	const char *found = NULL;
	size_t i;

	json_array_foreach(changes, i, c)
	{
		const char *path = ak_chain_text(c, "path"), *name = path ? strrchr(path, '/') : NULL;
		const json_t *after = json_object_get(c, "after");
		struct ak_err ignored = {0};
		struct ak_str text = {NULL, 0};
		struct ak_buf b;

		if (found || !name || !ak_chain_is(name, amounts) || !(json_is_string(after) || json_is_number(after)))
			continue;
		ak_buf_init(&b, 1 << 16);
		if (json_is_string(after))
			ak_buf_adds(&b, json_string_value(after));
		else if (ak_jcs(after, &b, &ignored) != AK_OK)
			b.n = 0;
		if (ak_dec_parse(ak_buf_str(&b), 0, false, &x->arena, &text, &ignored) == AK_OK)
			found = text.p;
		ak_buf_release(&b);
	}
	json_decref(changes);
	return found;
}

static void check_event(struct refund *x, const json_t *event)
{
	const char *category = ak_chain_text(event, "category"), *of = ak_chain_text(event, "settlement");
	const char *amount = ak_chain_text(event, "amount") ? ak_chain_text(event, "amount") : amount_set(x, event);
	const char *own = ak_chain_text(x->row, "amount"), *id = ak_chain_text(x->row, "settlement");

	if (ak_chain_is(category, no_billing))
		ak_chain_say(x->row, "problems", "approval is no billing event", "the event that approves is %s, of category %s",
			     ak_chain_text(event, "action") ? ak_chain_text(event, "action") : "-", category);
	if (of && id && !ak_id_same(ak_str_of(of), ak_str_of(id)))
		ak_chain_say(x->row, "problems", "approval of another row", "the event that approves names settlement row %s", of);
	else if (json_is_true(json_object_get(event, "other_request")))
		ak_chain_say(x->row, "problems", "approval of another request", "the event that approves names request %s, the row %s",
			     ak_chain_text(event, "of_request"), named(x));
	else if (amount && own && ak_dec_cmp(ak_chain_abs(amount), ak_chain_abs(own)) != 0)
		ak_chain_say(x->row, "problems", "approved amount differs", "%s was approved, %s is settled", amount, own);
}

static void judge_event(struct refund *x, const json_t *event)
{
	const json_t *at = json_object_get(event, "time_number"), *own = json_object_get(x->row, "time_number");
	char span[48];
	json_t *why;

	if (ak_chain_has(ak_chain_text(event, "action"), refuses) || ak_chain_same(ak_chain_text(event, "outcome"), "failure")) {
		verdict(x, "rejected", "the admin event refused it");
	} else if (by_requester(x, event)) {
		verdict(x, "approver is the requester", "one person asked for it and approved it");
	} else if (json_is_integer(at) && json_is_integer(own) && json_integer_value(at) > json_integer_value(own)) {
		why = json_sprintf("approved %s after it was settled", ak_chain_span(json_integer_value(at) - json_integer_value(own), span));
		verdict(x, "approved later", json_string_value(why));
		json_decref(why);
	} else {
		verdict(x, "approved", NULL);
	}
	check_event(x, event);
}

static void no_event(struct refund *x)
{
	const char *id = ak_chain_text(x->row, "approval_event");

	if (!have(x, "audit_events")) {
		verdict(x, "not evaluable", "no admin audit was ingested");
		ak_chain_say(x->row, "missing", "approval", "no admin audit was ingested");
	} else if (id) {
		verdict(x, "approval not found", "the admin event that the row names is in no record");
		ak_chain_say(x->row, "missing", "approval", "admin event %s is not in this workspace", id);
	} else if (!ak_chain_text(x->row, "settlement")) {
		verdict(x, "not evaluable", "a row of a gateway's log, which has no id of settlement and names no approval");
		ak_chain_say(x->row, "missing", "approval", "approval not provided by source");
	} else {
		verdict(x, "not approved", ak_chain_text(x->row, "approver") ? "the row names an approver, but no admin event" : "no admin event approves it");
		ak_chain_say(x->row, "missing", "approval", "no admin event is named by the row, or names it");
	}
}

static void find_approval(struct refund *x)
{
	const json_t *event = json_array_get(x->approvals, 0);
	static const char *const vias[] = {"", "named by the row", "names the row", "names the request"};
	json_t *shown;

	/* An event that the row names and that is not here is not replaced by another. */
	if (event && ak_chain_text(x->row, "approval_event") && json_integer_value(json_object_get(event, "via")) != 1)
		event = NULL;
	json_object_set_new(x->row, "approval", json_null());
	if (event) {
		shown = json_deep_copy(event);
		json_object_set_new(shown, "via", json_string(vias[json_integer_value(json_object_get(event, "via"))]));
		json_object_set_new(shown, "machine", json_boolean(machine(event)));
		json_object_del(shown, "time_number");
		json_object_del(shown, "changes");
		json_object_del(shown, "other_request");
		json_object_set_new(x->row, "approval", shown);
		ak_chain_cite(x->row, ak_chain_text(event, "cite"));
	}
	if (!json_is_true(json_object_get(x->row, "made")))
		verdict(x, "not made", "its state says that no money moved");
	else if (event)
		judge_event(x, event);
	else
		no_event(x);
}

/* The row of the statement becomes the row of the chain. */
static void judge(json_t *row, const json_t *sources)
{
	static const char *const inner[] = {"charges", "refunds", "approvals", "time_number", "response", "trace"};
	struct refund x = {.row = row, .have = sources};

	x.calls = ak_chain_list(row, "calls");
	x.charges = ak_chain_list(row, "charges");
	x.refunds = ak_chain_list(row, "refunds");
	x.approvals = ak_chain_list(row, "approvals");
	x.usage = ak_chain_list(row, "usage");
	ak_arena_init(&x.arena);
	ak_chain_cite(row, ak_chain_text(row, "citation"));
	json_object_set_new(row, "made", json_boolean(!ak_chain_is(ak_chain_text(row, "state"), not_made)));
	find_call(&x);
	find_usage(&x);
	find_cost(&x);
	if (json_is_true(json_object_get(row, "made")))
		claims(&x);
	find_approval(&x);
	if (named(&x))
		json_object_set_new(row, "request", json_string(named(&x)));
	for (size_t i = 0; i < AK_COUNT(inner); i++)
		json_object_del(row, inner[i]);
	ak_arena_release(&x.arena);
	json_decref(x.calls);
	json_decref(x.charges);
	json_decref(x.refunds);
	json_decref(x.approvals);
	json_decref(x.usage);
}

static enum ak_rc take(void *ctx, json_t *row, struct ak_err *err)
{
	struct walk *w = ctx;

	judge(row, w->have);
	return w->each(w->ctx, row, err);
}

enum ak_rc ak_chain_refunds_each(struct ak_store *s, const struct ak_chain_opts *o, ak_row_fn *each, void *ctx, struct ak_err *err)
{
	struct walk w = {.each = each, .ctx = ctx};
	json_t *sources = NULL;
	enum ak_rc rc = ak_query_chain_sources(s, &sources, err);

	w.have = sources;
	if (rc == AK_OK)
		rc = ak_query_refunds_each(s, o->from_us, o->to_us, take, &w, err);
	json_decref(sources);
	return rc;
}

static enum ak_rc keep(void *ctx, json_t *row, struct ak_err *err)
{
	(void)err;
	*(json_t **)ctx = json_incref(row);
	return AK_OK;
}

enum ak_rc ak_chain_refund(struct ak_store *s, int64_t seq, json_t **out, struct ak_err *err)
{
	json_t *sources = NULL, *row = NULL;
	enum ak_rc rc = ak_query_chain_sources(s, &sources, err);

	if (rc == AK_OK)
		rc = ak_query_refund(s, seq, keep, &row, err);
	if (rc == AK_OK && row)
		judge(*out = row, sources);
	json_decref(sources);
	return rc == AK_OK && !row ? AK_END : rc;
}
