/* The last step of a packet: its receipt, its annex and itself, whole under other names, get their names. */
#ifndef AK_CMD_PACKET_PLACE_H
#define AK_CMD_PACKET_PLACE_H

#include "base/fs.h"

#ifdef __cplusplus
extern "C" {
#endif

/* One after the other, the packet last. Two that write into one folder wait for each other here, so that what one names is never the
 * other's; AK_EXIT_BUSY after a minute. When one is refused those before it go again: they are of a packet that is not there. */
enum ak_rc ak_packet_place(struct ak_fs_temp *t, size_t n, bool replace, struct ak_err *err);

#ifdef __cplusplus
}
#endif
#endif
