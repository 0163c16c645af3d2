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
	bool raw, backwards;
};

#ifdef __cplusplus
extern "C" {
#endif

/* By --format, or what FILE ends with. AK_EXIT_USAGE. */
enum ak_rc ak_found_open(struct ak_found_out *o, struct ak_ctx *c, const struct ak_search_opts *search, struct ak_err *err);
/* A record of ak_search_record. */
enum ak_rc ak_found_put(struct ak_found_out *o, const json_t *record, struct ak_err *err);
/* doc: what a JSON document and the sidecar say of the search: taken over and completed. */
enum ak_rc ak_found_close(struct ak_found_out *o, json_t *doc, struct ak_err *err);
void ak_found_release(struct ak_found_out *o);

#ifdef __cplusplus
}
#endif
#endif
