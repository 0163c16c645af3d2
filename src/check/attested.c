/* What people attested on a day: reviews by hand (F363), and that an archive cannot be changed (F362). Neither is a record; both are
 * declared, dated, and go stale. */
#include "base/ak.h"
#include "check/attested.h"

#include "check/check.h"
#include "check/said.h"

#include "base/jsonget.h"
#include "base/text.h"

enum { ATTESTATION_DAYS = 92, PROOF_DAYS = 365 };

static int64_t as_of(const struct ak_check_run *r) { return r->to_us < r->opts->now_us ? r->to_us : r->opts->now_us; }

static void find(struct ak_check_run *r, const char *subject, json_t *text, const char *state)
{
	ak_check_found(r, json_pack("{s:s, s:o, s:[], s:s, s:s}", "subject", subject, "text", text, "cites", "state", state, "source", "policy.yaml"));
}

int64_t ak_attested_days(const struct ak_policy *p) { return ak_policy_said_days(p, "limits.attestation_age", ATTESTATION_DAYS); }

enum ak_attested ak_attested(const json_t *attestation, int64_t as_of_us, int64_t most, int64_t *days)
{
	*days = 0;
	if (!ak_policy_said_age(json_string_value(ak_policy_said_in(attestation, "on")), as_of_us, days))
		return AK_ATTESTED_NO_DAY;
	if (!ak_policy_said_in(attestation, "by"))
		return AK_ATTESTED_NOBODY;
	return *days > most ? AK_ATTESTED_OVERDUE : *days < 0 ? AK_ATTESTED_LATER : AK_ATTESTED_IN_TIME;
}

const char *ak_attested_name(enum ak_attested s)
{
	static const char *const names[AK_ATTESTED_STATES] = {"in time", "overdue", "without a day", "by nobody", "in the future"};

	return names[s];
}

static void judge_attestation(struct ak_check_run *r, const json_t *a, int64_t most)
{
	const char *what = ak_jtxt(a, "what", "an attestation"), *on = json_string_value(ak_policy_said_in(a, "on"));
	const char *by = json_string_value(ak_policy_said_in(a, "by"));
	int64_t days;
	enum ak_attested state = ak_attested(a, as_of(r), most, &days);

	/* What was attested behind the end of the period is not in the future for that. */
	if (state == AK_ATTESTED_LATER)
		state = ak_attested(a, r->opts->now_us, most, &days);
	ak_check_state(r, ak_attested_name(state));
	if (state == AK_ATTESTED_NO_DAY)
		find(r, what, json_sprintf("'%s' was attested on no day", what), "no day");
	else if (state == AK_ATTESTED_NOBODY)
		find(r, what, json_sprintf("'%s' was attested on %s by nobody", what, on), "nobody");
	else if (state == AK_ATTESTED_OVERDUE)
		find(r, what, json_sprintf("'%s' was attested %lld days ago, on %s by %s; at most %lld days are allowed", what, (long long)days, on, by, (long long)most),
		     "overdue");
	else if (state == AK_ATTESTED_LATER)
		find(r, what, json_sprintf("'%s' is attested on %s, which has not been yet", what, on), "future");
}

static enum ak_rc run_attestations(struct ak_check_run *r, struct ak_err *err)
{
	const json_t *list = ak_policy_said(r->policy, "access.attestations"), *approvers = ak_policy_said(r->policy, "access.export_approvers"), *a;
	int64_t most = ak_attested_days(r->policy);
	size_t i;

	(void)err;
	json_array_foreach((json_t *)list, i, a)
		judge_attestation(r, a, most);
	/* An empty list of approvers says that nobody may: that is an answer. */
	if (list && !approvers) {
		ak_check_state(r, "approvers of extracts not declared");
		find(r, "access.export_approvers", json_string("policy.yaml does not say who may approve access to extracts of logs"), "no approvers");
	}
	if (!r->of)
		ak_check_unjudged(r, "policy.yaml declares no access.attestations: [{what: dashboard roles, on: 2026-06-16, by: sec-ops}]");
	return AK_OK;
}

/* ---- archives ---- */

static void judge_archive(struct ak_check_run *r, const char *kind, const json_t *class, int64_t most)
{
	const char *archive = json_string_value(ak_policy_said_in(class, "archive"));
	const json_t *proof = ak_policy_said_in(class, "archive_proof");
	const char *lock = json_string_value(ak_policy_said_in(proof, "lock")), *on = json_string_value(ak_policy_said_in(proof, "on"));
	int64_t days;

	if (!archive)
		return;
	if (!proof || !lock || strcmp(lock, "none") == 0) {
		ak_check_state(r, "declared, not proven");
		find(r, kind, json_sprintf("the archive of %s records is declared, not proven: nothing says that what is in it cannot be changed", kind), "not proven");
	} else if (!ak_policy_said_age(on, as_of(r), &days)) {
		ak_check_state(r, "proof without a day");
		find(r, kind, json_sprintf("the proof of the archive of %s records (%s) has no day", kind, lock), "no day");
	} else if (days > most) {
		ak_check_state(r, "proof is old");
		find(r, kind, json_sprintf("the proof of the archive of %s records (%s) is of %s, %lld days ago; at most %lld are allowed", kind, lock, on,
					   (long long)days, (long long)most), "old");
	} else {
		ak_check_state(r, "recorded as locked");
	}
}

static enum ak_rc run_archives(struct ak_check_run *r, struct ak_err *err)
{
	const json_t *classes = ak_policy_said(r->policy, "retention");
	int64_t most = ak_policy_said_days(r->policy, "limits.archive_proof_age", PROOF_DAYS);
	const char *kind;
	json_t *class;

	(void)err;
	json_object_foreach((json_t *)classes, kind, class)
		judge_archive(r, kind, class, most);
	if (!r->of)
		ak_check_unjudged(r, "policy.yaml declares no archive under retention:");
	return AK_OK;
}

const struct ak_check ak_check_attestation_overdue = {
	.name = "attestation-overdue",
	.title = "what is reviewed by hand was reviewed lately, by somebody",
	.severity = "medium",
	.unit = "attestations of policy.yaml",
	.rationale = "who may approve extracts, and what a person looked at, is true on the day on which somebody says so",
	.fix = "look again and write the day under access.attestations; limits.attestation_age of policy.yaml sets the days, 92d when it does not",
	.run = run_attestations,
	.facts = "state",
};

const struct ak_check ak_check_archive_unproven = {
	.name = "archive-unproven",
	.title = "archives are recorded as locked against change",
	.severity = "low",
	.unit = "archives that policy.yaml declares",
	.rationale = "logs that can be written over in their archive prove nothing later",
	.fix = "read the lock of the bucket (object lock or WORM) and write archive_proof: {lock, on, by, evidence} beside the archive in policy.yaml",
	.run = run_archives,
	.facts = "state",
};
