/* Operations of high risk that nobody gave a reason for (F225). */
#include "base/ak.h"
#include "check/said.h"
#include "check/event.h"
#include "check/tickets.h"

#include "base/jsonget.h"
#include "base/text.h"
#include "query/query.h"

/* Asked about when policy.yaml names no operations. */
static const char by_default[] = "keys quota routing billing admin_access";

struct ctx {
	struct ak_piles events; /* by source and action: `of` of them are asked about, n give no reason */
	const json_t *wanted;	/* audit.reason_required; NULL: the default ones */
	json_t *sources;	/* {source: "reasons"|"prose"}: what becomes of its reasons; others have no place for one */
	struct ak_tickets tickets;
};

/* A reason that is prose is not kept, and a source without a place for reasons is only asked when the policy names the operation. */
static enum ak_rc read_sources(struct ctx *x, struct ak_check_run *r, struct ak_err *err)
{
	json_t *list = NULL, *s, *row;
	size_t i, k;
	enum ak_rc rc = ak_query_sources(r->store, 0, &list, err);

	x->sources = json_object();
	json_array_foreach(list, i, s) {
		const char *name = ak_jtxt(s, "name", "");

		json_array_foreach(json_object_get(s, "absent"), k, row)
			if (strcmp(ak_jtxt(row, "field", ""), "reason_code") == 0)
				json_object_set_new(x->sources, name, json_string(strcmp(ak_jtxt(row, "reason", ""), "dropped by policy") == 0 ? "prose" : "reasons"));
		json_array_foreach(json_object_get(s, "redaction"), k, row)
			if (strcmp(ak_jtxt(row, "field", ""), "reason_code") == 0 && strcmp(ak_jtxt(row, "action", ""), "removed") == 0)
				json_object_set_new(x->sources, name, json_string("prose"));
	}
	json_decref(list);
	return rc;
}

static bool is_asked(const struct ctx *x, const struct ak_str *v)
{
	const char *at = by_default;

	if (x->wanted)
		return ak_event_listed(x->wanted, v);
	for (; v[AK_EV_CATEGORY].p && *at; at += strspn(at, " ")) {
		size_t n = strcspn(at, " ");

		if (ak_str_eq(v[AK_EV_CATEGORY], ak_str_n(at, n)))
			return true;
		at += n;
	}
	return false;
}

/* Of a pile: events whose ticket is none that is known, and such as nothing can confirm. */
struct tickets {
	uint64_t unknown, unconfirmed;
};

static void count(struct ctx *x, struct ak_pile *pile, const struct ak_fieldrow *row, bool given, enum ak_ticket ticket)
{
	static const char *const states[] = {[AK_TICKET_NONE] = "no reason", [AK_TICKET_KNOWN] = "a known ticket in place of a reason",
					     [AK_TICKET_UNKNOWN] = "no reason, and a ticket that no ticket record has",
					     [AK_TICKET_UNCONFIRMED] = "a ticket in place of a reason, which no ticket records can confirm"};
	struct tickets *t;

	ak_check_state(x->events.r, given ? "a reason" : states[ticket]);
	if (!pile)
		return;
	if (!pile->more)
		pile->more = ak_arena_zero(&x->events.arena, sizeof *t);
	t = pile->more;
	pile->of++;
	if (given)
		return;
	t->unknown += ticket == AK_TICKET_UNKNOWN;
	t->unconfirmed += ticket == AK_TICKET_UNCONFIRMED;
	if (ticket == AK_TICKET_NONE || ticket == AK_TICKET_UNKNOWN)
		ak_pile_add(pile, row);
}

static enum ak_rc take(void *ctx, const struct ak_fieldrow *row, struct ak_err *err)
{
	struct ctx *x = ctx;
	const struct ak_str *v = row->value, part[] = {v[AK_EV_SOURCE], v[AK_EV_ACTION]};
	struct ak_check_run *r = x->events.r;
	bool given = v[AK_EV_REASON].p || v[AK_EV_REASON_TEXT].p;
	const char *place = json_string_value(json_object_get(x->sources, v[AK_EV_SOURCE].p ? v[AK_EV_SOURCE].p : ""));

	(void)err;
	if (!is_asked(x, v))
		ak_check_apart(r, "no operation that needs a reason");
	else if (ak_event_failed(v))
		ak_check_apart(r, "it failed");
	else if (!x->wanted && ak_event_reads(v[AK_EV_ACTION]))
		ak_check_apart(r, "it only reads");
	else if (!given && v[AK_EV_JOB].p)
		ak_check_apart(r, "automated, by a job that it names");
	else if (!given && place && strcmp(place, "prose") == 0)
		ak_check_apart(r, "its source gives reasons as prose, which is not kept");
	else if (!given && !v[AK_EV_TICKET].p && !place && !x->wanted)
		ak_check_apart(r, "its source has no place for a reason");
	else {
		count(x, ak_piles_at(&x->events, part), row, given, ak_tickets_of(&x->tickets, v));
	}
	return AK_OK;
}

/* The caller's. */
static json_t *text_of(const struct ak_pile *p, const char *action)
{
	const struct tickets *t = p->more;
	struct ak_buf b;
	json_t *out;

	ak_buf_init(&b, 1 << 16);
	ak_buf_addf(&b, "%s: %s of %s events '%s' without a reason", p->part[0].p, AK_NUM(p->n), AK_NUM(p->of), action);
	if (t->unknown)
		ak_buf_addf(&b, "; %s of them name%s a ticket that no ticket record has", AK_NUM(t->unknown), t->unknown == 1 ? "s" : "");
	if (t->unconfirmed)
		ak_buf_addf(&b, "; %s more name%s a ticket, which nothing can confirm: no ticket records were ingested", AK_NUM(t->unconfirmed),
			    t->unconfirmed == 1 ? "s" : "");
	out = json_stringn(b.p, b.n);
	ak_buf_release(&b);
	return out;
}

static void judge(struct ctx *x)
{
	struct ak_check_run *r = x->events.r;

	ak_piles_sort(&x->events);
	for (size_t i = 0; i < x->events.n; i++) {
		const struct ak_pile *p = x->events.pile[i];
		const char *action = p->part[1].p ? p->part[1].p : "an action without a name";

		if (p->n)
			ak_check_found(r, ak_pile_finding(&x->events, p, action, text_of(p, action)));
	}
	if (!r->of)
		ak_check_unjudged(r, json_object_size(r->apart) ? "no event of such an operation could have given a reason that is kept: 'auditkit ingest"
							  " --keep-text reason_text --reason TEXT' keeps prose, audit.reason_required names operations"
								: "there is no audit event in the period: ingest the audit log of the gateway");
	ak_piles_done(&x->events);
}

static enum ak_rc run(struct ak_check_run *r, struct ak_err *err)
{
	struct ctx x = {.wanted = ak_policy_said(r->policy, "audit.reason_required")};
	enum ak_rc rc = ak_piles_init(&x.events, r, 2, err);

	if (rc == AK_OK)
		rc = read_sources(&x, r, err);
	if (rc == AK_OK)
		rc = ak_tickets_read(r, &x.tickets, err);
	if (rc == AK_OK)
		rc = ak_events_each(r, take, &x, err);
	if (rc == AK_OK)
		judge(&x);
	json_decref(x.sources);
	ak_tickets_release(&x.tickets);
	ak_piles_release(&x.events);
	return rc;
}

const struct ak_check ak_check_reason_missing = {
	.name = "reason-missing",
	.title = "operations of high risk say why they were done",
	.severity = "medium",
	.unit = "admin events of operations that need a reason",
	.rationale = "a change of keys, limits, routes, money or roles without a reason cannot be told from a mistake or an attack",
	.fix = "make the gateway ask for a reason code; audit.reason_required of policy.yaml names the operations, [] none. A ticket stands in"
	       " for a reason if a ticket record has it; where no tickets were ingested any does, and the states say so",
	.run = run,
	.facts = "text",
	.sizes = "affected",
};
