/* A bag as a zip file. libarchive's writer is not used: it dies of a signal where there is no memory for its directory,
 * and asks the C library for local time. */
#ifndef AK_PACKET_ZIP_WRITE_H
#define AK_PACKET_ZIP_WRITE_H

#include "packet/bag.h"

#ifdef __cplusplus
extern "C" {
#endif

/* All files, deflated, in the order of the bag; mtime in seconds, 1980 to 2106. path is the name in messages.
 * AK_EXIT_LIMIT when zip64 would be needed. See ak_archive_write, which is the one to call. */
enum ak_rc ak_zip_write(const struct ak_bag *bag, int fd, int64_t mtime, const char *path, struct ak_err *err);

#ifdef __cplusplus
}
#endif
#endif
