#include "base/ak.h"
#include "trace/hops.h"

#include <stdio.h>

#include "base/crypto.h"
#include "base/decimal.h"
#include "base/jsonw.h"
#include "base/time.h"

/* ---- where to start ---- */

static bool starts(const json_t *hit)
{
	const char *class = json_string_value(json_object_get(hit, "class")), *field = json_string_value(json_object_get(hit, "field"));

	return strcmp(class, "entity") != 0 || strcmp(field, "event.id") == 0 || strcmp(field, "auditkit.settlement.id") == 0;
}

#define CALLS_NAMED 4

static bool has_member(const json_t *members, json_int_t seq)
{
	json_t *m;
	size_t i;

	json_array_foreach((json_t *)members, i, m)
		if (json_integer_value(json_object_get(m, "seq")) == seq)
			return true;
	return false;
}

/* Name one more call, by citation. */
static enum ak_rc name_call(struct ak_store *s, json_int_t seq, size_t n, struct ak_buf *out, struct ak_err *err)
{
	json_t *record = NULL;
	enum ak_rc rc = n < CALLS_NAMED ? ak_query_record(s, seq, &record, err) : AK_OK;

	if (rc == AK_OK && record)
		ak_buf_addf(out, "%s%s", n ? ", " : "", json_string_value(json_object_get(record, "cite")));
	json_decref(record);
	return rc;
}

/* All records that have the id must belong to the interaction of the first one. */
static enum ak_rc same_call(struct ak_store *s, const json_t *hits, json_int_t first, struct ak_err *err)
{
	json_t *members = NULL, *ambiguous = NULL, *hit;
	struct ak_buf named;
	json_int_t last = first;
	size_t i, n = 0;
	enum ak_rc rc = ak_link_closure(s, first, &members, &ambiguous, err);

	ak_buf_init(&named, 1 << 16);
	json_array_foreach((json_t *)hits, i, hit) {
		json_int_t seq = json_integer_value(json_object_get(hit, "seq"));

		if (rc != AK_OK || !starts(hit) || seq == last || has_member(members, seq))
			continue;
		if (!n)
			rc = name_call(s, first, n++, &named, err);
		last = seq;
		if (rc == AK_OK)
			rc = name_call(s, seq, n++, &named, err);
	}
	if (rc == AK_OK && n) {
		ak_hint(err, "reconstruct one of them: %s%s", named.p, n > CALLS_NAMED ? ", ..." : "");
		rc = ak_fail(err, AK_EXIT_USAGE, "%zu separate records have this identifier; none is picked", n);
	}
	ak_buf_release(&named);
	json_decref(members);
	json_decref(ambiguous);
	return rc;
}

/* One record to start from. An id that several unrelated calls share is refused, and they are named. */
static enum ak_rc find_start(struct ak_store *s, struct ak_str id, int64_t *seq, const char **kind, struct ak_err *err)
{
	AK_CLEANUP(ak_free_charp) char *z = ak_strndup(id.p, id.n);
	json_t *hits = NULL, *hit;
	size_t i, n = 0;
	enum ak_rc rc = ak_query_cite(s, z, seq, err);

	*kind = "citation";
	if (rc != AK_END)
		return rc;
	if ((rc = ak_query_lookup(s, id, &hits, err)) != AK_OK)
		return rc;
	json_array_foreach(hits, i, hit) {
		int f = ak_field_find(ak_str_of(json_string_value(json_object_get(hit, "field"))));
		if (!starts(hit) || n++)
			continue;
		*seq = json_integer_value(json_object_get(hit, "seq"));
		*kind = ak_fields[f].name;
	}
	rc = n ? same_call(s, hits, *seq, err) : AK_END;
	if (!n && json_array_size(hits)) {
		ak_hint(err, "'auditkit show' lists the records that have it");
		rc = ak_fail(err, AK_EXIT_USAGE, "this identifier names a key, person or resource, not one request");
	}
	json_decref(hits);
	return rc;
}

/* ---- members by kind, in time order ---- */

static const char *time_of(const json_t *row)
{
	const char *z = ak_trace_field(json_object_get(row, "record"), "event.start");

	return z ? z : "~";
}

static int64_t seq_of(const json_t *row) { return json_integer_value(json_object_get(row, "seq")); }

static bool before(const json_t *a, const json_t *b)
{
	int order = strcmp(time_of(a), time_of(b));

	return order < 0 || (order == 0 && seq_of(a) < seq_of(b));
}

/* Insertion sort: an interaction has a handful of records. */
static json_t *in_time_order(const json_t *rows)
{
	json_t *out = json_array(), *row;
	size_t i, at;

	json_array_foreach((json_t *)rows, i, row) {
		for (at = 0; at < json_array_size(out) && before(json_array_get(out, at), row); at++)
			;
		json_array_insert(out, at, row);
	}
	return out;
}

static enum ak_rc sort_out(struct ak_trace *t, struct ak_err *err)
{
	const struct {
		enum ak_kind kind;
		json_t **list;
	} lists[] = {
		{AK_K_APP, &t->apps},	   {AK_K_REQUEST, &t->attempts}, {AK_K_AUDIT, &t->audits},	 {AK_K_CALL, &t->calls},
		{AK_K_VERDICT, &t->verdicts}, {AK_K_QUOTA, &t->quotas},	 {AK_K_SETTLEMENT, &t->settlements},
	};
	json_t *row;
	size_t i;

	for (size_t k = 0; k < AK_COUNT(lists); k++) {
		*lists[k].list = json_array();
		json_array_foreach(t->members, i, row)
			if (strcmp(json_string_value(json_object_get(row, "kind")), ak_kinds[lists[k].kind].name) == 0)
				json_array_append(*lists[k].list, json_object_get(row, "record"));
	}
	ak_trace_fold(t->attempts);
	return ak_trace_corroborate(t, err);
}

/* ---- the document ---- */

static json_t *cost(const struct ak_trace *t)
{
	struct ak_dec_sum sum;
	struct ak_arena a;
	const char *currency = NULL;
	json_t *out = json_array(), *r;
	size_t i;
	bool any = false;

	ak_arena_init(&a);
	ak_dec_sum_init(&sum);
	json_array_foreach(t->attempts, i, r) {
		const char *amount = ak_trace_field(r, "auditkit.cost.estimated");
		if (!amount || !ak_dec_sum_add(&sum, ak_str_of(amount)))
			continue;
		currency = ak_trace_field(r, "auditkit.cost.currency");
		any = true;
	}
	if (any) {
		struct ak_str total = ak_dec_sum_text(&sum, &a);
		json_array_append_new(out, json_pack("{s:s, s:o}", "currency", currency ? currency : "unknown", "estimated",
						     json_stringn(total.p, total.n)));
	}
	ak_arena_release(&a);
	return out;
}

static json_t *final_status(const struct ak_trace *t)
{
	json_t *h;
	size_t i;

	json_array_foreach(t->hops, i, h)
		if (json_integer_value(json_object_get(h, "n")) == 5)
			return json_incref(json_array_get(json_object_get(h, "lines"), 0));
	return json_null();
}

static json_t *members_json(const struct ak_trace *t)
{
	json_t *out = json_array(), *row;
	size_t i;

	json_array_foreach(t->members, i, row) {
		json_t *r = json_object_get(row, "record");
		json_t *m = json_pack("{s:O, s:O, s:O, s:O}", "cite", json_object_get(r, "cite"), "seq", json_object_get(row, "seq"),
				      "kind", json_object_get(row, "kind"), "leaf", json_object_get(r, "leaf"));
		json_array_append_new(out, m);
	}
	return out;
}

static void set_digest(json_t *doc)
{
	struct ak_buf b;
	uint8_t digest[32];
	char hex[65];

	ak_buf_init(&b, 1u << 26);
	if (ak_jcs(doc, &b, NULL) != AK_OK)
		AK_BUG("trace cannot be written as JSON");
	ak_sha256(b.p, b.n, digest);
	ak_hex(digest, 32, hex);
	json_object_set_new(doc, "digest", json_string(hex));
	ak_buf_release(&b);
}

static const char *trace_id(const struct ak_trace *t)
{
	const json_t *lists[] = {t->apps, t->attempts, t->audits};
	json_t *r;
	size_t i;

	for (size_t l = 0; l < AK_COUNT(lists); l++)
		json_array_foreach((json_t *)lists[l], i, r)
			if (ak_trace_field(r, "trace.id"))
				return ak_trace_field(r, "trace.id");
	r = json_object_get(json_array_get(t->members, 0), "record");
	return r ? json_string_value(json_object_get(r, "cite")) : "";
}

/* First start and last end of app events and attempts; duration_ms is null where one start is all there is. */
static json_t *when(const struct ak_trace *t)
{
	const json_t *const lists[] = {t->apps, t->attempts};
	int64_t start = INT64_MAX, end = INT64_MIN, us;
	struct ak_err ignored = {0};
	const json_t *r;
	char a[32], b[32];
	bool ended = false; /* only starts say nothing of how long it took */
	size_t i;

	for (size_t k = 0; k < AK_COUNT(lists); k++)
		json_array_foreach((json_t *)lists[k], i, r) {
			const char *from = ak_trace_field(r, "event.start"), *to = ak_trace_field(r, "event.end");

			if (from && ak_time_arg(from, 0, &us, &ignored) == AK_OK && us < start)
				start = us;
			if ((to || from) && ak_time_arg(to ? to : from, 0, &us, &ignored) == AK_OK && us > end)
				end = us;
			ended = ended || to;
		}
	if (start == INT64_MAX || end < start)
		return json_null();
	return json_pack("{s:s, s:s, s:o}", "start", ak_time_z(start, 3, a), "end", ak_time_z(end, 3, b), "duration_ms",
			 ended || end > start ? json_integer((json_int_t)((end - start) / 1000)) : json_null());
}

static json_t *document(struct ak_trace *t)
{
	json_t *doc = json_pack("{s:s, s:i, s:s, s:I, s:o, s:o, s:O, s:O, s:O, s:O, s:o}", "schema", "auditkit.trace/1",
				"format_version", 1, "id", trace_id(t), "attempts", (json_int_t)json_array_size(t->attempts),
				"final_status", final_status(t), "cost", cost(t), "story", t->story, "hops", t->hops, "in_force",
				t->in_force, "ambiguous", t->ambiguous, "members", members_json(t));

	json_object_set_new(doc, "when", when(t));
	json_object_set_new(doc, "records", json_integer((json_int_t)json_array_size(t->members)));
	json_object_set_new(doc, "links",
			    json_pack("{s:I, s:i, s:I, s:I, s:I, s:I}", "exact", (json_int_t)t->exact, "inferred", 0, "ambiguous",
				      (json_int_t)json_array_size(t->ambiguous), "aggregate", (json_int_t)t->aggregate, "missing",
				      (json_int_t)t->missing, "declared", (json_int_t)t->declared));
	json_object_set_new(doc, "complete", json_boolean(t->missing == 0 && json_array_size(t->ambiguous) == 0));
	set_digest(doc);
	return doc;
}

static void release(struct ak_trace *t)
{
	json_t *all[] = {t->members, t->apps,	t->attempts,	t->audits,    t->calls, t->verdicts,
			 t->quotas,  t->settlements, t->ambiguous, t->hops, t->in_force, t->story};

	for (size_t i = 0; i < AK_COUNT(all); i++)
		json_decref(all[i]);
}

static enum ak_rc build(struct ak_store *s, int64_t seq, const struct ak_trace_opts *o, json_t **out, struct ak_err *err)
{
	struct ak_trace t = {.s = s, .policy = o->policy, .hops = json_array(), .in_force = json_array(), .story = json_array()};
	json_t *found = NULL;
	enum ak_rc rc = ak_link_closure(s, seq, &found, &t.ambiguous, err);

	if (rc == AK_OK) {
		t.members = in_time_order(found);
		rc = sort_out(&t, err);
	}
	if (rc == AK_OK)
		rc = ak_trace_hops(&t, err);
	if (rc == AK_OK)
		rc = ak_trace_in_force(&t, err);
	if (rc == AK_OK) {
		ak_trace_story(&t);
		*out = document(&t);
	}
	json_decref(found);
	release(&t);
	return rc;
}

enum ak_rc ak_trace_reconstruct(struct ak_store *s, struct ak_str id, const struct ak_trace_opts *o, json_t **out,
				struct ak_err *err)
{
	const char *kind = NULL;
	int64_t seq;
	enum ak_rc rc = find_start(s, id, &seq, &kind, err);

	return rc == AK_OK ? build(s, seq, o, out, err) : rc;
}

/* ---- a sample that is safe to show ---- */

static const char rule_text[] =
	"the first trace, in the order given by SHA-256(seed, ledger number), whose gateway request succeeded, of an app that policy "
	"sample_trace.apps names (all apps when it names none), with app event, gateway, provider route, usage bucket and final "
	"status present, no DLP or guardrail finding, no payload, no ambiguous id, no conflict and no refund";

static bool app_wanted(const struct ak_policy *p, const char *app)
{
	const json_t *apps = p ? ak_policy_get(p, "sample_trace.apps") : NULL;
	json_t *a;
	size_t i;

	if (json_array_size(apps) == 0)
		return true;
	json_array_foreach((json_t *)apps, i, a)
		if (app && json_is_string(a) && strcmp(json_string_value(a), app) == 0)
			return true;
	return false;
}

static bool is_whole(const json_t *trace)
{
	json_t *h;
	size_t i;

	json_array_foreach(json_object_get(trace, "hops"), i, h)
		if (json_integer_value(json_object_get(h, "n")) == 6 || json_is_true(json_object_get(h, "finding")))
			return false;
	return json_is_true(json_object_get(trace, "complete"));
}

#define CANDIDATES 200

struct candidate {
	uint8_t rank[32];
	int64_t seq;
};

static void rank(uint64_t seed, int64_t seq, struct candidate *c)
{
	char text[64];
	int n = snprintf(text, sizeof text, "auditkit sample %llu %lld", (unsigned long long)seed, (long long)seq);

	ak_sha256(text, (size_t)n, c->rank);
	c->seq = seq;
}

/* The best by rank, so that memory stays bounded whatever the workspace holds. */
struct best {
	struct candidate c[CANDIDATES];
	size_t n;
	uint64_t seed;
	const struct ak_policy *policy;
};

static enum ak_rc keep_best(void *ctx, int64_t seq, const char *app, struct ak_err *err)
{
	struct best *b = ctx;
	struct candidate c;
	size_t at;

	(void)err;
	if (!app_wanted(b->policy, app))
		return AK_OK;
	rank(b->seed, seq, &c);
	if (b->n == CANDIDATES && memcmp(c.rank, b->c[b->n - 1].rank, 32) >= 0)
		return AK_OK;
	b->n += b->n < CANDIDATES;
	for (at = b->n - 1; at && memcmp(b->c[at - 1].rank, c.rank, 32) > 0; at--)
		b->c[at] = b->c[at - 1];
	b->c[at] = c;
	return AK_OK;
}

enum ak_rc ak_trace_sample(struct ak_store *s, uint64_t seed, const struct ak_trace_opts *o, json_t **out, char **rule,
			   struct ak_err *err)
{
	struct best *best = ak_alloc_zero(1, sizeof *best);
	bool any = !o->from_us && !o->to_us;
	json_t *trace = NULL;
	enum ak_rc rc;

	best->seed = seed;
	best->policy = o->policy;
	rc = ak_query_calm_each(s, any ? INT64_MIN : o->from_us, any ? INT64_MAX : o->to_us, keep_best, best, err);
	for (size_t i = 0; i < best->n && rc == AK_OK; i++) {
		rc = build(s, best->c[i].seq, o, &trace, err);
		if (rc == AK_OK && is_whole(trace))
			break;
		json_decref(trace);
		trace = NULL;
	}
	ak_free(best);
	if (rc != AK_OK)
		return rc;
	if (!trace)
		return AK_END;
	*out = trace;
	*rule = ak_strdup(rule_text);
	return AK_OK;
}
