#include "base/ak.h"
#include "cmd/cmd.h"

#include <stdlib.h>

#include "base/jsonget.h"
#include "cmd/list_text.h"
#include "cmd/period.h"
#include "cmd/reconcile_text.h"
#include "cmd/report_stream.h"
#include "reconcile/reconcile.h"

/* "1h", "1d", "30m" in microseconds; 0 = none such. */
static int64_t bucket_of(const char *text)
{
	static const struct { char unit; int64_t seconds; } units[] = {{'m', 60}, {'h', 3600}, {'d', 86400}};
	char *end;
	long n = strtol(text, &end, 10);

	for (size_t i = 0; i < AK_COUNT(units); i++)
		if (*end == units[i].unit && !end[1] && n > 0 && n <= 86400 / units[i].seconds * 31)
			return n * units[i].seconds * 1000000;
	return 0;
}

static enum ak_rc put_row(void *ctx, json_t *row, struct ak_err *err) { return ak_stream_row(ctx, row, err); }
static enum ak_rc put_text(void *ctx, struct ak_str row, struct ak_err *err) { return ak_stream_text(ctx, row, err); }

/* The records of one row. */
static enum ak_rc drill(struct ak_ctx *c, struct ak_reconcile *r, const char *row, json_t *doc, struct ak_err *err)
{
	static const struct ak_stream_kind kind = {"records", "row side cite value counted why", NULL};
	struct ak_stream *out = NULL;
	enum ak_rc rc;

	json_object_set_new(doc, "schema", json_string("auditkit.reconcile.drill/1"));
	json_object_set_new(doc, "row", json_string(strspn(row, "0123456789abcdef") == 16 && !row[16] ? row : ""));
	rc = ak_stream_open(c, &kind, doc, &out, err);
	if (rc == AK_OK && ak_stream_wants(out))
		rc = ak_reconcile_drill(r, row, put_row, out, err);
	if (rc == AK_OK)
		rc = ak_stream_end(out, err);
	if (rc == AK_OK && ak_stream_is_table(out)) {
		rc = ak_reconcile_print_drill(c, r, row, err);
		ak_alone_print(c->io, doc);
	}
	ak_stream_free(out);
	return rc;
}

/* Of both sides. */
static json_int_t records_of(const json_t *summary)
{
	json_int_t n = ak_jnum(json_object_get(summary, "gateway_records"), "requests");
	const json_t *s;
	size_t i;

	json_array_foreach(json_object_get(summary, "sources"), i, s)
		n += ak_jnum(s, "provider_rows");
	return n;
}

static enum ak_rc print(struct ak_ctx *c, struct ak_reconcile *r, const json_t *doc, struct ak_err *err)
{
	enum ak_rc rc;

	ak_cmd_period_print(c->io, doc);
	rc = ak_reconcile_print(c, r, doc, json_object_get(doc, "bypass"), json_object_get(doc, "calls"), err);
	ak_alone_print(c->io, doc);
	return rc;
}

/* All of the document but its rows. */
static enum ak_rc head(struct ak_ctx *c, struct ak_reconcile *r, const struct ak_reconcile_opts *o, json_t *doc, struct ak_err *err)
{
	static const char *const members[] = {"gateway_records", "sources", "classes"};
	json_t *summary = ak_reconcile_summary(r), *calls = NULL, *conflicts = NULL, *several = NULL;
	enum ak_rc rc = ak_reconcile_calls(c->store, o->from_us, o->to_us, &calls, err);

	if (rc == AK_OK)
		rc = ak_reconcile_conflicts(c->store, o->from_us, o->to_us, &conflicts, err);
	if (rc == AK_OK)
		rc = ak_reconcile_several(r, &several, err);
	json_object_set_new(conflicts, "of", json_integer(records_of(summary)));
	json_object_set_new(doc, "one_id_several_calls", several ? several : json_null());
	json_object_set_new(doc, "schema", json_string("auditkit.reconcile/1"));
	json_object_set_new(doc, "bypass", ak_reconcile_bypass(r));
	json_object_set_new(doc, "calls", calls ? calls : json_null());
	json_object_set_new(doc, "conflicts", conflicts ? conflicts : json_null());
	for (size_t i = 0; i < AK_COUNT(members); i++)
		json_object_set(doc, members[i], json_object_get(summary, members[i]));
	json_decref(summary);
	return rc;
}

static enum ak_rc report(struct ak_ctx *c, struct ak_reconcile *r, const struct ak_reconcile_opts *o, json_t *doc, struct ak_err *err)
{
#define X(id, name, what, not_proven) " classes." #name
	static const struct ak_stream_kind kind = {
		"rows",
		"row source query bucket bucket_end provider key project model models measure unit currency gateway provider_figure gap" AK_RECONCILE_CLASSES(X) " rate provider_rows gateway_records",
		"bucket"};
#undef X
	struct ak_stream *out = NULL;
	enum ak_rc rc = head(c, r, o, doc, err);

	if (rc == AK_OK)
		rc = ak_stream_open(c, &kind, doc, &out, err);
	if (rc == AK_OK && ak_stream_wants(out))
		rc = ak_reconcile_each(r, put_text, out, err);
	if (rc == AK_OK)
		rc = ak_stream_end(out, err);
	if (rc == AK_OK && ak_stream_is_table(out))
		rc = print(c, r, doc, err);
	ak_stream_free(out);
	if (rc == AK_OK && (!json_array_size(json_object_get(doc, "sources")) || !ak_jnum(json_object_get(doc, "gateway_records"), "requests")))
		rc = ak_cmd_nothing(c, "provider usage beside gateway requests", err);
	return rc;
}

static enum ak_exit run(struct ak_ctx *c, struct ak_err *err)
{
	const char *bucket = ak_args_text(c->args, "bucket"), *row = ak_args_text(c->args, "drill");
	struct ak_reconcile_opts o = {0};
	struct ak_reconcile *r = NULL;
	json_t *doc;
	enum ak_rc rc = ak_cmd_period(c, &o.from_us, &o.to_us, err);

	if (rc == AK_OK && bucket && !(o.bucket_us = bucket_of(bucket)))
		return ak_fail(err, AK_EXIT_USAGE, "option '--bucket' is a number of minutes, hours or days: 30m, 1h, 1d"), err->exit;
	o.control_point = c->policy ? c->policy->control_point : NULL;
	doc = json_pack("{s:i, s:s, s:o, s:o, s:s?}", "format_version", 1, "report", "reconcile", "from", ak_jbound(o.from_us), "to", ak_jbound(o.to_us), "bucket",
			bucket);
	if (rc == AK_OK)
		rc = ak_reconcile_run(c->store, &o, &r, err);
	if (rc == AK_OK)
		rc = row ? drill(c, r, row, doc, err) : report(c, r, &o, doc, err);
	if (r)
		ak_reconcile_free(r);
	json_decref(doc);
	if (rc == AK_END) {
		ak_hint(err, "'auditkit report reconcile --json' names its rows; the options of both calls must be the same");
		return ak_fail(err, AK_EXIT_USAGE, "there is no such row"), err->exit;
	}
	return rc != AK_OK ? err->exit : AK_EXIT_OK;
}

static const struct ak_opt opts[] = {
	AK_OPTS_PERIOD,
	{"bucket", 0, AK_OPT_TEXT, "SIZE", "add finer buckets up to 1h, 1d, ... (default: as the provider has them)"},
	{"drill", 0, AK_OPT_TEXT, "ROW", "the records that a row of this report adds up, gateway's and provider's"},
	AK_OPTS_OUT,
	{NULL, 0, AK_OPT_FLAG, NULL, NULL},
};

static const struct ak_example examples[] = {
	{"auditkit report reconcile", "where provider and gateways differ, and why"},
	{"auditkit report reconcile --bucket 1d --json", "all rows with their classes, for machines"},
	{"auditkit report reconcile -o gaps.csv --force", "the same rows as a table, a column for each class"},
	{NULL, NULL},
};

const struct ak_cmd ak_cmd_report_reconcile = {
	.name = "report reconcile",
	.summary = "gateways against provider usage and cost; every gap split into classes that add up to it",
	.text = "One row for each source of usage, bucket, key, project, model and measure. gap = provider - gateway. Gateway figures are\n"
		"attempts that succeeded and were not answered from the gateway's own cache. Dimensions that a source was not grouped by\n"
		"are added up on the gateway's side; keys that gateways share upstream are compared as one. Currencies are never added.\n"
		"Sums never say anything about one call.\n\n"
		"A call that two gateways recorded counts once. Where their records share no identifier, only time, model and tokens, the\n"
		"providers' counts decide whether it is one call or two, and the report says how many were decided so. A record that was\n"
		"exported again with other content counts with each version, since nothing says which is right: CONFLICT names them. So it\n"
		"does with requests that have one id of the provider in common, no other identifier, and more than a day between them: no\n"
		"clock or time zone makes them one call, each counts, and one of them is wrong.\n\n"
		"Classes, in the order in which they are taken; each takes what its records give, at most what is left:\n\n"
		"credit: rows marked credit or adjustment, or negative. Not proven: that it was due.\n\n"
		"time_zone: a constant shift of the source by half hours that at least halves its gaps, or with which two of three\n"
		"buckets agree to the call and token and the provider has more in the others; taken whole. Not proven: which zone was\n"
		"set.\n\n"
		"bucket_edge: calls that ended in another bucket or began or ended within 5 s of an edge, as far as the other bucket has\n"
		"the opposite gap; calls of a batch that was submitted up to a day before; what is over in a bucket that reaches beyond\n"
		"the gateways' records. Where that leaves requests and tokens of a bucket at odds, whole calls of its edges and of\n"
		"edges next to them are tried (up to 6 of an edge, key and model; of more, sums decide). Not proven: in which bucket one\n"
		"call was counted.\n\n"
		"provisional_bucket: the provider has less in a bucket that was exported before it was final. Not proven: that the\n"
		"rest will come.\n\n"
		"failed_but_billed: calls that failed at the gateway in the bucket, or across its edge, at most as many as there are.\n"
		"retry: retries that a gateway counts without a record of their own. Neither proves that the provider finished the call.\n\n"
		"unpriced_model: the share of the amount that falls to tokens without a cost at the gateway. Not proven: the price.\n\n"
		"cache_rule: cached tokens that one side counts in the input and the other beside it; one amount per cached token that\n"
		"fits nine of ten buckets of a model. Not proven: the contract.\n\n"
		"tier_or_discount: rows of a batch or another tier; one ratio that fits nine of ten buckets of a model. Not proven: that\n"
		"it was agreed.\n\n"
		"rounding: the rest, when it is at most half a unit of the source's last digit for each row, or what the last digits of\n"
		"binary numbers printed in full (0.12345600000000001) can make: 1e-15 of each amount with 16 digits or more, and 1.2e-16 of\n"
		"a provider's row for each call that it adds up. A row whose whole gap is that agrees but for rounding. No sum is rounded.\n\n"
		"bypass: a key or project that no gateway record explains, or more calls in a bucket than the gateways have. Not proven:\n"
		"a direct call, since a gateway record that was left out of an export looks the same ('auditkit report completeness').\n\n"
		"unexplained: what no rule explains.\n\n"
		"Calls that a provider logged one by one are looked for by their identifiers. One that failed may be an attempt whose failure\n"
		"a gateway recorded without the provider's id: where such attempts ran at its time, and other calls of its principal have\n"
		"gateway records, it is counted apart. No link is made, and both bounds are printed: without those calls, and with them."
		AK_TEXT_OUT AK_TEXT_NOTHING,
	.opts = opts,
	.examples = examples,
	.needs = AK_NEED_READ | AK_NEED_POLICY | AK_NEED_LOGGED,
	.run = run,
};
