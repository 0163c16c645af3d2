/* A key that was used after it was revoked, disabled or expired. */
#include "base/ak.h"
#include "check/check.h"

#include <stdio.h>

#include "chain/chain.h"
#include "base/text.h"
#include "chain/row.h"
#include "query/callkeys.h"

struct seen {
	struct ak_check_run *run;
	uint64_t unknown, unjudged, late;
	/* orders of time that cannot be: a use before the first creation on record, a creation after an earlier one */
	uint64_t early, again;
	char early_key[128], again_key[128], again_cite[128];
};

#define SLACK_US INT64_C(86400000000) /* days of inventories, and clocks */

/* The first event that says a key was made when a record already had it. */
static const char *made_again(const json_t *row)
{
	int64_t created, us;
	json_t *e;
	size_t i;

	if (!ak_chain_us(ak_chain_text(row, "created"), &created))
		return NULL;
	json_array_foreach(json_object_get(row, "events"), i, e)
		if (strcmp(ak_chain_text(e, "what"), "created") == 0 && !json_is_true(json_object_get(e, "failed")) && ak_chain_us(ak_chain_text(e, "time"), &us) &&
		    us - created > SLACK_US)
			return ak_chain_text(e, "cite");
	return NULL;
}

static void look_at_order(struct seen *x, const json_t *row)
{
	const char *key = ak_chain_text(row, "key"), *again = made_again(row);

	if (strcmp(ak_chain_text(row, "verdict"), "used before it was created") == 0 && !x->early++)
		snprintf(x->early_key, sizeof x->early_key, "%s", key);
	if (!again || x->again++)
		return;
	snprintf(x->again_key, sizeof x->again_key, "%s", key);
	snprintf(x->again_cite, sizeof x->again_cite, "%s", again);
}

static void say_order(const struct seen *x)
{
	char early[224] = "";

	if (x->early)
		snprintf(early, sizeof early, "%llu used before the first record of their creation, as %s; ", (unsigned long long)x->early, x->early_key);
	if (x->again)
		ak_check_note(x->run, "chronology: of %llu keys %s%llu have a creation event more than a day after they were there, as %s (%s): ids used again, or records that disagree",
			      (unsigned long long)x->run->of, early, (unsigned long long)x->again, x->again_key, x->again_cite);
	else if (x->early)
		ak_check_note(x->run, "chronology: of %llu keys %.*s", (unsigned long long)x->run->of, (int)strlen(early) - 2, early);
}

static void found(struct seen *x, const json_t *row)
{
	static const char *const shown[] = {"ended", "late", "buckets_late", "buckets_late_count", "bucket_requests_late", "refused_late", "within_grace", "problems"};
	const char *key = ak_chain_text(row, "key"), *why = ak_chain_text(row, "why");
	json_int_t refused = json_integer_value(json_object_get(row, "refused_late"));
	json_t *text = refused ? json_sprintf("key %s: %s; %s more %s refused, which shows that the end held there", key, why ? why : "used after its end",
					      AK_NUM((uint64_t)refused), refused == 1 ? "use was" : "uses were")
			       : json_sprintf("key %s: %s", key, why ? why : "used after its end");
	json_t *f = json_pack("{s:s, s:o, s:O, s:s}", "subject", key, "text", text, "cites", json_object_get(row, "cites"), "state", "used after its end");

	for (size_t i = 0; i < AK_COUNT(shown); i++)
		if (json_object_get(row, shown[i]))
			json_object_set(f, shown[i], json_object_get(row, shown[i]));
	ak_check_found(x->run, f);
	x->late++;
}

static enum ak_rc take(void *ctx, json_t *row, struct ak_err *err)
{
	struct seen *x = ctx;
	const char *verdict = ak_chain_text(row, "verdict");

	(void)err;
	x->unknown += strcmp(verdict, "unknown") == 0;
	if (strcmp(verdict, "unknown") == 0)
		return AK_OK;
	ak_check_state(x->run, strcmp(verdict, "in order") == 0 && json_integer_value(json_object_get(row, "within_grace")) ? "used within the declared grace" : verdict);
	x->unjudged += strcmp(verdict, "not evaluable") == 0;
	look_at_order(x, row);
	if (strcmp(verdict, "used after its end") == 0)
		found(x, row);
	return AK_OK;
}

static enum ak_rc run(struct ak_check_run *r, struct ak_err *err)
{
	struct ak_chain_others others = {0};
	const struct ak_chain_opts o = {r->policy, r->from_us, r->to_us};
	struct ak_callkeys *keys = NULL;
	struct seen x = {.run = r};
	enum ak_rc rc = ak_check_keys(r, &keys, err);

	if (rc == AK_OK)
		rc = ak_chain_known_keys_each(r->store, &o, keys, take, &x, &others, err);
	if (others.n && strcmp(others.verdict, "unknown") == 0) {
		x.unknown += others.n;
	} else if (others.n) {
		ak_check_states(r, others.verdict, others.n);
		x.unjudged += others.n;
	}

	say_order(&x);
	if (x.unjudged)
		ak_check_unjudged(r, "%llu of %llu keys cannot be judged: nothing says whether or since when they ended; ingest the admin audit of keys",
				  (unsigned long long)x.unjudged, (unsigned long long)r->of);
	else if (!r->of)
		ak_check_unjudged(r, "no inventory of keys and no event of keys was ingested, %llu keys are in use", (unsigned long long)x.unknown);
	/* Of a period without a use nothing is known: a revocation was not put to the test. */
	else if (keys && !x.late && !ak_callkeys_used(keys) && (r->from_us != INT64_MIN || r->to_us != INT64_MAX))
		ak_check_unjudged(r, "no request of the period names a key");
	return rc;
}

const struct ak_check ak_check_revoked_key_use = {
	.name = "revoked-key-use",
	.title = "no key was used after it was revoked, disabled or expired",
	.severity = "high",
	.unit = "keys that an inventory or an event of keys names",
	.rationale = "a revocation that does not hold protects nothing; refused uses are counted apart, since there it held",
	.fix = "look at the cited requests, and at how long the gateway keeps keys in its cache; limits.revocation_grace of policy.yaml declares that",
	.run = run,
};
