/* What is told beside the interaction: records that only share a session, what was folded, clocks that disagree. */
#include "base/ak.h"
#include "trace/hops.h"

#include "base/time.h"

#define NEIGHBOURS 20 /* records named per session */

static int64_t seq_of(const json_t *o) { return json_integer_value(json_object_get(o, "seq")); }
static const char *cite_of(const json_t *o) { return json_string_value(json_object_get(o, "cite")); }

/* ---- neighbours ---- */

static bool is_member(const struct ak_trace *t, int64_t seq)
{
	const json_t *row;
	size_t i;

	json_array_foreach(t->members, i, row)
		if (seq_of(row) == seq)
			return true;
	return false;
}

static enum ak_rc add_neighbours(struct ak_trace *t, const char *field, const char *value, struct ak_err *err)
{
	json_t *rows = NULL, *row, *record, *list = json_array();
	size_t i;
	int64_t total = 0;
	enum ak_rc rc = ak_query_sharing(t->s, value, NEIGHBOURS + json_array_size(t->members), &rows, err);

	json_array_foreach(rows, i, row) {
		total = json_integer_value(json_object_get(row, "total"));
		if (is_member(t, seq_of(row)) || json_array_size(list) >= NEIGHBOURS)
			continue;
		if ((rc = ak_query_record(t->s, seq_of(row), &record, err)) != AK_OK)
			break;
		/* The index has hashes only. */
		if (ak_trace_same(ak_trace_field(record, field), value) && !json_object_get(record, "superseded_by"))
			json_array_append_new(list, json_pack("{s:O, s:O, s:O?}", "cite", json_object_get(record, "cite"), "kind",
							      json_object_get(record, "kind"), "time", json_object_get(record, "time")));
		json_decref(record);
	}
	json_decref(rows);
	if (rc == AK_OK && json_array_size(list))
		json_array_append_new(t->neighbours, json_pack("{s:s, s:s, s:O, s:I}", "field", field, "value", value, "records", list,
							       "sharing", (json_int_t)total));
	json_decref(list);
	return rc;
}

static bool asked(const json_t *neighbours_asked, const char *value) { return json_object_get(neighbours_asked, value) != NULL; }

static enum ak_rc neighbours(struct ak_trace *t, struct ak_err *err)
{
	static const char *const fields[] = {"session.id", "gen_ai.conversation.id", "auditkit.client.request_id"};
	json_t *row, *seen = json_object();
	enum ak_rc rc = AK_OK;
	size_t i;

	for (size_t k = 0; k < AK_COUNT(fields); k++)
		json_array_foreach(t->members, i, row) {
			const char *value = ak_trace_field(json_object_get(row, "record"), fields[k]);

			if (rc != AK_OK || !value || !*value || asked(seen, value))
				continue;
			json_object_set_new(seen, value, json_true());
			rc = add_neighbours(t, fields[k], value, err);
		}
	json_decref(seen);
	return rc;
}

/* ---- what was folded ---- */

static enum ak_rc deliveries(struct ak_trace *t, json_t *again, struct ak_err *err)
{
	json_t *row;
	size_t i;
	enum ak_rc rc = AK_OK;

	json_array_foreach(t->members, i, row) {
		int kind = ak_kind_find(ak_str_of(json_string_value(json_object_get(row, "kind"))));
		int64_t times = 1;

		if (rc == AK_OK && kind >= 0)
			rc = ak_query_shown(t->s, kind, seq_of(row), &times, err);
		if (times > 1)
			json_array_append_new(again, json_pack("{s:O, s:I}", "cite", json_object_get(json_object_get(row, "record"), "cite"), "times",
							       (json_int_t)times));
	}
	return rc;
}

/* Duplicates are not kept, only counted per file: of the sources of this trace, whatever their records. */
static enum ak_rc at_ingest(struct ak_trace *t, json_t *list, struct ak_err *err)
{
	json_t *row, *seen = json_object(), *counts;
	const char *name;
	size_t i;
	enum ak_rc rc = AK_OK;

	json_array_foreach(t->members, i, row)
		json_object_set_new(seen, ak_trace_dash(json_string_value(json_object_get(json_object_get(row, "record"), "source"))), json_true());
	json_object_foreach(seen, name, row) {
		counts = NULL;
		if (rc == AK_OK)
			rc = ak_query_folded(t->s, name, &counts, err);
		if (rc == AK_OK && json_integer_value(json_object_get(counts, "duplicates")))
			json_array_append_new(list, json_pack("{s:s, s:O, s:O}", "source", name, "duplicates", json_object_get(counts, "duplicates"), "of",
							      json_object_get(counts, "records_in")));
		json_decref(counts);
		rc = rc == AK_END ? AK_OK : rc;
	}
	json_decref(seen);
	return rc;
}

static enum ak_rc folded(struct ak_trace *t, struct ak_err *err)
{
	json_t *a, *revisions = json_array(), *again = json_array(), *sources = json_array();
	size_t i, entries = 0, witnesses = 0, n;
	enum ak_rc rc;

	json_array_foreach(t->attempts, i, a) {
		witnesses += json_array_size(json_object_get(a, "witnesses"));
		n = json_array_size(json_object_get(a, "facets"));
		entries += n > 1 ? n - 1 : 0;
	}
	json_array_foreach(t->older, i, a)
		json_array_append_new(revisions, json_pack("{s:O, s:O?}", "cite", json_object_get(a, "cite"), "by", json_object_get(a, "superseded_by")));
	rc = deliveries(t, again, err);
	if (rc == AK_OK)
		rc = at_ingest(t, sources, err);
	t->folded = json_pack("{s:I, s:I, s:o, s:o, s:o}", "entries", (json_int_t)entries, "witnesses", (json_int_t)witnesses, "older", revisions,
			      "delivered_again", again, "at_ingest", sources);
	return rc;
}

/* ---- clocks ---- */

/* What must have come first shows the later time: by so much the two clocks differ at least, unless a record is wrong. */
static void disagree(struct ak_trace *t, const json_t *first, const char *first_field, const json_t *then, const char *then_field, const char *says)
{
	int64_t a, b;

	if (!first || !then || json_equal(json_object_get(first, "source"), json_object_get(then, "source")))
		return;
	/* Sources that write milliseconds cut them. */
	if (!ak_trace_time(first, first_field, &a) || !ak_trace_time(then, then_field, &b) || a - b <= 1000)
		return;
	json_array_append_new(t->clocks, json_pack("{s:O, s:O, s:I, s:s, s:[O, O]}", "later", json_object_get(first, "source"), "earlier",
						   json_object_get(then, "source"), "by_ms", (json_int_t)((a - b) / 1000), "says", says, "cites",
						   json_object_get(first, "cite"), json_object_get(then, "cite")));
}

/* The app record that a call is compared with: the one that names it; of records that name no call the first; NULL when those that
 * there are are of other calls. */
static const json_t *app_of(const struct ak_trace *t, const json_t *call)
{
	const json_t *app, *free = NULL, *r;
	bool taken;
	size_t i, k;

	json_array_foreach(t->apps, i, app) {
		if (ak_trace_names(app, call))
			return app;
		taken = false;
		json_array_foreach(t->attempts, k, r)
			taken = taken || ak_trace_names(app, r);
		free = free || taken ? free : app;
	}
	return free;
}

/* Do several attempts answer to one app record, so that its end is only theirs together? */
static bool is_last_of(const struct ak_trace *t, const json_t *app, size_t at)
{
	for (size_t i = at + 1; i < json_array_size(t->attempts); i++)
		if (app_of(t, json_array_get(t->attempts, i)) == app)
			return false;
	return true;
}

static bool is_first_of(const struct ak_trace *t, const json_t *app, size_t at)
{
	for (size_t i = 0; i < at; i++)
		if (app_of(t, json_array_get(t->attempts, i)) == app)
			return false;
	return true;
}

/* A day without a time of day is no instant. */
static void clocks(struct ak_trace *t)
{
	const json_t *app, *r, *inner = NULL;
	size_t i, n = json_array_size(t->attempts);

	json_array_foreach(t->attempts, i, r) {
		app = app_of(t, r);
		if (is_first_of(t, app, i))
			disagree(t, app, "event.start", r, "event.start", "the gateway's call began before the app sent it");
		if (is_last_of(t, app, i))
			disagree(t, r, "event.end", app, "event.end", "the gateway's call ended after the app had its answer");
		if (i + 1 < n && !ak_trace_same(json_string_value(json_object_get(r, "gateway")),
						json_string_value(json_object_get(json_array_get(t->attempts, i + 1), "gateway"))))
			disagree(t, r, "event.start", json_array_get(t->attempts, i + 1), "event.start", "the inner gateway's call began before the outer's");
		inner = r;
	}
	json_array_foreach(t->calls, i, r)
		if (n == 1)
			disagree(t, inner, "event.start", r, "event.start", "the provider recorded the call before the gateway sent it");
}

static void clock_lines(struct ak_trace *t)
{
	json_t *c, *h;
	size_t i, k;

	json_array_foreach(t->clocks, i, c)
		json_array_foreach(t->hops, k, h)
			if (ak_trace_same(cite_of(h), json_string_value(json_array_get(json_object_get(c, "cites"), 0)))) {
				ak_trace_say(h, "clocks of %s and %s differ by %lld ms or more, or a record does: %s; times are as recorded",
					     json_string_value(json_object_get(c, "later")), json_string_value(json_object_get(c, "earlier")),
					     (long long)json_integer_value(json_object_get(c, "by_ms")), json_string_value(json_object_get(c, "says")));
				break;
			}
}

/* ---- proofs ---- */

static enum ak_rc proofs(struct ak_trace *t, struct ak_err *err)
{
	json_t *row, *h;
	size_t i, k;
	enum ak_rc rc = AK_OK;

	json_array_foreach(t->members, i, row) {
		json_t *proof = NULL;

		if ((rc = ak_trace_proof(t, json_object_get(row, "record"), &proof, err)) != AK_OK)
			break;
		json_array_foreach(t->hops, k, h)
			if (json_object_get(h, "seq") && seq_of(h) == seq_of(row))
				json_object_set(h, "proof", proof);
		json_object_set_new(row, "proof", proof);
	}
	return rc;
}

enum ak_rc ak_trace_beside(struct ak_trace *t, struct ak_err *err)
{
	enum ak_rc rc = neighbours(t, err);

	if (rc == AK_OK)
		rc = folded(t, err);
	if (rc == AK_OK)
		rc = proofs(t, err);
	clocks(t);
	clock_lines(t);
	return rc;
}
