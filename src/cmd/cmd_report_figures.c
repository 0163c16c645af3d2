/* report usage, cost, errors and cache: the same question of several layers, with other figures. */
#include "base/ak.h"
#include "cmd/cmd.h"

#include "cmd/figures_opts.h"
#include "cmd/figures_text.h"
#include "cmd/list_text.h"

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
	bool printed = false;
	enum ak_rc rc = ak_figures_options(c, otherwise, &o, err);
	enum ak_exit code = AK_EXIT_OK;

	c->io->bars |= ak_args_flag(c->args, "bars");
	if (rc == AK_OK && top < 1 && ak_args_flag(c->args, "top"))
		rc = ak_fail(err, AK_EXIT_USAGE, "option '--top' wants a whole number above 0");
	if (rc == AK_OK)
		rc = ak_report(c->store, &o, &doc, err);
	if (rc == AK_OK && !json_array_size(json_object_get(doc, "layers")))
		code = nothing(c, err);
	if (rc == AK_OK)
		rc = ak_report_out(c, doc, &printed, err);
	if (rc == AK_OK && !printed) {
		ak_figures_print(c->io, doc, shape, top < 0 ? SIZE_MAX : (size_t)top);
		ak_alone_print(c->io, doc);
	}
	json_decref(doc);
	return rc == AK_OK ? code : err->exit;
}

static enum ak_exit run_usage(struct ak_ctx *c, struct ak_err *err) { return report(c, AK_REPORT_USAGE, "provider,model", err); }
static enum ak_exit run_cost(struct ak_ctx *c, struct ak_err *err) { return report(c, AK_REPORT_COST, "team", err); }
static enum ak_exit run_errors(struct ak_ctx *c, struct ak_err *err) { return report(c, AK_REPORT_ERRORS, "status,error", err); }
static enum ak_exit run_cache(struct ak_ctx *c, struct ak_err *err) { return report(c, AK_REPORT_CACHE, "model", err); }

static const struct ak_opt opts[] = {
	AK_OPTS_FIGURES,
	{NULL, 0, AK_OPT_FLAG, NULL, NULL},
};

static const struct ak_example usage_examples[] = {
	{"auditkit report usage", "requests, tokens and amounts by provider and model"},
	{"auditkit report usage --by team --bucket 1d --zone Europe/Berlin --json", "the same by team and day"},
	{"auditkit report usage --template report-usage.md.mustache", "the same as a page in Markdown, by the template that comes with auditkit"},
	{"auditkit report usage --format csv --ipe usage.ipe.json --force", "the rows as CSV, and a sheet on their completeness and accuracy"},
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

#define SETTLED                                                                                                            \
	"\n\nOf settlements, refunds, credits and voids count against charges whatever sign their export writes; an adjustment counts by\n" \
	"its own sign. `billed` is the net of both; `charged` and `given_back` stand beside it."

#define LAYERS LAYERS_OF("")
#define LAYERS_OF(more)                                                                                                    \
	"Each layer of evidence stands for itself and is never added to another: attempts that gateways recorded, each once;\n"  \
	"what providers counted, each series of equally grouped rows apart; provider calls; settlements. The groups of a layer\n" \
	"add up to its total, which is summed apart; what its source does not name is a line of its own, `-`. Sums are exact,\n" \
	"`of` says of how many records. Amounts of different currencies are never added. A bucket has its first moment and not its last:\n" \
	"a record on the boundary of two is in the later one.\n\n"                                  \
	"--by takes source, key, key-id, key-hash, key-alias, owner, organization, project, team, app, environment,\n"          \
	"cost-center, tenant, user, actor, provider, model, request-model, endpoint, operation, region, tier, outcome, status,\n" \
	"status-class, error, cache, verdict, dlp, fallback-from, line-item, service, settlement and currency. `owner` is whom\n" \
	"the newest key inventory names for the key; all others stand in the records."                                                 \
	"\n\nA row of usage that says when it ends and is longer than its bucket, or is cut by the edge of one or by --to, is in no\n"  \
	"bucket or group: all of them stand on one line, `(no bucket)`, and are part of the total. Rows that began before --from\n"     \
	"and reach into the period are told beside it, and are in no sum. Where clocks go back, an hour that was there twice is\n"      \
	"two buckets: start has its offset where --zone is not UTC." more AK_TEXT_OUT AK_TEXT_NOTHING

const struct ak_cmd ak_cmd_report_usage = {
	.name = "report usage",
	.summary = "requests, tokens and amounts by anything that records say, and by time",
	.text = LAYERS,
	.opts = opts,
	.examples = usage_examples,
	.needs = AK_NEED_READ | AK_NEED_POLICY | AK_NEED_LOGGED,
	.run = run_usage,
};

const struct ak_cmd ak_cmd_report_cost = {
	.name = "report cost",
	.summary = "amounts by anything that records say, and by time",
	.text = LAYERS_OF(SETTLED),
	.opts = opts,
	.examples = cost_examples,
	.needs = AK_NEED_READ | AK_NEED_POLICY | AK_NEED_LOGGED,
	.run = run_cost,
};

const struct ak_cmd ak_cmd_report_errors = {
	.name = "report errors",
	.summary = "failed attempts of all, by status, error or anything else",
	.text = LAYERS,
	.opts = opts,
	.examples = errors_examples,
	.needs = AK_NEED_READ | AK_NEED_POLICY | AK_NEED_LOGGED,
	.run = run_errors,
};

const struct ak_cmd ak_cmd_report_cache = {
	.name = "report cache",
	.summary = "hits of the gateway's cache, cached tokens and what they saved",
	.text = LAYERS,
	.opts = opts,
	.examples = cache_examples,
	.needs = AK_NEED_READ | AK_NEED_POLICY | AK_NEED_LOGGED,
	.run = run_cache,
};
