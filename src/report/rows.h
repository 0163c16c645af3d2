/* Groups of ak_aggregate as rows of a document. Internal to report/. */
#ifndef AK_REPORT_ROWS_H
#define AK_REPORT_ROWS_H

#include "report/report.h"

#define AK_REPORT_FIGURES 8

struct ak_report_figure {
	const char *name;
	enum ak_column col;
	bool money; /* kept by currency */
};

struct ak_report_count {
	const char *name;
	enum ak_column col;
	const char *value;
};

struct ak_report_making {
	const struct ak_report_opts *o;
	const struct ak_aggregate_opts *aggregate;
	const struct ak_report_figure *figure; /* AK_REPORT_FIGURES, or up to one without a name */
	const struct ak_report_count *count;
	const json_t *owners;
	size_t currency; /* which of aggregate->by */
	bool whole;	 /* one row, the total */
	size_t settlement; /* which of aggregate->by is the type of a settlement; 0: none */
	int64_t apart;	 /* AK_BUCKET_ACROSS or _BEFORE: one row of what is in that, and in no bucket; 0: all others */
};

#ifdef __cplusplus
extern "C" {
#endif

/* What every document of figures begins with, and what its rows are named by. The caller's. */
json_t *ak_report_head(const struct ak_report_opts *o, const char *report);
void ak_report_name_row(const struct ak_report_opts *o, int64_t bucket, const struct ak_str *by, json_t *row);
/* Array of rows, in order; the caller's. */
json_t *ak_report_rows(const struct ak_report_making *m, const struct ak_aggregate *groups);
#ifdef __cplusplus
}
#endif
#endif
