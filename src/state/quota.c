/* Attempts replayed against the limits that were set (M18): which would have been refused, and whether the gateway refused them. */
#include "base/ak.h"
#include "state/state.h"

#include "base/time.h"
#include "base/window.h"
#include "query/state.h"
#include "state/pieces.h"

#define CITED 5

static const char *text(const json_t *o, const char *member) { return json_string_value(json_object_get(o, member)); }
static bool same(const char *a, const char *b) { return a && b && strcmp(a, b) == 0; }

/* ---- calls ---- */

/* What a call adds; NULL: nothing of that unit is told. */
static const char *amount(const json_t *call, const struct piece *p, char buf[32])
{
	if (p->l.unit == AK_LIMIT_COST)
		return text(call, "cost");
	if (p->l.unit == AK_LIMIT_REQUESTS)
		return json_is_true(json_object_get(call, "again")) ? NULL : "1";
	snprintf(buf, 32, "%lld", (long long)json_integer_value(json_object_get(call, "tokens")));
	return buf;
}

/* Refused by the gateway: a failure of the kind that limits give, with nothing that came from a provider. */
static bool gateway_refused(const json_t *call)
{
	int64_t status = json_integer_value(json_object_get(call, "status"));
	bool provider = text(call, "provider_request") || ak_limit_of_provider(text(call, "reason"), text(call, "provider"));

	return same(text(call, "outcome"), "failure") && !provider && (status == 429 || status == 402 || status == 403 || text(call, "quota"));
}

/* False: it is not of the kind that the limit counts. */
static bool judge(struct quota *q, struct piece *p, const json_t *call, int64_t t)
{
	char buf[32];
	const char *adds = amount(call, p, buf);
	bool counts = t >= q->from_us && t < q->to_us, refused = gateway_refused(call), reached;
	int64_t start;
	struct ak_str used;

	if ((p->l.unit == AK_LIMIT_REQUESTS && !adds) || !ak_window_start(p->l.window, p->anchor, t, &start))
		return false;
	if (start != p->window) {
		p->window = start;
		ak_dec_sum_init(&p->used);
	}
	used = ak_dec_sum_text(&p->used, &q->scratch);
	reached = ak_dec_cmp(used, ak_str_of(p->value)) >= 0;
	p->judged += counts;
	if (!reached) {
		if (adds && !refused)
			ak_dec_sum_add(&p->used, ak_str_of(adds));
		return true;
	}
	p->reached += counts;
	p->refused += counts && refused;
	if (!counts || refused || same(text(call, "outcome"), "failure"))
		return true;
	p->served++;
	if (json_array_size(p->cites) < CITED)
		json_array_append(p->cites, json_object_get(call, "citation"));
	p->first = p->first ? p->first : ak_time_z(t, 3, ak_arena_alloc(&q->arena, 32));
	return true;
}

static void one_currency(struct quota *q, struct piece *p, const struct ak_said *of, const json_t *call)
{
	const char *have = text(call, "currency");

	if (p->l.unit != AK_LIMIT_COST || !have || !text(call, "cost"))
		return;
	if (!p->l.currency)
		p->l.currency = ak_arena_z(&q->arena, ak_str_of(have));
	else if (!ak_str_eq_fold(ak_str_of(p->l.currency), ak_str_of(have)))
		ak_pieces_unread(q, of, p->declared ? p->set->by : p->set->said.path, "calls under it have costs in another currency, which are never added: they are left out");
}

static bool other_currency(const struct piece *p, const json_t *call)
{
	const char *have = text(call, "currency");

	return p->l.unit == AK_LIMIT_COST && have && p->l.currency && !ak_str_eq_fold(ak_str_of(p->l.currency), ak_str_of(have));
}

static bool apply(struct quota *q, const char *place, const char *cls, const char *id, const json_t *call, int64_t t)
{
	struct ak_buf key;
	struct ak_map_entry *e;
	bool any = false;

	if (!id)
		return false;
	ak_buf_init(&key, 1u << 20);
	ak_buf_addf(&key, "%s\x1f%s\x1f%s", place, cls, id);
	e = ak_map_get(&q->bound, ak_buf_str(&key));
	ak_buf_release(&key);
	for (size_t i = 0; e && i < ((struct bound *)e->v.ptr)->n; i++) {
		struct piece *p = &q->piece[((struct bound *)e->v.ptr)->piece[i]];

		if (t < p->from || t >= p->to)
			continue;
		one_currency(q, p, &p->set->said, call);
		if (other_currency(p, call))
			continue;
		any = judge(q, p, call, t) || any;
	}
	return any;
}

static enum ak_rc take(void *ctx, json_t *call, struct ak_err *err)
{
	static const struct {
		const char *cls, *column;
	} by[] = {
		{"team", "team"}, {"project", "project"}, {"organization", "organization"}, {"key", "key_hash"}, {"key", "key_id"}, {"key", "key_alias"},
		{"route", "model"}, {"user", "actor"}, {"user", "end_user"},
	};
	struct quota *q = ctx;
	const char *ids[AK_COUNT(by)], *place = "";
	int64_t t = json_integer_value(json_object_get(call, "t"));
	bool any = false;

	(void)err;
	if (!json_is_integer(json_object_get(call, "t")))
		return AK_OK;
	if (q->line.places.several)
		place = ak_places_of_source(&q->line.places, text(call, "source"), NULL);
	for (size_t i = 0; place && i < AK_COUNT(by); i++) {
		bool seen = false;

		ids[i] = text(call, by[i].column);
		any = apply(q, place, by[i].cls, ids[i], call, t) || any;
		for (size_t k = 0; k < i; k++)
			seen = seen || same(ids[k], ids[i]);
		for (int k = 0; k < 2 && !seen; k++)
			any = apply(q, place, k ? "quota" : "budget", ids[i], call, t) || any;
	}
	for (size_t i = 0; q->declared && i < AK_COUNT(by); i++) {
		bool seen = false;

		for (size_t k = 0; k < i; k++)
			seen = seen || (same(by[k].cls, by[i].cls) && same(text(call, by[k].column), text(call, by[i].column)));
		any = (!seen && apply(q, AK_DECLARED, same(by[i].cls, "route") ? "model" : by[i].cls, text(call, by[i].column), call, t)) || any;
	}
	q->judged += any && t >= q->from_us && t < q->to_us;
	ak_arena_clear(&q->scratch);
	return AK_OK;
}

static json_t *row_of(const struct piece *p)
{
	const struct ak_said *s = &p->set->said;
	char z[32];

	return json_pack("{s:s, s:s, s:s, s:s, s:s, s:s?, s:s?, s:s?, s:o, s:I, s:I, s:I, s:I, s:s?, s:s, s:s, s:O}", "subject", s->id, "class", s->cls, "path", s->path, "limit",
			 p->value, "unit", ak_limit_unit_name(&p->l), "currency", p->l.currency, "window", p->l.window, "since",
			 p->from == INT64_MIN ? NULL : ak_time_z(p->from, 0, z), "until", p->to == INT64_MAX ? json_null() : json_string(ak_time_z(p->to, 0, (char[32]){0})),
			 "judged", (json_int_t)p->judged, "reached", (json_int_t)p->reached, "refused", (json_int_t)p->refused, "enforced_not", (json_int_t)p->served,
			 "first", p->first, "by", p->set->by, "basis",
			 p->declared ? "declared" : p->set->event ? "event" : "snapshot", "cites", p->cites);
}

enum ak_rc ak_state_quota(struct ak_store *s, const struct ak_policy *policy, int64_t from_us, int64_t to_us, json_t **rows, json_t **not_read, uint64_t *judged,
			  struct ak_err *err)
{
	struct quota q = {.from_us = from_us, .to_us = to_us};
	json_t *systems = NULL, *list = json_array();
	enum ak_rc rc = ak_query_systems(s, &systems, err);

	ak_pieces_init(&q, systems);
	if (rc == AK_OK)
		rc = ak_pieces_read(&q, s, policy, err);
	if (rc == AK_OK && q.n)
		rc = ak_query_calls_each(s, INT64_MIN, to_us, take, &q, err);
	for (size_t i = 0; i < q.n; i++)
		json_array_append_new(list, row_of(&q.piece[i]));
	*judged = q.judged;
	*rows = list;
	*not_read = q.unread;
	ak_pieces_release(&q);
	json_decref(systems);
	if (rc != AK_OK) {
		json_decref(list);
		json_decref(q.unread);
	}
	return rc;
}
