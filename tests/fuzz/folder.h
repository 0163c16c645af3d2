/* A folder to work in, below TMPDIR, gone when the process ends well. */
#ifndef FUZZ_FOLDER_H
#define FUZZ_FOLDER_H

#include <fcntl.h>
#include <unistd.h>

#include "base/fs.h"
#include "fuzz.h"

static char fuzz_folder[256];

static inline void fuzz_leave(void)
{
	ak_fs_remove_tree(fuzz_folder, NULL);
}

static inline void fuzz_enter(void)
{
	const char *base = getenv("TMPDIR");

	snprintf(fuzz_folder, sizeof fuzz_folder, "%s/ak-fuzz-XXXXXX", base && *base ? base : "/tmp");
	HOLDS(mkdtemp(fuzz_folder) != NULL);
	atexit(fuzz_leave);
}

/* Path of a file in the folder; good for the next three calls. */
static inline const char *fuzz_path(const char *name)
{
	static char path[4][512];
	static int turn;

	turn = (turn + 1) % 4;
	snprintf(path[turn], sizeof path[turn], "%s/%s", fuzz_folder, name);
	return path[turn];
}

static inline void fuzz_put(const char *path, struct ak_str bytes)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	HOLDS(fd >= 0 && ak_fs_write_all(fd, bytes.p, bytes.n, path, NULL) == AK_OK);
	close(fd);
}

/* Small edits of a large file, so that inputs stay small: an operation (overwrite, cut off, insert, delete), four bytes
 * of position, a length, then the bytes. */
static inline void fuzz_edit(struct ak_buf *b, struct fuzz_in *in)
{
	while (in->n) {
		unsigned op = fuzz_byte(in);
		size_t at = fuzz_word(in) % (b->n + 1), n = fuzz_byte(in);
		size_t given = n < in->n ? n : in->n;

		if (op % 4 == 1) {
			b->n = at;
		} else if (op % 4 == 2) {
			if (!ak_buf_room(b, given))
				return;
			memmove(b->p + at + given, b->p + at, b->n - at);
			memcpy(b->p + at, in->p, given);
			b->n += given;
		} else if (op % 4 == 3) {
			n = n < b->n - at ? n : b->n - at;
			memmove(b->p + at, b->p + at + n, b->n - at - n);
			b->n -= n;
			continue;
		} else if (given) {
			memcpy(b->p + at, in->p, given < b->n - at ? given : b->n - at);
		}
		if (op % 4 != 1) {
			in->p += given;
			in->n -= given;
		}
	}
}

#endif
