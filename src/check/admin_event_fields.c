/* Which of the thirteen fields that an event of an administrator should have are missing, source by source (F226). */
#include "base/ak.h"
#include "check/said.h"
#include "check/event.h"
#include "check/tickets.h"

#include "base/jsonget.h"
#include "base/jsonw.h"
#include "base/text.h"
#include "query/query.h"

enum { F_BEFORE = 8, F_AFTER = 9, F_REASON = 10 }; /* of ak_admin_fields */

/* One of these values is the field; in the order of ak_admin_fields. before and after are looked for in what was changed. */
static const int held_by[AK_ADMIN_FIELDS][6] = {
	{AK_EV_ID, -1},		  {AK_EV_ACTOR, AK_EV_EMAIL, AK_EV_JOB, -1}, {AK_EV_ROLE, -1},		   {AK_EV_ADDRESS, AK_EV_NETWORK, -1},
	{AK_EV_ORGANIZATION, -1}, {AK_EV_TARGET_TYPE, -1},		     {AK_EV_TARGET, AK_EV_TARGET_NAME, AK_EV_KEY, AK_EV_KEY_HASH, AK_EV_KEY_ALIAS, -1}, {AK_EV_ACTION, -1},
	{-1},			  {-1},					     {AK_EV_REASON, AK_EV_REASON_TEXT, -1},	   {AK_EV_REQUEST, -1},
	{AK_EV_START, -1},
};

struct source {
	uint64_t missing[AK_ADMIN_FIELDS];
	uint64_t ticket, unconfirmed; /* of those without a reason: a known ticket, one that nothing can confirm */
	bool gives[2]; /* before, after: some event of it shows one */
};

struct ctx {
	struct ak_piles sources; /* by source: n events lack a field that is asked, of all */
	bool asked[AK_ADMIN_FIELDS];
	struct ak_tickets tickets;
	json_t *removed; /* {source: reasons that were removed as prose} */
};

static void asked(struct ctx *x, const struct ak_policy *policy)
{
	const json_t *wanted = ak_policy_said(policy, "audit.fields");

	for (size_t i = 0; i < AK_ADMIN_FIELDS; i++)
		x->asked[i] = !wanted || ak_policy_said_has(wanted, ak_str_of(ak_admin_fields[i]));
}

static enum ak_rc read_removed(struct ctx *x, struct ak_check_run *r, struct ak_err *err)
{
	json_t *list = NULL, *s, *row;
	size_t i, k;
	enum ak_rc rc = ak_query_sources(r->store, 0, &list, err);

	x->removed = json_object();
	json_array_foreach(list, i, s)
		json_array_foreach(json_object_get(s, "redaction"), k, row)
			if (strcmp(ak_jtxt(row, "field", ""), "reason_code") == 0 && strcmp(ak_jtxt(row, "action", ""), "removed") == 0)
				json_object_set_new(x->removed, ak_jtxt(s, "name", ""), json_true());
	json_decref(list);
	return rc;
}

/* Does any change tell this side? */
static bool tells(struct ak_str changes, const char *side)
{
	struct ak_err ignored = {0};
	json_t *list = NULL, *c;
	bool found = false;
	size_t i;

	if (!changes.p || ak_json_parse(changes, &list, &ignored) != AK_OK)
		return false;
	json_array_foreach(list, i, c)
		found |= json_object_get(c, side) != NULL;
	json_decref(list);
	return found;
}

/* Only a change of what is there has both sides: what is made has no before, what is taken away no after, what is begun neither. */
static bool has_side(const struct source *s, const struct ak_str *v, int field)
{
	static const char *const none[] = {"session", "impersonat*", "login", "logout", "invite*", "export*", "download*", "issue", "approve*", "reject*", "start*",
					   "end", "ended", "stop*", "refund*", "credit*", "void*", "test*", "verif*", NULL};
	static const char *const makes[] = {"create", "created", "add", "added", "new", "generate", "generated", "grant", "granted", "put", "insert", "register*", "rotat*", "set", NULL};
	static const char *const takes[] = {"delete", "deleted", "remove", "removed", "revoke", "revoked", "disable", "disabled", "archive", "archived", "rotat*", "unset", NULL};

	if (ak_event_reads(v[AK_EV_ACTION]) || ak_event_failed(v) || ak_event_says(v[AK_EV_ACTION], none))
		return true;
	if (v[AK_EV_CATEGORY].p && (ak_str_is(v[AK_EV_CATEGORY], "login") || ak_str_is(v[AK_EV_CATEGORY], "data_access")))
		return true;
	/* What is equal before and after is no change and is not kept: where a source gives a side at all, a change without it says that
	 * something was added, and an event that takes away shows that nothing else changed. */
	if (v[AK_EV_CHANGES].p ? s->gives[field - F_BEFORE] : ak_event_says(v[AK_EV_ACTION], takes))
		return true;
	return ak_event_says(v[AK_EV_ACTION], field == F_BEFORE ? makes : takes);
}

static bool has(const struct ctx *x, const struct source *s, const struct ak_str *v, int field)
{
	enum ak_who who = ak_event_who(v);

	for (const int *h = held_by[field]; *h >= 0; h++)
		if (v[*h].p)
			return true;
	if (field == F_BEFORE || field == F_AFTER)
		return has_side(s, v, field);
	/* Prose is not kept, and a job has neither address nor role; a login needs no reason. */
	if (field == F_REASON)
		return json_object_get(x->removed, v[AK_EV_SOURCE].p ? v[AK_EV_SOURCE].p : "") || v[AK_EV_JOB].p ||
		       ak_event_reads(v[AK_EV_ACTION]);
	return who == AK_WHO_MACHINE && (held_by[field][0] == AK_EV_ROLE || held_by[field][0] == AK_EV_ADDRESS);
}

/* First what a source gives at all. */
static enum ak_rc learn(void *ctx, const struct ak_fieldrow *row, struct ak_err *err)
{
	struct ctx *x = ctx;
	struct ak_pile *p = ak_piles_at(&x->sources, &row->value[AK_EV_SOURCE]);
	struct source *s;

	(void)err;
	if (!p)
		return AK_OK;
	if (!p->more)
		p->more = ak_arena_zero(&x->sources.arena, sizeof *s);
	s = p->more;
	s->gives[0] = s->gives[0] || tells(row->value[AK_EV_CHANGES], "before");
	s->gives[1] = s->gives[1] || tells(row->value[AK_EV_CHANGES], "after");
	return AK_OK;
}

static enum ak_rc take(void *ctx, const struct ak_fieldrow *row, struct ak_err *err)
{
	struct ctx *x = ctx;
	struct ak_pile *p = ak_piles_find(&x->sources, &row->value[AK_EV_SOURCE]);
	struct source *s;
	bool lacks = false;

	(void)err;
	ak_check_of(x->sources.r, 1);
	if (!p)
		return AK_OK;
	s = p->more;
	p->of++;
	for (int i = 0; i < AK_ADMIN_FIELDS; i++)
		if (x->asked[i] && !has(x, s, row->value, i)) {
			s->missing[i]++;
			s->ticket += i == F_REASON && ak_tickets_of(&x->tickets, row->value) == AK_TICKET_KNOWN;
			s->unconfirmed += i == F_REASON && ak_tickets_of(&x->tickets, row->value) == AK_TICKET_UNCONFIRMED;
			lacks = true;
		}
	if (lacks)
		ak_pile_add(p, row);
	return AK_OK;
}

static void find(struct ctx *x, const struct ak_pile *p)
{
	const struct source *s = p->more;
	json_t *f, *fields = json_object(), *names = json_array();
	struct ak_buf text;

	ak_buf_init(&text, 1 << 16);
	ak_buf_addf(&text, "%s: %s of %s events lack fields:", p->part[0].p, AK_NUM(p->n), AK_NUM(p->of));
	for (int i = 0; i < AK_ADMIN_FIELDS; i++) {
		if (!s->missing[i])
			continue;
		ak_buf_addf(&text, "%s %s %s", json_array_size(names) ? "," : "", ak_admin_fields[i], s->missing[i] == p->of ? "always" : AK_NUM(s->missing[i]));
		json_object_set_new(fields, ak_admin_fields[i], json_integer((json_int_t)s->missing[i]));
		json_array_append_new(names, json_string(ak_admin_fields[i]));
	}
	if (s->ticket)
		ak_buf_addf(&text, "; a known ticket stands in for %s of the reasons", AK_NUM(s->ticket));
	if (s->unconfirmed)
		ak_buf_addf(&text, "; a ticket that no ticket records can confirm stands in for %s of the reasons", AK_NUM(s->unconfirmed));
	f = ak_pile_finding(&x->sources, p, p->part[0].p, json_stringn(text.p, text.n));
	json_object_set_new(f, "missing", fields);
	json_object_set_new(f, "names", names);
	ak_check_found(x->sources.r, f);
	ak_buf_release(&text);
}

static enum ak_rc run(struct ak_check_run *r, struct ak_err *err)
{
	struct ctx x = {0};
	enum ak_rc rc = ak_piles_init(&x.sources, r, 1, err);

	asked(&x, r->policy);
	if (rc == AK_OK)
		rc = read_removed(&x, r, err);
	if (rc == AK_OK)
		rc = ak_tickets_read(r, &x.tickets, err);
	if (rc == AK_OK)
		rc = ak_events_each(r, learn, &x, err);
	if (rc == AK_OK)
		rc = ak_events_each(r, take, &x, err);
	ak_piles_sort(&x.sources);
	for (size_t i = 0; i < x.sources.n && rc == AK_OK; i++)
		if (x.sources.pile[i]->n)
			find(&x, x.sources.pile[i]);
	if (!r->of)
		ak_check_unjudged(r, "there is no audit event in the period: ingest the audit log of the gateway");
	json_decref(x.removed);
	ak_tickets_release(&x.tickets);
	ak_piles_release(&x.sources);
	return rc;
}

const struct ak_check ak_check_admin_event_fields = {
	.name = "admin-event-fields",
	.title = "admin events have the fields that a reviewer needs",
	.severity = "low",
	.unit = "admin events",
	.rationale = "who did what to what, from where, why, and how it was before: without one of these an event explains nothing",
	.fix = "have the source log what it lacks; audit.fields of policy.yaml names the fields that are asked",
	.run = run,
	.facts = "names",
	.sizes = "affected",
};
