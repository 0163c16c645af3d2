/* A file that somebody else is still writing: its bytes as they come, up to the last line end, so that a line which is being
 * written is never taken for a whole one. A log is rotated in one of two ways. It is renamed and a new file takes its name: the
 * stream goes on until the old file has been quiet for a while, then it is over. Or it is copied and cut to nothing: that is seen
 * by its size, or by its last bytes no longer being those that were read. In both cases the caller opens the name again. */
#ifndef AK_IO_FOLLOW_H
#define AK_IO_FOLLOW_H

#include "base/err.h"

enum ak_follow_state {
	AK_FOLLOW_MORE, /* bytes were given */
	AK_FOLLOW_IDLE, /* nothing new for now */
	AK_FOLLOW_OVER, /* another file has its name, and all of this one was given */
	AK_FOLLOW_CUT	/* it was cut, or written anew, below what was read; all that was read was given */
};

struct ak_follow;

#ifdef __cplusplus
extern "C" {
#endif

/* A regular file, no link. AK_EXIT_INPUT, the path's base name in the message; err->sys is ENOENT when there is none. */
enum ak_rc ak_follow_open(const char *path, struct ak_follow **out, struct ak_err *err);
void ak_follow_free(struct ak_follow *f);
/* Up to cap bytes (at least AK_FOLLOW_LINE) behind those given before. now_us: of a clock that only goes forward. AK_EXIT_INPUT
 * for what is compressed or no text; AK_EXIT_IO. */
#define AK_FOLLOW_LINE 262144u /* a longer line is given in pieces */
enum ak_rc ak_follow_read(struct ak_follow *f, int64_t now_us, void *buf, size_t cap, size_t *n, enum ak_follow_state *state,
			  struct ak_err *err);
/* Bytes of an unfinished line that were read and not given. */
size_t ak_follow_unfinished(const struct ak_follow *f);
/* Take them: of a file that nobody writes to any more. buf: AK_FOLLOW_LINE bytes. */
size_t ak_follow_take_rest(struct ak_follow *f, void *buf);
/* Its size now, its first bytes (at most n, how many), and a place from which reading begins anew. */
uint64_t ak_follow_size(const struct ak_follow *f);
size_t ak_follow_head(const struct ak_follow *f, void *buf, size_t n);
void ak_follow_seek(struct ak_follow *f, uint64_t at);
/* When it was changed last, microseconds; 0 unknown. */
int64_t ak_follow_mtime(const struct ak_follow *f);

#ifdef __cplusplus
}
#endif
#endif
