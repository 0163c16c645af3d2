#include "base/ak.h"
#include "incident/bundle.h"

#include "base/time.h"
#include "base/jsonget.h"
#include "incident/sink.h"
#include "incident/tally.h"
#include "trace/trace.h"

struct bundle {
	const struct ak_bundle_opts *o;
	struct ak_sink sink;
	struct ak_clocks *clocks;
	struct ak_tally calls;
	uint32_t *trace_of; /* by ledger number: the interaction that has the record, from 1; 0 = none */
	size_t places;
	uint64_t traces, complete, members, inferred, events, admin, lines, left_out, undated;
	json_t *records; /* kind: {in_scope, in_traces} */
	json_t *last;	 /* row of the timeline before */
};

static const char *txt(const json_t *o, const char *member) { return json_string_value(json_object_get(o, member)); }
static int64_t num(const json_t *o, const char *member) { return json_integer_value(json_object_get(o, member)); }

static json_t *cite_of(const json_t *row) { return json_sprintf("%s:%lld", txt(row, "source"), (long long)num(row, "seq")); }

/* Four bytes for each place of the ledger up to the last that was asked for. */
static uint32_t *slot(struct bundle *b, int64_t seq)
{
	size_t at = (size_t)seq, more;

	if (at >= b->places) {
		more = 2 * at + 1024;
		b->trace_of = ak_realloc(b->trace_of, more * sizeof *b->trace_of);
		memset(b->trace_of + b->places, 0, (more - b->places) * sizeof *b->trace_of);
		b->places = more;
	}
	return &b->trace_of[at];
}

/* ---- traces ---- */

static bool begins_trace(const char *kind)
{
	return strcmp(kind, "request") == 0 || strcmp(kind, "app_event") == 0 || strcmp(kind, "provider_call") == 0;
}

static enum ak_rc write_trace(struct bundle *b, const json_t *trace, struct ak_err *err)
{
	const json_t *members = json_object_get(trace, "members");
	json_t *m;
	size_t i;

	b->traces++;
	b->complete += json_is_true(json_object_get(trace, "complete"));
	json_array_foreach((json_t *)members, i, m) {
		uint32_t *s = slot(b, num(m, "seq"));

		b->members++;
		if (!*s)
			*s = (uint32_t)b->traces;
	}
	if (b->o->progress)
		b->o->progress(b->o->ctx, b->traces);
	return ak_sink_put(&b->sink, AK_PART_TRACES, trace, err);
}

/* An interaction that cannot be told is named, and the bundle goes on. */
static enum ak_rc leave_out(struct bundle *b, const json_t *row, const char *why, struct ak_err *err)
{
	json_t *o = json_pack("{s:o, s:s, s:s}", "cite", cite_of(row), "kind", txt(row, "kind"), "why", why);
	enum ak_rc rc = ak_sink_put(&b->sink, AK_PART_LEFT_OUT, o, err);

	b->left_out++;
	json_decref(o);
	return rc;
}

static enum ak_rc take_interaction(void *ctx, json_t *row, struct ak_err *err)
{
	struct bundle *b = ctx;
	const struct ak_trace_opts o = {.policy = b->o->policy};
	const uint32_t *s = slot(b, num(row, "seq"));
	struct ak_err own = {0};
	json_t *trace = NULL, *cite;
	enum ak_rc rc;

	if (!begins_trace(txt(row, "kind")) || *s)
		return AK_OK;
	cite = cite_of(row);
	rc = ak_trace_reconstruct(b->o->store, ak_str_of(json_string_value(cite)), &o, &trace, &own);
	json_decref(cite);
	if (rc == AK_OK)
		rc = write_trace(b, trace, err);
	else if (rc == AK_END || own.exit == AK_EXIT_LIMIT || own.exit == AK_EXIT_USAGE)
		rc = leave_out(b, row, rc == AK_END ? "it is not there" : own.msg, err);
	else if (err)
		*err = own;
	json_decref(trace);
	return rc;
}

/* ---- events, counts and the order of all ---- */

static enum ak_rc take_event(void *ctx, json_t *row, struct ak_err *err)
{
	struct bundle *b = ctx;
	const char *kind = txt(row, "kind");
	bool call = strcmp(kind, "request") == 0, certain = num(row, "certain");
	const uint32_t *s = slot(b, num(row, "seq"));
	json_t *count = json_object_get(b->records, kind), *record = NULL;
	enum ak_rc rc;

	if (!count) {
		count = json_pack("{s:i, s:i}", "in_scope", 0, "in_traces", 0);
		json_object_set_new(b->records, kind, count);
	}
	json_object_set_new(count, "in_scope", json_integer(num(count, "in_scope") + 1));
	json_object_set_new(count, "in_traces", json_integer(num(count, "in_traces") + (*s != 0)));
	b->undated += json_is_null(json_object_get(row, "at"));
	if (call) {
		ak_tally_add(&b->calls, row);
		b->inferred += !certain;
	}
	if (begins_trace(kind))
		return AK_OK;
	rc = ak_query_record(b->o->store, num(row, "seq"), &record, err);
	if (rc == AK_OK) {
		json_object_set_new(record, "confidence", json_string(certain ? "certain" : "inferred"));
		json_object_set_new(record, "in_trace", *s ? json_integer(*s) : json_null());
		b->events++;
		b->admin += strcmp(kind, "audit_event") == 0;
		rc = ak_sink_put(&b->sink, AK_PART_EVENTS, record, err);
	}
	json_decref(record);
	return rc == AK_END ? ak_fail(err, AK_EXIT_CORRUPT, "a record of this scope is not there") : rc;
}

static const char *behind(struct bundle *b, const json_t *row)
{
	static const char *const says[] = {[AK_BEFORE] = "proven", [AK_AFTER] = "reversed", [AK_CONCURRENT] = "concurrent"};
	struct ak_instant a, c;

	if (!b->last || json_is_null(json_object_get(b->last, "at")) || json_is_null(json_object_get(row, "at")))
		return NULL;
	a = ak_incident_row_instant(b->last);
	c = ak_incident_row_instant(row);
	return says[ak_clock_order(b->clocks, &a, &c)];
}

static enum ak_rc take_line(void *ctx, json_t *row, struct ak_err *err)
{
	struct bundle *b = ctx;
	static const char *const members[] = {"action", "category", "outcome", "status", "error", "subject", "provider", "model"};
	const uint32_t *s = slot(b, num(row, "seq"));
	json_t *o = json_pack("{s:o, s:s, s:O, s:s?, s:o, s:s}", "cite", cite_of(row), "kind", txt(row, "kind"), "time", json_object_get(row, "time"),
			      "after_previous", behind(b, row), "trace", *s ? json_integer(*s) : json_null(), "confidence",
			      num(row, "certain") ? "certain" : "inferred");
	enum ak_rc rc;

	for (size_t i = 0; i < AK_COUNT(members); i++)
		if (!json_is_null(json_object_get(row, members[i])))
			json_object_set(o, members[i], json_object_get(row, members[i]));
	b->lines++;
	rc = ak_sink_put(&b->sink, AK_PART_TIMELINE, o, err);
	json_decref(o);
	json_decref(b->last);
	b->last = json_incref(row);
	return rc;
}

/* ---- the index ---- */

static json_t *index_of(struct bundle *b, const json_t *workspace, const json_t *all)
{
	static const char *const names[] = {[AK_SCOPE_KEY] = "key", [AK_SCOPE_ACTOR] = "actor", [AK_SCOPE_APP] = "app"};
	const struct ak_bundle_opts *o = b->o;
	json_t *doc = json_pack("{s:s, s:i, s:{s:s, s:O, s:O, s:o, s:o}, s:O?}", "schema", "auditkit.bundle/1", "format_version", 1, "scope", "by", names[o->scope],
				"values", o->values, "aliases", o->aliases, "from", ak_jbound(o->from_us), "to", ak_jbound(o->to_us),
				"checkpoint", json_object_get(workspace, "checkpoint"));

	json_object_set_new(doc, "traces", json_pack("{s:I, s:I, s:I}", "written", (json_int_t)b->traces, "complete", (json_int_t)b->complete, "records",
						     (json_int_t)b->members));
	json_object_set_new(doc, "requests", json_pack("{s:o, s:I, s:O}", "in_scope", ak_tally_json(&b->calls), "inferred", (json_int_t)b->inferred, "of",
						       json_object_get(all, "requests")));
	json_object_set(doc, "records", b->records);
	json_object_set_new(doc, "events", json_pack("{s:I, s:I, s:O}", "written", (json_int_t)b->events, "admin", (json_int_t)b->admin, "of_admin",
						     json_object_get(all, "audit_events")));
	json_object_set_new(doc, "timeline", json_integer((json_int_t)b->lines));
	json_object_set_new(doc, "left_out", json_pack("{s:I, s:I}", "interactions", (json_int_t)b->left_out, "undated", (json_int_t)b->undated));
	return doc;
}

static enum ak_rc each(struct bundle *b, ak_row_fn *fn, struct ak_err *err)
{
	const struct ak_bundle_opts *o = b->o;

	return ak_query_scope_each(o->store, o->scope, o->values, o->aliases, o->from_us, o->to_us, fn, b, err);
}

static int64_t mtime_of(const json_t *workspace)
{
	const char *time = txt(json_object_get(workspace, "checkpoint"), "time");
	struct ak_err ignored = {0};
	int64_t us;

	return time && ak_time_arg(time, 0, &us, &ignored) == AK_OK ? us / 1000000 : 315532800; /* 1980, where zip begins */
}

static enum ak_rc write_parts(struct bundle *b, const json_t *workspace, json_t **index, struct ak_err *err)
{
	json_t *all = NULL;
	enum ak_rc rc = ak_clock_bounds(b->o->store, 0, &b->clocks, err);

	if (rc == AK_OK)
		rc = each(b, take_interaction, err);
	if (rc == AK_OK)
		rc = each(b, take_event, err);
	if (rc == AK_OK)
		rc = each(b, take_line, err);
	if (rc == AK_OK)
		rc = ak_query_period_size(b->o->store, b->o->from_us, b->o->to_us, &all, err);
	if (rc == AK_OK) {
		*index = index_of(b, workspace, all);
		rc = ak_sink_put(&b->sink, AK_PART_INDEX, *index, err);
	}
	json_decref(all);
	return rc;
}

enum ak_rc ak_bundle_write(const struct ak_bundle_opts *o, json_t **index, char digest[65], struct ak_err *err)
{
	struct bundle b = {.o = o, .records = json_object()};
	json_t *workspace = NULL, *doc = NULL;
	enum ak_rc rc = ak_query_workspace(o->store, &workspace, err);

	ak_tally_init(&b.calls);
	if (rc == AK_OK)
		rc = ak_sink_open(&b.sink, o->path, o->replace, o->store->dir, err);
	if (rc == AK_OK) {
		rc = write_parts(&b, workspace, &doc, err);
		if (rc == AK_OK)
			rc = ak_sink_commit(&b.sink, o->replace, mtime_of(workspace), digest, err);
		ak_sink_release(&b.sink);
	}
	if (rc == AK_OK)
		*index = json_incref(doc);
	ak_tally_release(&b.calls);
	ak_clocks_free(b.clocks);
	ak_free(b.trace_of);
	json_decref(b.records);
	json_decref(b.last);
	json_decref(doc);
	json_decref(workspace);
	return rc;
}
