/* Options of reports of figures: the period, what they are grouped by, time buckets and their zone. */
#ifndef AK_CMD_FIGURES_OPTS_H
#define AK_CMD_FIGURES_OPTS_H

#include "cmd/period.h"
#include "cmd/report_out.h"
#include "report/report.h"

#define AK_OPT_BARS {"bars", 0, AK_OPT_FLAG, NULL, "draw bars beside the figures, as on a terminal, wherever they go"}

#define AK_OPTS_FIGURES                                                                                                    \
	AK_OPTS_PERIOD, {"by", 0, AK_OPT_TEXT, "WORDS", "group by these, separated by commas"},                            \
		{"bucket", 0, AK_OPT_TEXT, "1m|1h|1d", "and by time: minutes, hours or days that divide a day"},           \
		{"zone", 0, AK_OPT_TEXT, "ZONE", "whose days and hours these are (default: UTC)"},                         \
		{"top", 0, AK_OPT_INT, "N", "print the N groups with most records, the others as one line"}, AK_OPT_BARS,        \
		AK_OPTS_OUT

#ifdef __cplusplus
extern "C" {
#endif

/* One by one: words of --by, and --zone. All of them together: otherwise: what is grouped by where neither --by nor --bucket is given. AK_EXIT_USAGE. */
enum ak_rc ak_figures_by(const char *text, struct ak_report_opts *o, struct ak_err *err);
enum ak_rc ak_figures_zone(const struct ak_ctx *c, struct ak_report_opts *o, struct ak_err *err);
enum ak_rc ak_figures_options(const struct ak_ctx *c, const char *otherwise, struct ak_report_opts *o, struct ak_err *err);

#ifdef __cplusplus
}
#endif
#endif
