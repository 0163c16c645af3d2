/* Why a call ended as it did: what the records of its interaction and the state in force say, and no more. */
#include "base/ak.h"
#include "state/why.h"

#include "base/time.h"
#include "model/field.h"
#include "query/state.h"

static const char *text(const json_t *o, const char *member) { return json_string_value(json_object_get(o, member)); }
static const char *field(const json_t *r, const char *name) { return text(json_object_get(r, "fields"), name); }
static bool same(const char *a, const char *b) { return a && b && strcmp(a, b) == 0; }
static const char *dash(const char *z) { return z ? z : "-"; }
static const char *cite(const json_t *r) { return text(r, "cite") ? text(r, "cite") : text(r, "citation"); }

/* ---- sorting out ---- */

static int rank(const json_t *r)
{
	const char *facet = field(r, "auditkit.facet");
	int i = 0;

	while (i < AK_FACETS && !same(facet, ak_facet_order[i]))
		i++;
	return i;
}

/* The attempt of this call that is there already; entries of one request id are one. */
static json_t *attempt_of(json_t *attempts, const json_t *r)
{
	json_t *a;
	size_t i;

	json_array_foreach(attempts, i, a)
		if (field(r, "auditkit.facet") && same(text(a, "source"), text(r, "source")) && same(field(a, "http.request.id"), field(r, "http.request.id")))
			return a;
	return NULL;
}

static enum ak_rc add_attempt(struct why *w, const json_t *r, struct ak_err *err)
{
	json_t *pairs = NULL, *p, *have = attempt_of(w->attempts, r), *copy;
	json_int_t seq = json_integer_value(json_object_get(r, "seq"));
	bool witness = false;
	size_t i;
	enum ak_rc rc = ak_query_witnesses(w->s, seq, &pairs, err);

	json_array_foreach(pairs, i, p)
		witness = witness || json_integer_value(json_object_get(p, "seq")) == seq;
	json_decref(pairs);
	if (rc != AK_OK || witness)
		return rc;
	if (!have) {
		json_array_append_new(w->attempts, json_deep_copy(r));
		return AK_OK;
	}
	copy = json_copy(json_object_get(rank(r) < rank(have) ? r : have, "fields"));
	json_object_update_missing(copy, json_object_get(rank(r) < rank(have) ? have : r, "fields"));
	json_object_set_new(have, "fields", copy);
	return AK_OK;
}

static enum ak_rc sort_out(struct why *w, const json_t *records, struct ak_err *err)
{
	enum ak_rc rc = AK_OK;
	json_t *r;
	size_t i;

	json_array_foreach((json_t *)records, i, r) {
		const char *kind = text(r, "kind");

		if (same(kind, "request") && rc == AK_OK)
			rc = add_attempt(w, r, err);
		else if (same(kind, "dlp_verdict"))
			json_array_append(w->verdicts, r);
		else if (same(kind, "quota_event"))
			json_array_append(w->quotas, r);
		else if (same(kind, "provider_call"))
			json_array_append(w->calls, r);
	}
	w->first = json_array_get(w->attempts, 0);
	w->last = json_array_get(w->attempts, json_array_size(w->attempts) - 1);
	return rc;
}

/* ---- the model ---- */

static bool names(const json_t *row, const char *model)
{
	json_t *e;
	size_t i;

	json_array_foreach(json_object_get(row, "settings"), i, e)
		if (model && text(e, "value") && strstr(text(e, "value"), model))
			return true;
	return false;
}

static bool fell_back(const json_t *r)
{
	const json_t *f = json_object_get(r, "fields");

	return field(r, "auditkit.fallback.from") || json_integer_value(json_object_get(f, "auditkit.attempt.fallbacks")) > 0 ||
	       json_is_true(json_object_get(f, "auditkit.fallback.used"));
}

static void cite_route(json_t *finding, const json_t *row)
{
	json_t *how, *answer;

	if (!row)
		return;
	how = ak_why_set(row);
	answer = json_sprintf("%s Route %s in force: %s [%s].", text(finding, "answer"), text(row, "subject"), json_string_value(how), text(row, "by"));
	json_object_set_new(finding, "answer", answer);
	ak_why_more(finding, text(row, "by"));
	ak_why_more(finding, text(row, "confirmed"));
	json_decref(how);
}

/* The provider's name for a dated version of what was asked: gpt-4.1 and gpt-4.1-2025-04-14. */
static bool dated(const char *asked, const char *served)
{
	size_t n = strlen(asked);

	return strncmp(asked, served, n) == 0 && (served[n] == '-' || served[n] == '@' || served[n] == ':') && ak_is_digit((unsigned char)served[n + 1]);
}

static void why_fallback(struct why *w, const char *asked, const char *served, const json_t *route)
{
	const char *from = field(w->last, "auditkit.fallback.from");
	json_t *f, *r;
	size_t i;

	f = ak_why_find(w, "model",
		 json_sprintf("%s was served for %s: the gateway fell back%s%s to %s [%s].", served, asked, from ? " from " : "", from ? from : "",
			      dash(field(w->last, "gen_ai.provider.name")), cite(w->last)),
		 cite(w->last), "record");
	json_array_foreach(w->attempts, i, r) {
		json_t *answer;

		if (r == w->last || !ak_why_failed_call(r))
			continue;
		answer = json_sprintf("%s Attempt %zu before it failed: %lld %s from %s [%s].", text(f, "answer"), i + 1, (long long)ak_why_status(r),
				      dash(field(r, "error.type")), dash(field(r, "gen_ai.provider.name")), cite(r));
		json_object_set_new(f, "answer", answer);
		ak_why_more(f, cite(r));
	}
	cite_route(f, route);
}

static bool has_fallback(const json_t *row)
{
	json_t *e;
	size_t i;

	json_array_foreach(json_object_get(row, "settings"), i, e)
		if (strstr(text(e, "path"), "fallback") && text(e, "value"))
			return true;
	return false;
}

/* Several systems may have a route of this name: the one that names what served, else the one that has a fallback, else the first. */
static const json_t *route_of(const struct why *w, const char *asked, const char *served)
{
	const json_t *best = NULL;
	json_t *row;
	size_t i;
	int rank = 0;

	json_array_foreach(w->in_force, i, row) {
		int n = !same(text(row, "what"), "route") || !same(text(row, "subject"), asked) || !text(row, "by") ? 0 : names(row, served) ? 3 : has_fallback(row) ? 2 : 1;

		best = n > rank ? row : best;
		rank = n > rank ? n : rank;
	}
	return best;
}

static void why_model(struct why *w)
{
	const char *asked = field(w->first, "gen_ai.request.model"), *served = field(w->last, "gen_ai.response.model");
	const char *group = field(w->last, "auditkit.fallback.from"), *reason = field(w->last, "event.reason");
	const json_t *route;
	json_t *f;

	asked = group ? group : asked;
	if (!asked || !served || same(asked, served) || ak_why_failed_call(w->last))
		return;
	route = route_of(w, asked, served);
	if (fell_back(w->last) || !same(field(w->last, "gen_ai.request.model"), field(w->first, "gen_ai.request.model"))) {
		why_fallback(w, asked, served, route);
	} else if (reason && (ak_why_mentions(reason, "downgrade") || ak_why_mentions(reason, "route") || ak_why_mentions(reason, "fallback") || ak_why_mentions(reason, "budget"))) {
		f = ak_why_find(w, "model", json_sprintf("%s was served for %s: the gateway's record gives the reason %s [%s].", served, asked, reason, cite(w->last)),
			 cite(w->last), "record");
		cite_route(f, route);
	} else if (route && names(route, served)) {
		f = ak_why_find(w, "model", json_sprintf("%s was served for %s because the route says so.", served, asked), text(route, "since") ? text(route, "by") : NULL,
				text(route, "since") ? text(route, "basis") : NULL);
		cite_route(f, route);
		ak_why_more(f, cite(w->last));
	} else if (dated(asked, served)) {
		f = ak_why_find(w, "model", json_sprintf("%s is the dated name of %s: the name alone says so, no record does [%s].", served, asked, cite(w->last)), NULL, "name");
		ak_why_more(f, cite(w->last));
	} else if (route) {
		f = ak_why_find(w, "model", json_sprintf("%s was served for %s [%s]. The route in force does not name it.", served, asked, cite(w->last)), NULL, NULL);
		cite_route(f, route);
		ak_why_more(f, cite(w->last));
	} else {
		f = ak_why_find(w, "model", json_sprintf("%s was served for %s [%s]; no record explains it: no fallback, no routing event and no captured route of %s is here.",
						  served, asked, cite(w->last), asked),
			 NULL, NULL);
		ak_why_more(f, cite(w->last));
	}
}

/* ---- blocked, failed ---- */

static bool stopped_by_filter(const json_t *r)
{
	json_t *e;
	size_t i;

	json_array_foreach(json_object_get(json_object_get(r, "fields"), "gen_ai.response.finish_reasons"), i, e)
		if (ak_why_mentions(json_string_value(e), "content_filter") || ak_why_mentions(json_string_value(e), "refusal"))
			return true;
	return ak_why_mentions(field(r, "error.type"), "contentpolicy") || ak_why_mentions(field(r, "error.type"), "content_filter");
}

static void why_blocked(struct why *w)
{
	json_t *v, *r, *f;
	size_t i, n = 0;

	json_array_foreach(w->verdicts, i, v) {
		const char *version = field(v, "rule.version");

		if (!same(field(v, "auditkit.policy.verdict"), "blocked"))
			continue;
		f = ak_why_find(w, "blocked",
			 json_sprintf("Blocked by rule %s%s%s, of the %s, result %s [%s].", dash(field(v, "rule.name")), version ? " version " : "", version ? version : "",
				      dash(field(v, "auditkit.policy.checked")), dash(field(v, "auditkit.policy.dlp")), cite(v)),
			 cite(v), "record");
		if (w->last)
			ak_why_more(f, cite(w->last));
		n++;
	}
	json_array_foreach(w->attempts, i, r) {
		if (n)
			continue;
		if (same(field(r, "auditkit.policy.verdict"), "blocked"))
			ak_why_find(w, "blocked", json_sprintf("The gateway blocked it, result %s; no verdict record names the rule and its version [%s].",
							dash(field(r, "auditkit.policy.dlp")), cite(r)), cite(r), "record");
		else if (stopped_by_filter(r))
			ak_why_find(w, "blocked", json_sprintf("The content filter of %s stopped it [%s].", dash(field(r, "gen_ai.provider.name")), cite(r)), cite(r), "record");
	}
}

/* Only what the other questions leave open. */
static void why_failed(struct why *w)
{
	const char *error, *reason;
	json_t *f;

	if (!w->last || !ak_why_failed_call(w->last) || json_array_size(w->findings))
		return;
	error = field(w->last, "error.type");
	reason = field(w->last, "event.reason");
	f = ak_why_find(w, "failed",
		 json_sprintf("The last of %zu attempt%s failed with %lld: %s%s%s, provider %s [%s]%s", json_array_size(w->attempts),
			      json_array_size(w->attempts) == 1 ? "" : "s", (long long)ak_why_status(w->last), error ? error : "no error class", reason ? ", reason " : "",
			      reason ? reason : "", dash(field(w->last, "gen_ai.provider.name")), cite(w->last), error || reason ? "." : "; no record explains it."),
		 error || reason ? cite(w->last) : NULL, error || reason ? "record" : NULL);
	ak_why_more(f, cite(w->last));
}

static enum ak_rc read_state(struct why *w, const struct ak_policy *policy, struct ak_err *err)
{
	struct ak_state_subject of;
	const char *at = field(w->first, "event.start");
	json_t *q, *rows = NULL, *row;
	size_t i, k;
	enum ak_rc rc = at ? ak_time_arg(at, 0, &w->at_us, err) : AK_OK;

	if (!at || rc != AK_OK)
		return rc;
	ak_state_of_request(w->first, &of);
	rc = ak_state_at(w->s, policy, w->at_us, &of, &w->in_force, err);
	json_array_foreach(w->quotas, i, q) {
		const char *subject = field(q, "auditkit.resource.id");
		struct ak_state_subject limited = {.source = of.source, .team = subject};

		if (rc != AK_OK || !subject || ak_why_in_force(w, "budget", subject))
			continue;
		rc = ak_state_at(w->s, NULL, w->at_us, &limited, &rows, err);
		json_array_foreach(rows, k, row)
			if (same(text(row, "what"), "budget") && same(text(row, "subject"), subject))
				json_array_append(w->in_force, row);
		json_decref(rows);
		rows = NULL;
	}
	return rc;
}

enum ak_rc ak_state_explain(struct ak_store *s, const struct ak_policy *policy, const char *id, const json_t *records, json_t **out, struct ak_err *err)
{
	struct why w = {.s = s, .attempts = json_array(), .verdicts = json_array(), .quotas = json_array(), .calls = json_array(), .findings = json_array()};
	json_t *lists[] = {w.attempts, w.verdicts, w.quotas, w.calls};
	enum ak_rc rc = sort_out(&w, records, err);

	if (rc == AK_OK && w.first)
		rc = read_state(&w, policy, err);
	if (rc == AK_OK && w.first)
		why_model(&w);
	if (rc == AK_OK)
		rc = ak_why_limited(&w, err);
	if (rc == AK_OK) {
		why_blocked(&w);
		why_failed(&w);
		*out = json_pack("{s:s, s:i, s:s, s:I, s:o, s:o}", "schema", "auditkit.explain/1", "format_version", 1, "id", id, "attempts",
				 (json_int_t)json_array_size(w.attempts), "findings", w.findings, "in_force", w.in_force ? w.in_force : json_array());
	} else {
		json_decref(w.findings);
		json_decref(w.in_force);
	}
	for (size_t i = 0; i < AK_COUNT(lists); i++)
		json_decref(lists[i]);
	return rc;
}
