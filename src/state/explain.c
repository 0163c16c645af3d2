/* Why a call ended as it did: what the records of its interaction and the state in force say, and no more. */
#include "base/ak.h"
#include "state/state.h"

#include "base/time.h"
#include "model/field.h"
#include "query/state.h"
#include "state/limit.h"

struct why {
	struct ak_store *s;
	json_t *attempts, *verdicts, *quotas, *calls; /* by kind, in time order */
	json_t *in_force, *findings;
	const json_t *first, *last; /* attempts */
	int64_t at_us;
};

static const char *text(const json_t *o, const char *member) { return json_string_value(json_object_get(o, member)); }
static const char *field(const json_t *r, const char *name) { return text(json_object_get(r, "fields"), name); }
static bool same(const char *a, const char *b) { return a && b && strcmp(a, b) == 0; }
static const char *dash(const char *z) { return z ? z : "-"; }
static const char *cite(const json_t *r) { return text(r, "cite") ? text(r, "cite") : text(r, "citation"); }

static int64_t status_of(const json_t *r)
{
	const json_t *v = json_object_get(json_object_get(r, "fields"), "http.response.status_code");

	return json_is_integer(v) ? json_integer_value(v) : -1;
}

static bool failed(const json_t *r) { return same(field(r, "event.outcome"), "failure") || status_of(r) >= 400; }

/* Letters of a name in any case. */
static bool mentions(const char *z, const char *word)
{
	size_t n = strlen(word);

	for (; z && *z; z++)
		if (strlen(z) >= n && ak_str_eq_fold(ak_str_n(z, n), ak_str_of(word)))
			return true;
	return false;
}

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

/* ---- saying ---- */

/* Takes the answer; cites are added by more(). */
static json_t *find(struct why *w, const char *question, json_t *answer, const char *cause, const char *basis)
{
	json_t *f = json_pack("{s:s, s:o, s:s?, s:s?, s:[]}", "question", question, "answer", answer, "cause", cause, "basis", basis, "cites");

	json_array_append_new(w->findings, f);
	if (cause)
		json_array_append_new(json_object_get(f, "cites"), json_string(cause));
	return f;
}

static void more(json_t *finding, const char *where)
{
	json_t *list = json_object_get(finding, "cites"), *c;
	size_t i;

	if (!where || !*where)
		return;
	json_array_foreach(list, i, c)
		if (same(json_string_value(c), where))
			return;
	json_array_append_new(list, json_string(where));
}

/* "v12, routing.update 2026-06-04T09:15:00Z, CHG-1183 approved" of a row in force. */
static json_t *how_set(const json_t *row)
{
	const char *ticket = text(row, "ticket"), *since = text(row, "since");
	bool event = same(text(row, "basis"), "event");

	return json_sprintf("%s%s%s %s%s%s%s%s", dash(text(row, "version")), text(row, "value") ? ": " : "", text(row, "value") ? text(row, "value") : "",
			    event ? (text(row, "action") ? text(row, "action") : "set") : "as captured", dash(since), event ? ", " : "",
			    event ? (ticket ? ticket : "no ticket") : "", event && text(row, "ticket_state") ? text(row, "ticket_state") : "");
}

static const json_t *in_force(const struct why *w, const char *what, const char *subject)
{
	json_t *row;
	size_t i;

	json_array_foreach(w->in_force, i, row)
		if (same(text(row, "what"), what) && text(row, "by") && (!subject || same(text(row, "subject"), subject)))
			return row;
	return NULL;
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
	how = how_set(row);
	answer = json_sprintf("%s Route %s in force: %s [%s].", text(finding, "answer"), text(row, "subject"), json_string_value(how), text(row, "by"));
	json_object_set_new(finding, "answer", answer);
	more(finding, text(row, "by"));
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

	f = find(w, "model",
		 json_sprintf("%s was served for %s: the gateway fell back%s%s to %s [%s].", served, asked, from ? " from " : "", from ? from : "",
			      dash(field(w->last, "gen_ai.provider.name")), cite(w->last)),
		 cite(w->last), "record");
	json_array_foreach(w->attempts, i, r) {
		json_t *answer;

		if (r == w->last || !failed(r))
			continue;
		answer = json_sprintf("%s Attempt %zu before it failed: %lld %s from %s [%s].", text(f, "answer"), i + 1, (long long)status_of(r),
				      dash(field(r, "error.type")), dash(field(r, "gen_ai.provider.name")), cite(r));
		json_object_set_new(f, "answer", answer);
		more(f, cite(r));
	}
	cite_route(f, route);
}

static void why_model(struct why *w)
{
	const char *asked = field(w->first, "gen_ai.request.model"), *served = field(w->last, "gen_ai.response.model");
	const char *group = field(w->last, "auditkit.fallback.from"), *reason = field(w->last, "event.reason");
	const json_t *route;
	json_t *f;

	asked = group ? group : asked;
	if (!asked || !served || same(asked, served) || failed(w->last))
		return;
	route = in_force(w, "route", asked);
	if (fell_back(w->last) || !same(field(w->last, "gen_ai.request.model"), field(w->first, "gen_ai.request.model"))) {
		why_fallback(w, asked, served, route);
	} else if (reason && (mentions(reason, "downgrade") || mentions(reason, "route") || mentions(reason, "fallback") || mentions(reason, "budget"))) {
		f = find(w, "model", json_sprintf("%s was served for %s: the gateway's record gives the reason %s [%s].", served, asked, reason, cite(w->last)),
			 cite(w->last), "record");
		cite_route(f, route);
	} else if (route && names(route, served)) {
		f = find(w, "model", json_sprintf("%s was served for %s because the route says so.", served, asked), text(route, "by"), text(route, "basis"));
		cite_route(f, route);
		more(f, cite(w->last));
	} else if (dated(asked, served)) {
		f = find(w, "model", json_sprintf("%s is the dated name of %s: the name alone says so, no record does [%s].", served, asked, cite(w->last)), NULL, "name");
		more(f, cite(w->last));
	} else if (route) {
		f = find(w, "model", json_sprintf("%s was served for %s [%s]. The route in force does not name it.", served, asked, cite(w->last)), text(route, "by"),
			 text(route, "basis"));
		cite_route(f, route);
		more(f, cite(w->last));
	} else {
		f = find(w, "model", json_sprintf("%s was served for %s [%s]; no record explains it: no fallback, no routing event and no captured route of %s is here.",
						  served, asked, cite(w->last), asked),
			 NULL, NULL);
		more(f, cite(w->last));
	}
}

/* ---- limits ---- */

/* The provider's own record of an attempt. */
static const json_t *call_of(const struct why *w, const json_t *attempt)
{
	const char *id = field(attempt, "auditkit.provider.request_id"), *response = field(attempt, "gen_ai.response.id");
	json_t *c;
	size_t i;

	json_array_foreach(w->calls, i, c)
		if (same(id, field(c, "auditkit.provider.request_id")) || same(response, field(c, "gen_ai.response.id")))
			return c;
	return NULL;
}

/* The limit that stood behind a refusal: of the quota event's own subject, else the first of the request's. */
static const json_t *limit_row(const struct why *w, const char *subject)
{
	const json_t *row = subject ? in_force(w, "budget", subject) : NULL;

	return row ? row : subject ? NULL : in_force(w, "budget", NULL);
}

static enum ak_rc cite_limit(struct why *w, json_t *f, const json_t *row, struct ak_err *err)
{
	json_t *how, *sums = NULL, *s;
	struct ak_buf b;
	size_t i;
	enum ak_rc rc;

	if (!row)
		return AK_OK;
	how = how_set(row);
	ak_buf_init(&b, 1u << 22);
	ak_buf_addf(&b, "%s Limit of %s in force: %s [%s].", text(f, "answer"), text(row, "subject"), json_string_value(how), text(row, "by"));
	rc = ak_limit_sums(w->s, row, w->at_us, &sums, err);
	json_array_foreach(sums, i, s)
		ak_buf_addf(&b, " Used of %s %s in %s up to then: %s.", dash(text(s, "limit")), dash(text(s, "unit")), dash(text(s, "window")), dash(text(s, "used")));
	if (json_array_size(sums))
		json_object_set(f, "sums", sums);
	json_object_set_new(f, "answer", json_string(b.p));
	more(f, text(row, "by"));
	more(f, text(row, "version_by"));
	ak_buf_release(&b);
	json_decref(sums);
	json_decref(how);
	return rc;
}

static bool is_money(const char *unit)
{
	return unit && (mentions(unit, "usd") || mentions(unit, "eur") || mentions(unit, "cost") || mentions(unit, "spend") || strlen(unit) == 3);
}

static enum ak_rc why_quota(struct why *w, const json_t *q, struct ak_err *err)
{
	const char *decision = field(q, "auditkit.quota.decision"), *subject = field(q, "auditkit.resource.id");
	const char *question = is_money(field(q, "auditkit.quota.unit")) || same(decision, "overage") ? "over budget" : "throttled";
	const json_t *row;
	json_t *f;

	if (!decision || same(decision, "allowed") || same(decision, "warned"))
		return AK_OK;
	row = limit_row(w, subject);
	f = find(w, question,
		 json_sprintf("The gateway's own limit: %s, %s of %s %s in %s of %s %s, policy version %s [%s].", decision, dash(field(q, "auditkit.quota.used")),
			      dash(field(q, "auditkit.quota.limit")), dash(field(q, "auditkit.quota.unit")), dash(field(q, "auditkit.quota.window")),
			      dash(field(q, "auditkit.quota.scope")), dash(subject), dash(field(q, "auditkit.budget.policy_version")), cite(q)),
		 row ? text(row, "by") : cite(q), row ? text(row, "basis") : "record");
	more(f, cite(q));
	more(f, w->last ? cite(w->last) : NULL);
	return cite_limit(w, f, row, err);
}

/* A refusal without a quota event: where it came from. */
static enum ak_rc why_429(struct why *w, const json_t *r, const char *question, struct ak_err *err)
{
	const json_t *call = call_of(w, r), *row = limit_row(w, NULL);
	const char *id = field(r, "auditkit.provider.request_id"), *provider = dash(field(r, "gen_ai.provider.name")), *error = dash(field(r, "error.type"));
	bool gateway = mentions(error, "budget") || mentions(error, "quota_exceeded") || mentions(error, "proxyrate");
	json_t *f;

	if (call || (id && !gateway)) {
		f = find(w, question,
			 json_sprintf("The provider's own limit: %s refused with %lld (%s) and gave the request id %s [%s].", provider, (long long)status_of(r), error,
				      dash(id ? id : field(call, "auditkit.provider.request_id")), call ? cite(call) : cite(r)),
			 call ? cite(call) : cite(r), "record");
		more(f, cite(r));
		return AK_OK;
	}
	if (row) {
		f = find(w, question,
			 json_sprintf("Refused with %lld (%s) [%s]; nothing shows that a provider was reached, no quota event names the call.", (long long)status_of(r), error,
				      cite(r)),
			 text(row, "by"), text(row, "basis"));
		more(f, cite(r));
		return cite_limit(w, f, row, err);
	}
	f = find(w, question,
		 json_sprintf("Refused with %lld (%s) [%s]; no record explains it: no quota event names the call, no provider request id came back, and no limit of its key, "
			      "team or project is known.",
			      (long long)status_of(r), error, cite(r)),
		 NULL, NULL);
	more(f, cite(r));
	return AK_OK;
}

static bool is_throttled(const json_t *r)
{
	const char *error = field(r, "error.type");

	return status_of(r) == 429 || (failed(r) && (mentions(error, "ratelimit") || mentions(error, "rate_limit") || mentions(error, "throttl")));
}

static bool is_over_budget(const json_t *r)
{
	const char *error = field(r, "error.type");

	return failed(r) && (status_of(r) == 402 || mentions(error, "budget") || mentions(error, "insufficient_quota") || mentions(error, "credit"));
}

static enum ak_rc why_limited(struct why *w, struct ak_err *err)
{
	enum ak_rc rc = AK_OK;
	json_t *q, *r;
	size_t i, before = json_array_size(w->findings);

	json_array_foreach(w->quotas, i, q)
		if (rc == AK_OK)
			rc = why_quota(w, q, err);
	json_array_foreach(w->attempts, i, r) {
		bool reached = call_of(w, r) || field(r, "auditkit.provider.request_id");

		if (rc != AK_OK || (!is_throttled(r) && !is_over_budget(r)) || (json_array_size(w->findings) > before && !reached))
			continue;
		rc = why_429(w, r, is_over_budget(r) ? "over budget" : "throttled", err);
	}
	return rc;
}

/* ---- blocked, failed ---- */

static bool stopped_by_filter(const json_t *r)
{
	json_t *e;
	size_t i;

	json_array_foreach(json_object_get(json_object_get(r, "fields"), "gen_ai.response.finish_reasons"), i, e)
		if (mentions(json_string_value(e), "content_filter") || mentions(json_string_value(e), "refusal"))
			return true;
	return mentions(field(r, "error.type"), "contentpolicy") || mentions(field(r, "error.type"), "content_filter");
}

static void why_blocked(struct why *w)
{
	json_t *v, *r, *f;
	size_t i, n = 0;

	json_array_foreach(w->verdicts, i, v) {
		const char *version = field(v, "rule.version");

		if (!same(field(v, "auditkit.policy.verdict"), "blocked"))
			continue;
		f = find(w, "blocked",
			 json_sprintf("Blocked by rule %s%s%s, of the %s, result %s [%s].", dash(field(v, "rule.name")), version ? " version " : "", version ? version : "",
				      dash(field(v, "auditkit.policy.checked")), dash(field(v, "auditkit.policy.dlp")), cite(v)),
			 cite(v), "record");
		if (w->last)
			more(f, cite(w->last));
		n++;
	}
	json_array_foreach(w->attempts, i, r) {
		if (n)
			continue;
		if (same(field(r, "auditkit.policy.verdict"), "blocked"))
			find(w, "blocked", json_sprintf("The gateway blocked it, result %s; no verdict record names the rule and its version [%s].",
							dash(field(r, "auditkit.policy.dlp")), cite(r)), cite(r), "record");
		else if (stopped_by_filter(r))
			find(w, "blocked", json_sprintf("The content filter of %s stopped it [%s].", dash(field(r, "gen_ai.provider.name")), cite(r)), cite(r), "record");
	}
}

/* Only what the other questions leave open. */
static void why_failed(struct why *w)
{
	const char *error, *reason;
	json_t *f;

	if (!w->last || !failed(w->last) || json_array_size(w->findings))
		return;
	error = field(w->last, "error.type");
	reason = field(w->last, "event.reason");
	f = find(w, "failed",
		 json_sprintf("The last of %zu attempt%s failed with %lld: %s%s%s, provider %s [%s]%s", json_array_size(w->attempts),
			      json_array_size(w->attempts) == 1 ? "" : "s", (long long)status_of(w->last), error ? error : "no error class", reason ? ", reason " : "",
			      reason ? reason : "", dash(field(w->last, "gen_ai.provider.name")), cite(w->last), error || reason ? "." : "; no record explains it."),
		 error || reason ? cite(w->last) : NULL, error || reason ? "record" : NULL);
	more(f, cite(w->last));
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

		if (rc != AK_OK || !subject || in_force(w, "budget", subject))
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
		rc = why_limited(&w, err);
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
