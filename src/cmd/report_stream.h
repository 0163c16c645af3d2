/* A report whose rows may be millions, in all ways out of cmd/report_out.h: a row is written as it comes, and memory holds one. Only
 * a template needs them together, which AK_LIST_ROWS bounds. */
#ifndef AK_CMD_REPORT_STREAM_H
#define AK_CMD_REPORT_STREAM_H

#include "cmd/report_out.h"

struct ak_stream_kind {
	const char *list;    /* the member of the document that has the rows */
	const char *columns; /* of the CSV, by blanks: members of a row, a.b: of a member */
	const char *time;    /* the member of a row that says when it was */
};

struct ak_stream;

#ifdef __cplusplus
extern "C" {
#endif

/* doc: all members but the rows, kept by the caller until the stream is freed; `alone` is added to it at the end. AK_EXIT_USAGE for
 * options that do not go together; nothing is out before the first row or the end. */
enum ak_rc ak_stream_open(struct ak_ctx *c, const struct ak_stream_kind *kind, json_t *doc, struct ak_stream **out, struct ak_err *err);
/* Are rows the command's own to print? */
bool ak_stream_is_table(const struct ak_stream *s);
/* Does anything need all rows? A table that shows the first ones only does not, unless there is a sheet on them. */
bool ak_stream_wants(const struct ak_stream *s);
/* *row stays the caller's. */
enum ak_rc ak_stream_row(struct ak_stream *s, json_t *row, struct ak_err *err);
/* The same of a row as RFC 8785; it is parsed only where its members are asked for. */
enum ak_rc ak_stream_text(struct ak_stream *s, struct ak_str row, struct ak_err *err);
/* Writes what is left, logs the access, and lets file, sidecar and sheet appear. Members that were set in the document meanwhile follow
 * the rows. */
enum ak_rc ak_stream_end(struct ak_stream *s, struct ak_err *err);
void ak_stream_free(struct ak_stream *s); /* may be NULL; a file that was not ended never appears */

#ifdef __cplusplus
}
#endif
#endif
