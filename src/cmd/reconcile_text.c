#include "base/ak.h"
#include "cmd/reconcile_text.h"

#include "base/jsonget.h"
#include "base/jsonw.h"

enum { ROWS_SHOWN = 20, FINDINGS_SHOWN = 10 };

static const char *shown(const json_t *o, const char *member, const char *otherwise)
{
	const char *z = ak_jtxt(o, member, NULL);

	return z ? z : otherwise;
}

static void total(struct ak_ctx *c, const json_t *t)
{
	const json_t *classes = json_object_get(t, "classes"), *v;
	const char *measure = ak_jtxt(t, "measure", "?"), *unit = ak_jtxt(t, "currency", NULL), *name;
	struct ak_buf b;
	bool first = true;

	ak_buf_init(&b, 1 << 12);
	json_object_foreach((json_t *)classes, name, v) {
		ak_buf_addf(&b, "%s%s %s", first ? ": " : ", ", name, AK_FIGURE(json_string_value(v)));
		first = false;
	}
	ak_io_line(c->io, "total", "%s%s%s: provider %s, gateway %s, gap %s%s", measure, unit ? " " : "", unit ? unit : "", AK_FIGURE(ak_jtxt(t, "provider_figure", "?")),
		   AK_FIGURE(ak_jtxt(t, "gateway", "?")), AK_FIGURE(ak_jtxt(t, "gap", "?")), b.n ? b.p : "");
	if (ak_jnum(t, "agree_but_rounding"))
		ak_io_line(c->io, "", "%s of %s rows agree, %s more but for rounding; rounding of all rows without signs %s", AK_NUM(ak_jnum(t, "agree")),
			   AK_NUM(ak_jnum(t, "rows")), AK_NUM(ak_jnum(t, "agree_but_rounding")), AK_FIGURE(ak_jtxt(t, "rounding_in_all", "?")));
	else
		ak_io_line(c->io, "", "%s of %s rows agree", AK_NUM(ak_jnum(t, "agree")), AK_NUM(ak_jnum(t, "rows")));
	ak_buf_release(&b);
}

static void one_source(struct ak_ctx *c, const json_t *s)
{
	const json_t *dims = json_object_get(s, "dims"), *zone = json_object_get(s, "time_zone"), *not = json_object_get(s, "not_compared");
	json_t *t;
	size_t i;

	ak_io_line(c->io, "source", "%s, provider %s, buckets of %s s: %s, of which %s outside of the gateways' records", ak_jtxt(s, "source", "?"),
		   shown(s, "provider", "not given"), AK_NUM(ak_jnum(s, "bucket_seconds")), AK_NUM(ak_jnum(s, "buckets")),
		   AK_NUM(ak_jnum(s, "buckets_outside")));
	ak_io_line(c->io, "", "key %s; project %s; model %s", ak_jtxt(dims, "key", "?"), ak_jtxt(dims, "project", "?"), ak_jtxt(dims, "model", "?"));
	ak_io_line(c->io, "", "%s", shown(s, "query", "no query is declared"));
	if (ak_jnum(not, "provider_rows") || ak_jnum(not, "gateway_requests"))
		ak_io_line(c->io, "", "not compared: %s of %s provider rows, %s gateway requests outside of its buckets",
			   AK_NUM(ak_jnum(not, "provider_rows")), AK_NUM(ak_jnum(s, "provider_rows")),
			   AK_NUM(ak_jnum(not, "gateway_requests")));
	json_array_foreach(json_object_get(s, "outside"), i, t)
		if (ak_jnum(t, "value")) {
			ak_io_line(c->io, "", "%s of %s %s lie outside of the gateways' records", AK_NUM(ak_jnum(t, "value")), AK_NUM(ak_jnum(t, "of")),
				   ak_jtxt(t, "measure", "?"));
			break;
		}
	if (json_is_object(zone))
		ak_io_line(c->io, "time zone", "buckets shifted by %lld minutes: gaps of %s become %s",
			   (long long)json_integer_value(json_object_get(zone, "shift_minutes")),
			   AK_NUM(ak_jnum(zone, "gap_before")), AK_NUM(ak_jnum(zone, "gap_after")));
	json_array_foreach(json_object_get(s, "rates"), i, t)
		ak_io_line(c->io, "rate", "%s, %s: %s %s, fits %s of %s bucket%s", shown(t, "model", "all models"), ak_jtxt(t, "currency", "?"), ak_jtxt(t, "kind", "?"),
			   ak_jtxt(t, "value", "?"), AK_NUM(ak_jnum(t, "buckets")), AK_NUM(ak_jnum(t, "of")), ak_jnum(t, "of") == 1 ? "" : "s");
	json_array_foreach(json_object_get(s, "totals"), i, t)
		total(c, t);
}

static void one_bypass(struct ak_ctx *c, const json_t *f)
{
	const json_t *costs = json_object_get(f, "costs"), *v;
	const char *basis = ak_jtxt(f, "basis", "?"), *currency;
	struct ak_buf b;

	ak_buf_init(&b, 1 << 12);
	json_object_foreach((json_t *)costs, currency, v)
		ak_buf_addf(&b, ", %s %s", json_string_value(v), currency);
	ak_io_line(c->io, "BYPASS", "%s: %s%s%s%s, %s requests, %s input and %s output tokens%s, %s bucket%s from %s to %s, first row %s", ak_jtxt(f, "source", "?"),
		   strcmp(basis, "bucket") == 0 ? "more than the gateways have" : "no gateway record explains", ak_jtxt(f, "key", NULL) ? " key " : "",
		   shown(f, "key", ""), strcmp(basis, "project") == 0 ? shown(f, "project", "") : "", AK_FIGURE(shown(f, "requests", "unknown")),
		   AK_FIGURE(shown(f, "input_tokens", "unknown")), AK_FIGURE(shown(f, "output_tokens", "unknown")), b.n ? b.p : "", AK_NUM(ak_jnum(f, "buckets")),
		   ak_jnum(f, "buckets") == 1 ? "" : "s", ak_jtxt(f, "first", "?"), ak_jtxt(f, "last", "?"), json_string_value(json_array_get(json_object_get(f, "cites"), 0)));
	ak_buf_release(&b);
}

/* Calls of one principal and model. */
static void one_call_group(struct ak_ctx *c, const json_t *f, const char *margin)
{
	const char *first = json_string_value(json_array_get(json_object_get(f, "cites"), 0));

	if (ak_jnum(f, "may_be_unnamed"))
		ak_io_line(c->io, margin, "%s: at least %s of %s calls of %s to %s have no gateway record, up to %s: %s failed while %s attempts of the gateways "
			   "failed that name no id, and may be those; first %s", ak_jtxt(f, "source", "?"), AK_NUM(ak_jnum(f, "at_least")),
			   AK_NUM(ak_jnum(f, "of")), shown(f, "principal", "nobody named"), shown(f, "model", "no model"), AK_NUM(ak_jnum(f, "calls")),
			   AK_NUM(ak_jnum(f, "may_be_unnamed")), AK_NUM(ak_jnum(f, "unnamed_attempts")), first);
	else
		ak_io_line(c->io, margin, "%s: %s of %s calls of %s to %s have no gateway record, first %s", ak_jtxt(f, "source", "?"),
			   AK_NUM(ak_jnum(f, "calls")), AK_NUM(ak_jnum(f, "of")), shown(f, "principal", "nobody named"), shown(f, "model", "no model"), first);
}

static void calls_text(struct ak_ctx *c, const json_t *calls)
{
	json_t *f;
	size_t i;

	json_array_foreach(json_object_get(calls, "judged"), i, f)
		if (ak_jnum(f, "may_be_unnamed"))
			ak_io_line(c->io, "calls", "%s: at least %s of %s calls with an identifier have no gateway record, up to %s if the failed ones are none of "
				   "the gateways' failed attempts that name no id", ak_jtxt(f, "source", "?"),
				   AK_NUM(ak_jnum(f, "without") - ak_jnum(f, "may_be_unnamed")), AK_NUM(ak_jnum(f, "named")), AK_NUM(ak_jnum(f, "without")));
		else
			ak_io_line(c->io, "calls", "%s: %s of %s calls with an identifier have no gateway record", ak_jtxt(f, "source", "?"),
				   AK_NUM(ak_jnum(f, "without")), AK_NUM(ak_jnum(f, "named")));
	json_array_foreach(json_object_get(calls, "not_judged"), i, f)
		ak_io_line(c->io, "unclear", "%s: %s calls; %s", ak_jtxt(f, "source", "?"), AK_NUM(ak_jnum(f, "calls")), ak_jtxt(f, "why", "?"));
	json_array_foreach(json_object_get(calls, "findings"), i, f)
		if (i < FINDINGS_SHOWN)
			one_call_group(c, f, "BYPASS");
	json_array_foreach(json_object_get(calls, "undecided"), i, f)
		if (i < FINDINGS_SHOWN)
			one_call_group(c, f, "undecided");
}

/* The figures of each version, where they differ. */
static void one_conflict(struct ak_ctx *c, const json_t *x)
{
	const json_t *list;
	const char *name;
	struct ak_buf b;
	json_t *v;
	size_t i;

	ak_buf_init(&b, 1 << 14);
	json_array_foreach(json_object_get(x, "cites"), i, v)
		ak_buf_addf(&b, "%s%s", i ? ", " : "", json_string_value(v));
	ak_buf_addf(&b, " of %s", ak_jtxt(x, "time", "no time"));
	json_object_foreach(json_object_get(x, "differ"), name, list) {
		ak_buf_addf(&b, "; %s", name);
		json_array_foreach((json_t *)list, i, v)
			ak_buf_addf(&b, "%s%s", i ? " and " : " ", json_is_string(v) ? AK_FIGURE(json_string_value(v)) : "none");
	}
	if (!json_object_size(json_object_get(x, "differ")))
		ak_buf_adds(&b, "; the figures are the same");
	ak_io_line(c->io, "", "%s", b.p);
	ak_buf_release(&b);
}

static void conflicts_text(struct ak_ctx *c, const json_t *conflicts)
{
	json_t *x;
	size_t i;

	if (!ak_jnum(conflicts, "records"))
		return;
	ak_io_line(c->io, "CONFLICT", "%s of %s records are versions of %s, exported again with other content; all count, since nothing says which is right:",
		   AK_NUM(ak_jnum(conflicts, "versions")), AK_NUM(ak_jnum(conflicts, "of")), AK_NUM(ak_jnum(conflicts, "records")));
	json_array_foreach(json_object_get(conflicts, "named"), i, x)
		if (i < FINDINGS_SHOWN)
			one_conflict(c, x);
	if (ak_jnum(conflicts, "records") > FINDINGS_SHOWN)
		ak_io_line(c->io, "", "%d of %s are shown; --json has the first 20", FINDINGS_SHOWN, AK_NUM(ak_jnum(conflicts, "records")));
}

/* One id of the provider on calls that are not one. */
static void several_text(struct ak_ctx *c, uint64_t n, uint64_t requests, const json_t *list)
{
	json_t *x, *v;
	size_t i, k;

	if (!n)
		return;
	ak_io_line(c->io, "CONFLICT", "%s of %s requests have the provider's id of another call, no other identifier of it, and lie more than a day from it; each "
		   "counts, since nothing says which record is wrong:", AK_NUM(n), AK_NUM(requests));
	json_array_foreach(list, i, x) {
		struct ak_buf b;

		if (i >= FINDINGS_SHOWN)
			break;
		ak_buf_init(&b, 1 << 14);
		json_array_foreach(json_object_get(x, "records"), k, v)
			ak_buf_addf(&b, "%s%s of %s", k ? ", " : "", ak_jtxt(v, "cite", "?"), ak_jtxt(v, "time", "no time"));
		ak_io_line(c->io, "", "%s", b.n ? b.p : "?");
		ak_buf_release(&b);
	}
	if (n > FINDINGS_SHOWN)
		ak_io_line(c->io, "", "%d of %s are shown; --json has the first 20", FINDINGS_SHOWN, AK_NUM(n));
}

struct listing {
	struct ak_ctx *c;
	uint64_t shown;
};

static enum ak_rc list_row(void *ctx, struct ak_str text, struct ak_err *err)
{
	AK_CLEANUP(ak_json_decref) json_t *row = NULL;
	struct listing *l = ctx;
	const json_t *classes, *v;
	const char *unit;
	struct ak_buf b;

	if (ak_json_parse(text, &row, err) != AK_OK)
		return AK_FAIL;
	classes = json_object_get(row, "classes");
	unit = ak_jtxt(row, "currency", NULL);
	l->shown++;
	ak_buf_init(&b, 1 << 12);
	for (int k = 0; k < AK_RC_CLASSES; k++)
		if ((v = json_object_get(classes, ak_reconcile_class_name[k])))
			ak_buf_addf(&b, "%s%s %s", b.n ? ", " : "", ak_reconcile_class_name[k], AK_FIGURE(json_string_value(v)));
	ak_io_line(l->c->io, "", "%s %.13s %s %s %s%s%s: provider %s, gateway %s, gap %s: %s", ak_jtxt(row, "row", "?"), ak_jtxt(row, "bucket", "?"),
		   shown(row, "key", "all keys"), shown(row, "model", "all models"), ak_jtxt(row, "measure", "?"), unit ? " " : "", unit ? unit : "",
		   AK_FIGURE(ak_jtxt(row, "provider_figure", "?")), AK_FIGURE(ak_jtxt(row, "gateway", "?")), AK_FIGURE(ak_jtxt(row, "gap", "?")), b.n ? b.p : "none");
	ak_buf_release(&b);
	return AK_OK;
}

enum ak_rc ak_reconcile_print(struct ak_ctx *c, struct ak_reconcile *r, const json_t *summary, const json_t *bypass, const json_t *calls,
			      struct ak_err *err)
{
	const json_t *gateway = json_object_get(summary, "gateway_records");
	struct listing l = {.c = c};
	uint64_t gaps = 0, rounding = 0;
	json_t *x;
	size_t i;
	char n[32];
	enum ak_rc rc;

	if (ak_jnum(gateway, "recorded_twice"))
		ak_io_line(c->io, "twice", "%s requests that another source of gateways recorded too count once",
			   AK_NUM(ak_jnum(gateway, "recorded_twice")));
	if (ak_jnum(gateway, "twice_by_time"))
		ak_io_line(c->io, "", "%s of them share no identifier with the other record, only time, model and tokens, and the providers' counts do not "
			   "speak against it", AK_NUM(ak_jnum(gateway, "twice_by_time")));
	if (ak_jnum(gateway, "apart_by_count"))
		ak_io_line(c->io, "apart", "%s requests have the time, model and tokens of another source's and no identifier in common; each counts, since the "
			   "providers counted them so", AK_NUM(ak_jnum(gateway, "apart_by_count")));
	ak_io_line(c->io, "gateways", "%s requests from %s to %s", ak_thousands(ak_jnum(gateway, "requests"), n), shown(gateway, "first", "-"),
		   shown(gateway, "last", "-"));
	if (!json_array_size(json_object_get(summary, "sources")))
		ak_io_line(c->io, "missing", "no provider usage or cost in this period: 'auditkit help collect' says how to get it");
	json_array_foreach(json_object_get(summary, "sources"), i, x)
		one_source(c, x);
	json_array_foreach(bypass, i, x)
		if (i < FINDINGS_SHOWN)
			one_bypass(c, x);
	if (json_array_size(bypass) > FINDINGS_SHOWN)
		ak_io_line(c->io, "", "and %s more: --json has all", AK_NUM(json_array_size(bypass) - FINDINGS_SHOWN));
	calls_text(c, calls);
	conflicts_text(c, json_object_get(summary, "conflicts"));
	several_text(c, ak_jnum(gateway, "one_id_several_calls"), ak_jnum(gateway, "requests"),
		     json_object_get(summary, "one_id_several_calls"));
	ak_io_line(c->io, "rows", "with a gap: first bypass and unexplained, last rounding alone; each by source and time:");
	rc = ak_reconcile_gaps(r, ROWS_SHOWN, list_row, &l, &gaps, &rounding, err);
	ak_io_line(c->io, "", "%s of %s rows with a gap are shown, %s of all differ by rounding alone; --json has all", AK_NUM(l.shown), AK_NUM(gaps),
		   AK_NUM(rounding));
	return rc;
}

static enum ak_rc list_record(void *ctx, json_t *row, struct ak_err *err)
{
	struct ak_ctx *c = ctx;
	const char *why = ak_jtxt(row, "why", NULL);

	(void)err;
	ak_io_line(c->io, ak_jtxt(row, "side", "?"), "%s %s%s%s", ak_jtxt(row, "cite", "?"), ak_jtxt(row, "value", "?"), why ? ", not counted: " : "", why ? why : "");
	return AK_OK;
}

enum ak_rc ak_reconcile_print_drill(struct ak_ctx *c, struct ak_reconcile *r, const char *row, struct ak_err *err)
{
	return ak_reconcile_drill(r, row, list_record, c, err);
}
