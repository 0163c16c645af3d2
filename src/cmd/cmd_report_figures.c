/* report usage, cost, errors and cache: the same question of several layers, with other figures. */
#include "base/ak.h"
#include "cmd/cmd.h"

#include <stdlib.h>

#include "base/time.h"
#include "cmd/figures_text.h"
#include "cmd/period.h"
#include "report/report.h"

/* 15m, 1h, 1d: minutes that divide a day. */
static enum ak_rc read_bucket(const char *text, int64_t *us, struct ak_err *err)
{
	static const struct {
		char unit;
		int64_t minutes;
	} units[] = {{'m', 1}, {'h', 60}, {'d', 1440}};
	char *end;
	long n = strtol(text, &end, 10);

	for (size_t i = 0; i < AK_COUNT(units); i++) {
		int64_t minutes = n > 0 && n <= 1440 ? n * units[i].minutes : 0;

		if (end != text && end[0] == units[i].unit && !end[1] && minutes && minutes <= 1440 && 1440 % minutes == 0) {
			*us = minutes * 60 * INT64_C(1000000);
			return AK_OK;
		}
	}
	ak_hint(err, "write 1m, 15m, 1h, 6h or 1d: what divides a day");
	return ak_fail(err, AK_EXIT_USAGE, "option '--bucket': '%.40s' is no bucket", text);
}

static enum ak_rc read_by(const char *text, struct ak_report_opts *o, struct ak_err *err)
{
	for (const char *p = text; *p; p += *p == ',') {
		struct ak_str word = ak_str_n(p, strcspn(p, ","));
		int by = ak_report_by_find(word);

		p += word.n;
		if (by < 0) {
			ak_hint(err, "'auditkit help report usage' lists them");
			return ak_fail(err, AK_EXIT_USAGE, "option '--by': records are not grouped by '%.*s'", (int)(word.n < 40 ? word.n : 40), word.p);
		}
		if (o->nby == AK_COUNT(o->by))
			return ak_fail(err, AK_EXIT_USAGE, "option '--by': at most %zu words", AK_COUNT(o->by));
		for (size_t i = 0; i < o->nby; i++)
			if (o->by[i] == (enum ak_by)by)
				return ak_fail(err, AK_EXIT_USAGE, "option '--by': '%s' twice", ak_report_by_name(o->by[i]));
		o->by[o->nby++] = (enum ak_by)by;
	}
	return AK_OK;
}

static enum ak_rc read_zone(const struct ak_ctx *c, struct ak_report_opts *o, struct ak_err *err)
{
	o->zone_name = ak_args_text(c->args, "zone");
	if (!o->zone_name || strcmp(o->zone_name, "UTC") == 0)
		return AK_OK;
	o->zone = ak_zone_find(o->zone_name);
	if (o->zone)
		return AK_OK;
	ak_hint(err, "names are those of the time zone database, such as Europe/Berlin");
	return ak_fail(err, AK_EXIT_USAGE, "option '--zone': there is no time zone '%.60s' here", o->zone_name);
}

static enum ak_rc read_options(const struct ak_ctx *c, const char *otherwise, struct ak_report_opts *o, struct ak_err *err)
{
	const char *by = ak_args_text(c->args, "by");
	enum ak_rc rc = ak_cmd_period(c, &o->from_us, &o->to_us, err);

	o->bucket = ak_args_text(c->args, "bucket");
	if (rc == AK_OK)
		rc = read_by(by ? by : o->bucket ? "" : otherwise, o, err);
	if (rc == AK_OK && o->bucket)
		rc = read_bucket(o->bucket, &o->bucket_us, err);
	return rc == AK_OK ? read_zone(c, o, err) : rc;
}

static enum ak_exit nothing(const struct ak_ctx *c, struct ak_err *err)
{
	ak_cmd_nothing(c, "attempt, usage row or settlement", err);
	return err->exit;
}

static enum ak_exit report(struct ak_ctx *c, enum ak_report_shape shape, const char *otherwise, struct ak_err *err)
{
	struct ak_report_opts o = {.shape = shape};
	int64_t top = ak_args_int(c->args, "top", -1);
	json_t *doc = NULL;
	enum ak_rc rc = read_options(c, otherwise, &o, err);
	enum ak_exit code = AK_EXIT_OK;

	if (rc == AK_OK && top == 0)
		rc = ak_fail(err, AK_EXIT_USAGE, "option '--top' wants a number above 0");
	if (rc == AK_OK)
		rc = ak_report(c->store, &o, &doc, err);
	if (rc == AK_OK && !json_array_size(json_object_get(doc, "layers")))
		code = nothing(c, err);
	if (rc == AK_OK && c->json)
		rc = ak_io_json(c->io, doc, err);
	else if (rc == AK_OK)
		ak_figures_print(c->io, doc, shape, top < 0 ? SIZE_MAX : (size_t)top);
	json_decref(doc);
	return rc == AK_OK ? code : err->exit;
}

static enum ak_exit run_usage(struct ak_ctx *c, struct ak_err *err) { return report(c, AK_REPORT_USAGE, "provider,model", err); }
static enum ak_exit run_cost(struct ak_ctx *c, struct ak_err *err) { return report(c, AK_REPORT_COST, "team", err); }
static enum ak_exit run_errors(struct ak_ctx *c, struct ak_err *err) { return report(c, AK_REPORT_ERRORS, "status,error", err); }
static enum ak_exit run_cache(struct ak_ctx *c, struct ak_err *err) { return report(c, AK_REPORT_CACHE, "model", err); }

static const struct ak_opt opts[] = {
	AK_OPTS_PERIOD,
	{"by", 0, AK_OPT_TEXT, "WORDS", "group by these, separated by commas"},
	{"bucket", 0, AK_OPT_TEXT, "1m|1h|1d", "and by time: minutes, hours or days that divide a day"},
	{"zone", 0, AK_OPT_TEXT, "ZONE", "whose days and hours these are (default: UTC)"},
	{"top", 0, AK_OPT_INT, "N", "print the N groups with most records, the others as one line"},
	{NULL, 0, AK_OPT_FLAG, NULL, NULL},
};

static const struct ak_example usage_examples[] = {
	{"auditkit report usage", "requests, tokens and amounts by provider and model"},
	{"auditkit report usage --by team --bucket 1d --zone Europe/Berlin --json", "the same by team and day"},
	{NULL, NULL},
};
static const struct ak_example cost_examples[] = {
	{"auditkit report cost --by owner", "amounts by the owner that the key inventory names"},
	{"auditkit report cost --by line-item", "what was billed, by line item"},
	{NULL, NULL},
};
static const struct ak_example errors_examples[] = {
	{"auditkit report errors --by model --bucket 1d", "failed attempts of all, by model and day"},
	{NULL, NULL},
};
static const struct ak_example cache_examples[] = {
	{"auditkit report cache", "hits of the gateway's cache and cached tokens, by model"},
	{NULL, NULL},
};

#define LAYERS                                                                                                             \
	"Each layer of evidence stands for itself and is never added to another: attempts that gateways recorded, each once;\n"  \
	"what providers counted, each series of equally grouped rows apart; provider calls; settlements. The groups of a layer\n" \
	"add up to its total, which is summed apart; what its source does not name is a line of its own, `-`. Sums are exact,\n" \
	"`of` says of how many records. Amounts of different currencies are never added.\n\n"                                  \
	"--by takes source, key, key-id, key-hash, key-alias, owner, organization, project, team, app, environment,\n"          \
	"cost-center, tenant, user, actor, provider, model, request-model, endpoint, operation, region, tier, outcome, status,\n" \
	"status-class, error, cache, verdict, dlp, fallback-from, line-item, service, settlement and currency. `owner` is whom\n" \
	"the newest key inventory names for the key; all others stand in the records." AK_TEXT_NOTHING

#define REPORT(id, word, says, runs, shows)                                                                                \
	const struct ak_cmd ak_cmd_report_##id = {                                                                        \
		.name = "report " word, .summary = says, .text = LAYERS, .opts = opts, .examples = shows,                 \
		.needs = AK_NEED_READ | AK_NEED_POLICY, .run = runs,                                                       \
	}

REPORT(usage, "usage", "requests, tokens and amounts by anything that records say, and by time", run_usage, usage_examples);
REPORT(cost, "cost", "amounts by anything that records say, and by time", run_cost, cost_examples);
REPORT(errors, "errors", "failed attempts of all, by status, error or anything else", run_errors, errors_examples);
REPORT(cache, "cache", "hits of the gateway's cache, cached tokens and what they saved", run_cache, cache_examples);
