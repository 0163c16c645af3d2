/* --like PACKET of `packet build`: what is not given is as it was for an earlier packet. */
#ifndef AK_CMD_PACKET_LIKE_H
#define AK_CMD_PACKET_LIKE_H

#include "cmd/cmd.h"
#include "packet/build.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Period, reviewer, approval and size of the sample go into o, the view's name (the command's arena's) into *view, where no option of
 * the command gives them; what differs from that packet is said. AK_EXIT_USAGE: it has a scope, whose values it does not tell. */
enum ak_rc ak_packet_like(struct ak_ctx *c, struct ak_packet_opts *o, const char **view, struct ak_err *err);

#ifdef __cplusplus
}
#endif
#endif
