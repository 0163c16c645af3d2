/* Evidence that a review of a kind needs and nobody has brought (F222). */
#include "base/ak.h"
#include "check/said.h"
#include "check/evidence.h"

#include <stdio.h>

#include "base/jsonget.h"
#include "base/text.h"

static enum ak_rc refuse(const struct ak_check_run *r, const char *name, struct ak_err *err)
{
	const char *names[16] = {NULL}, *near;
	size_t n = 0;

	for (const struct ak_review_profile *p = ak_review_profiles; p->name && n < AK_COUNT(names) - 1; p++)
		names[n++] = p->name;
	near = ak_text_nearest(ak_str_of(name), names);
	ak_hint(err, "profiles are vendor-risk, soc2, iso27001, gdpr, hipaa, pci, internal-audit and incident%s%s%s", near ? "; did you mean '" : "", near ? near : "",
		near ? "'?" : "");
	return ak_fail(err, AK_EXIT_USAGE, "%sthere is no profile '%.60s'", r->opts->profile ? "" : "review.profiles of policy.yaml: ", name);
}

static void judge(struct ak_check_run *r, const struct ak_review_profile *p, const json_t *all)
{
	const char *at = p->classes;
	struct ak_str name;

	while (ak_evidence_next(&at, &name)) {
		const json_t *e = ak_evidence_of(all, name);
		const char *title = ak_jtxt(e, "title", "?");
		bool declared = strcmp(ak_jtxt(e, "basis", ""), "declared") == 0;
		char class[64];

		ak_check_state(r, json_is_true(json_object_get(e, "supplied")) ? "supplied" : "missing");
		if (json_is_true(json_object_get(e, "supplied")))
			continue;
		snprintf(class, sizeof class, "%.*s", (int)name.n, name.p);
		ak_check_found(r, json_pack("{s:s, s:o, s:[], s:s, s:s}", "subject", p->name, "text",
					    json_sprintf("%s: %s (%s) %s", p->title, title, class, declared ? "is not declared in policy.yaml" : "is missing: no source has brought any"),
					    "cites", "profile", p->name, "class", class));
	}
}

static enum ak_rc judge_named(struct ak_check_run *r, const char *name, const json_t *all, struct ak_err *err)
{
	const struct ak_review_profile *p = ak_review_profile_find(name);

	if (!p)
		return refuse(r, name, err);
	judge(r, p, all);
	return AK_OK;
}

static enum ak_rc run(struct ak_check_run *r, struct ak_err *err)
{
	const json_t *declared = ak_policy_said(r->policy, "review.profiles"), *v;
	json_t *all = NULL;
	enum ak_rc rc;
	size_t i;

	if (!r->opts->profile && !declared) {
		ak_check_unjudged(r, "which review it is for is not said: --profile vendor-risk, or review: {profiles: [vendor-risk]} in policy.yaml;"
				     " a packet is judged for the review of its view, vendor-risk unless --view says another");
		return AK_OK;
	}
	if (!declared)
		ak_check_note(r, "judged for the review %s, which a packet's view or --profile asks for; policy.yaml names none (review: {profiles: [...]}), so"
				 " that 'auditkit check' alone says not evaluable", r->opts->profile);
	rc = ak_evidence_read(r->store, r->policy, &all, err);
	if (rc == AK_OK && (r->opts->profile || json_is_string(declared)))
		rc = judge_named(r, r->opts->profile ? r->opts->profile : json_string_value(declared), all, err);
	else if (rc == AK_OK)
		json_array_foreach((json_t *)declared, i, v)
			if (rc == AK_OK)
				rc = judge_named(r, json_string_value(v), all, err);
	json_decref(all);
	return rc;
}

const struct ak_check ak_check_evidence_missing = {
	.name = "evidence-missing",
	.title = "the evidence that the review needs is there",
	.severity = "high",
	.unit = "classes of evidence that the profiles need",
	.rationale = "audit logs that show every change and no cost report leave the reviewer's next question open",
	.fix = "ingest what is missing ('auditkit help collect' says how it is exported), or declare it in policy.yaml",
	.run = run,
	.facts = "class",
};
