/* Which limit refused a call, and who set it. */
#include "base/ak.h"
#include "state/why.h"

#include <stdlib.h>

#include "query/query.h"
#include "state/limit.h"

#define OURS "gateway" /* a refusal that no provider made (formats/litellm-*.yaml) */

static const char *text(const json_t *o, const char *member) { return json_string_value(json_object_get(o, member)); }
static const char *field(const json_t *r, const char *name) { return text(json_object_get(r, "fields"), name); }
static bool same(const char *a, const char *b) { return a && b && strcmp(a, b) == 0; }
static const char *dash(const char *z) { return z ? z : "-"; }
static const char *cite(const json_t *r) { return text(r, "cite") ? text(r, "cite") : text(r, "citation"); }

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
	const json_t *row = subject ? ak_why_in_force(w, "budget", subject) : NULL;

	return row ? row : subject ? NULL : ak_why_in_force(w, "budget", NULL);
}

static enum ak_rc cite_limit(struct why *w, json_t *f, const json_t *row, struct ak_err *err)
{
	json_t *how, *sums = NULL, *s;
	struct ak_buf b;
	size_t i;
	enum ak_rc rc;

	if (!row)
		return AK_OK;
	how = ak_why_set(row);
	ak_buf_init(&b, 1u << 22);
	ak_buf_addf(&b, "%s Limit of %s in force: %s [%s].", text(f, "answer"), text(row, "subject"), json_string_value(how), text(row, "by"));
	rc = ak_limit_sums(w->s, row, w->at_us, &sums, err);
	json_array_foreach(sums, i, s)
		ak_buf_addf(&b, " Used of %s %s %s%s up to then: %s.", dash(text(s, "limit")), dash(text(s, "currency") ? text(s, "currency") : text(s, "unit")),
			    text(s, "window") ? "in " : "since ", dash(text(s, text(s, "window") ? "window" : "from")), dash(text(s, "used")));
	if (json_array_size(sums))
		json_object_set(f, "sums", sums);
	json_object_set_new(f, "answer", json_string(b.p));
	ak_why_more(f, text(row, "by"));
	ak_why_more(f, text(row, "version_by"));
	ak_buf_release(&b);
	json_decref(sums);
	json_decref(how);
	return rc;
}

static bool is_money(const char *unit)
{
	return unit && (ak_why_mentions(unit, "usd") || ak_why_mentions(unit, "eur") || ak_why_mentions(unit, "cost") || ak_why_mentions(unit, "spend") || strlen(unit) == 3);
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
	f = ak_why_find(w, question,
		 json_sprintf("The gateway's own limit: %s, %s of %s %s in %s of %s %s, policy version %s [%s].", decision, dash(field(q, "auditkit.quota.used")),
			      dash(field(q, "auditkit.quota.limit")), dash(field(q, "auditkit.quota.unit")), dash(field(q, "auditkit.quota.window")),
			      dash(field(q, "auditkit.quota.scope")), dash(subject), dash(field(q, "auditkit.budget.policy_version")), cite(q)),
		 row ? text(row, "by") : cite(q), row ? text(row, "basis") : "record");
	ak_why_more(f, cite(q));
	ak_why_more(f, w->last ? cite(w->last) : NULL);
	return cite_limit(w, f, row, err);
}

/* Is one of these limits used up, or nearly: a gateway that reserves what a call may need refuses before the last of it. */
static bool reached(const json_t *sums)
{
	json_t *s;
	size_t i;

	json_array_foreach((json_t *)sums, i, s)
	{
		const char *used = text(s, "used"), *limit = text(s, "limit");
		char number[32];

		if (!used && json_is_integer(json_object_get(s, "used"))) {
			snprintf(number, sizeof number, "%lld", (long long)json_integer_value(json_object_get(s, "used")));
			used = number;
		}
		if (used && limit && strtod(used, NULL) >= 0.9 * strtod(limit, NULL))
			return true;
	}
	return false;
}

/* The first limit of the request's that was reached; one whose use is not known where there is none (*known false); NULL: all are known, and far. */
static enum ak_rc reached_row(struct why *w, const json_t **out, bool *known, struct ak_err *err)
{
	const json_t *unknown = NULL;
	enum ak_rc rc = AK_OK;
	json_t *row;
	size_t i;

	*out = NULL;
	*known = true;
	json_array_foreach(w->in_force, i, row)
	{
		json_t *sums = NULL;

		if (rc != AK_OK || *out || !same(text(row, "what"), "budget") || !text(row, "by"))
			continue;
		rc = ak_limit_sums(w->s, row, w->at_us, &sums, err);
		if (rc == AK_OK && reached(sums))
			*out = row;
		else if (rc == AK_OK && !json_array_size(sums) && !unknown)
			unknown = row;
		json_decref(sums);
	}
	if (!*out && unknown) {
		*out = unknown;
		*known = false;
	}
	return rc;
}

/* The provider's own log or request id says that it was reached, or the gateway says that the provider refused. */
static bool by_provider(const struct why *w, const json_t *r)
{
	const char *error = dash(field(r, "error.type"));
	bool gateway = ak_why_mentions(error, "budget") || ak_why_mentions(error, "quota_exceeded") || ak_why_mentions(error, "proxyrate");

	return call_of(w, r) ||
	       (!gateway && (field(r, "auditkit.provider.request_id") || ak_limit_of_provider(field(r, "event.reason"), field(r, "gen_ai.provider.name"))));
}

static void provider_limit(struct why *w, const json_t *r, const char *question)
{
	const json_t *call = call_of(w, r);
	const char *id = field(r, "auditkit.provider.request_id"), *provider = field(r, "gen_ai.provider.name");
	const char *name = dash(provider ? provider : field(r, "event.reason")), *error = dash(field(r, "error.type"));
	long long status = (long long)ak_why_status(r);
	json_t *f;

	id = id ? id : field(call, "auditkit.provider.request_id");
	f = ak_why_find(w, question,
			id ? json_sprintf("The provider's own limit: %s refused with %lld (%s) and gave the request id %s [%s].", name, status, error, id,
					  call ? cite(call) : cite(r))
			   : json_sprintf("The provider's own limit: the gateway's record names %s as the one that refused, with %lld (%s) [%s].", name, status, error, call ? cite(call) : cite(r)),
			call ? cite(call) : cite(r), "record");
	ak_why_more(f, cite(r));
}

/* A refusal without a quota event: where it came from. Only a limit that was used up, or nearly, is a cause. */
static enum ak_rc why_429(struct why *w, const json_t *r, const char *question, struct ak_err *err)
{
	const json_t *row = NULL;
	const char *error = dash(field(r, "error.type"));
	long long status = (long long)ak_why_status(r);
	bool ours = same(field(r, "event.reason"), OURS), known = true;
	enum ak_rc rc;
	json_t *f;

	if (by_provider(w, r)) {
		provider_limit(w, r, question);
		return AK_OK;
	}
	rc = reached_row(w, &row, &known, err);
	if (rc != AK_OK)
		return rc;
	if (row && known) {
		f = ak_why_find(w, question,
				json_sprintf("Refused with %lld (%s) [%s]; %s, no quota event names the call.", status, error, cite(r),
					     ours ? "the gateway's record names no provider as the one that refused" : "nothing shows that a provider was reached"),
				text(row, "by"), text(row, "basis"));
		ak_why_more(f, cite(r));
		return cite_limit(w, f, row, err);
	}
	f = ak_why_find(w, question,
			json_sprintf("Refused with %lld (%s) [%s]; %s: no quota event names the call, %s, and %s.", status, error, cite(r),
				     ours ? "the gateway refused it itself, under a limit that is in no record" : "no record explains it",
				     ours ? "its record names no provider as the one that refused" : "no provider request id came back",
				     row		    ? "how much was used of the limit in force is not known"
				     : limit_row(w, NULL) ? "no limit of its key, team or project is near to being used up"
							    : "no limit of its key, team or project is known"),
			NULL, NULL);
	ak_why_more(f, cite(r));
	return row ? cite_limit(w, f, row, err) : AK_OK;
}

static bool is_throttled(const json_t *r)
{
	const char *error = field(r, "error.type");

	return ak_why_status(r) == 429 || (ak_why_failed_call(r) && (ak_why_mentions(error, "ratelimit") || ak_why_mentions(error, "rate_limit") || ak_why_mentions(error, "throttl")));
}

static bool is_over_budget(const json_t *r)
{
	const char *error = field(r, "error.type");

	return ak_why_failed_call(r) && (ak_why_status(r) == 402 || ak_why_mentions(error, "budget") || ak_why_mentions(error, "insufficient_quota") || ak_why_mentions(error, "credit"));
}

enum ak_rc ak_why_limited(struct why *w, struct ak_err *err)
{
	enum ak_rc rc = AK_OK;
	json_t *q, *r;
	size_t i, before = json_array_size(w->findings);

	json_array_foreach(w->quotas, i, q)
		if (rc == AK_OK)
			rc = why_quota(w, q, err);
	json_array_foreach(w->attempts, i, r) {
		bool reached = by_provider(w, r);

		if (rc != AK_OK || (!is_throttled(r) && !is_over_budget(r)) || (json_array_size(w->findings) > before && !reached))
			continue;
		rc = why_429(w, r, is_over_budget(r) ? "over budget" : "throttled", err);
	}
	return rc;
}

