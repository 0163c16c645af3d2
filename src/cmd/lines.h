/* Text line by line from a file descriptor, in bounded memory: what `redact` and `identity` read on standard input.
 *
 * A line ends at a newline or at the end of the text; NUL is data. Of a line longer than STRING_BYTES nothing is given but that
 * it was one: half a secret is not seen. */
#ifndef AK_CMD_LINES_H
#define AK_CMD_LINES_H

#include "base/buf.h"
#include "base/err.h"

struct ak_lines {
	int fd;
	const char *name; /* for messages */
	char *block;
	size_t at, n; /* what is left of the block */
	struct ak_buf text;
	uint64_t number; /* of the last line given, from 1 */
	bool ended;
};

#ifdef __cplusplus
extern "C" {
#endif

/* The descriptor is borrowed. */
void ak_lines_open(struct ak_lines *l, int fd, const char *name);
void ak_lines_release(struct ak_lines *l);
/* The next line without its newline, valid until the next call; p == NULL when it was too long. AK_END behind the last,
 * AK_EXIT_INPUT when it cannot be read. */
enum ak_rc ak_lines_next(struct ak_lines *l, struct ak_str *line, struct ak_err *err);

#ifdef __cplusplus
}
#endif
#endif
