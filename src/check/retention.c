/* Retention by absence: what a newer export shows no more although its class still holds it, and what it still shows although its class is
 * over. One body; a side says what it counts. */
#include "base/ak.h"
#include "check/check.h"

#include "base/jsonget.h"
#include "reconcile/retention.h"

struct side {
	json_t *(*denominator)(const json_t *e); /* an integer, NULL where this export cannot be judged */
	const char *member, *count;		 /* of the finding: judged[].MEMBER.COUNT */
	json_t *(*sentence)(const json_t *e, const json_t *d, long long n);
	const char *otherwise; /* why nothing is judged, where no source says why */
};

static json_t *known(const json_t *e)
{
	const json_t *d = json_object_get(e, "early");

	return json_is_object(json_object_get(d, "window")) ? json_object_get(d, "known") : NULL;
}

static json_t *gone(const json_t *e, const json_t *d, long long n)
{
	const json_t *window = json_object_get(d, "window");

	return json_sprintf("%s: the export of %s shows at least %lld fewer records from %s to %s than the %lld that earlier ones had, inside of what its "
			    "class keeps", ak_jtxt(e, "source", "?"), ak_jtxt(e, "exported_at", "?"), n, ak_jtxt(window, "from", "?"), ak_jtxt(window, "to", "?"), (long long)ak_jnum(d, "known"));
}

static json_t *shown(const json_t *e) { return json_is_string(json_object_get(e, "cutoff")) ? json_object_get(e, "shown") : NULL; }

static json_t *still_there(const json_t *e, const json_t *d, long long n)
{
	(void)d;
	return json_sprintf("%s: the export of %s still shows at least %lld records from before %s, when their class ended", ak_jtxt(e, "source", "?"),
			    ak_jtxt(e, "exported_at", "?"), n, ak_jtxt(e, "cutoff", "?"));
}

static const struct side early = {known, "early", "missing", gone, "no source has an older and a newer export over the same time"};
static const struct side late = {shown, "late", "at_least", still_there, "no class ends: nothing has a date of deletion"};

static void judge(struct ak_check_run *r, const struct side *s, json_t *e)
{
	const json_t *d = json_object_get(e, s->member), *of = s->denominator(e);
	json_t *cites = json_object_get(d, "cites");
	long long n = (long long)ak_jnum(d, s->count);

	if (!of)
		return;
	ak_check_of(r, (uint64_t)json_integer_value(of));
	if (n)
		ak_check_found(r, json_pack("{s:s, s:o, s:o, s:O, s:I}", "subject", ak_jtxt(e, "source", "?"), "text", s->sentence(e, d, n), "cites",
					    cites ? json_incref(cites) : json_array(), "retention", e, "affected", (json_int_t)n));
}

static enum ak_rc both(struct ak_check_run *r, const struct side *s, struct ak_err *err)
{
	json_t *doc = NULL, *e;
	size_t i;
	enum ak_rc rc = ak_reconcile_retention(r->store, r->policy, &doc, err);

	json_array_foreach(json_object_get(doc, "judged"), i, e)
		judge(r, s, e);
	e = json_array_get(json_object_get(doc, "not_judged"), 0);
	if (!r->of)
		ak_check_unjudged(r, "%s%s%s", e ? ak_jtxt(e, "source", "?") : "", e ? ": " : "", e ? ak_jtxt(e, "why", "?") : s->otherwise);
	json_decref(doc);
	return rc;
}

static enum ak_rc run_early(struct ak_check_run *r, struct ak_err *err) { return both(r, &early, err); }
static enum ak_rc run_late(struct ak_check_run *r, struct ak_err *err) { return both(r, &late, err); }

const struct ak_check ak_check_retention_early = {
	.name = "retention-early",
	.title = "records are kept as long as their class says",
	.severity = "medium",
	.unit = "records of older exports that a newer one covers",
	.rationale = "evidence that is deleted before its date cannot be reviewed",
	.fix = "compare the deletion job with the class of policy.yaml, or say what the newer export was limited to with --query",
	.run = run_early,
};

const struct ak_check ak_check_retention_late = {
	.name = "retention-late",
	.title = "records are deleted when their class ends",
	.severity = "medium",
	.unit = "records that exports with a known time show",
	.rationale = "what should be gone and is still there is a promise that was not kept",
	.fix = "run the deletion of the source, or declare the class that it really has",
	.run = run_late,
};
