/* What a report's document becomes: JSON, CSV, JSON lines, a page of a template, a file with its sidecar, a sheet on its lists. */
#ifndef AK_CMD_REPORT_OUT_H
#define AK_CMD_REPORT_OUT_H

#include "base/crypto.h"
#include "base/fs.h"
#include "cmd/cmd.h"

#define AK_OPTS_OUT \
	{"format", 0, AK_OPT_TEXT, "FORMAT", "table (default), csv, json, or jsonl: a line for each row"}, \
	{"template", 0, AK_OPT_INPUT, "FILE", "print it by this Mustache template; auditkit-template(5)"}, \
	{"output", 'o', AK_OPT_TARGET, "FILE", "write there, with command, count, times and digest in FILE.meta.json"}, \
	{"force", 0, AK_OPT_FLAG, NULL, "replace that file"}, \
	{"ipe", 0, AK_OPT_TARGET, "FILE", "write a sheet on the completeness and accuracy of its lists there"}

/* The same where nothing but the options of printing is left to say. */
#define AK_TEXT_OUT \
	"\n\n--format jsonl and csv print the lists row by row. --ipe FILE writes what a reviewer asks of a list: the command that prints it\n" \
	"again, who ran it and when, its rows and their digest, what each source of the workspace held, and the gaps. The digest is\n" \
	"that of --format jsonl with the same options. What is written to a file is logged in access.jsonl; a file that has the same\n" \
	"report already is left alone, so that a schedule may run twice."

enum ak_report_form { AK_AS_TABLE, AK_AS_CSV, AK_AS_JSON, AK_AS_JSONL, AK_AS_PAGE };

/* A report that is made, as its sidecar and its sheet tell of it. */
struct ak_made {
	const json_t *doc;    /* bounds, gaps, `alone` */
	json_t *counts;	      /* {list: rows} */
	uint64_t rows, bytes; /* of all lists; of the file */
	uint8_t sum[AK_SHA256_LEN], lines[AK_SHA256_LEN]; /* of the file; of --format jsonl */
	char first[40], last[40];
};

#ifdef __cplusplus
extern "C" {
#endif

/* Adds to the document what its sources do not prove alone (report/alone.h), and logs the access where the command or its options ask for
 * it. *printed false: nothing was, and the command prints its text.
 * AK_EXIT_USAGE for options that do not go together or a template that is none. */
enum ak_rc ak_report_out(struct ak_ctx *c, json_t *doc, bool *printed, struct ak_err *err);
/* The command line that gives this document again: relative times written out, values of people and customers as they are stored,
 * without what it is printed to. The caller's. */
char *ak_report_command(const struct ak_ctx *c, const json_t *doc);
/* Can there be a sheet of it? AK_EXIT_USAGE where the rows change with time. */
enum ak_rc ak_report_ipe_allowed(const struct ak_ctx *c, const json_t *doc, struct ak_err *err);
/* The sheet (cmd/report_ipe.c); nothing where the file says the same already. */
enum ak_rc ak_report_ipe(struct ak_ctx *c, const struct ak_made *m, const char *path, struct ak_buf *out, struct ak_err *err);

/* ---- for cmd/report_stream.c ---- */

/* What the options ask for. AK_EXIT_USAGE. */
enum ak_rc ak_report_form(const struct ak_ctx *c, enum ak_report_form *out, struct ak_err *err);
enum ak_rc ak_report_render(struct ak_ctx *c, const json_t *doc, struct ak_buf *out, struct ak_err *err);
/* Member `alone` by the name of the command; only: see report/alone.h. */
void ak_report_alone(const struct ak_ctx *c, json_t *doc, unsigned only);
/* As a note, where what was printed has no place for it. */
void ak_report_note_alone(const struct ak_ctx *c, enum ak_report_form form, const json_t *doc);
/* Takes a row's time into first and last; NULL is none. */
void ak_made_time(struct ak_made *m, const char *time);
void ak_made_times(struct ak_made *m, const json_t *lists);
/* File (may be NULL: none) with sidecar, then the sheet of --ipe: all or none, as far as can be known before. */
enum ak_rc ak_report_files(struct ak_ctx *c, const struct ak_made *m, struct ak_fs_temp *file, struct ak_err *err);

#ifdef __cplusplus
}
#endif
#endif
