/* The trace in plain sentences, made from fixed templates; each cites its record. */
#include "base/ak.h"
#include "trace/hops.h"

static void tell(struct ak_trace *t, const json_t *record, json_t *sentence)
{
	json_array_append_new(t->story, json_pack("{s:o, s:O?}", "text", sentence, "cite", json_object_get(record, "cite")));
}

static void tell_attempt(struct ak_trace *t, const json_t *r, size_t i, size_t n)
{
	const char *provider = ak_trace_field(r, "gen_ai.provider.name"), *outcome = ak_trace_field(r, "event.outcome");
	int64_t fallbacks = ak_trace_int(r, "auditkit.attempt.fallbacks", 0), retries = ak_trace_int(r, "auditkit.attempt.retries", 0);
	bool failed = outcome && strcmp(outcome, "failure") == 0;

	if (failed)
		tell(t, r, json_sprintf("%s refused attempt %zu of %zu (%s).", provider ? provider : "The provider", i + 1, n,
					ak_trace_field(r, "error.type") ? ak_trace_field(r, "error.type") : "no error class"));
	else if (fallbacks > 0)
		tell(t, r, json_sprintf("The gateway fell back to %s, which answered.", provider ? provider : "another provider"));
	else if (retries > 0)
		tell(t, r, json_sprintf("The gateway tried again; %s answered.", provider ? provider : "the provider"));
	else
		tell(t, r, json_sprintf("%s answered.", provider ? provider : "The provider"));
}

void ak_trace_story(struct ak_trace *t)
{
	const json_t *app = json_array_get(t->apps, 0), *first = json_array_get(t->attempts, 0);
	size_t n = json_array_size(t->attempts), i, with_payload = 0;
	json_t *r;

	if (first)
		tell(t, app ? app : first,
		     json_sprintf("%s asked for %s.", app && ak_trace_field(app, "service.name") ? ak_trace_field(app, "service.name") : "An application",
				  ak_trace_field(first, "gen_ai.request.model") ? ak_trace_field(first, "gen_ai.request.model") : "a model"));
	json_array_foreach(t->attempts, i, r) {
		const char *prompt = ak_trace_field(r, "auditkit.payload.prompt");
		with_payload += prompt && strcmp(prompt, "present") == 0;
		tell_attempt(t, r, i, n);
	}
	if (n)
		tell(t, first, with_payload ? json_sprintf("%zu of %zu attempts arrived with a prompt; it was not kept.", with_payload, n)
					    : json_string("None of the attempts arrived with a prompt or completion."));
}
