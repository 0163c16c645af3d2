/* The trace in plain sentences, made from fixed templates; each cites the records that it was made from. */
#include "base/ak.h"
#include "trace/hops.h"

static const char *cite_of(const json_t *record) { return json_string_value(json_object_get(record, "cite")); }

static json_t *tell(struct ak_trace *t, const json_t *record, json_t *sentence)
{
	json_t *s = json_pack("{s:o, s:s, s:[s]}", "text", sentence, "cite", cite_of(record), "cites", cite_of(record));

	json_array_append_new(t->story, s);
	return s;
}

static void also(json_t *sentence, const json_t *record)
{
	json_t *cites = json_object_get(sentence, "cites"), *c;
	size_t i;

	json_array_foreach(cites, i, c)
		if (json_equal(c, json_object_get(record, "cite")))
			return;
	json_array_append(cites, json_object_get(record, "cite"));
}

static const char *or(const char *z, const char *otherwise) { return z ? z : otherwise; }

static const json_t *record_of(const struct ak_trace *t, const char *cite)
{
	const json_t *r;
	size_t i;

	json_array_foreach(t->attempts, i, r)
		if (ak_trace_same(cite, cite_of(r)))
			return r;
	return NULL;
}

/* ---- attempts ---- */

static void tell_attempt(struct ak_trace *t, const json_t *hop)
{
	const json_t *r = record_of(t, cite_of(hop)), *because = json_object_get(hop, "because");
	const char *what = json_string_value(json_object_get(hop, "decision")), *provider, *error;
	long long number = json_integer_value(json_object_get(json_object_get(hop, "attempt"), "number"));
	long long of = json_integer_value(json_object_get(json_object_get(hop, "attempt"), "of"));
	const char *source = json_string_value(json_object_get(json_object_get(hop, "gateway"), "source"));
	AK_CLEANUP(ak_free_charp) char *at = NULL;
	bool several = json_array_size(t->gateways) > 1, failed;
	struct ak_buf where;
	json_t *s;

	provider = or(ak_trace_field(r, "gen_ai.provider.name"), "the provider");
	error = or(ak_trace_field(r, "error.type"), "no error class");
	failed = ak_trace_same(ak_trace_field(r, "event.outcome"), "failure") || ak_trace_int(r, "http.response.status_code", 0) >= 400;
	ak_buf_init(&where, 1 << 16);
	ak_buf_addf(&where, several ? "The gateway %s" : "The gateway", several ? source : "");
	at = ak_strndup(where.p, where.n);
	ak_buf_release(&where);
	if (strcmp(what, "cache hit") == 0)
		s = tell(t, r, json_sprintf("%s answered from its cache.", at));
	else if (failed)
		s = tell(t, r, json_sprintf("%s refused attempt %lld of %lld%s%s (%s).", provider, number, of, several ? " of " : "", several ? source : "", error));
	else if (strcmp(what, "fallback") == 0)
		s = tell(t, r, json_sprintf("%s fell back to %s, which answered.", at, provider));
	else if (strcmp(what, "retry") == 0)
		s = tell(t, r, json_sprintf("%s tried again; %s answered.", at, provider));
	else
		s = tell(t, r, several ? json_sprintf("%s sent it to %s, which answered.", at, provider) : json_sprintf("%s answered.", provider));
	if (because)
		also(s, because);
}

static void tell_asked(struct ak_trace *t)
{
	const json_t *app = json_array_get(t->apps, 0), *first = json_array_get(t->attempts, 0);
	json_t *s;

	if (first) {
		s = tell(t, app ? app : first,
			 json_sprintf("%s asked for %s.", or(app ? ak_trace_field(app, "service.name") : ak_trace_field(first, "service.name"), "An application"),
				      or(ak_trace_field(first, "gen_ai.request.model"), "a model")));
		also(s, first);
	} else if (app) {
		tell(t, app, json_sprintf("%s says that it made a call; no gateway record of it is here.", or(ak_trace_field(app, "service.name"), "An application")));
	}
}

/* ---- beside it ---- */

static void tell_checks(struct ak_trace *t)
{
	const json_t *r;
	size_t i;

	json_array_foreach(t->verdicts, i, r)
		tell(t, r, json_sprintf("A check of the %s said %s (%s).", or(ak_trace_field(r, "auditkit.policy.checked"), "content"),
					or(ak_trace_field(r, "auditkit.policy.verdict"), "nothing"), or(ak_trace_field(r, "rule.name"), "no rule named")));
	json_array_foreach(t->quotas, i, r)
		tell(t, r, json_sprintf("A limit was applied: %s.", or(ak_trace_field(r, "auditkit.quota.decision"), "no decision recorded")));
}

static void tell_after(struct ak_trace *t)
{
	const json_t *r;
	size_t i;

	json_array_foreach(t->settlements, i, r)
		tell(t, r, json_sprintf("Later it was settled: %s of %s %s.", or(ak_trace_field(r, "auditkit.settlement.type"), "a row"),
					or(ak_trace_field(r, "auditkit.cost.currency"), "unknown currency"), or(ak_trace_field(r, "auditkit.cost.billed"), "-")));
	json_array_foreach(t->hops, i, r)
		if (ak_trace_same(json_string_value(json_object_get(r, "title")), "approval") && cite_of(r))
			tell(t, r, json_sprintf("On who let the money go the records say: %s.",
						or(json_string_value(json_array_get(json_object_get(r, "lines"), 0)), "nothing")));
	json_array_foreach(t->audits, i, r)
		if (ak_trace_field(r, "http.request.id"))
			tell(t, r, json_sprintf("An administrator's event names it: %s.", or(ak_trace_field(r, "event.action"), "no action recorded")));
}

/* The strictest state of any attempt decides what is said of all. */
static void tell_payload(struct ak_trace *t)
{
	static const char *const fields[] = {"auditkit.payload.prompt", "auditkit.payload.completion"};
	size_t n = json_array_size(t->attempts), i, present = 0, hidden = 0;
	const json_t *r;
	json_t *s = NULL;

	json_array_foreach(t->attempts, i, r) {
		bool p = false, h = false;

		for (size_t k = 0; k < AK_COUNT(fields); k++) {
			const char *state = ak_trace_field(r, fields[k]);

			p = p || ak_trace_same(state, "present");
			h = h || ak_trace_same(state, "masked") || ak_trace_same(state, "encrypted");
		}
		present += p;
		hidden += !p && h;
	}
	if (!n)
		return;
	r = json_array_get(t->attempts, 0);
	if (present)
		s = tell(t, r, json_sprintf("%zu of %zu attempts arrived with a prompt or completion; it was not kept.", present, n));
	else if (hidden)
		s = tell(t, r, json_sprintf("None of the attempts arrived with a prompt or completion; %zu of %zu had one masked by the source.", hidden, n));
	else
		s = tell(t, r, json_string("None of the attempts arrived with a prompt or completion."));
	json_array_foreach(t->attempts, i, r)
		also(s, r);
}

static void tell_clocks(struct ak_trace *t)
{
	const json_t *c;
	size_t i;

	json_array_foreach(t->clocks, i, c) {
		const json_t *cites = json_object_get(c, "cites");
		json_t *s = json_pack("{s:o, s:O, s:O}", "text",
				      json_sprintf("By the times recorded %s: the clocks of %s and %s differ by %lld ms or more, or a record does.",
						   json_string_value(json_object_get(c, "says")), json_string_value(json_object_get(c, "later")),
						   json_string_value(json_object_get(c, "earlier")),
						   (long long)json_integer_value(json_object_get(c, "by_ms"))),
				      "cite", json_array_get(cites, 0), "cites", cites);

		json_array_append_new(t->story, s);
	}
}

void ak_trace_story(struct ak_trace *t)
{
	const json_t *h;
	size_t i;

	tell_asked(t);
	json_array_foreach(t->hops, i, h)
		if (json_object_get(h, "attempt"))
			tell_attempt(t, h);
	tell_checks(t);
	tell_payload(t);
	tell_after(t);
	tell_clocks(t);
}
