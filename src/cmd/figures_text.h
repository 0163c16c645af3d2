/* A report of figures as text: a table per layer, its total below. */
#ifndef AK_CMD_FIGURES_TEXT_H
#define AK_CMD_FIGURES_TEXT_H

#include "cmd/io.h"
#include "report/report.h"

/* doc: of ak_report. top: rows that are printed, those with most records; the others as one line. */
void ak_figures_print(struct ak_io *io, const json_t *doc, enum ak_report_shape shape, size_t top);

#endif
