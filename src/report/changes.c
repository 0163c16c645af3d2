/* Changes with what became of their approval (F207), and limits: decisions, hits, changes (F205). */
#include "base/ak.h"
#include "report/list.h"

#include "base/jsonget.h"
#include "chain/chain.h"
#include "query/aggregate.h"
#include "query/report_rows.h"

static const char *const classes[] = {"apart", "in order", "not judged", "found"};

struct changes {
	json_t *doc, *verdicts, *classes;
	const char *member, *category; /* NULL: all */
	int64_t n, found;
};

static enum ak_rc take_change(void *ctx, json_t *change, struct ak_err *err)
{
	struct changes *c = ctx;
	const char *class = classes[ak_chain_change_class(change)];
	json_t *row;

	if (c->category && strcmp(ak_jtxt(change, "category", ""), c->category) != 0)
		return AK_OK;
	row = json_object();
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
	json_t *doc, *decisions;
	int64_t events, hits;
};

static enum ak_rc take_event(void *ctx, json_t *event, struct ak_err *err)
{
	struct quota *q = ctx;
	const char *decision = ak_jtxt(event, "decision", NULL);

	q->events++;
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

/* Attempts that were answered with 429, of all. */
static enum ak_rc read_refused(struct ak_store *s, const struct ak_list_opts *o, int64_t *refused, int64_t *attempts, struct ak_err *err)
{
	const struct ak_aggregate_opts a = {.layer = {.kind = AK_K_REQUEST}, .from_us = o->from_us, .to_us = o->to_us, .by = {AK_BY_STATUS}, .nby = 1};
	struct ak_aggregate groups;
	enum ak_rc rc = ak_aggregate(s, &a, &groups, err);

	*refused = *attempts = 0;
	for (size_t i = 0; i < groups.n && rc == AK_OK; i++) {
		*attempts += groups.group[i]->records;
		*refused += ak_str_is(groups.group[i]->by[0], "429") ? groups.group[i]->records : 0;
	}
	ak_aggregate_release(&groups);
	return rc;
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
	struct quota q = {.doc = ak_list_new("quota", "auditkit.report-quota/1", o), .decisions = json_object()};
	struct changes c = {.doc = q.doc, .member = "changes", .category = "quota"};
	int64_t refused = 0, attempts = 0, approved;
	char hits[72], answered[72];
	enum ak_rc rc;

	json_object_set_new(q.doc, "limits", json_array());
	json_object_set_new(q.doc, "changes", json_array());
	rc = ak_query_quota_rows_each(s, o->from_us, o->to_us, take_event, &q, err);
	if (rc == AK_OK)
		rc = ak_query_quotas_each(s, o->from_us, o->to_us, take_limit, q.doc, err);
	if (rc == AK_OK)
		rc = read_changes(s, o, &c, err);
	if (rc == AK_OK)
		rc = read_refused(s, o, &refused, &attempts, err);
	approved = reviewed(json_object_get(q.doc, "changes"));
	json_object_set_new(q.doc, "total", json_pack("{s:I, s:I, s:O, s:I, s:I, s:I, s:I}", "events", (json_int_t)q.events, "hits", (json_int_t)q.hits,
						      "decisions", q.decisions, "changes", (json_int_t)c.n, "changes_with_approver", (json_int_t)approved,
						      "answered_429", (json_int_t)refused, "attempts", (json_int_t)attempts));
	ak_list_say(q.doc, "%s quota events are other than allowed", ak_list_of((uint64_t)q.hits, (uint64_t)q.events, hits));
	ak_list_say(q.doc, "%s attempts were answered with status 429", ak_list_of((uint64_t)refused, (uint64_t)attempts, answered));
	say_verdicts(q.doc, "changes of limits by what became of their approval", &c);
	*any = q.events || c.n || refused;
	*out = q.doc;
	json_decref(q.decisions);
	json_decref(c.verdicts);
	json_decref(c.classes);
	return rc;
}
