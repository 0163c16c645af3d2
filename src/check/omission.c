/* Records that there must have been and that are not there. */
#include "base/ak.h"
#include "check/check.h"

#include "base/text.h"
#include "reconcile/omission.h"

static int64_t num(const json_t *o, const char *k) { return json_integer_value(json_object_get(o, k)); }
static const char *txt(const json_t *o, const char *k)
{
	const char *z = json_string_value(json_object_get(o, k));

	return z ? z : "?";
}

static enum ak_rc run(struct ak_check_run *r, struct ak_err *err)
{
	struct ak_reconcile *rec = NULL;
	json_t *doc = NULL, *m;
	bool any = false;
	size_t i;
	enum ak_rc rc = ak_check_reconcile(r, &rec, err);

	if (rc == AK_OK)
		rc = ak_reconcile_completeness(r->store, rec, r->from_us, r->to_us, false, NULL, &doc, err);
	json_array_foreach(json_object_get(doc, "methods"), i, m) {
		const char *source = json_string_value(json_object_get(m, "source"));

		any |= strcmp(txt(m, "state"), "not judged") != 0;
		if (strcmp(txt(m, "state"), "not judged") == 0 && num(m, "found"))
			ak_check_unjudged(r, "%s of %s %s of %s: %s", AK_NUM((uint64_t)num(m, "found")), AK_NUM((uint64_t)num(m, "of")), txt(m, "unit"), txt(m, "source"), txt(m, "text"));
		/* an application may tell of more than calls: that is the business of coverage, and bounds nothing */
		if (strcmp(txt(m, "state"), "found") != 0 || strcmp(txt(m, "method"), "app records") == 0)
			continue;
		json_object_set_new(m, "subject", json_string(source ? source : txt(m, "method")));
		/* `found` counts in the method's own unit */
		json_object_set(m, "affected", json_object_get(m, "at_least"));
		json_object_set_new(m, "text", json_sprintf("%s%s%s: %lld of %lld %s: %s", txt(m, "method"), source ? ", " : "", source ? source : "",
							    (long long)num(m, "found"), (long long)num(m, "of"), txt(m, "unit"), txt(m, "text")));
		ak_check_found(r, json_incref(m));
	}
	if (doc)
		ak_check_of(r, (uint64_t)num(json_object_get(doc, "missing"), "of"));
	/* methods may see the same records, so they are not added */
	r->affected = (uint64_t)num(json_object_get(doc, "missing"), "at_least");
	if (!any)
		ak_check_unjudged(r, "no source has a sequence, and none counts or names the calls of another");
	json_decref(doc);
	return rc;
}

const struct ak_check ak_check_omission = {
	.name = "omission",
	.title = "no record is known to be missing",
	.severity = "high",
	.unit = "records that there must have been, at least",
	.rationale = "a complete-looking export proves nothing about what was left out of it",
	.fix = "export the source again over the named range; 'auditkit report completeness' shows the method of each number",
	.run = run,
	.reconciles = true,
};
