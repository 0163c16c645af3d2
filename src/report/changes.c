/* Changes with what became of their approval (F207), and limits: decisions, hits, changes (F205). */
#include "base/ak.h"
#include "report/list.h"

#include "base/jsonget.h"
#include "chain/chain.h"
#include "query/aggregate.h"
#include "query/report_rows.h"
#include "state/state.h"

static const char *const classes[] = {"apart", "in order", "not judged", "found"};

struct changes {
	json_t *doc, *verdicts, *classes;
	const char *member;
	bool limits; /* those of limits alone */
	int64_t n, found;
};

static enum ak_rc take_change(void *ctx, json_t *change, struct ak_err *err)
{
	struct changes *c = ctx;
	const char *class = classes[ak_chain_change_class(change)];
	json_t *row, *set = c->limits ? ak_state_limits_changed(ak_jtxt(change, "changes", NULL)) : NULL;

	/* Limits are set by events of many categories: of teams, keys, users. */
	if (c->limits && !json_array_size(set) && strcmp(ak_jtxt(change, "category", ""), "quota") != 0) {
		json_decref(set);
		return AK_OK;
	}
	row = json_object();
	if (set)
		json_object_set_new(row, "settings", set);
	ak_list_copy(row, change, "citation time category action outcome resource_type resource actor actor_type job ticket by ticket_cite ticket_state"
				  " approver approved_at deployment rollback verdict why cites");
	json_object_set_new(row, "class", json_string(class));
	ak_list_count(c->verdicts, ak_jtxt(change, "verdict", NULL), 1);
	ak_list_count(c->classes, class, 1);
	c->n++;
	return ak_list_add(c->doc, c->member, row, err);
}

static enum ak_rc read_changes(struct ak_store *s, const struct ak_list_opts *o, struct changes *c, struct ak_err *err)
{
	const struct ak_chain_opts chain = {o->policy, o->from_us, o->to_us};

	c->verdicts = json_object();
	c->classes = json_object();
	for (size_t i = 0; i < AK_COUNT(classes); i++)
		json_object_set_new(c->classes, classes[i], json_integer(0));
	return ak_chain_changes_each(s, &chain, take_change, c, err);
}

static int64_t counted(const json_t *counts, const char *name) { return json_integer_value(json_object_get(counts, name)); }

/* Lists the verdicts that there are: "no ticket 2, approved 31". */
static void say_verdicts(json_t *doc, const char *what, const struct changes *c)
{
	const char *name;
	struct ak_buf b;
	json_t *n;

	ak_buf_init(&b, 4096);
	json_object_foreach(c->verdicts, name, n)
		ak_buf_addf(&b, "%s%lld %s", b.n ? ", " : "", (long long)json_integer_value(n), name);
	ak_list_say(doc, "%lld %s: %s", (long long)c->n, what, b.n ? b.p : "none");
	ak_buf_release(&b);
}

enum ak_rc ak_report_changes(struct ak_store *s, const struct ak_list_opts *o, json_t **out, bool *any, struct ak_err *err)
{
	struct changes c = {.doc = ak_list_new("changes", "auditkit.report-changes/1", o), .member = "rows"};
	enum ak_rc rc = read_changes(s, o, &c, err);
	int64_t asked = c.n - counted(c.classes, "apart");

	json_object_set_new(c.doc, "total", json_pack("{s:I, s:I, s:O, s:O}", "changes", (json_int_t)c.n, "asked", (json_int_t)asked, "classes", c.classes,
						      "verdicts", c.verdicts));
	ak_list_say(c.doc, "%lld of %lld changes that want an approval lack one that is in order, of %lld it cannot be told; %lld more want none",
		    (long long)counted(c.classes, "found"), (long long)asked, (long long)counted(c.classes, "not judged"),
		    (long long)counted(c.classes, "apart"));
	say_verdicts(c.doc, "changes by verdict", &c);
	*any = c.n > 0;
	*out = c.doc;
	json_decref(c.verdicts);
	json_decref(c.classes);
	return rc;
}

/* ---- quota ---- */

struct quota {
	struct ak_store *s;
	json_t *doc, *decisions, *named; /* named: request id -> citation of the event */
	int64_t events, hits, refused, attempts, refused_named;
};

static enum ak_rc take_event(void *ctx, json_t *event, struct ak_err *err)
{
	struct quota *q = ctx;
	const char *decision = ak_jtxt(event, "decision", NULL);

	q->events++;
	if (ak_jtxt(event, "request_id", NULL))
		json_object_set(q->named, ak_jtxt(event, "request_id", ""), json_object_get(event, "citation"));
	ak_list_count(q->decisions, decision, 1);
	if (decision && strcmp(decision, "allowed") == 0)
		return AK_OK;
	q->hits++;
	return ak_list_add(q->doc, "rows", json_deep_copy(event), err);
}

static enum ak_rc take_limit(void *ctx, json_t *group, struct ak_err *err)
{
	json_t *row = json_object();

	ak_list_copy(row, group, "source decision scope scope_id limit unit window policy_version events linked first last");
	return ak_list_add(ctx, "limits", row, err);
}

/* Attempts that were answered with 429, one by one, with the event that tells of it. */
static enum ak_rc take_refused(void *ctx, const struct ak_columns *c, const bool *keep, struct ak_err *err)
{
	const int64_t *status = c->number[AK_COL_STATUS_CODE];
	struct quota *q = ctx;
	enum ak_rc rc = AK_OK;

	for (size_t i = 0; i < c->n && rc == AK_OK; i++) {
		json_t *row = NULL, *event;

		q->attempts += keep[i];
		if (!keep[i] || !status || status[i] != 429)
			continue;
		rc = ak_query_verdict_call(q->s, c->number[AK_COL_SEQ][i], &row, err);
		if (rc != AK_OK)
			return rc == AK_END ? ak_fail(err, AK_EXIT_CORRUPT, "a record that is counted is not there") : rc;
		event = json_object_get(q->named, ak_jtxt(row, "request_id", ""));
		json_object_del(row, "policy");
		json_object_set_new(row, "event", event ? json_incref(event) : json_null());
		q->refused++;
		q->refused_named += event != NULL;
		rc = ak_list_add(q->doc, "refused", row, err);
	}
	return rc;
}

static enum ak_rc read_refused(struct quota *q, const struct ak_list_opts *o, struct ak_err *err)
{
	static const struct ak_layer layer = {.kind = AK_K_REQUEST};
	struct ak_columns_want want = {{false}};

	want.col[AK_COL_SEQ] = want.col[AK_COL_STATUS_CODE] = true;
	return ak_query_layer_each(q->s, &layer, o->from_us, o->to_us, &want, take_refused, q, err);
}

/* Did it hold at some moment of the period? Bounds that nobody knows are open. */
static bool held(const struct ak_list_opts *o, const json_t *limit)
{
	const char *since = ak_jtxt(limit, "since", NULL), *until = ak_jtxt(limit, "until", NULL);
	struct ak_err ignored = {0};
	int64_t us;

	if (since && ak_time_arg(since, 0, &us, &ignored) == AK_OK && us >= o->to_us)
		return false;
	return !until || ak_time_arg(until, 0, &us, &ignored) != AK_OK || us > o->from_us;
}

/* When it held, as words; "" of a limit that is replayed but for some calls. */
static const char *when(const json_t *span, char buf[96])
{
	const char *since = ak_jtxt(span, "since", NULL), *until = ak_jtxt(span, "until", NULL);

	buf[0] = '\0';
	if (span)
		snprintf(buf, 96, "%s%.40s%s%.40s", since ? " from " : "", since ? since : "", until ? " up to " : since ? " on" : "", until ? until : "");
	return buf;
}

/* A limit that is not replayed: a row without figures for each time that it held, and why. */
static enum ak_rc add_unread(struct quota *q, const struct ak_list_opts *o, const json_t *r, struct ak_err *err)
{
	json_t *spans = json_object_get(r, "spans"), *span;
	enum ak_rc rc = AK_OK;
	char words[96];
	size_t i;

	if (!json_array_size(spans))
		ak_list_gap(q->doc, "limit", "the limit %s of %s: %s", ak_jtxt(r, "path", "?"), ak_jtxt(r, "subject", "?"), ak_jtxt(r, "why", "?"));
	json_array_foreach(spans, i, span) {
		json_t *row;

		if (!held(o, span))
			continue;
		ak_list_gap(q->doc, "limit", "the limit %s of %s%s is not replayed: %s", ak_jtxt(r, "path", "?"), ak_jtxt(r, "subject", "?"), when(span, words),
			    ak_jtxt(r, "why", "?"));
		row = json_object();
		ak_list_copy(row, r, "subject class path currency unit window judged reached refused enforced_not first by");
		ak_list_copy(row, span, "since until");
		json_object_set(row, "limit", json_object_get(r, "value"));
		json_object_set_new(row, "cites", json_array());
		json_object_set_new(row, "replayed", json_false());
		if (rc == AK_OK)
			rc = ak_list_add(q->doc, "in_force", row, err);
		else
			json_decref(row);
	}
	return rc;
}

/* Limits as events and captures set them and policy.yaml states them, replayed against the attempts. */
static enum ak_rc read_in_force(struct quota *q, const struct ak_list_opts *o, struct ak_err *err)
{
	json_t *rows = NULL, *unread = NULL, *r;
	uint64_t judged;
	size_t i;
	enum ak_rc rc = ak_state_quota(q->s, o->policy, o->from_us, o->to_us, &rows, &unread, &judged, err);

	json_array_foreach(rows, i, r) {
		json_t *row;

		if (!held(o, r))
			continue;
		row = json_object();
		ak_list_copy(row, r, "subject class path limit unit currency window since until judged reached refused enforced_not first by cites");
		json_object_set_new(row, "replayed", json_true());
		if (rc == AK_OK)
			rc = ak_list_add(q->doc, "in_force", row, err);
		else
			json_decref(row);
	}
	json_array_foreach(unread, i, r)
		if (rc == AK_OK)
			rc = add_unread(q, o, r, err);
	json_decref(rows);
	json_decref(unread);
	return rc;
}

static void add_review(json_t *doc, const struct ak_policy *p)
{
	json_object_set_new(doc, "review", p ? json_pack("{s:s?, s:s?, s:s?}", "declared_by", p->declared_by, "declared_on", p->declared_on, "review_by", p->review_by)
					     : json_null());
	if (p && p->declared_by)
		ak_list_say(doc, "policy.yaml is declared by %s on %s, to be reviewed by %s", p->declared_by, p->declared_on ? p->declared_on : "no date",
			    p->review_by ? p->review_by : "no date");
	else
		ak_list_gap(doc, "review", "policy.yaml does not say who declared it and until when it is to be reviewed");
}

static int64_t reviewed(const json_t *changes)
{
	int64_t n = 0;
	json_t *c;
	size_t i;

	json_array_foreach((json_t *)changes, i, c)
		n += ak_jtxt(c, "approver", NULL) != NULL;
	return n;
}

enum ak_rc ak_report_quota(struct ak_store *s, const struct ak_list_opts *o, json_t **out, bool *any, struct ak_err *err)
{
	struct quota q = {.s = s, .doc = ak_list_new("quota", "auditkit.report-quota/1", o), .decisions = json_object(), .named = json_object()};
	struct changes c = {.doc = q.doc, .member = "changes", .limits = true};
	char hits[72], answered[72], named[72], approved[72];
	enum ak_rc rc;

	json_object_set_new(q.doc, "limits", json_array());
	json_object_set_new(q.doc, "in_force", json_array());
	json_object_set_new(q.doc, "refused", json_array());
	json_object_set_new(q.doc, "changes", json_array());
	rc = ak_query_quota_rows_each(s, o->from_us, o->to_us, take_event, &q, err);
	if (rc == AK_OK)
		rc = ak_query_quotas_each(s, o->from_us, o->to_us, take_limit, q.doc, err);
	if (rc == AK_OK)
		rc = read_in_force(&q, o, err);
	if (rc == AK_OK)
		rc = read_changes(s, o, &c, err);
	if (rc == AK_OK)
		rc = read_refused(&q, o, err);
	json_object_set_new(q.doc, "total", json_pack("{s:I, s:I, s:O, s:I, s:I, s:I, s:I, s:I}", "events", (json_int_t)q.events, "hits", (json_int_t)q.hits,
						      "decisions", q.decisions, "changes", (json_int_t)c.n, "changes_with_approver",
						      (json_int_t)reviewed(json_object_get(q.doc, "changes")), "answered_429", (json_int_t)q.refused,
						      "answered_429_with_event", (json_int_t)q.refused_named, "attempts", (json_int_t)q.attempts));
	ak_list_say(q.doc, "%s quota events are other than allowed", ak_list_of((uint64_t)q.hits, (uint64_t)q.events, hits));
	ak_list_say(q.doc, "%s attempts were answered with status 429; %s of these are named by a quota event", ak_list_of((uint64_t)q.refused, (uint64_t)q.attempts, answered),
		    ak_list_of((uint64_t)q.refused_named, (uint64_t)q.refused, named));
	ak_list_say(q.doc, "%s changes of limits name who approved them", ak_list_of((uint64_t)reviewed(json_object_get(q.doc, "changes")), (uint64_t)c.n, approved));
	say_verdicts(q.doc, "changes of limits by what became of their approval", &c);
	add_review(q.doc, o->policy);
	*any = q.events || c.n || q.refused;
	*out = q.doc;
	json_decref(q.decisions);
	json_decref(q.named);
	json_decref(c.verdicts);
	json_decref(c.classes);
	return rc;
}
