/* Where what was found goes: standard output, or a file with a sidecar. */
#ifndef AK_CMD_SEARCH_OUT_H
#define AK_CMD_SEARCH_OUT_H

#include "base/fs.h"
#include "cmd/cmd.h"
#include "query/search.h"

enum ak_found_format { AK_FOUND_TABLE, AK_FOUND_CSV, AK_FOUND_JSON, AK_FOUND_JSONL };

struct ak_found_out {
	struct ak_ctx *c;
	enum ak_found_format format;
	const char *path; /* NULL = standard output */
	struct ak_fs_temp temp;
	struct ak_sha256 *sha;
	struct ak_buf text; /* not yet written */
	uint64_t bytes, records;
	char first[40], last[40]; /* times of its first and last dated record, in order of time */
	bool columns[AK_F_COUNT]; /* CSV: those of the layers */
	bool raw, trailer, force, backwards;
	/* Takes the bytes in place of path and standard output; NULL. */
	void (*sink)(void *ctx, struct ak_str bytes);
	void *sink_ctx;
};

#ifdef __cplusplus
extern "C" {
#endif

/* By --format, or what FILE ends with. AK_EXIT_USAGE. */
enum ak_rc ak_found_open(struct ak_found_out *o, struct ak_ctx *c, const struct ak_search_opts *search, struct ak_err *err);
/* The same without a command line, in two steps: format, sink and name are set between them. */
void ak_found_start(struct ak_found_out *o, const struct ak_search_opts *search);
void ak_found_head(struct ak_found_out *o);
/* A record of ak_search_record. */
enum ak_rc ak_found_put(struct ak_found_out *o, const json_t *record, struct ak_err *err);
/* doc: what a JSON document and the sidecar say of the search: taken over and completed. */
enum ak_rc ak_found_close(struct ak_found_out *o, json_t *doc, struct ak_err *err);
/* What the sidecar of a closed output says; doc: what close has completed. */
enum ak_rc ak_found_sidecar(const struct ak_found_out *o, json_t *doc, struct ak_str file, struct ak_buf *out, struct ak_err *err);
void ak_found_release(struct ak_found_out *o);

#ifdef __cplusplus
}
#endif
#endif
