/* Sources of which nobody has chosen how long their records are kept (F223). */
#include "base/ak.h"
#include "check/said.h"
#include "check/piles.h"

#include <stdio.h>

#include "base/jsonget.h"
#include "base/text.h"
#include "query/query.h"

/* Kinds that are logs; lists such as an inventory have no age of their own. */
static const enum ak_kind logs[] = {AK_K_REQUEST, AK_K_APP, AK_K_AUDIT, AK_K_USAGE, AK_K_CALL, AK_K_VERDICT, AK_K_QUOTA};

static bool is_log(const char *kind)
{
	for (size_t i = 0; i < AK_COUNT(logs); i++)
		if (strcmp(kind, ak_kinds[logs[i]].name) == 0)
			return true;
	return false;
}

/* "chosen", "kept forever, with a reason", or NULL: nobody has said it. */
static const char *choice(const struct ak_policy *p, const char *kind)
{
	char path[64];
	const char *keep;

	snprintf(path, sizeof path, "retention.%s.keep", kind);
	keep = ak_policy_said_text(p, path, NULL);
	return !keep ? NULL : strcmp(keep, "forever") == 0 ? "kept forever, with a reason" : "chosen";
}

static void judge(struct ak_check_run *r, const json_t *row)
{
	const char *kind = ak_jtxt(row, "kind", ""), *source = ak_jtxt(row, "source", "?"), *chosen = choice(r->policy, kind);
	json_int_t records = (json_int_t)ak_jnum(row, "records");

	if (!is_log(kind) || !records)
		return;
	ak_check_state(r, chosen ? chosen : "not chosen");
	if (!chosen)
		ak_check_found(r, json_pack("{s:s, s:o, s:[], s:s, s:I}", "subject", source, "text",
					    json_sprintf("%s: %s records of the kind %s, and policy.yaml gives no retention.%s.keep", source, AK_NUM((uint64_t)records), kind, kind),
					    "cites", "kind", kind, "records", records));
}

static enum ak_rc run(struct ak_check_run *r, struct ak_err *err)
{
	json_t *rows = NULL, *row;
	size_t i;
	enum ak_rc rc;

	if (!r->policy) {
		ak_check_unjudged(r, "there is no policy.yaml that could say how long logs are kept; 'auditkit init' writes one");
		return AK_OK;
	}
	rc = ak_query_supply(r->store, &rows, err);
	json_array_foreach(rows, i, row)
		judge(r, row);
	if (rc == AK_OK && !r->of)
		ak_check_unjudged(r, "no source has brought a log");
	json_decref(rows);
	return rc;
}

const struct ak_check ak_check_retention_not_chosen = {
	.name = "retention-not-chosen",
	.title = "somebody chose how long each log is kept",
	.severity = "medium",
	.unit = "sources of logs, by kind of record",
	.rationale = "logs that nobody decided about are kept forever",
	.fix = "declare retention.KIND: {keep, why, delete} in policy.yaml; forever needs its reason",
	.run = run,
	.facts = "kind",
};
