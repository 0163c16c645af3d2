/* Calls that failed, and calls that were refused for their rate, against the limits of policy.yaml or of the command line. */
#include "base/ak.h"
#include "check/custom.h"

/* The limit: an option, else a member of limits:, as text; NULL when there is none. buf: for counts. */
static const char *limit_of(const struct ak_check_run *r, const char *given, const char *path, struct ak_arena *a)
{
	const json_t *v = r->policy ? ak_policy_get(r->policy, path) : NULL;

	if (given)
		return given;
	if (json_is_integer(v))
		return ak_arena_printf(a, "%lld", (long long)json_integer_value(v)).p;
	return json_is_string(v) && strcmp(json_string_value(v), "unknown") != 0 ? json_string_value(v) : NULL;
}

static struct ak_str outcomes[] = {{"failure", 7}}, untold[] = {{"unknown", 7}}, refused[] = {{"429", 3}};
enum { OUTCOME, STATUS };

static struct ak_custom over_requests(const struct ak_check_run *r)
{
	return (struct ak_custom){.check = *r->rule, .kind = AK_K_REQUEST, .field = {AK_F_OUTCOME, AK_F_STATUS_CODE}, .nfields = 2,
				  .where = {.what = AK_COND_ALL}, .measure = AK_MEASURE_RATIO};
}

static enum ak_rc run_errors(struct ak_check_run *r, struct ak_err *err)
{
	struct ak_cond told = {.what = AK_COND_TEST, .n = 1, .field = OUTCOME, .op = AK_COND_NOT_IN, .value = untold};
	struct ak_custom c = over_requests(r);
	struct ak_arena a;
	enum ak_rc rc = AK_OK;

	ak_arena_init(&a);
	c.limit = limit_of(r, r->opts->max_error_rate, "limits.max_error_rate", &a);
	c.where = told;
	c.of = (struct ak_cond){.what = AK_COND_TEST, .n = 1, .field = OUTCOME, .op = AK_COND_IN, .value = outcomes};
	if (c.limit)
		rc = ak_custom_run(r, &c, err);
	else
		ak_check_unjudged(r, "no limits.max_error_rate is declared in policy.yaml, and no --max-error-rate is given");
	ak_arena_release(&a);
	return rc;
}

static enum ak_rc run_refusals(struct ak_check_run *r, struct ak_err *err)
{
	struct ak_cond failed = {.what = AK_COND_TEST, .n = 1, .field = OUTCOME, .op = AK_COND_IN, .value = outcomes};
	struct ak_cond status = {.what = AK_COND_TEST, .n = 1, .field = STATUS, .op = AK_COND_IN, .number = true, .value = refused};
	struct ak_cond both[] = {failed, status};
	struct ak_custom c = over_requests(r);
	struct ak_arena a;
	enum ak_rc rc = AK_OK;

	ak_arena_init(&a);
	c.limit = limit_of(r, r->opts->max_rate_limited, "limits.max_rate_limited", &a);
	c.of = (struct ak_cond){.what = AK_COND_ALL, .n = 2, .kid = both};
	if (c.limit && !strchr(c.limit, '%')) {
		c.measure = AK_MEASURE_COUNT;
		c.where = c.of;
	}
	if (c.limit)
		rc = ak_custom_run(r, &c, err);
	else
		ak_check_unjudged(r, "no limits.max_rate_limited is declared in policy.yaml, and no --max-rate-limited is given");
	ak_arena_release(&a);
	return rc;
}

const struct ak_check ak_check_error_rate = {
	.name = "error-rate",
	.title = "calls fail no more often than the limit",
	.severity = "medium",
	.unit = "gateway requests that say how they ended",
	.rationale = "a rate of failures beyond the usual one is an outage, or somebody who tries",
	.fix = "'auditkit report errors' names keys, models and kinds of error; limits.max_error_rate of policy.yaml sets what is tolerated",
	.run = run_errors,
	.facts = "limit",
	.sizes = "affected",
};

const struct ak_check ak_check_rate_limited = {
	.name = "rate-limited",
	.title = "calls are refused for their rate no more often than the limit",
	.severity = "low",
	.unit = "gateway requests",
	.rationale = "calls that are refused with status 429 are retried, logged twice and lost",
	.fix = "find the key that calls too often, or raise its limit; limits.max_rate_limited of policy.yaml sets what is tolerated",
	.run = run_refusals,
	.facts = "limit",
	.sizes = "affected",
};
