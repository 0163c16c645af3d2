/* Change chains: a privileged change, its ticket, and who approved it when. */
#include "base/ak.h"
#include "chain/chain.h"

#include <ctype.h>
#include <strings.h>

#include "chain/money.h"
#include "chain/row.h"
#include "chain/ticket.h"

#define DAY_US INT64_C(86400000000)

static const char *const machines[] = {"automation", "policy", "system", NULL};
/* Whole words of an action that only reads. */
static const char *const reads[] = {"list", "get", "read", "view", "viewed", "listed", "search", NULL};
static const char *const urgent[] = {"emergency", "incident", "break_glass", "break-glass", "breakglass", "hotfix", "outage", "failover", NULL};

struct change {
	json_t *row;
	json_t *tickets; /* those in force first */
	json_t *subjects; /* names of its resource */
	const json_t *ticket;
	bool tickets_known, settlements_known; /* is there any ticket, any settlement row at all? */
	bool timed;
	int64_t at;
};

struct walk {
	bool tickets_known, settlements_known;
	ak_row_fn *each;
	void *ctx;
};

static const char *of(const struct change *x, const char *member) { return ak_chain_text(x->row, member); }
static const char *of_ticket(const struct change *x, const char *member) { return ak_chain_text(x->ticket, member); }

static void verdict(struct change *x, const char *word, const char *fmt, ...) AK_PRINTF(3, 4);
static void verdict(struct change *x, const char *word, const char *fmt, ...)
{
	struct ak_buf b;
	va_list ap;

	ak_buf_init(&b, 1 << 16);
	va_start(ap, fmt);
	ak_buf_vaddf(&b, fmt, ap);
	va_end(ap);
	json_object_set_new(x->row, "verdict", json_string(word));
	if (b.n)
		json_object_set_new(x->row, "why", json_stringn(b.p, b.n));
	ak_buf_release(&b);
}

static bool only_reads(const char *action)
{
	size_t n;

	for (; action && *action; action += n + (action[n] != '\0')) {
		for (n = 0; isalpha((unsigned char)action[n]); n++)
			;
		for (size_t i = 0; reads[i]; i++)
			if (n == strlen(reads[i]) && strncasecmp(action, reads[i], n) == 0)
				return true;
	}
	return false;
}

static bool machine(const struct change *x) { return of(x, "job") || ak_chain_is(of(x, "actor_type"), machines); }

/* ---- its ticket ---- */

static bool same_person(const struct change *x, const char *who)
{
	return ak_chain_same(of(x, "actor"), who) || ak_chain_same(of(x, "actor_email"), who);
}

/* When it was approved, as far as the revisions of the ticket tell: the earliest that says so. What says that it is done does not say
 * when that was. */
static bool approved_at(const struct change *x, int64_t *us, const json_t **by)
{
	bool known = false;
	json_t *t;
	size_t i;

	json_array_foreach(x->tickets, i, t) {
		const json_t *at = json_object_get(t, "time_number");

		if (ak_ticket_state(ak_chain_text(t, "state")) != AK_TICKET_APPROVED || !json_is_integer(at) ||
		    (known && json_integer_value(at) >= *us))
			continue;
		*us = json_integer_value(at);
		*by = t;
		known = true;
	}
	return known;
}

/* A date without a time stands for its whole day. */
static int64_t end_of(int64_t us) { return us % DAY_US ? us : us + DAY_US - 1; }

static void later(struct change *x, int64_t us, const char *what)
{
	bool emergency = ak_chain_has(of(x, "reason"), urgent) || ak_chain_has(of_ticket(x, "reason"), urgent) || ak_chain_has(of_ticket(x, "action"), urgent);
	char span[48];

	json_object_set_new(x->row, "emergency", json_boolean(emergency));
	verdict(x, "approved later", "%s%s %s after the change", emergency ? "an emergency change: " : "", what, ak_chain_span(us - x->at, span));
}

static void judge_times(struct change *x, enum ak_ticket_state state)
{
	const json_t *by = NULL, *last = json_object_get(x->ticket, "time_number");
	int64_t us = 0, created = 0;
	bool known = approved_at(x, &us, &by);

	if (known) {
		json_object_set(x->row, "approved_at", json_object_get(by, "time"));
		ak_chain_cite(x->row, ak_chain_text(by, "cite"));
	}
	if (!x->timed)
		verdict(x, "not evaluable", "the change has no time to compare with");
	else if (known && us > x->at)
		later(x, us, "approved");
	else if (ak_chain_us(of_ticket(x, "created"), &created) && created > x->at)
		later(x, created, "the ticket was opened");
	else if (state == AK_TICKET_DONE && json_is_integer(last) && !json_is_true(json_object_get(x->ticket, "old")) &&
		 end_of(json_integer_value(last)) < x->at)
		verdict(x, "outside the window", "the ticket was closed %s, before the change", of_ticket(x, "time"));
	else if (known)
		verdict(x, "approved", "%s", ak_chain_same(of(x, "by"), "resource and time") ? "inferred: the only ticket of its resource and time, which no event names" : "");
	else
		verdict(x, "approved", "when it was approved is not recorded: the ticket was opened before the change, and is %s",
			of_ticket(x, "state") ? of_ticket(x, "state") : "in no state");
}

static bool inside(char c) { return isalnum((unsigned char)c) || c == '-' || c == '_' || c == '.'; }

/* An id as a whole word of a text, in any case. */
static bool holds_word(const char *text, const char *id)
{
	size_t n = strlen(id);

	for (const char *p = text; n && strlen(p) >= n; p++)
		if (strncasecmp(p, id, n) == 0 && (p == text || !inside(p[-1])) && !inside(p[n]))
			return true;
	return false;
}

/* A ticket that says what it is for does not cover something else. What neither names is not compared. */
static bool other_resource(const struct change *x)
{
	const char *resource = of_ticket(x, "resource"), *id;
	json_t *e;
	size_t i;

	if (!resource || !json_array_size(x->subjects) || !ak_chain_same(of(x, "by"), "ticket") || (of(x, "changes") && holds_word(of(x, "changes"), resource)))
		return false;
	json_array_foreach(x->subjects, i, e)
		if ((id = json_string_value(e)) && (holds_word(resource, id) || holds_word(id, resource)))
			return false;
	return true;
}

static void judge_ticket(struct change *x)
{
	const char *approver = of_ticket(x, "approver") ? of_ticket(x, "approver") : of(x, "approver");
	enum ak_ticket_state state = ak_ticket_state(of_ticket(x, "state"));

	json_object_set_new(x->row, "ticket_cite", json_string(of_ticket(x, "cite")));
	json_object_set(x->row, "ticket_state", json_object_get(x->ticket, "state"));
	json_object_set_new(x->row, "approver", approver ? json_string(approver) : json_null());
	json_object_set(x->row, "rollback", json_object_get(x->ticket, "rollback"));
	if (!of(x, "deployment"))
		json_object_set(x->row, "deployment", json_object_get(x->ticket, "deployment"));
	ak_chain_cite(x->row, of_ticket(x, "cite"));
	if (state == AK_TICKET_REJECTED)
		verdict(x, "rejected", "the ticket is %s", of_ticket(x, "state"));
	else if (state == AK_TICKET_OPEN || (state == AK_TICKET_OTHER && !approver))
		verdict(x, "not approved", "the ticket is %s", of_ticket(x, "state") ? of_ticket(x, "state") : "in no state");
	else if (!approver)
		verdict(x, "not approved", "the ticket is %s and names no approver", of_ticket(x, "state"));
	else if (other_resource(x))
		verdict(x, "ticket of another resource", "the ticket is for %s%s%s", of_ticket(x, "kind") ? of_ticket(x, "kind") : "",
			of_ticket(x, "kind") ? " " : "", of_ticket(x, "resource"));
	else if (same_person(x, approver))
		verdict(x, "self-approved", "who made the change approved it");
	else if (ak_chain_same(approver, of_ticket(x, "actor")))
		verdict(x, "self-approved", "who asked for the change approved it");
	else
		judge_times(x, state);
}

/* What of the chain is not there. */
static void name_missing(struct change *x)
{
	if (!x->ticket)
		ak_chain_say(x->row, "missing", "ticket", "%s", of(x, "ticket") ? "no ticket in this workspace has the id" : "the event names none");
	else if (!of(x, "approver"))
		ak_chain_say(x->row, "missing", "approver", "the ticket names none");
	if (!of(x, "changes"))
		ak_chain_say(x->row, "missing", "before and after", "not provided by source");
	if (!of(x, "deployment"))
		ak_chain_say(x->row, "missing", "deployment", "named by neither event nor ticket");
	if (x->ticket && !of(x, "rollback"))
		ak_chain_say(x->row, "missing", "rollback", "the ticket names none");
}

/* "CHG-1, CHG-2" in row.candidates[0..]; the text lives as long as the row. */
static const char *listed(struct change *x)
{
	json_t *all = ak_chain_list(x->row, "candidates"), *e;
	struct ak_buf b;
	size_t i;

	ak_buf_init(&b, 1 << 16);
	json_array_foreach(all, i, e)
		ak_buf_addf(&b, "%s%s", i ? ", " : "", json_string_value(e));
	json_object_set_new(x->row, "candidates_text", json_stringn(b.p ? b.p : "", b.n));
	ak_buf_release(&b);
	json_decref(all);
	return of(x, "candidates_text");
}

static void no_ticket(struct change *x)
{
	const char *by = of(x, "job") ? of(x, "job") : of(x, "actor");

	if (!of(x, "ticket") && machine(x) && by)
		verdict(x, "automated", "made by %s", by);
	else if (!x->tickets_known)
		verdict(x, "not evaluable", "no change tickets were ingested");
	else if (of(x, "ticket"))
		verdict(x, "ticket not found", "ticket %s is in no record", of(x, "ticket"));
	else if (of(x, "approver") && same_person(x, of(x, "approver")))
		verdict(x, "self-approved", "no ticket, and who made the change approved it");
	else if (of(x, "candidates"))
		verdict(x, "no ticket", "candidates of the same resource and time, none of which says that it covers this change: %s", listed(x));
	else
		verdict(x, "no ticket", "%s", of(x, "approver") ? "the event names an approver, but no ticket" : "the event names no ticket");
}

static void judge(struct change *x)
{
	const json_t *first = json_array_get(x->tickets, 0);

	if (first)
		x->ticket = first;
	json_object_set_new(x->row, "machine", json_boolean(machine(x)));
	if (ak_chain_same(of(x, "outcome"), "failure"))
		verdict(x, "not made", "the source says that it failed");
	else if (only_reads(of(x, "action")))
		verdict(x, "not made", "it only reads");
	else if (x->ticket)
		judge_ticket(x);
	else if (!of(x, "ticket") && ak_chain_money(x->row))
		json_object_set_new(x->row, "verdict", json_string("approved"));
	else
		no_ticket(x);
	/* What releases money is judged with its settlement, unless its ticket already says that it should not have been. */
	if (ak_chain_same(of(x, "verdict"), "approved") && ak_chain_money(x->row))
		ak_chain_judge_money(x->row, x->settlements_known);
	name_missing(x);
}

enum ak_change_class ak_chain_change_class(const json_t *change)
{
	static const char *const apart[] = {"settlement", "not made", NULL}, *const in_order[] = {"approved", "automated", NULL};
	const char *word = ak_chain_text(change, "verdict");

	return ak_chain_is(word, apart)			? AK_CHANGE_APART
	       : ak_chain_is(word, in_order)		? AK_CHANGE_IN_ORDER
	       : ak_chain_same(word, "not evaluable")	? AK_CHANGE_UNJUDGED
							: AK_CHANGE_FOUND;
}

static void judge_row(json_t *row, bool tickets_known, bool settlements_known)
{
	static const char *const inner[] = {"tickets", "time_number", "rows", "settled_first", "settled_last", "seq", "subjects", "candidates_text",
					    "tickets_known", "settlements_known"};
	const json_t *at = json_object_get(row, "time_number");
	struct change x = {.row = row, .tickets = ak_chain_list(row, "tickets"), .subjects = ak_chain_list(row, "subjects"), .tickets_known = tickets_known,
			   .settlements_known = settlements_known, .timed = json_is_integer(at), .at = json_integer_value(at)};

	ak_chain_cite(row, ak_chain_text(row, "citation"));
	judge(&x);
	for (size_t i = 0; i < AK_COUNT(inner); i++)
		json_object_del(row, inner[i]);
	json_object_set_new(row, "candidates", ak_chain_list(row, "candidates"));
	json_decref(x.tickets);
	json_decref(x.subjects);
}

static enum ak_rc take(void *ctx, json_t *row, struct ak_err *err)
{
	struct walk *w = ctx;

	judge_row(row, w->tickets_known, w->settlements_known);
	return w->each(w->ctx, row, err);
}

enum ak_rc ak_chain_change(struct ak_store *s, int64_t seq, json_t **out, struct ak_err *err)
{
	enum ak_rc rc = ak_query_change_chain(s, seq, out, err);

	if (rc == AK_OK)
		judge_row(*out, json_integer_value(json_object_get(*out, "tickets_known")) > 0, json_integer_value(json_object_get(*out, "settlements_known")) > 0);
	return rc;
}

enum ak_rc ak_chain_changes_each(struct ak_store *s, const struct ak_chain_opts *o, ak_row_fn *each, void *ctx, struct ak_err *err)
{
	struct walk w = {.each = each, .ctx = ctx};
	json_t *sources = NULL;
	enum ak_rc rc = ak_query_chain_sources(s, &sources, err);

	w.tickets_known = json_integer_value(json_object_get(sources, "tickets")) > 0;
	w.settlements_known = json_integer_value(json_object_get(sources, "settlement_rows")) > 0;
	if (rc == AK_OK)
		rc = ak_query_change_chains_each(s, o->from_us, o->to_us, take, &w, err);
	json_decref(sources);
	return rc;
}
