/* A packet that is written once more, whole, with a signature or a timestamp added. */
#ifndef AK_PACKET_BAG_AGAIN_H
#define AK_PACKET_BAG_AGAIN_H

#include "packet/archive.h"

#ifdef __cplusplus
extern "C" {
#endif

/* An empty bag named like the packet at `path`, to be written to `to`: the folder inside an archive keeps its name, a folder has its
 * own. AK_EXIT_USAGE when `to` is the packet itself and its name says another form than it has. */
enum ak_rc ak_bag_again(const char *path, const char *to, struct ak_bag **bag, struct ak_err *err);
/* One file of the old packet, as ak_archive_read gives it, into the bag; not of its signatures. */
enum ak_rc ak_bag_again_file(struct ak_bag *bag, struct ak_str name, struct ak_archive_bytes *bytes, struct ak_err *err);

#ifdef __cplusplus
}
#endif
#endif
