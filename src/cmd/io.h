/* What commands print with: results to stdout, everything else to stderr. Every write is checked; a failed one ends the
 * command with exit 74. Text from data goes through ak_text_safe. Implemented in cli/. */
#ifndef AK_CMD_IO_H
#define AK_CMD_IO_H

#include <jansson.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/text.h"

struct ak_io {
	bool quiet, verbose;
	bool color_out, color_err;
	bool lines;              /* a JSON document is one line: more than one comes */
	enum { AK_PROGRESS_AUTO, AK_PROGRESS_PLAIN, AK_PROGRESS_NONE } progress;
	bool err_is_terminal;
	bool bars;               /* draw bars beside figures: on a terminal, or asked for */
	bool blocks;             /* with block characters: the locale is UTF-8 */
	size_t width;            /* columns to write for: 80, fewer on a narrow terminal */
	bool failed;             /* a write to stdout failed */
	struct ak_buf out;       /* stdout, written in large pieces */
	int64_t progress_next;   /* internal: when the next progress line is due, microseconds */
	int64_t progress_start;
	bool progress_shown;
};

#ifdef __cplusplus
extern "C" {
#endif

/* Result text, as it is (the caller has made data safe). */
void ak_io_text(struct ak_io *io, struct ak_str s);
void ak_io_printf(struct ak_io *io, const char *fmt, ...) AK_PRINTF(2, 3);
/* A line of people's output with a keyword in the 10-column left margin: "rejected  ...". The text may come from data; it is
 * made safe and wrapped at the width with the margin kept. */
void ak_io_line(struct ak_io *io, const char *keyword, const char *fmt, ...) AK_PRINTF(3, 4);
/* The same on stderr (`done`, `next`), nothing with -q. */
void ak_io_note(struct ak_io *io, const char *keyword, const char *fmt, ...) AK_PRINTF(3, 4);
/* A JSON document with final newline, members sorted; on one line with io->lines. */
enum ak_rc ak_io_json(struct ak_io *io, const json_t *v, struct ak_err *err);
/* Progress on stderr; total 0 = unknown. The line disappears at ak_io_progress_end. */
void ak_io_progress(struct ak_io *io, const char *what, uint64_t records, uint64_t done, uint64_t total);
void ak_io_progress_end(struct ak_io *io);
/* Write out what is buffered. AK_EXIT_IO when stdout cannot be written. */
enum ak_rc ak_io_flush(struct ak_io *io, struct ak_err *err);

/* Tables: columns are padded to their widest cell, numbers right-aligned; widths count terminal cells. */
struct ak_table {
	bool tight; /* one blank, not two, before numbers */
	bool head;  /* the first row names the columns: a table that is too wide is written row by row, each cell with its name */
	size_t ncols, nrows, cap;
	const char *right; /* per column 'r' or 'l' */
	char **cell;
	const char *const *tail; /* one a row, behind its cells or, row by row, on a line of its own; borrowed, NULL: none */
};
void ak_table_init(struct ak_table *t, size_t ncols, const char *align);
void ak_table_text(struct ak_table *t, struct ak_str s);
void ak_table_cell(struct ak_table *t, const char *fmt, ...) AK_PRINTF(2, 3); /* cells fill rows from the left */
/* As a table, that is: not row by row. */
bool ak_table_has_room(const struct ak_table *t, const struct ak_io *io);
/* How many columns of the page a tail may have. */
size_t ak_table_room(const struct ak_table *t, const struct ak_io *io);
void ak_table_print(struct ak_table *t, struct ak_io *io);
void ak_table_release(struct ak_table *t);

#ifdef __cplusplus
}
#endif
#endif
