/* What is not there: why, and what would fill it. */
#include "base/ak.h"
#include "trace/hops.h"

#include <stdio.h>

#include "base/time.h"
#include "link/link.h"

/* Which records a hop wants, what to ask for, and words of a source's name that tell a declared gap of it. */
static const struct wanted {
	int n;
	enum ak_kind kind;
	const char *none;    /* when a source of the kind is there */
	const char *export_; /* what would fill it */
	const char *const words[10];
} wants[] = {
	{1, AK_K_APP, "no application record has this trace or request id", "spans or events of the application, with trace or request id",
	 {"app", "span", "otel", "opentelemetry", "langfuse", "client", NULL}},
	{2, AK_K_REQUEST, "no gateway record has this id", "the request log of the gateway",
	 {"gateway", "litellm", "proxy", "kong", "envoy", "portkey", "helicone", "requests", NULL}},
	{3, AK_K_CALL, "no provider export in this workspace carries it", "the provider's own log of calls (invocation log, diagnostic log, audit trail)",
	 {"cloudtrail", "invocation", "diagnostic", "vertex", "provider", "calls", NULL}},
	{4, AK_K_USAGE, "no provider usage row covers it", "the provider's usage and cost export, by hour or day",
	 {"usage", "cost", "bill", "spend", "invoice", "cur", "focus", NULL}},
	{5, AK_K_APP, "nothing recorded how it ended", "spans of the application or the request log of the gateway", {NULL}},
};

/* Pages of `help collect` by the provider, and of hops that do not depend on it. */
static const struct {
	const char *provider, *page;
} pages[] = {
	{"openai", "openai"}, {"anthropic", "anthropic"}, {"azure", "azure"}, {"aws", "bedrock"}, {"bedrock", "bedrock"},
};

static const struct wanted *wanted_at(int n)
{
	for (size_t i = 0; i < AK_COUNT(wants); i++)
		if (wants[i].n == n)
			return &wants[i];
	return &wants[0];
}

static const char *provider_of(const struct ak_trace *t)
{
	const json_t *const lists[] = {t->attempts, t->apps};
	const char *z = NULL;
	const json_t *r;
	size_t i;

	for (size_t k = 0; k < AK_COUNT(lists) && !z; k++)
		json_array_foreach((json_t *)lists[k], i, r)
			z = ak_trace_field(r, "gen_ai.provider.name") ? ak_trace_field(r, "gen_ai.provider.name") : z;
	return z;
}

static const char *page_of(const struct ak_trace *t, int n)
{
	const char *provider = provider_of(t);

	if (n == 1 || n == 5)
		return "otel";
	for (size_t i = 0; n > 2 && provider && i < AK_COUNT(pages); i++)
		if (strncmp(provider, pages[i].provider, strlen(pages[i].provider)) == 0)
			return pages[i].page;
	return NULL;
}

/* When the call was, as far as any record says. */
static bool call_time(const struct ak_trace *t, int64_t *us)
{
	const json_t *row;
	size_t i;

	json_array_foreach(t->members, i, row)
		if (ak_trace_time(json_object_get(row, "record"), "event.start", us))
			return true;
	return false;
}

static int words_in(const struct wanted *w, const char *name)
{
	for (size_t i = 0; w->words[i]; i++)
		for (const char *z = strstr(name, w->words[i]); z; z = strstr(z + 1, w->words[i]))
			if (z == name || !ak_is_alnum((unsigned char)z[-1]))
				return 1;
	return 0;
}

/* The gap that policy.yaml declares for this hop. Bills first: "openai-cost" is one, and so is "litellm-cost". */
static json_t *declared_gap(const struct ak_trace *t, const struct wanted *w)
{
	const json_t *gaps = t->policy ? ak_policy_get(t->policy, "not_provided") : NULL;
	const char *name;
	json_t *gap;

	json_object_foreach((json_t *)gaps, name, gap) {
		const struct wanted *is = words_in(wanted_at(4), name) ? wanted_at(4) : NULL;

		for (size_t i = 0; i < AK_COUNT(wants) && !is; i++)
			if (words_in(&wants[i], name))
				is = &wants[i];
		if (is != w)
			continue;
		return json_pack("{s:s, s:s?, s:s?, s:s?, s:o}", "name", name, "due", json_string_value(json_object_get(gap, "due")), "owner",
				 json_string_value(json_object_get(gap, "owner")), "why", json_string_value(json_object_get(gap, "why")), "cite",
				 json_sprintf("policy.yaml:%d", ak_yaml_key_line(&t->policy->yaml, gaps, name)));
	}
	return NULL;
}

/* A bucket covers the time up to its end, not its start alone: the row's `last` and *us become those of the last bucket's end. */
static json_t *end_of(const struct ak_trace *t, enum ak_kind kind, const json_t *row, int64_t *us)
{
	const char *source = json_string_value(json_object_get(row, "source"));
	json_t *end = NULL, *last = NULL;
	struct ak_err ignored = {0};

	if (kind == AK_K_USAGE && source && ak_query_buckets_end(t->s, source, *us, &end, &ignored) == AK_OK &&
	    json_is_string(json_object_get(end, "last")) && ak_time_arg(json_string_value(json_object_get(end, "last")), 0, us, &ignored) == AK_OK)
		last = json_incref(json_object_get(end, "last"));
	json_decref(end);
	return last ? last : json_incref(json_object_get(row, "last"));
}

/* Sources of the kind; *covers: one of them has records from before and after the call. */
static json_t *sources_of(const struct ak_trace *t, enum ak_kind kind, bool *covers)
{
	json_t *list = json_array(), *row;
	int64_t at = 0;
	bool dated = call_time(t, &at);
	size_t i;

	*covers = !dated;
	json_array_foreach(t->supply, i, row) {
		const json_t *first = json_object_get(row, "first_number");
		int64_t last = json_integer_value(json_object_get(row, "last_number"));

		if (!ak_trace_same(json_string_value(json_object_get(row, "kind")), ak_kinds[kind].name))
			continue;
		json_array_append_new(list, json_pack("{s:O, s:O, s:O, s:o}", "source", json_object_get(row, "source"), "records",
						      json_object_get(row, "records"), "first", json_object_get(row, "first"), "last",
						      end_of(t, kind, row, &last)));
		/* The same slack as of a link's reason (link/reason.c). */
		*covers = *covers || !json_is_integer(first) ||
			  (json_integer_value(first) - 60000000 <= at && at <= last + 60000000);
	}
	return list;
}

static json_t *why_text(const struct wanted *w, const char *reason, const json_t *sources, const json_t *gap, const char *provider)
{
	const json_t *first = json_array_get(sources, 0);
	size_t more = json_array_size(sources) > 1 ? json_array_size(sources) - 1 : 0;
	char others[48] = "";

	if (more)
		snprintf(others, sizeof others, " and %zu other source%s", more, more > 1 ? "s" : "");
	if (gap)
		return json_sprintf("declared gap %s, due %s", json_string_value(json_object_get(gap, "name")),
				    ak_trace_dash(json_string_value(json_object_get(gap, "due"))));
	if (strcmp(reason, "source not supplied") == 0 && first)
		return json_sprintf("%s; source not supplied: those that are here have no calls of %s", w->none, provider);
	if (strcmp(reason, "source not supplied") == 0)
		return json_sprintf("%s; source not supplied", w->none);
	if (strcmp(reason, "outside its period") == 0)
		return json_sprintf("%s; %s%s %s records of %s to %s only", w->none, json_string_value(json_object_get(first, "source")), others, more ? "have" : "has",
				    ak_trace_dash(json_string_value(json_object_get(first, "first"))),
				    ak_trace_dash(json_string_value(json_object_get(first, "last"))));
	return json_sprintf("%s; %s%s %s supplied and cover%s the time", w->none, json_string_value(json_object_get(first, "source")), others,
			    more ? "were" : "was", more ? "" : "s");
}

/* Rows of the call's time that are not of its model or provider, the first three by name. */
static json_t *others_text(const struct ak_trace *t, json_t *text)
{
	json_t *rows = NULL, *row, *out;
	struct ak_err ignored = {0};
	const json_t *call = json_array_get(t->attempts, 0);
	struct ak_buf b;
	size_t i, n;

	if (!call || ak_link_covering(t->s, call, &rows, &ignored) != AK_OK || !(n = json_array_size(rows))) {
		json_decref(rows);
		return text;
	}
	ak_buf_init(&b, 1 << 16);
	ak_buf_addf(&b, "%s; the rows of its time are not of %s %s:", json_string_value(text), ak_trace_dash(ak_trace_field(call, "gen_ai.provider.name")),
		    ak_trace_dash(ak_trace_field(call, "gen_ai.response.model")));
	json_array_foreach(rows, i, row)
		if (i < 3)
			ak_buf_addf(&b, "%s %s (%s %s)", i ? "," : "", json_string_value(json_object_get(row, "cite")),
				    ak_trace_dash(json_string_value(json_object_get(row, "provider"))), ak_trace_dash(json_string_value(json_object_get(row, "model"))));
	if (n > 3)
		ak_buf_addf(&b, " and %zu more", n - 3);
	out = json_stringn(b.p, b.n);
	ak_buf_release(&b);
	json_decref(rows);
	json_decref(text);
	return out;
}

enum { CALLS_LOOKED_AT = 100000 }; /* of more calls it is not said that none is of this provider */

static bool others_only(const struct ak_trace *t)
{
	const char *provider = provider_of(t);
	struct ak_err ignored = {0};
	json_t *providers = NULL;
	bool out;

	if (!provider || ak_query_call_providers(t->s, CALLS_LOOKED_AT, &providers, &ignored) != AK_OK)
		return false;
	out = ak_query_no_calls_of(providers, ak_str_of(provider));
	json_decref(providers);
	return out;
}

/* {reason, text, sources, fill, command, gap}. */
static json_t *explain(const struct ak_trace *t, int n)
{
	const struct wanted *w = wanted_at(n);
	json_t *gap = n == 5 ? NULL : declared_gap(t, w), *o;
	bool covers;
	json_t *sources = sources_of(t, w->kind, &covers);
	const char *page = page_of(t, n), *reason = "not found";
	char day[32] = "";
	int64_t at;

	if (json_array_size(sources) == 0 || (w->kind == AK_K_CALL && others_only(t)))
		reason = gap ? "declared gap" : "source not supplied";
	else if (!covers)
		reason = gap ? "declared gap" : "outside its period";
	if (call_time(t, &at))
		ak_time_z(at, 0, day);
	o = json_pack("{s:s, s:o, s:o, s:o, s:o}", "reason", reason, "text",
		      why_text(w, reason, sources, strcmp(reason, "declared gap") == 0 ? gap : NULL, provider_of(t)), "sources", sources, "fill",
		      json_sprintf("%s%s%.10s", w->export_, *day ? ", of " : "", day), "command",
		      page ? json_sprintf("auditkit help collect %s", page) : json_string("auditkit help collect"));
	if (w->kind == AK_K_USAGE && strcmp(reason, "not found") == 0)
		json_object_set_new(o, "text", others_text(t, json_incref(json_object_get(o, "text"))));
	if (strcmp(reason, "declared gap") == 0)
		json_object_set(o, "gap", gap);
	json_decref(gap);
	return o;
}

static void say_lack(json_t *h, const json_t *lacks, const char *before)
{
	const char *cite = json_string_value(json_object_get(json_object_get(lacks, "gap"), "cite"));

	ak_trace_say(h, "%s%s%s%s%s", before, json_string_value(json_object_get(lacks, "text")), cite ? " (" : "", cite ? cite : "", cite ? ")" : "");
	ak_trace_say(h, "would be filled by %s: %s", json_string_value(json_object_get(lacks, "fill")),
		     json_string_value(json_object_get(lacks, "command")));
}

enum ak_rc ak_trace_lack(struct ak_trace *t, json_t *h, int n, struct ak_err *err)
{
	json_t *lacks = explain(t, n);

	(void)err;
	say_lack(h, lacks, strcmp(json_string_value(json_object_get(h, "state")), "missing") == 0 ? "MISSING: " : "");
	json_object_set(h, "reason", json_object_get(lacks, "text"));
	json_object_set_new(h, "lacks", lacks);
	return AK_OK;
}

enum ak_rc ak_trace_missing(struct ak_trace *t, int n, const char *title, struct ak_err *err)
{
	json_t *h = ak_trace_hop(t, n, title, "missing", NULL);

	t->missing++;
	return ak_trace_lack(t, h, n, err);
}
