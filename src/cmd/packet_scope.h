/* Whose records a packet has: --user, --app, --key and --resource of `packet build`. */
#ifndef AK_CMD_PACKET_SCOPE_H
#define AK_CMD_PACKET_SCOPE_H

#include "cmd/cmd.h"
#include "packet/scoped.h"

#define AK_OPTS_PACKET_SCOPE \
	{"user", 0, AK_OPT_LIST, "VALUE", "only records of this person, by id or e-mail, as 'auditkit search' finds them; may be repeated"}, \
	{"app", 0, AK_OPT_LIST, "VALUE", "only records of this application"}, \
	{"key", 0, AK_OPT_LIST, "VALUE", "only records of this key, by id, label, hash or the key itself"}, \
	{"resource", 0, AK_OPT_LIST, "VALUE", "only records about this: a type, id or name, or TYPE:NAME, as in key:prod-chat"}

#ifdef __cplusplus
extern "C" {
#endif

/* *out stays as it is when none of them was given. Everything in it is the command's arena's, but filters, which the caller
 * releases. Values are looked up as search does; what is logged of the access has them as they are stored. */
enum ak_rc ak_packet_scope_read(struct ak_ctx *c, int64_t from_us, int64_t to_us, struct ak_packet_scope *out, struct ak_err *err);

#ifdef __cplusplus
}
#endif
#endif
