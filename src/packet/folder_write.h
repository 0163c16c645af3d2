/* The folder form of a packet. */
#ifndef AK_PACKET_FOLDER_WRITE_H
#define AK_PACKET_FOLDER_WRITE_H

#include "base/fs.h"
#include "packet/bag.h"

#ifdef __cplusplus
extern "C" {
#endif

/* See ak_archive_prepare, which is the one to call. */
enum ak_rc ak_folder_prepare(const struct ak_bag *bag, const char *path, int64_t mtime, bool replace, struct ak_fs_temp *t, struct ak_err *err);

#ifdef __cplusplus
}
#endif
#endif
