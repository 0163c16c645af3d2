/* Support sessions and impersonations that nobody ended (F239). */
#include "base/ak.h"
#include "check/said.h"
#include "check/event.h"

#include <stdlib.h>

#include "base/text.h"
#include "base/time.h"

#define HOUR_US INT64_C(3600000000)

struct turn {
	int64_t us, source, seq;
	bool ends;
	struct ak_str actor, target, action, name; /* name: of the source */
};

struct ctx {
	struct ak_piles sources; /* newest time of each source */
	struct turn *turn;
	size_t n, cap;
	uint64_t read, undated;
};

static bool is_session(struct ak_str action)
{
	static const char *const support[] = {"support", NULL}, *const session[] = {"session", "sessions", "access", NULL};
	static const char *const impersonation[] = {"impersonat*", "masquerade*", "sudo", NULL};

	return ak_event_says(action, impersonation) || (ak_event_says(action, support) && ak_event_says(action, session));
}

static bool is_end(struct ak_str action)
{
	static const char *const words[] = {"end", "ended", "ends", "stop", "stopped", "close", "closed", "finish*", "terminat*", "revoke*", "expire*", "leave", "left",
					    "logout", "exit*", "complete*", NULL};

	return ak_event_says(action, words);
}

/* Requested, approved or refused is not begun. */
static bool is_talk(struct ak_str action)
{
	static const char *const words[] = {"request*", "approv*", "deny", "denied", "reject*", "configur*", "updat*", "polic*", "view*", "list*", NULL};

	return ak_event_says(action, words);
}

static enum ak_rc take(void *ctx, const struct ak_fieldrow *row, struct ak_err *err)
{
	struct ctx *x = ctx;
	const struct ak_str *v = row->value;
	struct ak_pile *source = ak_piles_at(&x->sources, &v[AK_EV_SOURCE]);
	struct ak_arena *a = &x->sources.arena;
	struct ak_str target = v[AK_EV_SESSION].p ? v[AK_EV_SESSION] : v[AK_EV_TARGET], actor = ak_event_actor(v);

	(void)err;
	x->read++;
	ak_pile_add(source, row);
	if (!v[AK_EV_ACTION].p || !is_session(v[AK_EV_ACTION]) || ak_event_failed(v) || (is_talk(v[AK_EV_ACTION]) && !is_end(v[AK_EV_ACTION])))
		return AK_OK;
	if (!row->dated) {
		x->undated++;
		return AK_OK;
	}
	if (x->n == x->cap) {
		x->cap = x->cap ? 2 * x->cap : 64;
		x->turn = ak_realloc(x->turn, x->cap * sizeof *x->turn);
	}
	x->turn[x->n++] = (struct turn){.us = row->time_us, .source = row->source, .seq = row->seq, .ends = is_end(v[AK_EV_ACTION]),
					.actor = actor.p ? ak_arena_str(a, actor) : ak_str_n("", 0), .target = target.p ? ak_arena_str(a, target) : ak_str_n("", 0),
					.action = ak_arena_str(a, v[AK_EV_ACTION]), .name = source ? source->part[0] : ak_str_n("", 0)};
	return AK_OK;
}

static int compare(const void *a, const void *b)
{
	const struct turn *x = a, *y = b;

	if (x->us != y->us)
		return x->us < y->us ? -1 : 1;
	return (x->seq > y->seq) - (x->seq < y->seq);
}

/* The first end of the same session behind its beginning: of the same source and target; where none is named, of the same actor. Whose
 * sessions overlap, the first end ends the first. */
static const struct turn *end_of(struct ctx *x, const struct turn *from, int64_t *ended)
{
	for (struct turn *t = x->turn + (from - x->turn) + 1; t < x->turn + x->n; t++) {
		if (!t->ends || t->source != from->source)
			continue;
		if (from->target.n && t->target.n ? !ak_str_eq(t->target, from->target) : !ak_str_eq(t->actor, from->actor))
			continue;
		*ended = t->us;
		t->ends = false; /* taken; it begins nothing */
		t->us = INT64_MIN;
		return t;
	}
	return NULL;
}

static void find_long(struct ctx *x, const struct turn *t, const struct turn *end, int64_t ended, int64_t limit)
{
	bool declared = ak_policy_said(x->sources.r->policy, "audit.session_limit") != NULL;
	json_t *cites = json_array();
	char when[32], until[32];

	json_array_append_new(cites, ak_check_cite(&x->sources, t->source, t->seq));
	json_array_append_new(cites, ak_check_cite(&x->sources, end->source, end->seq));
	ak_check_state(x->sources.r, "ended after the limit");
	ak_check_found(x->sources.r, json_pack("{s:s, s:o, s:o, s:s}", "subject", t->target.n ? t->target.p : t->actor.n ? t->actor.p : t->action.p, "text",
					       json_sprintf("%s: '%s' at %s lasted until %s, %s minutes; %s minutes are allowed (%s)", t->name.p, t->action.p,
							    ak_time_z(t->us, 0, when), ak_time_z(ended, 0, until), AK_NUM((uint64_t)((ended - t->us) / (HOUR_US / 60))),
							    AK_NUM((uint64_t)(limit / (HOUR_US / 60))),
							    declared ? "audit.session_limit" : "policy.yaml declares no audit.session_limit"),
					       "cites", cites, "time", when));
}

static void judge(struct ctx *x)
{
	struct ak_check_run *r = x->sources.r;
	int64_t limit = ak_policy_said_us(r->policy, "audit.session_limit", 8 * HOUR_US);
	uint64_t open = 0;

	ak_sort(x->turn, x->n, sizeof *x->turn, compare);
	for (size_t i = 0; i < x->n; i++) {
		const struct turn *t = &x->turn[i];
		const struct ak_pile *source = ak_piles_find(&x->sources, &t->name);
		const struct turn *end;
		char when[32], last[32];
		int64_t ended = 0;

		if (t->ends || t->us == INT64_MIN)
			continue;
		if ((end = end_of(x, t, &ended))) {
			if (ended - t->us > limit)
				find_long(x, t, end, ended, limit);
			else
				ak_check_state(r, "ended");
		} else if (!source || source->last_us - t->us < limit) {
			ak_check_apart(r, "may still be open: the records end too soon after it began");
			open++;
		} else {
			json_t *cites = json_array();

			ak_check_state(r, "not ended");
			json_array_append_new(cites, ak_check_cite(&x->sources, t->source, t->seq));
			ak_check_found(r, json_pack("{s:s, s:o, s:o, s:s}", "subject", t->target.n ? t->target.p : t->actor.n ? t->actor.p : t->action.p, "text",
						    json_sprintf("%s: '%s' at %s has no end; the records go on until %s", t->name.p, t->action.p, ak_time_z(t->us, 0, when),
								 ak_time_z(source->last_us, 0, last)),
						    "cites", cites, "time", when));
		}
	}
	if (open)
		ak_check_unjudged(r, "%s sessions may still be open: ingest later records", AK_NUM(open));
	else if (!r->of)
		ak_check_unjudged(r, x->read ? "no audit event tells of a support session or an impersonation" : "there is no audit event in the period: ingest the audit log of the gateway");
}

static enum ak_rc run(struct ak_check_run *r, struct ak_err *err)
{
	struct ctx x = {0};
	enum ak_rc rc = ak_piles_init(&x.sources, r, 1, err);

	if (rc == AK_OK)
		rc = ak_events_each(r, take, &x, err);
	if (rc == AK_OK)
		judge(&x);
	ak_free(x.turn);
	ak_piles_release(&x.sources);
	return rc;
}

const struct ak_check ak_check_session_without_end = {
	.name = "session-without-end",
	.title = "support sessions and impersonations come to an end, and in time",
	.severity = "high",
	.unit = "support sessions and impersonations that began",
	.rationale = "a support session that was never closed is somebody else's hand on a customer's account",
	.fix = "end the session and record it; audit.session_limit of policy.yaml says how long one may last before it counts, 8h when it does not",
	.run = run,
	.facts = "time",
};
