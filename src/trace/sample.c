/* A sample that is safe to show, picked by a rule that anybody can apply again. */
#include "base/ak.h"
#include "trace/trace.h"

#include <stdio.h>

#include "base/crypto.h"
#include "trace/start.h"

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

/* Is it one of the words of the list? Absent counts as one. */
static bool one_of(const json_t *fields, const char *name, const char *const *words)
{
	const char *z = json_string_value(json_object_get(fields, name));

	while (z && *words && strcmp(z, *words) != 0)
		words++;
	return !z || *words;
}

static bool is_safe(const json_t *fields)
{
	static const char *const calm[] = {"allowed", "not_run", NULL}, *const clean[] = {"none", "clean", "pass", "passed", "ok", "allowed", "not_run", NULL},
		*const unseen[] = {"absent", "masked", NULL};

	return one_of(fields, "auditkit.policy.verdict", calm) && one_of(fields, "auditkit.policy.dlp", clean) &&
	       one_of(fields, "auditkit.payload.prompt", unseen) && one_of(fields, "auditkit.payload.completion", unseen);
}

static bool is_whole(const json_t *trace)
{
	json_t *h;
	size_t i;

	json_array_foreach(json_object_get(trace, "hops"), i, h)
		if (json_integer_value(json_object_get(h, "n")) == 6 || json_is_true(json_object_get(h, "finding")) ||
		    !is_safe(json_object_get(h, "fields")))
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
		struct ak_trace_found of = {.seq = best->c[i].seq};

		rc = ak_trace_build(s, &of, o, &trace, err);
		ak_trace_found_release(&of);
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
