#include "base/ak.h"
#include "trace/hops.h"

#include "base/crypto.h"
#include "base/decimal.h"
#include "base/jsonw.h"
#include "base/time.h"
#include "trace/start.h"

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

/* A record that a newer revision stands for, or that was disposed of, is told but is no hop. */
static bool counts(const json_t *record)
{
	return !json_object_get(record, "superseded_by") && strcmp(json_string_value(json_object_get(record, "state")), "live") == 0;
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
			if (strcmp(json_string_value(json_object_get(row, "kind")), ak_kinds[lists[k].kind].name) == 0 && counts(json_object_get(row, "record")))
				json_array_append(*lists[k].list, json_object_get(row, "record"));
	}
	json_array_foreach(t->members, i, row)
		if (!counts(json_object_get(row, "record")))
			json_array_append(t->older, json_object_get(row, "record"));
	ak_trace_fold(t->attempts);
	return ak_trace_corroborate(t, err);
}

/* ---- the document ---- */

/* What one gateway computed in one currency; NULL when it gives none. */
static json_t *cost_of(const struct ak_trace *t, const char *gateway, const char *currency)
{
	struct ak_dec_sum sum;
	struct ak_arena a;
	json_t *r, *out = NULL;
	bool any = false;
	size_t i;

	ak_arena_init(&a);
	ak_dec_sum_init(&sum);
	json_array_foreach(t->attempts, i, r) {
		const char *amount = ak_trace_field(r, "auditkit.cost.estimated"), *in = ak_trace_field(r, "auditkit.cost.currency");

		if (amount && ak_trace_same(json_string_value(json_object_get(r, "gateway")), gateway) &&
		    strcmp(in ? in : "unknown", currency) == 0)
			any = ak_dec_sum_add(&sum, ak_str_of(amount)) || any;
	}
	if (any) {
		struct ak_str total = ak_dec_sum_text(&sum, &a);
		out = json_pack("{s:s, s:o, s:s}", "currency", currency, "estimated", json_stringn(total.p, total.n), "gateway", gateway);
	}
	ak_arena_release(&a);
	return out;
}

/* Per gateway, since one behind another counts the same call, and per currency, since two are never added. */
static json_t *cost(const struct ak_trace *t)
{
	json_t *out = json_array(), *seen = json_object(), *g, *r;
	const char *currency;
	void *next;
	size_t i, k;

	json_array_foreach(t->attempts, k, r) {
		const char *in = ak_trace_field(r, "auditkit.cost.currency");

		json_object_set_new(seen, in ? in : "unknown", json_true());
	}
	json_array_foreach(t->gateways, i, g)
		json_object_foreach_safe(seen, next, currency, r) {
			json_t *one = cost_of(t, json_string_value(json_object_get(g, "source")), currency);

			if (one)
				json_array_append_new(out, one);
		}
	json_decref(seen);
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

static bool has_seq(const json_t *list, json_int_t seq)
{
	const json_t *o;
	size_t i;

	json_array_foreach((json_t *)list, i, o)
		if (json_integer_value(json_object_get(o, "seq")) == seq)
			return true;
	return false;
}

/* What a record of the interaction is in the document. */
static const char *role_of(const struct ak_trace *t, const json_t *row)
{
	json_int_t seq = json_integer_value(json_object_get(row, "seq"));
	const json_t *a;
	size_t i;

	if (has_seq(t->older, seq))
		return json_object_get(json_object_get(row, "record"), "superseded_by") ? "older revision" : "disposed of";
	if (!ak_trace_same(json_string_value(json_object_get(row, "kind")), ak_kinds[AK_K_REQUEST].name) || has_seq(t->attempts, seq))
		return "counts";
	json_array_foreach(t->attempts, i, a)
		if (has_seq(json_object_get(a, "facets"), seq))
			return "entry";
	return "second witness";
}

static json_t *members_json(const struct ak_trace *t)
{
	json_t *out = json_array(), *row;
	size_t i;

	json_array_foreach(t->members, i, row) {
		json_t *r = json_object_get(row, "record");
		json_t *m = json_pack("{s:O, s:O, s:O, s:O, s:O, s:s, s:O}", "cite", json_object_get(r, "cite"), "seq", json_object_get(row, "seq"),
				      "kind", json_object_get(row, "kind"), "source", json_object_get(r, "source"), "leaf", json_object_get(r, "leaf"),
				      "role", role_of(t, row), "proof", json_object_get(row, "proof"));
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

/* The trace id of the first record that has one: the same from wherever the trace was found. */
static const char *trace_id(const struct ak_trace *t, const char **kind)
{
	const json_t *lists[] = {t->apps, t->attempts, t->calls, t->audits, t->verdicts, t->quotas, t->settlements};
	json_t *r;
	size_t i;

	*kind = "app trace id";
	for (size_t l = 0; l < AK_COUNT(lists); l++)
		json_array_foreach((json_t *)lists[l], i, r)
			if (ak_trace_field(r, "trace.id"))
				return ak_trace_field(r, "trace.id");
	*kind = "citation of its first record";
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
	const char *kind, *id = trace_id(t, &kind);
	json_t *doc = json_pack("{s:s, s:i, s:s, s:I, s:o, s:o, s:O, s:O, s:O, s:O, s:o}", "schema", "auditkit.trace/1",
				"format_version", 1, "id", id, "attempts", (json_int_t)json_array_size(t->attempts),
				"final_status", final_status(t), "cost", cost(t), "story", t->story, "hops", t->hops, "in_force",
				t->in_force, "ambiguous", t->ambiguous, "members", members_json(t));

	json_object_set_new(doc, "when", when(t));
	json_object_set_new(doc, "id_kind", json_string(kind));
	json_object_set_new(doc, "id_method", json_string("exact"));
	json_object_set(doc, "gateways", t->gateways);
	json_object_set(doc, "neighbours", t->neighbours);
	json_object_set(doc, "clocks", t->clocks);
	json_object_set(doc, "folded", t->folded);
	json_object_set(doc, "declared_gaps", t->gaps);
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
	json_t *all[] = {t->members, t->apps,	t->attempts, t->audits, t->calls,    t->verdicts, t->quotas,	t->settlements, t->ambiguous, t->hops,
			 t->in_force, t->story, t->older,    t->supply, t->gateways, t->trail,    t->neighbours, t->clocks,	t->folded,    t->gaps};

	for (size_t i = 0; i < AK_COUNT(all); i++)
		json_decref(all[i]);
}

static bool same_id(const json_t *a, const json_t *b)
{
	return strcmp(json_string_value(json_object_get(a, "field")), json_string_value(json_object_get(b, "field"))) == 0 &&
	       strcmp(json_string_value(json_object_get(a, "value")), json_string_value(json_object_get(b, "value"))) == 0;
}

static int by_id(const json_t *a, const json_t *b)
{
	int order = strcmp(json_string_value(json_object_get(a, "field")), json_string_value(json_object_get(b, "field")));

	return order ? order : strcmp(json_string_value(json_object_get(a, "value")), json_string_value(json_object_get(b, "value")));
}

/* Sorted, each once: in what order they were met says only where one began. */
static json_t *sorted_ids(const json_t *ids)
{
	json_t *out = json_array(), *o;
	size_t i, at;

	json_array_foreach((json_t *)ids, i, o) {
		for (at = 0; at < json_array_size(out) && by_id(json_array_get(out, at), o) < 0; at++)
			;
		if (at == json_array_size(out) || !same_id(json_array_get(out, at), o))
			json_array_insert(out, at, o);
	}
	return out;
}

/* The stages, in their order. */
static enum ak_rc fill(struct ak_trace *t, struct ak_err *err)
{
	enum ak_rc (*const stages[])(struct ak_trace *, struct ak_err *) = {sort_out, ak_trace_hops, ak_trace_in_force, ak_trace_beside};
	enum ak_rc rc = ak_query_supply(t->s, &t->supply, err);

	for (size_t i = 0; i < AK_COUNT(stages) && rc == AK_OK; i++)
		rc = stages[i](t, err);
	return rc;
}

enum ak_rc ak_trace_build(struct ak_store *s, struct ak_trace_found *of, const struct ak_trace_opts *o, json_t **out, struct ak_err *err)
{
	struct ak_trace t = {.s = s, .policy = o->policy, .hops = json_array(), .in_force = json_array(), .story = json_array(),
			     .older = json_array(), .gateways = json_array(), .neighbours = json_array(), .clocks = json_array(),
			     .gaps = json_array()};
	enum ak_rc rc = of->members ? AK_OK : ak_link_closure(s, of->seq, &of->members, &of->ambiguous, err);

	if (rc == AK_OK) {
		t.members = in_time_order(of->members);
		t.ambiguous = sorted_ids(of->ambiguous);
		rc = fill(&t, err);
	}
	if (rc == AK_OK) {
		ak_trace_story(&t);
		*out = document(&t);
	}
	release(&t);
	return rc;
}

enum ak_rc ak_trace_reconstruct(struct ak_store *s, struct ak_str id, const struct ak_trace_opts *o, json_t **out,
				struct ak_err *err)
{
	struct ak_trace_found of = {0};
	enum ak_rc rc = ak_trace_start(s, id, &of, err);

	if (rc == AK_OK)
		rc = ak_trace_build(s, &of, o, out, err);
	ak_trace_found_release(&of);
	return rc;
}
