/* Provider traffic that no gateway recorded. */
#include "base/ak.h"
#include "check/check.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/buf.h"
#include "base/jsonget.h"
#include "base/text.h"
#include "reconcile/reconcile.h"

/* What the source gives of it: counts, and each amount in its own currency. */
static void measures(const json_t *f, struct ak_buf *b)
{
	static const char *const counts[][2] = {{"requests", "requests"}, {"input_tokens", "input tokens"}, {"output_tokens", "output tokens"}};
	const char *currency;
	json_t *amount;

	for (size_t i = 0; i < AK_COUNT(counts); i++)
		if (ak_jtxt(f, counts[i][0], NULL))
			ak_buf_addf(b, "%s%s %s", b->n ? ", " : "", AK_FIGURE(ak_jtxt(f, counts[i][0], "")), counts[i][1]);
	json_object_foreach(json_object_get(f, "costs"), currency, amount)
		ak_buf_addf(b, "%s%s %s", b->n ? ", " : "", json_string_value(amount), *currency ? currency : "without a currency");
}

static void finding(struct ak_check_run *r, json_t *f)
{
	const char *basis = ak_jtxt(f, "basis", "?"), *key = ak_jtxt(f, "key", NULL), *subject = key ? key : ak_jtxt(f, "project", "keys that gateways share");
	char project[200] = "";
	struct ak_buf b;

	ak_buf_init(&b, 1 << 16);
	measures(f, &b);
	if (key && ak_jtxt(f, "project", NULL) && strcmp(basis, "bucket") == 0)
		snprintf(project, sizeof project, ", project %s,", ak_jtxt(f, "project", ""));
	json_object_set_new(f, "subject", json_string(subject));
	json_object_set_new(f, "affected", json_integer(strtoll(ak_jtxt(f, "requests", "0"), NULL, 10)));
	json_object_set_new(f, "text", json_sprintf("%s: %.*s of %s%s in %s bucket%s from %s to %s, %s", ak_jtxt(f, "source", "?"), (int)b.n, b.n ? b.p : "", subject, project,
						    AK_NUM(ak_jnum(f, "buckets")), ak_jnum(f, "buckets") == 1 ? "" : "s", ak_jtxt(f, "first", "?"), ak_jtxt(f, "last", "?"),
						    strcmp(basis, "bucket") == 0 ? "beyond what the gateways recorded" : "which no gateway record explains"));
	ak_check_found(r, json_incref(f));
	ak_buf_release(&b);
}

/* Failed calls that may be attempts whose failure a gateway recorded without an id. They are in no finding, and never out of sight. */
static void may_be(struct ak_check_run *r, const json_t *doc)
{
	static const char *const lists[] = {"findings", "undecided"};
	uint64_t calls = 0;
	json_t *f;
	size_t i;
	char text[300];

	for (size_t k = 0; k < AK_COUNT(lists); k++)
		json_array_foreach(json_object_get(doc, lists[k]), i, f)
			calls += ak_jnum(f, "may_be_unnamed");
	if (!calls)
		return;
	snprintf(text, sizeof text, "at least %s of %s, up to %s if %s failed calls that providers logged are none of the gateways' own: attempts of gateways "
		 "failed at their time and name no id of the provider ('auditkit report reconcile' has both counts)", AK_NUM(r->affected), AK_NUM(r->of),
		 AK_NUM(r->affected + calls), AK_NUM(calls));
	ak_check_note(r, "%s", text);
	ak_check_unjudged(r, "%s", text);
}

static enum ak_rc calls(struct ak_check_run *r, bool *any, struct ak_err *err)
{
	json_t *doc = NULL, *f;
	size_t i;
	enum ak_rc rc = ak_reconcile_calls(r->store, r->from_us, r->to_us, &doc, err);

	json_array_foreach(json_object_get(doc, "judged"), i, f) {
		*any = true;
		ak_check_of(r, ak_jnum(f, "named"));
	}
	json_array_foreach(json_object_get(doc, "findings"), i, f) {
		json_object_set_new(f, "subject", json_string(ak_jtxt(f, "principal", "nobody named")));
		json_object_set_new(f, "affected", json_integer((json_int_t)ak_jnum(f, "at_least")));
		json_object_set_new(f, "text", json_sprintf("%s%lld of %lld calls of %s that %s logged have no gateway record", ak_jnum(f, "may_be_unnamed") ? "at least " : "",
							    (long long)ak_jnum(f, "at_least"), (long long)ak_jnum(f, "of"), ak_jtxt(f, "principal", "nobody named"),
							    ak_jtxt(f, "source", "?")));
		ak_check_found(r, json_incref(f));
	}
	may_be(r, doc);
	json_decref(doc);
	return rc;
}

static enum ak_rc usage(struct ak_check_run *r, bool *any, struct ak_err *err)
{
	struct ak_reconcile *rec = NULL;
	json_t *list, *summary, *s;
	size_t i;
	enum ak_rc rc = ak_check_reconcile(r, &rec, err);

	if (rc != AK_OK)
		return rc;
	summary = ak_reconcile_summary(rec);
	list = ak_reconcile_bypass(rec);
	*any |= json_array_size(json_object_get(summary, "sources")) && ak_jnum(json_object_get(summary, "gateway_records"), "requests") > 0;
	ak_check_of(r, ak_jnum(json_object_get(summary, "counted"), "requests"));
	if (*any) {
		ak_check_outside(r, summary, "requests");
		ak_check_outside(r, summary, "input_tokens");
	}
	json_array_foreach(list, i, s)
		finding(r, s);
	json_decref(list);
	json_decref(summary);
	return AK_OK;
}

static enum ak_rc run(struct ak_check_run *r, struct ak_err *err)
{
	bool any = false;
	enum ak_rc rc = usage(r, &any, err);

	if (rc == AK_OK)
		rc = calls(r, &any, err);
	if (rc == AK_OK && !any)
		ak_check_unjudged(r, "no provider usage or provider log meets gateway records in this period; 'auditkit help collect' says how to get them");
	else if (rc == AK_OK && !r->of)
		ak_check_unjudged(r, "the provider usage of this period gives amounts and no number of requests; export usage beside costs");
	return rc;
}

const struct ak_check ak_check_bypass = {
	.name = "bypass",
	.title = "all provider traffic passed a gateway",
	.severity = "high",
	.unit = "requests that providers counted or logged",
	.rationale = "what does not pass the control point is not logged, limited or redacted by it",
	.fix = "ask who holds the key and revoke it or route it through the gateway; 'auditkit report reconcile' shows the buckets and records",
	.run = run,
	.reconciles = true,
};
