/* report variance: which days cost unlike the days before, and what made the difference. */
#include "base/ak.h"
#include "cmd/cmd.h"

#include "base/jsonget.h"
#include "cmd/figures_opts.h"
#include "cmd/variance_text.h"
#include "query/query.h"
#include "report/variance.h"

#define DAY_US INT64_C(86400000000)

/* When the newest record of what has amounts is of. */
static enum ak_rc newest(const struct ak_ctx *c, int64_t *us, bool *any, struct ak_err *err)
{
	static const char *const kinds[] = {"request", "usage", "settlement"};
	json_t *spans = NULL, *k;
	struct ak_err ignored = {0};
	size_t i, j;
	enum ak_rc rc = ak_query_spans(c->store, INT64_MIN, INT64_MAX, &spans, err);

	*any = false;
	json_array_foreach(spans, i, k)
		for (j = 0; j < AK_COUNT(kinds); j++) {
			const char *last = ak_jtxt(k, "last", NULL);
			int64_t at;

			if (!last || strcmp(ak_jtxt(k, "kind", ""), kinds[j]) != 0 || ak_time_arg(last, 0, &at, &ignored) != AK_OK)
				continue;
			*us = !*any || at > *us ? at : *us;
			*any = true;
		}
	json_decref(spans);
	return rc;
}

static enum ak_rc read_baseline(const struct ak_ctx *c, struct ak_variance_opts *o, struct ak_err *err)
{
	const char *from = ak_args_text(c->args, "baseline-from"), *to = ak_args_text(c->args, "baseline-to");
	int64_t now = ak_time_now();

	o->base_to_us = o->from_us;
	if (to && ak_time_arg(to, now, &o->base_to_us, err) != AK_OK)
		return AK_FAIL;
	/* The same length before it, in days of the zone. */
	o->base_from_us = ak_variance_before(o->zone, o->base_to_us, ak_variance_length(o->zone, o->from_us, o->to_us));
	if (from && ak_time_arg(from, now, &o->base_from_us, err) != AK_OK)
		return AK_FAIL;
	if (o->base_from_us >= o->base_to_us)
		return ak_fail(err, AK_EXIT_USAGE, "--baseline-from is not before --baseline-to");
	if (o->base_from_us < o->to_us && o->base_to_us > o->from_us) {
		ak_hint(err, "let --baseline-to be --from or before it");
		return ak_fail(err, AK_EXIT_USAGE, "the baseline and the period have days in common");
	}
	return AK_OK;
}

static enum ak_rc read_period(const struct ak_ctx *c, struct ak_variance_opts *o, bool *any, struct ak_err *err)
{
	int64_t last = 0;
	enum ak_rc rc = newest(c, &last, any, err);

	if (rc != AK_OK || !*any)
		return rc;
	if (o->to_us == INT64_MAX)
		o->to_us = ak_variance_day_end(o->zone, last);
	if (o->from_us == INT64_MIN)
		o->from_us = ak_variance_before(o->zone, o->to_us, 7 * DAY_US);
	if (o->from_us >= o->to_us) {
		*any = false;
		return AK_OK;
	}
	return read_baseline(c, o, err);
}

/* 2, 1.5: whole tenths above 1. */
static enum ak_rc read_factor(const struct ak_ctx *c, uint32_t *tenths, struct ak_err *err)
{
	const char *text = ak_args_text(c->args, "factor"), *p = text;
	uint32_t n = 0;

	*tenths = 20;
	if (!text)
		return AK_OK;
	for (; *p >= '0' && *p <= '9' && n < 10000; p++)
		n = n * 10 + (uint32_t)(*p - '0');
	n *= 10;
	if (p > text && p[0] == '.' && p[1] >= '0' && p[1] <= '9') {
		n += (uint32_t)(p[1] - '0');
		p += 2;
	}
	*tenths = n;
	return !*p && n > 10 && n <= 100000 ? AK_OK : ak_fail(err, AK_EXIT_USAGE, "option '--factor' is a number above 1 with at most one decimal, as 1.5 or 3");
}

static enum ak_rc options(const struct ak_ctx *c, struct ak_variance_opts *o, bool *any, struct ak_err *err)
{
	struct ak_report_opts r = {.shape = AK_REPORT_COST};
	enum ak_rc rc = ak_figures_options(c, "key,model,team", &r, err);

	if (rc == AK_OK && !r.nby) {
		static const enum ak_by usual[] = {AK_BY_KEY, AK_BY_MODEL, AK_BY_TEAM};

		memcpy(r.by, usual, sizeof usual);
		r.nby = AK_COUNT(usual);
	}
	for (size_t i = 0; i < r.nby && rc == AK_OK; i++)
		if (r.by[i] == AK_BY_OWNER)
			rc = ak_fail(err, AK_EXIT_USAGE, "option '--by': drivers are not told by owner");
	*o = (struct ak_variance_opts){.from_us = r.from_us, .to_us = r.to_us, .nby = r.nby, .bucket_us = r.bucket_us ? r.bucket_us : DAY_US,
				       .bucket = r.bucket ? r.bucket : "1d", .zone = r.zone, .zone_name = r.zone_name};
	memcpy(o->by, r.by, sizeof o->by);
	if (rc == AK_OK)
		rc = read_factor(c, &o->factor_tenths, err);
	return rc == AK_OK ? read_period(c, o, any, err) : rc;
}

static enum ak_exit run(struct ak_ctx *c, struct ak_err *err)
{
	struct ak_variance_opts o;
	json_t *doc = NULL;
	bool any = false, printed = false;
	int64_t top = ak_args_int(c->args, "top", -1);
	enum ak_rc rc = options(c, &o, &any, err);

	if (rc == AK_OK && top == 0)
		rc = ak_fail(err, AK_EXIT_USAGE, "option '--top' wants a number above 0");
	if (rc == AK_OK && any)
		rc = ak_report_variance(c->store, &o, &doc, err);
	if (rc == AK_OK && doc)
		rc = ak_report_out(c, doc, &printed, err);
	any = any && json_array_size(json_object_get(doc, "rows"));
	if (rc == AK_OK && !printed && any)
		ak_variance_print(c->io, doc, top < 0 ? SIZE_MAX : (size_t)top);
	if (rc == AK_OK && !any)
		rc = ak_cmd_nothing(c, "amount", err);
	json_decref(doc);
	return rc == AK_OK ? AK_EXIT_OK : err->exit;
}

static const struct ak_opt opts[] = {
	{"baseline-from", 0, AK_OPT_TEXT, "TIME", "first moment of the baseline (default: as long before its end as the period is)"},
	{"baseline-to", 0, AK_OPT_TEXT, "TIME", "end of the baseline, not included (default: --from)"},
	{"factor", 0, AK_OPT_TEXT, "F", "unusual from F times what the baseline expects, or so many times less (default 2)"},
	AK_OPTS_FIGURES,
	{NULL, 0, AK_OPT_FLAG, NULL, NULL},
};

static const struct ak_example examples[] = {
	{"auditkit report variance", "the last seven days that have records, against the seven before"},
	{"auditkit report variance --from 2026-06-10 --to 2026-06-12 --factor 1.5", "two days against the two before them"},
	{NULL, NULL},
};

const struct ak_cmd ak_cmd_report_variance = {
	.name = "report variance",
	.summary = "days that cost unlike a baseline, and which keys, models and teams made the difference",
	.text = "Every amount of a bucket (a day, unless --bucket says otherwise) is held against the mean of the buckets of the baseline, per layer\n"
		"of evidence, figure and currency. Buckets of the baseline without records count as nothing spent, from the day on that the\n"
		"layer has its first record. Sums are exact; a mean is rounded six digits behind the last one of the amounts. For each unusual\n"
		"amount the groups of every word of --by are listed with what they contribute: contributions add up to the difference, to the\n"
		"last digit. Without --from and --to: seven days, up to the end of the day of the newest record.\n\n"
		"Where nothing was expected the verdict is `new`; where the baseline is older than every record it is `no baseline`; a bucket that\n"
		"--from or --to cuts is `cut` unless what is in it is high already." AK_TEXT_OUT AK_TEXT_NOTHING,
	.opts = opts,
	.examples = examples,
	.needs = AK_NEED_READ | AK_NEED_POLICY | AK_NEED_LOGGED,
	.run = run,
};
