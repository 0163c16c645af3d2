/* Bytes being collected: in memory while there are few, in an unlinked temporary file once there are many. */
#ifndef AK_PACKET_SPOOL_H
#define AK_PACKET_SPOOL_H

#include "base/buf.h"
#include "base/err.h"

struct ak_spool {
	const char *folder; /* for the temporary file; borrowed */
	struct ak_buf mem;
	int fd; /* -1 while all is in memory */
	uint64_t size;
};

#ifdef __cplusplus
extern "C" {
#endif

/* folder must outlive the spool. */
void ak_spool_init(struct ak_spool *s, const char *folder);
void ak_spool_release(struct ak_spool *s);
/* Append. AK_EXIT_IO. */
enum ak_rc ak_spool_add(struct ak_spool *s, struct ak_str bytes, struct ak_err *err);
/* Up to cap bytes from an offset; *n = 0 at the end. */
enum ak_rc ak_spool_read(const struct ak_spool *s, uint64_t offset, void *buf, size_t cap, size_t *n,
			 struct ak_err *err);

/* A file without a name in that folder; where the file system has none, one whose name is removed at once. AK_EXIT_IO. */
enum ak_rc ak_spool_nameless(const char *folder, int *fd, struct ak_err *err);

#ifdef __cplusplus
}
#endif
#endif
