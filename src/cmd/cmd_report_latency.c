#include "base/ak.h"
#include "cmd/cmd.h"
#include "cmd/period.h"

#include "chart/chart.h"
#include "cmd/figures_bars.h"
#include "cmd/figures_opts.h"
#include "cmd/list_text.h"
#include "base/jsonget.h"
#include "report/latency.h"

static const struct {
	const char *member, *head;
} measures[] = {{"duration_ms", "duration, ms"}, {"time_to_first_chunk_ms", "first chunk, ms"}, {"gateway_overhead_ms", "overhead, ms"}};
static const char *const ranks[] = {"p50", "p90", "p95", "p99", "max"};

static void add_row(struct ak_table *t, const json_t *doc, const json_t *row, const char *name, const char *member)
{
	const json_t *by = json_object_get(doc, "by"), *v = json_object_get(row, member);
	bool bucket = json_is_string(json_object_get(doc, "bucket"));
	json_t *word;
	size_t i;

	if (bucket && !name) {
		const char *start = ak_jtxt(row, "start", "undated");

		ak_table_cell(t, "%.16s%s", start, strlen(start) > 19 ? start + 19 : "");
	} else if (bucket) {
		ak_table_cell(t, "%s", name);
	}
	json_array_foreach((json_t *)by, i, word)
		ak_table_cell(t, "%s", name ? i || bucket ? "" : name : ak_jtxt(row, json_string_value(word), "-"));
	ak_table_cell(t, "%s of %s", AK_NUM(ak_jnum(v, "of")), AK_NUM(ak_jnum(row, "records")));
	for (i = 0; i < AK_COUNT(ranks); i++)
		ak_table_cell(t, "%s", AK_FIGURE(ak_jtxt(v, ranks[i], "-")));
}

static bool p95_of(const void *member, const json_t *row, double *value)
{
	return ak_chart_number(ak_jtxt(json_object_get(row, member), "p95", NULL), value) && *value >= 0;
}

static void print_measure(struct ak_io *io, const json_t *doc, size_t m)
{
	const json_t *rows = json_object_get(doc, "rows"), *total = json_object_get(doc, "total"), *all = json_object_get(total, measures[m].member);
	size_t names = json_array_size(json_object_get(doc, "by")) + json_is_string(json_object_get(doc, "bucket"));
	size_t n = json_array_size(rows);
	const json_t **list = ak_alloc_zero(n + 1, sizeof(const json_t *));
	const struct ak_bars bars = {p95_of, measures[m].member, "p95"};
	struct ak_table t;
	char align[32] = "";
	json_t *row, *word;
	size_t i;

	for (i = 0; i < names + 1 + AK_COUNT(ranks); i++)
		align[i] = i < names ? 'l' : 'r';
	ak_table_init(&t, strlen(align), align);
	t.head = true;
	if (json_is_string(json_object_get(doc, "bucket")))
		ak_table_cell(&t, "from");
	json_array_foreach(json_object_get(doc, "by"), i, word)
		ak_table_cell(&t, "%s", json_string_value(word));
	ak_table_cell(&t, "%s", measures[m].head);
	for (i = 0; i < AK_COUNT(ranks); i++)
		ak_table_cell(&t, "%s", ranks[i]);
	json_array_foreach((json_t *)rows, i, row) {
		list[i] = row;
		add_row(&t, doc, row, NULL, measures[m].member);
	}
	add_row(&t, doc, total, "total", measures[m].member);
	ak_bars_print(&bars, &t, list, n, io);
	if (json_is_string(json_object_get(doc, "bucket")) && !json_array_size(json_object_get(doc, "by")))
		ak_bars_trend(&bars, rows, ak_jtxt(doc, "bucket", ""), false, io);
	ak_free(list);
	ak_table_release(&t);
	if (ak_jnum(all, "not_ranked"))
		ak_io_line(io, "left out", "%s values of more than 18 digits", AK_NUM(ak_jnum(all, "not_ranked")));
	if (ak_jnum(all, "not_plausible"))
		ak_io_line(io, "left out", "%s of %s values are not plausible: a first chunk before the attempt began or after it ended",
			   AK_NUM(ak_jnum(all, "not_plausible")), AK_NUM(ak_jnum(all, "of") + ak_jnum(all, "not_ranked") + ak_jnum(all, "not_plausible")));
}

static void print(struct ak_io *io, const json_t *doc)
{
	const json_t *total = json_object_get(doc, "total");
	bool first = true;

	ak_cmd_period_print(io, doc);
	for (size_t m = 0; m < AK_COUNT(measures); m++) {
		const json_t *all = json_object_get(total, measures[m].member);

		if (!ak_jnum(all, "of") && !ak_jnum(all, "not_ranked") && !ak_jnum(all, "not_plausible"))
			continue;
		if (!first)
			ak_io_printf(io, "\n");
		print_measure(io, doc, m);
		first = false;
	}
	if (first)
		ak_io_line(io, "durations", "none of the attempts has one");
	ak_io_line(io, "attempts", "%s, of which %s failed", AK_NUM(ak_jnum(total, "records")), AK_NUM(ak_jnum(total, "failed")));
}

static enum ak_exit run(struct ak_ctx *c, struct ak_err *err)
{
	struct ak_report_opts o = {.shape = AK_REPORT_USAGE};
	enum ak_exit code = AK_EXIT_OK;
	json_t *doc = NULL;
	bool printed = false;
	enum ak_rc rc = ak_figures_options(c, "model", &o, err);

	c->io->bars |= ak_args_flag(c->args, "bars");
	for (size_t i = 0; i < o.nby && rc == AK_OK; i++)
		if (o.by[i] == AK_BY_OWNER)
			rc = ak_fail(err, AK_EXIT_USAGE, "option '--by': durations are not grouped by owner");
	if (rc == AK_OK)
		rc = ak_report_latency(c->store, &o, &doc, err);
	if (rc == AK_OK && !json_array_size(json_object_get(doc, "rows"))) {
		ak_cmd_nothing(c, "attempt", err);
		code = err->exit;
	}
	if (rc == AK_OK)
		rc = ak_report_out(c, doc, &printed, err);
	if (rc == AK_OK && !printed && code == AK_EXIT_OK) {
		print(c->io, doc);
		ak_alone_print(c->io, doc);
	}
	json_decref(doc);
	return rc == AK_OK ? code : err->exit;
}

static const struct ak_opt opts[] = {
	AK_OPTS_PERIOD,
	{"by", 0, AK_OPT_TEXT, "WORDS", "group by these, separated by commas"},
	{"bucket", 0, AK_OPT_TEXT, "1m|1h|1d", "and by time: minutes, hours or days that divide a day"},
	{"zone", 0, AK_OPT_TEXT, "ZONE", "whose days and hours these are (default: UTC)"},
	AK_OPTS_OUT,
	AK_OPT_BARS,
	{NULL, 0, AK_OPT_FLAG, NULL, NULL},
};

static const struct ak_example examples[] = {
	{"auditkit report latency", "percentiles of durations by model"},
	{"auditkit report latency --by provider --bucket 1d --json", "the same by provider and day"},
	{NULL, NULL},
};

const struct ak_cmd ak_cmd_report_latency = {
	.name = "report latency",
	.summary = "percentiles of durations, by model or anything that records say",
	.text = "A percentile is the smallest recorded value that so many of a hundred do not exceed (nearest rank): no value is made up, none is\n"
		"rounded. `of` says how many attempts had a value that was ranked. A first chunk before its attempt began, or more than 1 ms\n"
		"after it ended, is not plausible: such values are counted (not_plausible) and not ranked. The words of --by are those of `report usage`, without owner." AK_TEXT_OUT AK_TEXT_NOTHING,
	.opts = opts,
	.examples = examples,
	.needs = AK_NEED_READ | AK_NEED_POLICY | AK_NEED_LOGGED,
	.run = run,
};
