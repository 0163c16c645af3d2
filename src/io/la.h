/* libarchive 3.6, read in the ways in which memory that is gone ends the program like any other (base/ak.h). By itself it
 * goes on without its entry, without the place of its callbacks' data (archive_read_open2, archive_read_open_fd) and says
 * nothing of what it lacked, so that a good archive would look damaged. */
#ifndef AK_IO_LA_H
#define AK_IO_LA_H

#include <archive.h>
#include <archive_entry.h>

#include "base/ak.h"

/* A reader, and the entry for archive_read_next_header2. */
struct ak_la {
	struct archive *a;
	struct archive_entry *e;
	int fd; /* ak_la_open_fd's; not closed */
	off_t at;
	int fault; /* errno of a read of it that failed; the formats make damage of it */
	char *block;
};

#ifdef __cplusplus
extern "C" {
#endif

void ak_la_init(struct ak_la *l);
void ak_la_release(struct ak_la *l);
/* Formats and filters are chosen. Codes are libarchive's; archive_errno says more. seek may be NULL. */
int ak_la_open(struct ak_la *l, void *ctx, archive_read_callback *read, archive_seek_callback *seek);
/* The file from its beginning; it can be gone back in. */
int ak_la_open_fd(struct ak_la *l, int fd);
/* Why it could not go on: errno or libarchive's own number. */
int ak_la_errno(const struct ak_la *l);

#ifdef __cplusplus
}
#endif
#endif
