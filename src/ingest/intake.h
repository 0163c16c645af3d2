/* The first thread: what reads inputs, whichever they are. Internal to ingest/. */
#ifndef AK_INGEST_INTAKE_H
#define AK_INGEST_INTAKE_H

#include "ingest/pipe.h"

struct ak_intake {
	struct ak_pipe *p;
	struct ak_inputs *in;
	size_t source;
	uint64_t export_base, export_seen; /* exports of earlier sources; exports opened in this one */
	uint64_t given_index;              /* file on disk that the open export was read from */
	uint64_t nth;			   /* file of the present source, with --remap */
	bool renamed;			   /* the next file is the partial one, whatever it is called now */
	bool stopped;
};

#ifdef __cplusplus
extern "C" {
#endif

struct ak_chunk *ak_intake_chunk(enum ak_chunk_kind kind, size_t room);
/* Takes the chunk over; r->stopped when nobody wants any more. */
void ak_intake_send(struct ak_intake *r, struct ak_chunk *c);
/* As a name may be stored; ak_free. Messages name files, and are stored. */
char *ak_intake_name(const struct ak_intake *r, struct ak_str name);
void ak_intake_error(const struct ak_intake *r, struct ak_err *err);
/* Does a file begin with the decoded bytes that a file row says were read? Reads that much of it. */
bool ak_intake_continues(const char *path, const struct ak_file_row *row);
/* All files of some paths, for the present source. */
void ak_intake_paths(struct ak_intake *r, const char *const *paths, size_t n);
/* With --remap: read all inputs once for their digests, and look up what was stored of them. */
enum ak_rc ak_intake_remap(struct ak_pipe *p, struct ak_err *err);
const char *ak_intake_sum(struct ak_intake *r); /* of the next file */
/* One file that is still being written, until opts->stopping says so. Before: what is known of it, in pipe->last. */
void ak_intake_follow(struct ak_intake *r);
enum ak_rc ak_intake_last(struct ak_pipe *p, struct ak_err *err);

#ifdef __cplusplus
}
#endif
#endif
