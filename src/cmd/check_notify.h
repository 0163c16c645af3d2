/* `check --notify`: targets, their secrets, and what is said about the messages. */
#ifndef AK_CMD_CHECK_NOTIFY_H
#define AK_CMD_CHECK_NOTIFY_H

#include "cmd/cmd.h"

struct ak_check_notify;

#ifdef __cplusplus
extern "C" {
#endif

/* Before the sandbox is closed: read the targets that --notify names and their secrets, and start what will send; *out is NULL without --notify,
 * else of c->arena. AK_EXIT_USAGE, AK_EXIT_REFUSED for a secret that is missing or open to others. */
enum ak_rc ak_check_notify_start(struct ak_ctx *c, struct ak_check_notify **out, struct ak_err *err);
bool ak_check_notify_is_dry(const struct ak_check_notify *n);
/* Send, or with --dry-run print, what doc (of ak_check_all) has that is new; doc gets the member `notified` (notify/notify.h). AK_FAIL with
 * AK_EXIT_NETWORK when a message was not taken: what else there is to print is printed all the same. */
enum ak_rc ak_check_notify_tell(struct ak_ctx *c, const struct ak_check_notify *n, json_t *doc, struct ak_err *err);
void ak_check_notify_stop(struct ak_check_notify *n);

#ifdef __cplusplus
}
#endif
#endif
