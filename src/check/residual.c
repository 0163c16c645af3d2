/* Gaps between provider and gateway that no rule explains. */
#include "base/ak.h"
#include "check/check.h"

#include "base/text.h"
#include "reconcile/reconcile.h"

static const char *txt(const json_t *o, const char *k)
{
	const char *z = json_string_value(json_object_get(o, k));

	return z ? z : "?";
}

static int64_t num(const json_t *o, const char *k) { return json_integer_value(json_object_get(o, k)); }

/* limits.max_unexplained of policy.yaml, in millionths; 0 when it says nothing. */
static int64_t limit(const struct ak_policy *p)
{
	const char *text = p ? json_string_value(ak_policy_get(p, "limits.max_unexplained")) : NULL;
	int64_t ppm = text ? ak_policy_ppm(text) : -1;

	return ppm < 0 ? 0 : ppm;
}

static bool same(const json_t *a, const json_t *b, const char *k)
{
	const json_t *x = json_object_get(a, k), *y = json_object_get(b, k);

	return x == y || json_equal(x, y);
}

/* The rows of a total that no rule explains. */
static const json_t *gaps_of(const json_t *gaps, const json_t *s, const json_t *t)
{
	const json_t *g;
	size_t i;

	json_array_foreach((json_t *)gaps, i, g)
		if (same(g, s, "source") && same(g, s, "query") && same(g, s, "provider") && same(g, t, "measure") && same(g, t, "unit") && same(g, t, "currency"))
			return g;
	return NULL;
}

/* "; 7 rows, the largest 5 are of 9 provider rows, all cited" */
static json_t *where(const json_t *g)
{
	size_t named = json_array_size(json_object_get(g, "largest")), cited = json_array_size(json_object_get(g, "cites")), i;
	long long of = 0, rows = (long long)json_integer_value(json_object_get(g, "rows"));
	const json_t *x;

	json_array_foreach(json_object_get(g, "largest"), i, x)
		of += json_integer_value(json_object_get(x, "provider_rows"));
	if (rows > (long long)named)
		return json_sprintf("in %s rows; the %zu largest are of %s provider rows, %s cited", AK_NUM((uint64_t)rows), named, AK_NUM((uint64_t)of),
				    AK_NUM(cited));
	return json_sprintf("in %s rows of %s provider rows, %s cited", AK_NUM((uint64_t)rows), AK_NUM((uint64_t)of), AK_NUM(cited));
}

static void judge(struct ak_check_run *r, const json_t *s, const json_t *t, const json_t *gaps)
{
	int64_t ppm = json_integer_value(json_object_get(t, "unexplained_ppm"));
	const char *unit = json_string_value(json_object_get(t, "currency"));
	const json_t *g = gaps_of(gaps, s, t);
	json_t *in;

	ak_check_of(r, 1);
	if (ppm <= limit(r->policy))
		return;
	in = where(g);
	ak_check_found(r, json_pack("{s:s, s:o, s:O?, s:O?, s:s, s:s, s:o, s:o, s:I}", "subject", txt(s, "source"), "text",
				    json_sprintf("%s: of %s %s%s%s %s are unexplained, rows taken without their signs (%lld.%04lld %%), %s", txt(s, "source"),
						 txt(t, "provider_figure"), unit ? unit : "", unit ? " " : "", txt(t, "measure"), txt(t, "unexplained_in_all"),
						 (long long)(ppm / 10000), (long long)(ppm % 10000), json_string_value(in)),
				    "cites", json_object_get(g, "cites"), "rows", json_object_get(g, "largest"), "source", txt(s, "source"), "measure", txt(t, "measure"), "unexplained",
				    json_incref(json_object_get(t, "unexplained_in_all")), "provider_figure", json_incref(json_object_get(t, "provider_figure")),
				    "unexplained_ppm", (json_int_t)ppm));
	json_decref(in);
}

enum { BYPASS_NAMED = 3 };

/* Traffic past the gateways is a class of its own, so that a gap can be explained and bad all the same. */
static void note_bypass(struct ak_check_run *r, const json_t *summary)
{
	char list[160] = "";
	size_t i, k, n = 0, at = 0;
	json_t *s, *t;

	json_array_foreach(json_object_get(summary, "sources"), i, s)
		json_array_foreach(json_object_get(s, "totals"), k, t) {
			const char *v = json_string_value(json_object_get(json_object_get(t, "classes"), "bypass"));

			if (!v || strcmp(v, "0") == 0)
				continue;
			if (n++ < BYPASS_NAMED && at < sizeof list)
				at += (size_t)snprintf(list + at, sizeof list - at, "%s%s %s of %s", n > 1 ? ", " : "", v,
						       json_string_value(json_object_get(t, "currency")) ? txt(t, "currency") : txt(t, "measure"), txt(s, "source"));
		}
	if (n)
		ak_check_note(r, "what is not explained is judged here; traffic that passed no gateway is explained, by class bypass: %s%s; rule bypass judges it", list,
			      n > BYPASS_NAMED ? " and more" : "");
}

static enum ak_rc run(struct ak_check_run *r, struct ak_err *err)
{
	struct ak_reconcile *rec = NULL;
	json_t *summary, *gaps, *s, *t;
	size_t i, k;
	enum ak_rc rc = ak_check_reconcile(r, &rec, err);

	if (rc != AK_OK)
		return rc;
	summary = ak_reconcile_summary(rec);
	gaps = ak_reconcile_unexplained(rec);
	json_array_foreach(json_object_get(summary, "sources"), i, s)
		json_array_foreach(json_object_get(s, "totals"), k, t)
			judge(r, s, t, gaps);
	note_bypass(r, summary);
	if (num(json_object_get(summary, "gateway_records"), "requests") > 0)
		ak_check_outside(r, summary, NULL);
	if (!r->of)
		ak_check_unjudged(r, "no provider usage or cost lies beside gateway records in this period");
	json_decref(gaps);
	json_decref(summary);
	return AK_OK;
}

const struct ak_check ak_check_residual = {
	.name = "residual",
	.title = "gaps between provider and gateway are explained",
	.severity = "medium",
	.unit = "totals of a source, measure and currency",
	.rationale = "an unexplained gap may be traffic or money that nobody watches",
	.fix = "'auditkit report reconcile' names the rows, --drill their records; limits.max_unexplained of policy.yaml sets what is tolerated",
	.run = run,
	.reconciles = true,
};
