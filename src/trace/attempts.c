/* Hop 2: what gateways recorded of the call, attempt by attempt, and why there was another one. */
#include "base/ak.h"
#include "trace/hops.h"

#include <stdio.h>

static const char *source_of(const json_t *r) { return json_string_value(json_object_get(r, "source")); }
static const char *cite_of(const json_t *r) { return json_string_value(json_object_get(r, "cite")); }

static bool failed(const json_t *r)
{
	int64_t status = ak_trace_int(r, "http.response.status_code", -1);

	return ak_trace_same(ak_trace_field(r, "event.outcome"), "failure") || status >= 400;
}

/* The gateway that recorded it: the name of its first source. */
static const char *gateway_of(const json_t *r) { return json_string_value(json_object_get(r, "gateway")); }

/* ---- the order of gateways ---- */

/* Why gateway `a` stands before `b` for one pair of their records; NULL when these do not say. */
static const char *before(const json_t *a, const json_t *b)
{
	static const char *const ids[] = {"http.request.id", "gen_ai.response.id", "event.id", "auditkit.gateway.event_id",
					  "auditkit.upstream.id"};
	const char *up = ak_trace_field(a, "auditkit.upstream.id"), *asked = ak_trace_field(a, "auditkit.provider.request_id");

	if (ak_trace_same_id(AK_F_SPAN_ID, ak_trace_field(a, "span.id"), ak_trace_field(b, "parent.id")))
		return "span of its caller";
	for (size_t i = 0; i < 4; i++)
		if (ak_trace_same_id(AK_F_UPSTREAM_ID, up, ak_trace_field(b, ids[i])))
			return "upstream id";
	if (ak_trace_same_id(AK_F_REQUEST_ID, asked, ak_trace_field(b, "http.request.id")))
		return "the request id it was answered with";
	return NULL;
}

/* The call of the outer one is around that of the inner one. */
static const char *around(const json_t *a, const json_t *b)
{
	int64_t as, ae, bs, be;

	if (!ak_trace_time(a, "event.start", &as) || !ak_trace_time(a, "event.end", &ae) || !ak_trace_time(b, "event.start", &bs) ||
	    !ak_trace_time(b, "event.end", &be))
		return NULL;
	return as <= bs && ae >= be && (as < bs || ae > be) ? "its call is around the other's, by their clocks" : NULL;
}

/* By ids when they say anything at all, else by times, else by names. -1: a is the outer one. */
static int order(const json_t *attempts, const char *a, const char *b, const char **basis)
{
	const char *(*const ways[])(const json_t *, const json_t *) = {before, around};
	const json_t *x, *y;
	size_t i, k;

	for (size_t w = 0; w < AK_COUNT(ways); w++) {
		int sum = 0;
		const char *why = NULL;

		json_array_foreach((json_t *)attempts, i, x)
			json_array_foreach((json_t *)attempts, k, y) {
				const char *z = ak_trace_same(gateway_of(x), a) && ak_trace_same(gateway_of(y), b)   ? ways[w](x, y)
						: ak_trace_same(gateway_of(x), b) && ak_trace_same(gateway_of(y), a) ? ways[w](x, y)
														     : NULL;
				if (!z)
					continue;
				sum += ak_trace_same(gateway_of(x), a) ? -1 : 1;
				why = z;
			}
		if (sum) {
			*basis = why;
			return sum < 0 ? -1 : 1;
		}
	}
	*basis = "no id or time says which came first; by first record";
	return 0;
}

static size_t place_of(const json_t *gateways, const char *source)
{
	const json_t *g;
	size_t i;

	json_array_foreach((json_t *)gateways, i, g)
		if (ak_trace_same(json_string_value(json_object_get(g, "source")), source))
			return i;
	return json_array_size(gateways);
}

/* A gateway goes before the first one that it is outside of. */
static void place_gateway(struct ak_trace *t, const json_t *r)
{
	size_t at = json_array_size(t->gateways), i;
	const char *basis;
	const json_t *g;

	json_array_foreach(t->gateways, i, g)
		if (order(t->attempts, gateway_of(r), json_string_value(json_object_get(g, "source")), &basis) < 0) {
			at = i;
			break;
		}
	json_array_insert_new(t->gateways, at, json_pack("{s:s, s:s}", "source", gateway_of(r), "cite", cite_of(r)));
}

/* Number them; each says what puts it beside its neighbour. */
static void number_gateways(struct ak_trace *t)
{
	const char *basis = "the only gateway";
	size_t i, n = json_array_size(t->gateways);

	for (i = 0; i < n; i++) {
		json_t *g = json_array_get(t->gateways, i);
		const json_t *beside = json_array_get(t->gateways, i ? i - 1 : 1);

		if (n > 1)
			order(t->attempts, json_string_value(json_object_get(g, "source")), json_string_value(json_object_get(beside, "source")), &basis);
		json_object_set_new(g, "number", json_integer((json_int_t)i + 1));
		json_object_set_new(g, "basis", json_string(basis));
	}
}

static const char *system_of(const struct ak_trace *t, const char *source)
{
	const json_t *row;
	size_t i;

	json_array_foreach(t->supply, i, row)
		if (ak_trace_same(json_string_value(json_object_get(row, "source")), source))
			return json_string_value(json_object_get(row, "system"));
	return NULL;
}

/* Do ids say that one of these sources called the other? */
static bool chained(const struct ak_trace *t, const char *a, const char *b)
{
	const json_t *x, *y;
	size_t i, k;

	json_array_foreach(t->attempts, i, x)
		json_array_foreach(t->attempts, k, y)
			if (ak_trace_same(source_of(x), a) && ak_trace_same(source_of(y), b) && (before(x, y) || before(y, x)))
				return true;
	return false;
}

/* Two sources of one system are one gateway, unless one of them called the other. */
static void name_gateway(struct ak_trace *t, size_t i)
{
	json_t *r = json_array_get(t->attempts, i), *x;
	const char *mine = source_of(r), *system = system_of(t, mine), *theirs;
	size_t k;

	json_object_set(r, "gateway", json_object_get(r, "source"));
	for (k = 0; k < i; k++) {
		x = json_array_get(t->attempts, k);
		theirs = source_of(x);
		if (!ak_trace_same(mine, theirs) && (!ak_trace_same(system, system_of(t, theirs)) || chained(t, mine, theirs)))
			continue;
		json_object_set(r, "gateway", json_object_get(x, "gateway"));
		return;
	}
}

void ak_trace_order_gateways(struct ak_trace *t)
{
	json_t *r, *g, *sorted = json_array();
	size_t i;

	for (i = 0; i < json_array_size(t->attempts); i++)
		name_gateway(t, i);
	json_array_foreach(t->attempts, i, r)
		if (place_of(t->gateways, gateway_of(r)) == json_array_size(t->gateways))
			place_gateway(t, r);
	number_gateways(t);
	json_array_foreach(t->gateways, i, g) {
		size_t k;

		json_array_foreach(t->attempts, k, r)
			if (place_of(t->gateways, gateway_of(r)) == i)
				json_array_append(sorted, r);
	}
	json_decref(t->attempts);
	t->attempts = sorted;
}

/* ---- decision and reason ---- */

static bool same_request(const json_t *a, const json_t *b)
{
	static const char *const ids[] = {"http.request.id", "auditkit.gateway.event_id"};

	for (size_t i = 0; i < AK_COUNT(ids); i++)
		if (ak_trace_same_id(AK_F_REQUEST_ID, ak_trace_field(a, ids[i]), ak_trace_field(b, ids[i])))
			return true;
	return false;
}

static bool fell_back(const json_t *r)
{
	return ak_trace_field(r, "auditkit.fallback.from") || ak_trace_int(r, "auditkit.attempt.fallbacks", 0) > 0 ||
	       json_is_true(json_object_get(json_object_get(r, "fields"), "auditkit.fallback.used"));
}

static bool same_target(const json_t *a, const json_t *b)
{
	static const char *const names[] = {"gen_ai.provider.name", "gen_ai.response.model", "auditkit.route.served"};

	for (size_t i = 0; i < AK_COUNT(names); i++) {
		const char *x = ak_trace_field(a, names[i]), *y = ak_trace_field(b, names[i]);

		if (x && y && strcmp(x, y) != 0)
			return false;
	}
	return true;
}

/* What the gateway did: its own words where it has some, else what the order of its records says. */
static const char *decide(const json_t *r, const json_t *earlier, const char **basis)
{
	*basis = "recorded";
	if (ak_trace_same(ak_trace_field(r, "auditkit.cache.status"), "hit"))
		return "cache hit";
	if (fell_back(r))
		return "fallback";
	if (ak_trace_int(r, "auditkit.attempt.retries", 0) > 0)
		return "retry";
	*basis = "order";
	if (!earlier)
		return "first";
	if (failed(earlier))
		return same_target(earlier, r) ? "retry" : "fallback";
	return same_request(earlier, r) ? "repeated" : "another call";
}

static void because(json_t *h, const json_t *earlier)
{
	const char *error = earlier ? ak_trace_field(earlier, "error.type") : NULL;
	int64_t status = earlier ? ak_trace_int(earlier, "http.response.status_code", -1) : -1;
	char code[32] = "";

	if (!earlier || !failed(earlier))
		return;
	if (status >= 0)
		snprintf(code, sizeof code, "%lld ", (long long)status);
	json_object_set_new(h, "because", json_pack("{s:o, s:s}", "text",
						    json_sprintf("%s failed: %s%s", cite_of(earlier), code, error ? error : "no error class"),
						    "cite", cite_of(earlier)));
}

static void decision(json_t *h, const json_t *r, const json_t *earlier)
{
	const char *basis, *what = decide(r, earlier, &basis), *hit = ak_trace_field(r, "auditkit.cache.reference_id");
	const char *from = ak_trace_field(r, "auditkit.fallback.from"), *because_text;

	json_object_set_new(h, "decision", json_string(what));
	json_object_set_new(h, "decided_by", json_string(basis));
	if (strcmp(what, "retry") == 0 || strcmp(what, "fallback") == 0)
		because(h, earlier);
	because_text = json_string_value(json_object_get(json_object_get(h, "because"), "text"));
	if (strcmp(what, "cache hit") == 0)
		ak_trace_say(h, "answered from the gateway's cache%s%s", hit ? ", first answered as " : ", which does not say which call filled it",
			     hit ? hit : "");
	else if (strcmp(what, "first") != 0 && (because_text || from || strcmp(basis, "order") == 0))
		ak_trace_say(h, "%s%s%s%s%s (%s)", what, from ? " from " : "", from ? from : "", because_text ? ", since " : "",
			     because_text ? because_text : "", strcmp(basis, "order") == 0 ? "by the order of its records" : "as the gateway recorded it");
}

/* ---- lines ---- */

static void attempt_line(json_t *h, const json_t *r, const char *what)
{
	int64_t status = ak_trace_int(r, "http.response.status_code", -1);
	const char *error = ak_trace_field(r, "error.type"), *provider = ak_trace_dash(ak_trace_field(r, "gen_ai.provider.name"));
	bool say = strcmp(what, "retry") == 0 || strcmp(what, "fallback") == 0 || strcmp(what, "cache hit") == 0;
	char code[32];

	snprintf(code, sizeof code, "%lld", (long long)status);
	json_array_insert_new(json_object_get(h, "lines"), 0,
			      json_sprintf("%s from %s%s%s%s%s", status >= 0 ? code : ak_trace_dash(ak_trace_field(r, "event.outcome")), provider,
					   error ? ", " : "", error ? error : "", say ? ", " : "", say ? what : ""));
}

/* The entries that an attempt was folded from, each with its own citation. */
static void facet_hops(struct ak_trace *t, const json_t *attempt)
{
	char title[80];
	json_t *f;
	size_t i;

	json_array_foreach(json_object_get(attempt, "facets"), i, f) {
		json_t *h;

		snprintf(title, sizeof title, "%s entry", json_string_value(json_object_get(f, "facet")));
		h = ak_trace_hop(t, 2, title, "present", json_string_value(json_object_get(f, "time")));
		ak_trace_cite(h, f);
		ak_trace_say(h, "folded into the attempt above");
	}
}

/* What other sources of the same system say of this attempt. */
static void witness_lines(json_t *h, const json_t *r)
{
	json_t *w, *d;
	size_t i, k;

	json_array_foreach(json_object_get(r, "witnesses"), i, w) {
		const json_t *differ = json_object_get(w, "differences");
		const char *where = json_string_value(json_object_get(w, "cite"));

		ak_trace_say(h, "second witness %s: %lld of %lld fields that both have agree", where,
		    (long long)(json_integer_value(json_object_get(w, "compared")) - (json_int_t)json_array_size(differ)),
		    (long long)json_integer_value(json_object_get(w, "compared")));
		json_array_foreach((json_t *)differ, k, d)
			ak_trace_say(h, "%s: %s here, %s in %s", json_string_value(json_object_get(d, "field")),
			    json_string_value(json_object_get(d, "counted")), json_string_value(json_object_get(d, "witness")), where);
	}
	if (json_object_get(r, "witnesses"))
		json_object_set(h, "witnesses", json_object_get(r, "witnesses"));
}

static void figures(json_t *h, const json_t *r)
{
	const char *first = ak_trace_field(r, "auditkit.time_to_first_chunk_ms");
	char in[32], out[32];

	ak_trace_say(h, "%s -> %s", ak_trace_dash(ak_trace_field(r, "gen_ai.request.model")), ak_trace_dash(ak_trace_field(r, "gen_ai.response.model")));
	ak_trace_say(h, "key %s (%s), %s ms%s%s%s, in %s, out %s, %s %s", ak_trace_dash(ak_trace_field(r, "auditkit.key.alias")),
		     ak_trace_dash(ak_trace_field(r, "auditkit.team.id")), ak_trace_dash(ak_trace_field(r, "auditkit.duration_ms")),
		     first ? " (first token " : "", first ? first : "", first ? ")" : "", ak_trace_count(r, "gen_ai.usage.input_tokens", in),
		     ak_trace_count(r, "gen_ai.usage.output_tokens", out), ak_trace_dash(ak_trace_field(r, "auditkit.cost.currency")),
		     ak_trace_dash(ak_trace_field(r, "auditkit.cost.estimated")));
}

/* Versions and classes that the record itself names. */
static void versions(json_t *h, const json_t *r)
{
	static const struct {
		const char *field, *says;
	} of[] = {
		{"auditkit.route.policy_version", "route policy "}, {"auditkit.budget.policy_version", "budget policy "},
		{"auditkit.policy.verdict", "guardrails: "},	    {"auditkit.policy.dlp", "DLP: "},
		{"auditkit.retention.class", "retention class "},   {"auditkit.retention.delete_at", "to be deleted "},
	};
	struct ak_buf b;

	ak_buf_init(&b, 1 << 16);
	for (size_t i = 0; i < AK_COUNT(of); i++)
		if (ak_trace_field(r, of[i].field))
			ak_buf_addf(&b, "%s%s%s", b.n ? ", " : "", of[i].says, ak_trace_field(r, of[i].field));
	if (b.n)
		ak_trace_say(h, "%s", b.p);
	ak_buf_release(&b);
}

/* ---- the hops ---- */

/* The attempt before it at the same gateway, and its number there. */
static const json_t *earlier_of(const struct ak_trace *t, size_t i, size_t *number, size_t *of)
{
	const json_t *r = json_array_get(t->attempts, i), *before_it = NULL, *x;
	size_t k;

	*number = *of = 0;
	json_array_foreach(t->attempts, k, x) {
		if (!ak_trace_same(gateway_of(x), gateway_of(r)))
			continue;
		++*of;
		if (k < i)
			before_it = x;
		if (k <= i)
			++*number;
	}
	return before_it;
}

static void attempt_hop(struct ak_trace *t, size_t i)
{
	const json_t *r = json_array_get(t->attempts, i), *earlier;
	size_t number, of, gateways = json_array_size(t->gateways), gateway = place_of(t->gateways, gateway_of(r)) + 1;
	char title[64];
	json_t *h;

	earlier = earlier_of(t, i, &number, &of);
	if (gateways > 1)
		snprintf(title, sizeof title, "gateway %zu, %zu/%zu", gateway, number, of);
	else
		snprintf(title, sizeof title, "gateway %zu of %zu", number, of);
	h = ak_trace_hop(t, 2, title, "present", ak_trace_field(r, "event.start"));
	ak_trace_cite(h, r);
	json_object_set_new(h, "gateway", json_pack("{s:I, s:I, s:s}", "number", (json_int_t)gateway, "of", (json_int_t)gateways, "source", source_of(r)));
	json_object_set_new(h, "attempt", json_pack("{s:I, s:I}", "number", (json_int_t)number, "of", (json_int_t)of));
	if (gateways > 1)
		ak_trace_say(h, "gateway %zu of %zu on the way, %s: %s", gateway, gateways, source_of(r),
			     json_string_value(json_object_get(json_array_get(t->gateways, gateway - 1), "basis")));
	decision(h, r, earlier);
	attempt_line(h, r, json_string_value(json_object_get(h, "decision")));
	figures(h, r);
	versions(h, r);
	witness_lines(h, r);
	facet_hops(t, r);
}

void ak_trace_attempts(struct ak_trace *t)
{
	for (size_t i = 0; i < json_array_size(t->attempts); i++)
		attempt_hop(t, i);
}
