/* Sources of which nobody has chosen how long their records are kept (F223). */
#include "base/ak.h"
#include "check/check.h"
#include "check/said.h"

#include <stdio.h>

#include "base/jsonget.h"
#include "base/text.h"
#include "model/field.h"
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

/* One finding of a kind, whatever the number of its sources: one line of policy.yaml answers it. rows come by kind. */
static void judge(struct ak_check_run *r, const json_t *rows, size_t from, size_t to)
{
	const char *kind = ak_jtxt(json_array_get(rows, from), "kind", ""), *chosen = choice(r->policy, kind);
	json_t *sources = json_array();
	uint64_t records = 0;
	struct ak_buf text;

	ak_buf_init(&text, 1 << 16);
	for (size_t i = from; i < to; i++) {
		const json_t *row = json_array_get(rows, i);

		ak_check_state(r, chosen ? chosen : "not chosen");
		ak_buf_addf(&text, "%s%s of %s", i > from ? ", " : "", AK_NUM(ak_jnum(row, "records")), ak_jtxt(row, "source", "?"));
		json_array_append(sources, json_object_get(row, "source"));
		records += ak_jnum(row, "records");
	}
	if (!chosen)
		ak_check_found(r, json_pack("{s:s, s:o, s:[], s:s, s:I, s:o, s:I}", "subject", kind, "text",
					    json_sprintf("policy.yaml gives no retention.%s.keep: %s records, %s", kind, AK_NUM(records), text.p), "cites", "kind", kind,
					    "records", (json_int_t)records, "in", json_incref(sources), "affected", (json_int_t)(to - from)));
	json_decref(sources);
	ak_buf_release(&text);
}

static enum ak_rc run(struct ak_check_run *r, struct ak_err *err)
{
	json_t *rows = NULL;
	enum ak_rc rc;

	if (!r->policy) {
		ak_check_unjudged(r, "there is no policy.yaml that could say how long logs are kept; 'auditkit init' writes one");
		return AK_OK;
	}
	rc = ak_query_supply(r->store, &rows, err);
	for (size_t i = 0, to; i < json_array_size(rows); i = to) {
		const char *kind = ak_jtxt(json_array_get(rows, i), "kind", "");

		for (to = i; to < json_array_size(rows) && strcmp(ak_jtxt(json_array_get(rows, to), "kind", ""), kind) == 0;)
			to++;
		if (is_log(kind))
			judge(r, rows, i, to);
	}
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
