/* Keys and roles that were changed shortly before calls that were refused or blocked (F241): pairs of a timeline. */
#include "base/ak.h"
#include "check/said.h"
#include "check/event.h"

#include <stdlib.h>

#include "base/text.h"
#include "base/time.h"
#include "query/aggregate.h"

#define HOUR_US INT64_C(3600000000)

struct change {
	int64_t us, source, seq;
	bool ends; /* it takes a key or role away: refusals behind it are what was meant */
	struct ak_str action, target, name;
	struct ak_pile *pile; /* calls behind it */
};

struct ctx {
	struct ak_piles calls; /* by citation of the change */
	struct change *change; /* by target, then time */
	size_t n, cap;
	int64_t window;
	uint64_t suspicious, named;
};

static enum ak_rc take_event(void *ctx, const struct ak_fieldrow *row, struct ak_err *err)
{
	static const char *const ends[] = {"delete*", "revoke*", "disable*", "remove*", "rotat*", "expire*", "block*", "deactivat*", "suspend*", NULL};
	struct ctx *x = ctx;
	const struct ak_str *v = row->value;
	struct ak_arena *a = &x->calls.arena;
	const struct ak_str targets[] = {v[AK_EV_TARGET], v[AK_EV_TARGET_NAME]};
	bool of_keys = v[AK_EV_CATEGORY].p && ak_str_is(v[AK_EV_CATEGORY], "keys"), of_roles = v[AK_EV_CATEGORY].p && ak_str_is(v[AK_EV_CATEGORY], "admin_access");

	(void)err;
	if ((!of_keys && !of_roles) || !row->dated || ak_event_failed(v) || ak_event_reads(v[AK_EV_ACTION]))
		return AK_OK;
	for (size_t i = 0; i < AK_COUNT(targets); i++) {
		if (!targets[i].p || (i && ak_str_eq(targets[0], targets[1])))
			continue;
		if (x->n == x->cap) {
			x->cap = x->cap ? 2 * x->cap : 64;
			x->change = ak_realloc(x->change, x->cap * sizeof *x->change);
		}
		x->change[x->n++] = (struct change){.us = row->time_us, .source = row->source, .seq = row->seq, .ends = ak_event_says(v[AK_EV_ACTION], ends),
						    .action = v[AK_EV_ACTION].p ? ak_arena_str(a, v[AK_EV_ACTION]) : AK_STR("change"),
						    .target = ak_arena_str(a, targets[i]),
						    .name = v[AK_EV_SOURCE].p ? ak_arena_str(a, v[AK_EV_SOURCE]) : AK_STR("")};
	}
	return AK_OK;
}

static int compare(const void *a, const void *b)
{
	const struct change *x = a, *y = b;
	int r = ak_str_cmp(x->target, y->target);

	if (r)
		return r;
	if (x->us != y->us)
		return x->us < y->us ? -1 : 1;
	return (x->seq > y->seq) - (x->seq < y->seq);
}

/* The last change of this key or person before the call, within the window. */
static struct change *change_of(struct ctx *x, struct ak_str id, int64_t us, bool refused)
{
	size_t lo = 0, hi = x->n;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;
		int r = ak_str_cmp(x->change[mid].target, id);

		if (r < 0 || (r == 0 && x->change[mid].us <= us))
			lo = mid + 1;
		else
			hi = mid;
	}
	for (; lo > 0; lo--) {
		struct change *c = &x->change[lo - 1];

		if (!ak_str_eq(c->target, id) || us - c->us > x->window)
			return NULL;
		if (!refused || !c->ends)
			return c;
	}
	return NULL;
}

static enum ak_column const names[] = {AK_COL_KEY_ID, AK_COL_KEY_HASH, AK_COL_KEY_ALIAS, AK_COL_ACTOR_ID, AK_COL_ACTOR_EMAIL};

static void pair(struct ctx *x, struct change *c, const struct ak_columns *b, size_t i)
{
	const struct ak_fieldrow row = {.seq = b->number[AK_COL_SEQ][i], .source = b->number[AK_COL_SOURCE][i], .time_us = b->number[AK_COL_TIME][i], .dated = true};
	char key[32];
	int n = snprintf(key, sizeof key, "%020lld", (long long)c->seq);
	const struct ak_str part[] = {ak_str_n(key, (size_t)n)};

	if (!c->pile) {
		c->pile = ak_piles_at(&x->calls, part);
		if (c->pile)
			c->pile->more = c;
	}
	ak_pile_add(c->pile, &row);
}

static enum ak_rc take_calls(void *ctx, const struct ak_columns *b, const bool *keep, struct ak_err *err)
{
	struct ctx *x = ctx;

	(void)err;
	for (size_t i = 0; i < b->n; i++) {
		int64_t status = ak_columns_number(b, AK_COL_STATUS_CODE, i);
		struct ak_str verdict = ak_columns_text(b, AK_COL_POLICY_VERDICT, i);
		bool refused = status == 401 || status == 403, blocked = verdict.p && ak_str_is(verdict, "blocked");
		bool dated = ak_columns_number(b, AK_COL_TIME, i) != AK_COLUMN_NONE, named = false;
		struct change *c = NULL;

		if (!keep[i] || (!refused && !blocked))
			continue;
		x->suspicious++;
		for (size_t k = 0; k < AK_COUNT(names) && dated && !c; k++) {
			struct ak_str id = ak_columns_text(b, names[k], i);

			named |= id.p != NULL;
			c = id.p ? change_of(x, id, b->number[AK_COL_TIME][i], !blocked) : NULL;
		}
		if (!named) {
			ak_check_apart(x->calls.r, dated ? "names neither key nor person" : "has no time");
			continue;
		}
		x->named++;
		ak_check_state(x->calls.r, c ? "behind a change" : blocked ? "blocked, no change before it" : "refused, no change before it");
		if (c)
			pair(x, c, b, i);
	}
	return AK_OK;
}

static void find(struct ctx *x, const struct ak_pile *p)
{
	const struct change *c = p->more;
	json_t *f, *cites = json_array(), *calls = ak_pile_cites(&x->calls, p), *pairs = json_array();
	char changed[32], first[32], last[32];

	json_array_append_new(cites, ak_check_cite(&x->calls, c->source, c->seq));
	json_array_extend(cites, calls);
	ak_time_z(c->us, 0, changed);
	ak_time_z(p->first_us, 0, first);
	ak_time_z(p->last_us, 0, last);
	json_array_append_new(pairs, json_pack("{s:s, s:O}", "time", changed, "cite", json_array_get(cites, 0)));
	json_array_append_new(pairs, json_pack("{s:s, s:O}", "time", first, "cite", json_array_get(calls, 0)));
	f = json_pack("{s:s, s:o, s:o, s:I, s:s, s:s, s:s, s:o}", "subject", c->target.p, "text",
		      json_sprintf("%s: '%s' of %s at %s, then %s refused or blocked %s from %s", c->name.p, c->action.p, c->target.p, changed, AK_NUM(p->n),
				   p->n == 1 ? "call" : "calls", first),
		      "cites", cites, "affected", (json_int_t)p->n, "time", changed, "first", first, "last", last, "timeline", pairs);
	ak_check_found(x->calls.r, f);
	json_decref(calls);
}

static enum ak_rc run(struct ak_check_run *r, struct ak_err *err)
{
	struct ctx x = {.window = ak_policy_said_us(r->policy, "audit.suspicious_after", HOUR_US)};
	struct ak_columns_want want = {{false}};
	enum ak_rc rc = ak_piles_init(&x.calls, r, 1, err);

	want.col[AK_COL_SEQ] = want.col[AK_COL_TIME] = want.col[AK_COL_SOURCE] = want.col[AK_COL_STATUS_CODE] = want.col[AK_COL_POLICY_VERDICT] = true;
	for (size_t k = 0; k < AK_COUNT(names); k++)
		want.col[names[k]] = true;
	if (rc == AK_OK)
		rc = ak_events_each(r, take_event, &x, err);
	if (rc == AK_OK && x.n) {
		ak_sort(x.change, x.n, sizeof *x.change, compare);
		rc = ak_query_columns_each(r->store, r->from_us, r->to_us, &want, take_calls, &x, err);
	}
	ak_piles_sort(&x.calls);
	for (size_t i = 0; i < x.calls.n && rc == AK_OK; i++)
		find(&x, x.calls.pile[i]);
	if (!x.n)
		ak_check_unjudged(r, "no audit event of the period tells which key or role was changed");
	else if (!x.named)
		ak_check_unjudged(r, x.suspicious ? "no refused or blocked call names its key or person" : "no call of the period was refused (401, 403) or blocked by a policy");
	ak_piles_done(&x.calls);
	ak_free(x.change);
	ak_piles_release(&x.calls);
	return rc;
}

const struct ak_check ak_check_change_before_suspicion = {
	.name = "change-before-suspicion",
	.title = "no key or role was changed shortly before its calls were refused or blocked",
	.severity = "low",
	.unit = "refused (401, 403) or blocked calls",
	.rationale = "a new key or role that at once tries what it may not is how a stolen account looks",
	.fix = "'auditkit timeline --around' an event shows what happened before and after; audit.suspicious_after of policy.yaml sets the time between, 1h when it does not",
	.run = run,
	.facts = "time",
	.sizes = "affected",
};
