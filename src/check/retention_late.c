/* Retention by absence: records that a newer export still shows although their class is over. */
#include "base/ak.h"
#include "check/check.h"

#include "reconcile/retention.h"

static int64_t num(const json_t *o, const char *k) { return json_integer_value(json_object_get(o, k)); }
static const char *txt(const json_t *o, const char *k)
{
	const char *z = json_string_value(json_object_get(o, k));

	return z ? z : "?";
}

static void judge(struct ak_check_run *r, json_t *e)
{
	json_t *d = json_object_get(e, "late");
	int64_t n = num(d, "at_least");

	if (!json_is_string(json_object_get(e, "cutoff")))
		return;
	ak_check_of(r, (uint64_t)num(e, "shown"));
	if (n)
		ak_check_found(r, json_pack("{s:s, s:o, s:O, s:O, s:I}", "subject", txt(e, "source"), "text",
					    json_sprintf("%s: the export of %s still shows at least %lld records from before %s, when their class ended",
							 txt(e, "source"), txt(e, "exported_at"), (long long)n, txt(e, "cutoff")),
					    "cites", json_object_get(d, "cites"), "retention", e, "affected", (json_int_t)n));
}

static enum ak_rc run(struct ak_check_run *r, struct ak_err *err)
{
	json_t *doc = NULL, *e;
	size_t i;
	enum ak_rc rc = ak_reconcile_retention(r->store, r->policy, &doc, err);

	json_array_foreach(json_object_get(doc, "judged"), i, e)
		judge(r, e);
	e = json_array_get(json_object_get(doc, "not_judged"), 0);
	if (!r->of)
		ak_check_unjudged(r, "%s%s%s", e ? txt(e, "source") : "", e ? ": " : "", e ? txt(e, "why") : "no class ends: nothing has a date of deletion");
	json_decref(doc);
	return rc;
}

const struct ak_check ak_check_retention_late = {
	.name = "retention-late",
	.title = "records are deleted when their class ends",
	.severity = "medium",
	.unit = "records that exports with a known time show",
	.rationale = "what should be gone and is still there is a promise that was not kept",
	.fix = "run the deletion of the source, or declare the class that it really has",
	.run = run,
};
