/* Limits that policy.yaml states (quotas): in force at an instant, and beside what gateways were set to. */
#include "base/ak.h"
#include "state/at.h"

#include "base/jsonget.h"
#include "base/window.h"
#include "query/state.h"
#include "state/pieces.h"

static bool same(const char *a, const char *b) { return a && b && strcmp(a, b) == 0; }

static bool concerns(const struct ak_state_subject *o, const struct ak_policy_quota *d)
{
	const struct {
		const char *cls, *id;
	} ids[] = {{"team", o->team}, {"project", o->project}, {"organization", o->organization}, {"key", o->key_hash}, {"key", o->key_id},
		   {"key", o->key_alias}, {"user", o->actor}, {"model", o->model}};

	for (size_t i = 0; i < AK_COUNT(ids); i++)
		if (same(ids[i].cls, d->cls) && same(ids[i].id, d->subject))
			return true;
	return false;
}

/* The next line about the same limit ends it. */
static const struct ak_policy_quota *next_of(const struct ak_policy *policy, const struct ak_policy_quota *d)
{
	const struct ak_policy_quota *next = NULL;

	for (const struct ak_policy_quota *o = policy->quotas; o < policy->quotas + policy->nquotas; o++)
		if (same(o->cls, d->cls) && same(o->subject, d->subject) && same(o->unit, d->unit) && ak_window_same(o->window, d->window) &&
		    o->since_us > d->since_us && (!next || o->since_us < next->since_us))
			next = o;
	return next;
}

static json_t *setting(const json_t *row, const char *path, const char *value)
{
	return json_pack("{s:s, s:s, s:O, s:O, s:O, s:s}", "path", path, "value", value, "since", json_object_get(row, "since"), "until", json_object_get(row, "until"), "by",
			 json_object_get(row, "by"), "basis", "declared");
}

void ak_at_declared(struct at *q)
{
	for (size_t i = 0; q->policy && i < q->policy->nquotas; i++) {
		const struct ak_policy_quota *d = &q->policy->quotas[i], *next = next_of(q->policy, d);
		json_t *row, *settings;

		if (!concerns(q->of, d) || d->since_us > q->us || (next && next->since_us <= q->us))
			continue;
		row = ak_at_row("budget", d->subject);
		json_object_set_new(row, "class", json_string(d->cls));
		json_object_set_new(row, "value", d->amount ? json_sprintf("%s %s%s%s", d->amount, d->unit, d->window ? " in " : "", d->window ? d->window : "") : json_null());
		json_object_set_new(row, "by", json_sprintf("policy.yaml:%d", d->line));
		json_object_set_new(row, "basis", json_string("declared"));
		json_object_set_new(row, "since", ak_jbound(d->since_us));
		json_object_set_new(row, "until", next ? ak_jbound(next->since_us) : json_null());
		settings = json_array();
		if (d->amount) {
			json_array_append_new(settings, setting(row, "/limit", d->amount));
			json_array_append_new(settings, setting(row, "/unit", d->unit));
			if (d->window)
				json_array_append_new(settings, setting(row, "/window", d->window));
		}
		json_object_set_new(row, "settings", settings);
		json_array_append_new(q->out, row);
	}
}

/* ---- beside what was set ---- */

static bool is_beside(const struct piece *d, const struct piece *p)
{
	const struct ak_said *x = &d->set->said, *y = &p->set->said;
	bool cls = same(y->cls, "budget") || same(y->cls, "quota") || same(y->cls, x->cls) || (same(x->cls, "model") && same(y->cls, "route"));

	return !p->declared && cls && same(x->id, y->id) && d->l.unit == p->l.unit && (!p->l.currency || same(d->l.currency, p->l.currency)) &&
	       (!p->l.window || ak_window_same(d->l.window, p->l.window)) && p->from < d->to && p->to > d->from;
}

static json_t *pair_of(const struct piece *d, const struct piece *p)
{
	const struct ak_said *x = &d->set->said, *y = &p->set->said;
	int64_t from = d->from > p->from ? d->from : p->from, to = d->to < p->to ? d->to : p->to;

	return json_pack("{s:s, s:s, s:s, s:s?, s:s?, s:s, s:s, s:s, s:s, s:s, s:s, s:o, s:o, s:b}", "subject", x->id, "class", x->cls, "unit", ak_limit_unit_name(&d->l), "currency",
			 d->l.currency, "window", d->l.window, "declared", d->value, "by", d->set->by, "shown", p->value, "shown_class", y->cls, "shown_path", y->path, "shown_by",
			 p->set->by, "from", ak_jbound(from), "until", to == INT64_MAX ? json_null() : ak_jbound(to), "agrees",
			 ak_dec_cmp(ak_str_of(d->value), ak_str_of(p->value)) == 0);
}

static enum ak_rc compare(const struct quota *q, const struct piece *d, ak_row_fn *each, void *ctx, uint64_t *beside, struct ak_err *err)
{
	bool any = false;
	enum ak_rc rc = AK_OK;

	for (size_t i = 0; i < q->n && rc == AK_OK; i++) {
		const struct piece *p = &q->piece[i];
		json_t *row;

		if (!is_beside(d, p) || p->from >= q->to_us || p->to <= q->from_us)
			continue;
		row = pair_of(d, p);
		rc = each(ctx, row, err);
		json_decref(row);
		any = true;
	}
	*beside += any;
	return rc;
}

enum ak_rc ak_state_declared_each(struct ak_store *s, const struct ak_policy *policy, int64_t from_us, int64_t to_us, ak_row_fn *each, void *ctx, uint64_t *declared, uint64_t *beside,
				  struct ak_err *err)
{
	struct quota q = {.from_us = from_us, .to_us = to_us};
	json_t *systems = NULL;
	enum ak_rc rc;

	*declared = *beside = 0;
	if (!policy || !policy->nquotas)
		return AK_OK;
	rc = ak_query_systems(s, &systems, err);
	ak_pieces_init(&q, systems);
	if (rc == AK_OK)
		rc = ak_pieces_read(&q, s, policy, err);
	for (size_t i = 0; i < q.n && rc == AK_OK; i++)
		if (q.piece[i].declared && q.piece[i].from < to_us && q.piece[i].to > from_us) {
			++*declared;
			rc = compare(&q, &q.piece[i], each, ctx, beside, err);
		}
	ak_pieces_release(&q);
	json_decref(q.unread);
	json_decref(systems);
	return rc;
}
