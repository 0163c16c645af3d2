/* Retention by absence: records that a newer export shows no more although their class still holds them. */
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
	json_t *d = json_object_get(e, "early");
	int64_t missing = num(d, "missing");

	if (!json_is_object(json_object_get(d, "window")))
		return;
	ak_check_of(r, (uint64_t)num(d, "known"));
	if (missing)
		ak_check_found(r, json_pack("{s:s, s:o, s:[], s:O, s:I}", "subject", txt(e, "source"), "text",
					    json_sprintf("%s: the export of %s shows at least %lld fewer records from %s to %s than the %lld that earlier ones had, "
							 "inside of what its class keeps",
							 txt(e, "source"), txt(e, "exported_at"), (long long)missing, txt(json_object_get(d, "window"), "from"),
							 txt(json_object_get(d, "window"), "to"), (long long)num(d, "known")),
					    "cites", "retention", e, "affected", (json_int_t)missing));
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
		ak_check_unjudged(r, "%s%s%s", e ? txt(e, "source") : "", e ? ": " : "",
				  e ? txt(e, "why") : "no source has an older and a newer export over the same time");
	json_decref(doc);
	return rc;
}

const struct ak_check ak_check_retention_early = {
	.name = "retention-early",
	.title = "records are kept as long as their class says",
	.severity = "medium",
	.unit = "records of older exports that a newer one covers",
	.rationale = "evidence that is deleted before its date cannot be reviewed",
	.fix = "compare the deletion job with the class of policy.yaml, or say what the newer export was limited to with --query",
	.run = run,
};
