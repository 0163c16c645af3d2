/* Fields of exports that no dictionary explains (F237), and fields that are kept against the rule without a purpose. */
#include "base/ak.h"
#include "check/said.h"
#include "check/check.h"

#include "base/jsonget.h"
#include "base/text.h"
#include "query/query.h"

/* documented: {SOURCE: {PATH: purpose}}; `*` for every source. */
static bool is_documented(const struct ak_policy *p, const char *source, const char *path)
{
	const json_t *all = ak_policy_said(p, "documented");

	return ak_policy_said_in(json_object_get(all, source), path) || ak_policy_said_in(json_object_get(all, "*"), path);
}

static void judge(struct ak_check_run *r, const json_t *source, const json_t *field)
{
	const char *name = ak_jtxt(source, "name", "?"), *path = ak_jtxt(field, "path", "?");
	uint64_t n = ak_jnum(field, "n");
	struct ak_buf subject;

	ak_check_state(r, is_documented(r->policy, name, path) ? "documented in policy.yaml" : "undocumented");
	if (is_documented(r->policy, name, path))
		return;
	ak_buf_init(&subject, 1 << 16);
	ak_buf_addf(&subject, "%s %s", name, path);
	ak_check_found(r, json_pack("{s:s, s:o, s:[], s:s, s:s, s:I}", "subject", subject.p, "text",
				    json_sprintf("%s: field %s (%s, in %s of %s records) is in no dictionary", name, path, ak_jtxt(field, "type", "?"), AK_NUM(n),
						 AK_NUM(ak_jnum(source, "records_in"))),
				    "cites", "source", name, "path", path, "records", (json_int_t)n));
	ak_buf_release(&subject);
}

/* fields: NAME: {keep: true} without a why. */
static void judge_kept(struct ak_check_run *r)
{
	const json_t *all = ak_policy_said(r->policy, "fields");
	const char *name;
	json_t *f;

	json_object_foreach((json_t *)all, name, f) {
		const char *action = ak_jtxt(f, "action", NULL);

		if (!json_is_true(json_object_get(f, "keep")) && !(action && strcmp(action, "keep") == 0))
			continue;
		ak_check_state(r, ak_policy_said_in(f, "why") ? "kept, with a purpose" : "kept without a purpose");
		if (!ak_policy_said_in(f, "why"))
			ak_check_found(r, json_pack("{s:s, s:o, s:[], s:s, s:s}", "subject", name, "text",
						    json_sprintf("policy.yaml keeps %s as it is and does not say what for", name), "cites", "source", "policy.yaml", "path",
						    name));
	}
}

static enum ak_rc run(struct ak_check_run *r, struct ak_err *err)
{
	json_t *list = NULL, *s, *f;
	uint64_t records = 0;
	size_t i, k;
	enum ak_rc rc = ak_query_sources(r->store, 0, &list, err);

	json_array_foreach(list, i, s) {
		records += ak_jnum(s, "records_in");
		json_array_foreach(json_object_get(s, "unknown_fields"), k, f)
			judge(r, s, f);
	}
	if (rc == AK_OK)
		judge_kept(r);
	if (rc == AK_OK && !records)
		ak_check_unjudged(r, "no source was read");
	json_decref(list);
	return rc;
}

const struct ak_check ak_check_undocumented_fields = {
	.name = "undocumented-fields",
	.title = "every field of the exports is in a dictionary and has a purpose",
	.severity = "low",
	.unit = "fields that the formats do not know, or that the policy keeps",
	.rationale = "a field that nobody can explain is data that nobody decided to collect",
	.fix = "say what it is for under documented: {SOURCE: {PATH: purpose}} in policy.yaml, map it in a format of your own, or have the source leave it out",
	.run = run,
	.facts = "source path",
};
