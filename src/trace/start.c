#include "base/ak.h"
#include "trace/start.h"

#include <stdio.h>

#include "base/text.h"
#include "link/values.h"

#define CALLS_NAMED 4
#define HITS_ASKED 200	   /* records of one id that are followed */
#define BRIDGE_RECORDS 64  /* records that a bridge may cross */
#define BUCKET_CALLS 1000  /* calls of a usage row that are counted */
#define TOO_COMMON 100	   /* hits of an id that names no single thing */

struct search {
	struct ak_store *s;
	json_t *anchors; /* [seq], one per interaction */
	json_t *covered; /* {"seq": true} of all that was looked at */
	size_t calls;	 /* of a usage row that concerns many */
	bool more;	 /* records of the id are left that were not followed */
	struct ak_trace_found first; /* the closure of an anchor, where it was asked for */
};

static const char *text(const json_t *o, const char *name) { return json_string_value(json_object_get(o, name)); }

static const char *field(const json_t *record, const char *name) { return text(json_object_get(record, "fields"), name); }

static bool is_covered(const struct search *f, int64_t seq)
{
	char key[24];

	snprintf(key, sizeof key, "%lld", (long long)seq);
	return json_object_get(f->covered, key) != NULL;
}

static bool cover(struct search *f, int64_t seq)
{
	char key[24];
	bool fresh = !is_covered(f, seq);

	snprintf(key, sizeof key, "%lld", (long long)seq);
	json_object_set_new(f->covered, key, json_true());
	return fresh;
}

static bool is_kind(const json_t *row, enum ak_kind kind) { return strcmp(text(row, "kind"), ak_kinds[kind].name) == 0; }

/* ---- the record that stands for an interaction ---- */

static int64_t anchor_of(const json_t *members, bool *call)
{
	static const enum ak_kind order[] = {AK_K_REQUEST, AK_K_APP, AK_K_CALL};
	int64_t best = INT64_MAX, seq;
	const json_t *m;
	size_t i;

	for (size_t k = 0; k <= AK_COUNT(order) && best == INT64_MAX; k++) {
		json_array_foreach((json_t *)members, i, m) {
			seq = json_integer_value(json_object_get(m, "seq"));
			if ((k == AK_COUNT(order) || is_kind(m, order[k])) && seq < best)
				best = seq;
		}
		*call = k < AK_COUNT(order);
	}
	return best;
}

static void add_anchor(struct search *f, int64_t seq)
{
	const json_t *known;
	size_t i;

	json_array_foreach(f->anchors, i, known)
		if (json_integer_value(known) == seq)
			return;
	json_array_append_new(f->anchors, json_integer(seq));
}

/* An interaction in which nobody made a call counts only where the record itself names one. */
static enum ak_rc take(struct search *f, int64_t seq, bool alone, bool *taken, struct ak_err *err)
{
	json_t *members = NULL, *ambiguous = NULL, *m;
	size_t i;
	bool call;
	int64_t anchor;
	enum ak_rc rc = ak_link_closure(f->s, seq, &members, &ambiguous, err);

	*taken = false;
	if (rc == AK_OK) {
		anchor = anchor_of(members, &call);
		*taken = call || alone;
		if (*taken) {
			add_anchor(f, anchor);
			json_array_foreach(members, i, m)
				cover(f, json_integer_value(json_object_get(m, "seq")));
			if (anchor == seq && !f->first.members)
				f->first = (struct ak_trace_found){anchor, json_incref(members), json_incref(ambiguous)};
		}
	}
	json_decref(members);
	json_decref(ambiguous);
	return rc;
}

static bool names_call(const json_t *record)
{
	const char *name;
	json_t *v;

	json_object_foreach(json_object_get(record, "fields"), name, v) {
		int f = ak_field_find(ak_str_of(name));

		if (f >= 0 && (ak_fields[f].ident == AK_I_CALL || ak_fields[f].ident == AK_I_ATTEMPTS))
			return true;
	}
	return false;
}

/* ---- bridges: from what money and approvals are called to the call ---- */

static const struct {
	const char *from, *to;
} bridges[] = {
	{"event.id", "auditkit.settlement.approval_event"},
	{"auditkit.settlement.approval_event", "event.id"},
	{"auditkit.settlement.id", "auditkit.settlement.id"},
	{"auditkit.settlement.id", "auditkit.resource.id"},
	{"auditkit.resource.id", "auditkit.settlement.id"},
	{"auditkit.resource.id", "http.request.id"},
	{"auditkit.resource.id", "gen_ai.response.id"},
	{"auditkit.resource.id", "trace.id"},
};

static enum ak_rc step(struct search *f, const char *value, const char *to, json_t *queue, struct ak_err *err)
{
	json_t *hits = NULL, *hit;
	size_t i;
	enum ak_rc rc = ak_query_lookup_spelled(f->s, value, &hits, err);

	if (rc == AK_OK && json_array_size(hits) <= TOO_COMMON)
		json_array_foreach(hits, i, hit)
			if (strcmp(text(hit, "field"), to) == 0 && cover(f, json_integer_value(json_object_get(hit, "seq"))))
				json_array_append(queue, json_object_get(hit, "seq"));
	json_decref(hits);
	return rc;
}

static enum ak_rc by_bucket(struct search *f, int64_t seq, struct ak_err *err)
{
	json_t *rows = NULL, *row;
	size_t i;
	bool taken;
	enum ak_rc rc = ak_query_in_bucket(f->s, seq, BUCKET_CALLS, &rows, err);

	f->calls = json_array_size(rows);
	json_array_foreach(rows, i, row)
		if (rc == AK_OK && json_array_size(f->anchors) <= CALLS_NAMED && cover(f, json_integer_value(json_object_get(row, "seq"))))
			rc = take(f, json_integer_value(json_object_get(row, "seq")), true, &taken, err);
	json_decref(rows);
	return rc;
}

static enum ak_rc cross_from(struct search *f, int64_t seq, json_t *queue, struct ak_err *err)
{
	json_t *record = NULL;
	enum ak_rc rc = ak_query_record(f->s, seq, &record, err);

	for (size_t k = 0; k < AK_COUNT(bridges) && rc == AK_OK; k++)
		if (field(record, bridges[k].from))
			rc = step(f, field(record, bridges[k].from), bridges[k].to, queue, err);
	json_decref(record);
	return rc;
}

/* Breadth first, so that the nearest call is found; what it leads to is followed no further. */
static enum ak_rc cross(struct search *f, int64_t seq, struct ak_err *err)
{
	json_t *queue = json_array();
	bool taken;
	enum ak_rc rc;

	json_array_append_new(queue, json_integer(seq));
	rc = cross_from(f, seq, queue, err);
	for (size_t i = 1; i < json_array_size(queue) && i < BRIDGE_RECORDS && rc == AK_OK; i++) {
		int64_t next = json_integer_value(json_array_get(queue, i));

		rc = take(f, next, false, &taken, err);
		if (rc == AK_OK && !taken)
			rc = cross_from(f, next, queue, err);
	}
	json_decref(queue);
	return rc;
}

/* entity: the id only names what the record is about. */
static enum ak_rc resolve(struct search *f, int64_t seq, bool entity, struct ak_err *err)
{
	size_t before = json_array_size(f->anchors);
	json_t *record = NULL;
	bool taken;
	enum ak_rc rc;

	if (!cover(f, seq))
		return AK_OK;
	if ((rc = take(f, seq, false, &taken, err)) != AK_OK || taken)
		return rc;
	if ((rc = cross(f, seq, err)) != AK_OK || json_array_size(f->anchors) > before)
		return rc;
	if ((rc = ak_query_record(f->s, seq, &record, err)) != AK_OK)
		return rc;
	if (is_kind(record, AK_K_USAGE))
		rc = by_bucket(f, seq, err);
	else if (!entity && names_call(record))
		rc = take(f, seq, true, &taken, err);
	json_decref(record);
	return rc;
}

/* ---- what is said when it is not one ---- */

static void hint_of(const json_t *cites, bool more, struct ak_err *err)
{
	struct ak_buf named;
	const json_t *cite;
	size_t i;

	ak_buf_init(&named, 1 << 16);
	json_array_foreach((json_t *)cites, i, cite)
		ak_buf_addf(&named, "%s%s", i ? ", " : "", json_string_value(cite));
	ak_hint(err, "reconstruct one of them: %s%s", named.n ? named.p : "", more ? ", ...; response, request and span ids name one call" : "");
	ak_buf_release(&named);
}

/* More records have it than are followed for one value (link/values.h): no trace has so many, and none is told in part. */
static enum ak_rc refuse_common(struct search *f, struct ak_str id, struct ak_err *err)
{
	json_t *shared = NULL;
	uint64_t records, calls;
	char n[32], m[32];
	const char *more;
	enum ak_rc rc = ak_query_shared_by(f->s, id, CALLS_NAMED, &shared, err);

	if (rc != AK_OK)
		return rc;
	records = (uint64_t)json_integer_value(json_object_get(shared, "records"));
	calls = (uint64_t)json_integer_value(json_object_get(shared, "calls"));
	more = json_is_true(json_object_get(shared, "more")) ? "more than " : "";
	if (records > AK_LINK_COMMON) {
		hint_of(json_object_get(shared, "first"), true, err);
		rc = ak_fail(err, AK_EXIT_USAGE, "%s%s records, %s%s of them separate calls, have this identifier; none is picked", more, ak_thousands(records, n),
			     *more && calls ? "at least " : "", calls ? ak_thousands(calls, m) : "none");
	}
	json_decref(shared);
	return rc;
}

static enum ak_rc anchor_cites(struct search *f, json_t *out, struct ak_err *err)
{
	enum ak_rc rc = AK_OK;

	for (size_t i = 0; i < json_array_size(f->anchors) && i < CALLS_NAMED && rc == AK_OK; i++) {
		json_t *record = NULL;

		if ((rc = ak_query_record(f->s, json_integer_value(json_array_get(f->anchors, i)), &record, err)) == AK_OK)
			json_array_append(out, json_object_get(record, "cite"));
		json_decref(record);
	}
	return rc;
}

/* Followed no further once it is clear that there are several: the requests that have it are counted. */
static enum ak_rc several_of(struct search *f, struct ak_str id, struct ak_err *err)
{
	json_t *shared = NULL;
	char n[32];
	size_t found = json_array_size(f->anchors);
	enum ak_rc rc;

	if (!f->more)
		return ak_fail(err, AK_EXIT_USAGE, "%zu separate calls have this identifier; none is picked", found);
	if ((rc = ak_query_shared_by(f->s, id, 1, &shared, err)) != AK_OK)
		return rc;
	ak_thousands((uint64_t)json_integer_value(json_object_get(shared, "records")), n);
	json_decref(shared);
	if (found == 1)
		return ak_fail(err, AK_EXIT_USAGE, "%s records have this identifier, more than are followed: whether they are of one call is not known", n);
	return ak_fail(err, AK_EXIT_USAGE, "more than %zu separate calls, in %s records, have this identifier; none is picked", found - 1, n);
}

static enum ak_rc several(struct search *f, struct ak_str id, const json_t *first, struct ak_err *err)
{
	size_t n = json_array_size(f->anchors);
	json_t *cites = json_array();
	enum ak_rc rc = anchor_cites(f, cites, err);

	if (rc == AK_OK) {
		hint_of(cites, n > CALLS_NAMED || f->more, err);
		if (f->calls > 1)
			rc = ak_fail(err, AK_EXIT_USAGE, "'%s' is a sum over %zu%s calls, not one of them; none is picked", text(first, "cite"), f->calls,
				     f->calls >= BUCKET_CALLS ? " or more" : "");
		else
			rc = several_of(f, id, err);
	}
	json_decref(cites);
	return rc;
}

static enum ak_rc nothing(struct ak_str id, const json_t *first, bool citation, struct ak_err *err)
{
	const char *action = field(first, "event.action");

	ak_hint(err, "'auditkit show %s' prints it; each trace lists what was in force at its time", citation ? text(first, "cite") : "ID");
	if (is_kind(first, AK_K_USAGE))
		return ak_fail(err, AK_EXIT_USAGE, "'%s' is a sum, and no gateway record lies in its bucket", text(first, "cite"));
	if (citation)
		return ak_fail(err, AK_EXIT_USAGE, "'%s' (%s%s%s) names no call: it concerns all that were made under it", text(first, "cite"),
			       text(first, "kind"), action ? ", " : "", action ? action : "");
	if (field(first, "event.id") && ak_str_is(id, field(first, "event.id"))) {
		ak_hint(err, "'auditkit timeline --around %s' lists what happened around it, 'auditkit show %s' prints it", text(first, "cite"), text(first, "cite"));
		return ak_fail(err, AK_EXIT_USAGE, "this is the id of an event (%s, %s), which names no call", action ? action : text(first, "kind"), text(first, "cite"));
	}
	return ak_fail(err, AK_EXIT_USAGE, "this identifier names a key, person or resource, not one request");
}

/* ---- from an id ---- */

static bool is_entity(const json_t *hit)
{
	const char *name = text(hit, "field");

	return strcmp(text(hit, "class"), "entity") == 0 && strcmp(name, "event.id") != 0 && strcmp(name, "auditkit.settlement.id") != 0;
}

static int pass_of(const json_t *hit) { return is_entity(hit) ? 2 : !is_kind(hit, AK_K_REQUEST); }

/* Enough is known, or this is too much to ask. */
static bool enough(const struct search *f, size_t asked)
{
	return json_array_size(f->anchors) > CALLS_NAMED || asked >= HITS_ASKED || json_object_size(f->covered) >= HITS_ASKED * BRIDGE_RECORDS;
}

/* Records that the id is an id of; only when there are none, those that it names as what they are about. */
static enum ak_rc resolve_hits(struct search *f, const json_t *hits, struct ak_err *err)
{
	enum ak_rc rc = AK_OK;
	const json_t *hit;
	size_t i, asked = 0;

	/* Gateway records first: what stands for an interaction is one of them, and then it is looked for once. */
	for (int pass = 0; pass < (json_array_size(f->anchors) ? 2 : 3); pass++)
		json_array_foreach((json_t *)hits, i, hit) {
			if (rc != AK_OK || pass_of(hit) != pass || is_covered(f, json_integer_value(json_object_get(hit, "seq"))))
				continue;
			if (enough(f, asked++))
				f->more = true;
			else
				rc = resolve(f, json_integer_value(json_object_get(hit, "seq")), pass == 2, err);
		}
	return rc;
}

static enum ak_rc find(struct search *f, struct ak_str id, int64_t *first, bool *citation, struct ak_err *err)
{
	AK_CLEANUP(ak_free_charp) char *z = ak_strndup(id.p, id.n);
	json_t *hits = NULL;
	enum ak_rc rc = ak_query_cite(f->s, z, first, err);

	*citation = rc == AK_OK;
	if (rc == AK_OK)
		return resolve(f, *first, false, err);
	if (rc != AK_END || (rc = refuse_common(f, id, err)) != AK_OK || (rc = ak_query_lookup(f->s, id, &hits, err)) != AK_OK)
		return rc;
	*first = json_integer_value(json_object_get(json_array_get(hits, 0), "seq"));
	rc = json_array_size(hits) ? resolve_hits(f, hits, err) : AK_END;
	json_decref(hits);
	return rc;
}

void ak_trace_found_release(struct ak_trace_found *f)
{
	json_decref(f->members);
	json_decref(f->ambiguous);
	f->members = f->ambiguous = NULL;
}

enum ak_rc ak_trace_start(struct ak_store *s, struct ak_str id, struct ak_trace_found *out, struct ak_err *err)
{
	struct search f = {.s = s, .anchors = json_array(), .covered = json_object()};
	json_t *record = NULL;
	bool citation = false;
	int64_t first = 0;
	enum ak_rc rc = find(&f, id, &first, &citation, err);

	if (rc == AK_OK && (f.more || json_array_size(f.anchors) != 1) && (rc = ak_query_record(s, first, &record, err)) == AK_OK)
		rc = json_array_size(f.anchors) ? several(&f, id, record, err) : nothing(id, record, citation, err);
	first = rc == AK_OK ? json_integer_value(json_array_get(f.anchors, 0)) : 0;
	if (rc == AK_OK && f.first.members && f.first.seq == first) {
		*out = f.first;
	} else {
		ak_trace_found_release(&f.first);
		out->seq = first;
	}
	json_decref(record);
	json_decref(f.anchors);
	json_decref(f.covered);
	return rc;
}
