/* The trace as OTLP/JSON (opentelemetry-proto, ExportTraceServiceRequest): a span for each app event, gateway attempt and call
 * that a provider recorded, with GenAI attributes; checks, settlements and buckets are events of the span that they belong to. */
#include "base/ak.h"
#include "trace/trace.h"

#include <stdio.h>

#include "base/crypto.h"
#include "base/time.h"

enum { KIND_CLIENT = 3, KIND_SERVER = 2, STATUS_OK = 1, STATUS_ERROR = 2 };

static const char *txt(const json_t *o, const char *key)
{
	const char *z = json_string_value(json_object_get(o, key));

	return z ? z : "";
}

/* ---- ids ---- */

/* Hex of that length in lower case, not all zeros: what W3C allows. */
static bool is_id(const char *z, size_t n)
{
	return strlen(z) == n && strspn(z, "0123456789abcdef") == n && strspn(z, "0") < n;
}

/* An id of our own where the source has none that fits, always the same for the same record. */
static void made_id(const char *what, const char *of, const char *and, size_t bytes, char *hex)
{
	struct ak_buf b;
	uint8_t digest[32];

	ak_buf_init(&b, 1 << 20);
	ak_buf_addf(&b, "auditkit otlp %s\n%s\n%s", what, of, and);
	ak_sha256(b.p, b.n, digest);
	ak_hex(digest, bytes, hex);
	ak_buf_release(&b);
}

/* "4BF9..." is the same id as "4bf9...". */
static void lowered(const char *z, char *out, size_t max)
{
	size_t i;

	for (i = 0; z[i] && i + 1 < max; i++)
		out[i] = z[i] >= 'A' && z[i] <= 'F' ? (char)(z[i] - 'A' + 'a') : z[i];
	out[i] = 0;
}

static void trace_id(const json_t *t, char hex[33])
{
	char id[64];

	lowered(txt(t, "id"), id, sizeof id);
	if (is_id(id, 32))
		memcpy(hex, id, 33);
	else
		made_id("trace", txt(t, "id"), "", 16, hex);
}

/* ---- values ---- */

static json_t *value_of(const json_t *v)
{
	json_t *list, *one;
	size_t i;

	if (json_is_string(v))
		return json_pack("{s:O}", "stringValue", v);
	if (json_is_boolean(v))
		return json_pack("{s:O}", "boolValue", v);
	if (json_is_integer(v)) /* 64-bit integers are text in protobuf's JSON */
		return json_pack("{s:o}", "intValue", json_sprintf("%lld", (long long)json_integer_value(v)));
	list = json_array();
	json_array_foreach((json_t *)v, i, one)
		if (json_is_string(one) || json_is_boolean(one) || json_is_integer(one))
			json_array_append_new(list, value_of(one));
	return json_pack("{s:{s:o}}", "arrayValue", "values", list);
}

static void attribute(json_t *list, const char *key, const json_t *v)
{
	if (json_is_string(v) || json_is_boolean(v) || json_is_integer(v) || json_is_array(v))
		json_array_append_new(list, json_pack("{s:s, s:o}", "key", key, "value", value_of(v)));
}

static void attribute_text(json_t *list, const char *key, const char *z)
{
	if (*z)
		json_array_append_new(list, json_pack("{s:s, s:{s:s}}", "key", key, "value", "stringValue", z));
}

/* Nanoseconds since 1970 with all digits that the source gives. 0, which OTLP reads as unknown, with *why when there is no such time:
 * the field has 64 bits without a sign, and viewers read it as one with a sign (1970 to 2262). */
static int64_t nanos(const char *time, const char **why)
{
	struct ak_err ignored = {0};
	int64_t us, ns = 0, unit = 100000000;
	const char *dot = strchr(time, '.');

	*why = !*time ? "not recorded" : NULL;
	if (*time && ak_time_arg(time, 0, &us, &ignored) != AK_OK)
		*why = "not readable";
	else if (*time && (us < 0 || us / 1000000 >= INT64_MAX / 1000000000))
		*why = "outside the years 1970 to 2262 that OTLP can hold";
	if (*why)
		return 0;
	for (const char *z = dot ? dot + 1 : ""; ak_is_digit((unsigned char)*z) && unit; z++, unit /= 10)
		ns += (*z - '0') * unit;
	return us / 1000000 * 1000000000 + ns;
}

static json_t *nanos_json(int64_t ns) { return json_sprintf("%lld", (long long)ns); }

/* A time that is left out stands as it was recorded beside the reason. */
static void left_out(json_t *list, bool start, const char *recorded, const char *why)
{
	attribute_text(list, start ? "auditkit.start.left_out" : "auditkit.end.left_out", why);
	attribute_text(list, start ? "event.start" : "event.end", recorded);
}

/* ---- spans ---- */

static bool is_span(const json_t *h)
{
	json_int_t n = json_integer_value(json_object_get(h, "n"));

	if (strcmp(txt(h, "state"), "present") != 0 || !json_object_get(h, "fields"))
		return false;
	/* A provider route as the gateway recorded it is the attempt's own record once more. */
	return n == 1 || json_object_get(h, "attempt") || (n == 3 && strcmp(txt(h, "kind"), "request") != 0);
}

struct spans {
	char trace[33];
	json_t *ids;	 /* cite -> span id */
	json_t *given;	 /* span ids that stand in the document */
	json_t *by_source; /* source -> scopeSpans' spans */
	json_t *by_id;	 /* span id -> span */
	json_t *dropped; /* span ids whose recorded parent is left out */
	const json_t *doc;
};

/* Recorded span ids first, since parents are named by them; two records may not share one. */
static void name_spans(struct spans *s)
{
	const json_t *h;
	char hex[24], id[32];
	size_t i;

	json_array_foreach(json_object_get(s->doc, "hops"), i, h) {
		if (!is_span(h) || json_object_get(s->ids, txt(h, "cite")))
			continue;
		lowered(txt(json_object_get(h, "span"), "id"), id, sizeof id);
		if (is_id(id, 16) && !json_object_get(s->given, id))
			snprintf(hex, sizeof hex, "%s", id);
		else
			made_id("span", s->trace, txt(h, "cite"), 8, hex);
		json_object_set_new(s->given, hex, json_true());
		json_object_set_new(s->ids, txt(h, "cite"), json_string(hex));
	}
}

/* The last attempt of the gateway outside of number `gateway`, else the app event. */
static const json_t *outside(const struct spans *s, json_int_t gateway)
{
	const json_t *h, *found = NULL;
	size_t i;

	json_array_foreach(json_object_get(s->doc, "hops"), i, h) {
		json_int_t of = json_integer_value(json_object_get(json_object_get(h, "gateway"), "number"));

		if (is_span(h) && json_integer_value(json_object_get(h, "n")) == 1 && !found)
			found = h;
		if (json_object_get(h, "attempt") && of == gateway - 1)
			found = h;
	}
	return found;
}

/* The attempt that a provider's record is the answer to: by its ids, else the last. */
static const json_t *asked_by(const struct spans *s, const json_t *call)
{
	static const char *const ids[] = {"auditkit.provider.request_id", "gen_ai.response.id"};
	const json_t *h, *last = NULL;
	size_t i;

	json_array_foreach(json_object_get(s->doc, "hops"), i, h) {
		if (!json_object_get(h, "attempt"))
			continue;
		last = h;
		for (size_t k = 0; k < AK_COUNT(ids); k++) {
			const char *a = txt(json_object_get(h, "fields"), ids[k]), *b = txt(json_object_get(call, "fields"), ids[k]);

			if (*a && strcmp(a, b) == 0)
				return h;
		}
	}
	return last ? last : outside(s, 0);
}

static json_t *span_of(const struct spans *s, const json_t *h) { return json_object_get(s->by_id, txt(s->ids, txt(h, "cite"))); }

/* Does the way up from `id` come to `to`? A way longer than there are spans goes round elsewhere. */
static bool leads_to(const struct spans *s, const char *id, const char *to)
{
	for (size_t n = json_object_size(s->by_id); n && *id; n--, id = txt(json_object_get(s->by_id, id), "parentSpanId"))
		if (strcmp(id, to) == 0)
			return true;
	return false;
}

/* What the source names, when it is here. */
static void named_parents(const struct spans *s)
{
	const json_t *h;
	char given[32];
	size_t i;

	json_array_foreach(json_object_get(s->doc, "hops"), i, h) {
		json_t *span = is_span(h) ? span_of(s, h) : NULL;

		lowered(txt(json_object_get(h, "span"), "parent"), given, sizeof given);
		if (span && *given && strcmp(given, txt(span, "spanId")) != 0 && json_object_get(s->by_id, given))
			json_object_set_new(span, "parentSpanId", json_string(given));
	}
}

/* Spans that name each other as parents: none of these links can be right beside the others, and none is picked. */
static void drop_cycles(const struct spans *s)
{
	json_t *span, *round = json_array();
	const char *id;
	void *next;
	size_t i;

	json_object_foreach_safe(s->by_id, next, id, span)
		if (leads_to(s, txt(span, "parentSpanId"), id))
			json_array_append(round, span);
	json_array_foreach(round, i, span) {
		json_t *list = json_object_get(span, "attributes");

		attribute_text(list, "auditkit.parent.left_out", "the parents that the records name form a cycle");
		attribute_text(list, "auditkit.parent.recorded", txt(span, "parentSpanId"));
		json_object_del(span, "parentSpanId");
		json_object_set_new(s->dropped, txt(span, "spanId"), json_true());
	}
	json_decref(round);
}

/* By the order of the calls, where no record names one; what is recorded goes before. */
static void other_parents(const struct spans *s)
{
	const json_t *h;
	size_t i;

	json_array_foreach(json_object_get(s->doc, "hops"), i, h) {
		json_t *span = is_span(h) ? span_of(s, h) : NULL;
		const json_t *parent = NULL;
		const char *up;

		if (!span || *txt(span, "parentSpanId") || json_object_get(s->dropped, txt(span, "spanId")))
			continue;
		if (json_object_get(h, "attempt"))
			parent = outside(s, json_integer_value(json_object_get(json_object_get(h, "gateway"), "number")));
		else if (json_integer_value(json_object_get(h, "n")) == 3)
			parent = asked_by(s, h);
		up = parent && parent != h ? txt(s->ids, txt(parent, "cite")) : "";
		if (*up && !leads_to(s, up, txt(span, "spanId")))
			json_object_set_new(span, "parentSpanId", json_string(up));
	}
}

static json_t *attributes(const json_t *h)
{
	static const char *const hop[][2] = {{"decision", "auditkit.attempt.decision"}, {"cite", "auditkit.citation"}, {"source", "auditkit.source"}};
	json_t *list = json_array(), *v;
	const char *name;
	void *next;

	json_object_foreach_safe(json_object_get(h, "fields"), next, name, v)
		if (strcmp(name, "event.start") != 0 && strcmp(name, "event.end") != 0 && strcmp(name, "trace.id") != 0 && strcmp(name, "span.id") != 0)
			attribute(list, name, v);
	for (size_t i = 0; i < AK_COUNT(hop); i++)
		attribute_text(list, hop[i][1], txt(h, hop[i][0]));
	attribute_text(list, "auditkit.proof", txt(json_object_get(h, "proof"), "level"));
	return list;
}

static json_t *status(const json_t *h)
{
	const json_t *fields = json_object_get(h, "fields");
	json_int_t code = json_integer_value(json_object_get(fields, "http.response.status_code"));

	if (strcmp(txt(fields, "event.outcome"), "failure") == 0 || code >= 400)
		return json_pack("{s:i, s:s}", "code", STATUS_ERROR, "message", txt(fields, "error.type"));
	return strcmp(txt(fields, "event.outcome"), "success") == 0 || code ? json_pack("{s:i}", "code", STATUS_OK) : json_object();
}

static json_t *span_name(const json_t *h)
{
	const json_t *fields = json_object_get(h, "fields");
	const char *operation = txt(fields, "gen_ai.operation.name"), *model = txt(fields, "gen_ai.request.model");

	if (json_integer_value(json_object_get(h, "n")) == 1 && *txt(fields, "event.action"))
		return json_string(txt(fields, "event.action"));
	return json_sprintf("%s%s%s", *operation ? operation : txt(h, "title"), *model ? " " : "", model);
}

/* The end of a call that has none, or none that can be, is its start: nothing is known of how long it took. */
static void set_times(json_t *span, const json_t *h)
{
	const char *start = txt(json_object_get(h, "fields"), "event.start"), *end = txt(h, "end"), *no_start, *no_end;
	int64_t from = nanos(start, &no_start), to = nanos(end, &no_end);
	json_t *list = json_object_get(span, "attributes");

	if (no_start)
		left_out(list, true, start, no_start);
	if (*end && !no_end && (no_start || to < from))
		no_end = no_start ? "without a start it bounds nothing" : "before the start";
	if (*end && no_end)
		left_out(list, false, end, no_end);
	json_object_set_new(span, "startTimeUnixNano", nanos_json(from));
	json_object_set_new(span, "endTimeUnixNano", nanos_json(no_end ? from : to));
}

static void add_span(struct spans *s, const json_t *h)
{
	json_t *spans = json_object_get(s->by_source, txt(h, "source"));
	bool provider = json_integer_value(json_object_get(h, "n")) == 3;
	json_t *span = json_pack("{s:s, s:O, s:o, s:i, s:o, s:o, s:[]}", "traceId", s->trace, "spanId", json_object_get(s->ids, txt(h, "cite")),
				 "name", span_name(h), "kind", provider ? KIND_SERVER : KIND_CLIENT, "attributes", attributes(h), "status", status(h), "events");

	set_times(span, h);
	if (!spans) {
		spans = json_array();
		json_object_set_new(s->by_source, txt(h, "source"), spans);
	}
	json_array_append_new(spans, span);
	json_object_set(s->by_id, txt(span, "spanId"), span);
}

/* ---- events: what is no call ---- */

static json_t *last_span(const struct spans *s)
{
	json_t *spans, *found = NULL;
	const char *source;
	void *next;

	json_object_foreach_safe(s->by_source, next, source, spans)
		found = json_array_get(spans, json_array_size(spans) - 1);
	return found;
}

/* At the first attempt, else wherever there is a span. */
static json_t *span_for_events(const struct spans *s)
{
	const json_t *h;
	json_t *spans, *span;
	size_t i, k;

	json_array_foreach(json_object_get(s->doc, "hops"), i, h)
		if (json_object_get(h, "attempt"))
			json_array_foreach(json_object_get(s->by_source, txt(h, "source")), k, span)
				if (json_equal(json_object_get(span, "spanId"), json_object_get(s->ids, txt(h, "cite"))))
					return span;
	spans = last_span(s);
	return spans;
}

static void add_event(json_t *events, const char *name, const char *time, json_t *list)
{
	const char *why;
	int64_t ns = nanos(time, &why);

	if (why)
		left_out(list, true, time, why);
	json_array_append_new(events, json_pack("{s:s, s:o, s:o}", "name", name, "timeUnixNano", nanos_json(ns), "attributes", list));
}

static void add_events(struct spans *s)
{
	json_t *span = span_for_events(s), *events = json_object_get(span, "events");
	const json_t *h, *b;
	size_t i, k;

	json_array_foreach(json_object_get(s->doc, "hops"), i, h) {
		json_int_t n = json_integer_value(json_object_get(h, "n"));

		json_array_foreach(json_object_get(h, "buckets"), k, b) {
			json_t *list = json_array();

			attribute_text(list, "auditkit.citation", txt(b, "cite"));
			attribute_text(list, "event.end", txt(b, "end"));
			attribute(list, "auditkit.usage.requests", json_object_get(b, "requests"));
			add_event(events, "usage bucket, a sum and not this request alone", txt(b, "start"), list);
		}
		if ((n == 2 && !json_object_get(h, "attempt") && json_object_get(h, "fields")) || n == 6)
			add_event(events, txt(h, "title"), txt(h, "time"), attributes(h));
	}
}

/* ---- the request ---- */

static const char *service_of(const struct spans *s, const char *source)
{
	const json_t *h;
	size_t i;

	json_array_foreach(json_object_get(s->doc, "hops"), i, h)
		if (json_integer_value(json_object_get(h, "n")) == 1 && strcmp(txt(h, "source"), source) == 0 &&
		    *txt(json_object_get(h, "fields"), "service.name"))
			return txt(json_object_get(h, "fields"), "service.name");
	return source;
}

json_t *ak_trace_otlp(const json_t *trace)
{
	struct spans s = {.ids = json_object(), .given = json_object(), .by_source = json_object(), .by_id = json_object(), .dropped = json_object(),
			  .doc = trace};
	json_t *resources = json_array(), *spans, *list;
	const char *source;
	const json_t *h;
	void *next;
	size_t i;

	trace_id(trace, s.trace);
	name_spans(&s);
	json_array_foreach(json_object_get(trace, "hops"), i, h)
		if (is_span(h))
			add_span(&s, h);
	named_parents(&s);
	drop_cycles(&s);
	other_parents(&s);
	add_events(&s);
	json_object_foreach_safe(s.by_source, next, source, spans) {
		list = json_array();
		attribute_text(list, "service.name", service_of(&s, source));
		attribute_text(list, "auditkit.source", source);
		attribute_text(list, "auditkit.trace.id", txt(trace, "id"));
		attribute_text(list, "auditkit.trace.digest", txt(trace, "digest"));
		json_array_append_new(resources, json_pack("{s:{s:o}, s:[{s:{s:s}, s:O}]}", "resource", "attributes", list, "scopeSpans", "scope", "name",
							   "auditkit", "spans", spans));
	}
	json_decref(s.ids);
	json_decref(s.given);
	json_decref(s.by_source);
	json_decref(s.by_id);
	json_decref(s.dropped);
	return json_pack("{s:o}", "resourceSpans", resources);
}
