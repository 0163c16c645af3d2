/* What goes out for a target's news, as bytes: ids, rules and counts, and how to see the rest here. No subject, no text and no citation of a
 * finding stands in it: whoever reads a channel or a mailbox need not be somebody who may read evidence. */
#ifndef AK_NOTIFY_MESSAGE_H
#define AK_NOTIFY_MESSAGE_H

#include "base/buf.h"
#include "notify/book.h"
#include "notify/target.h"

#define AK_NOTIFICATION_ID 17 /* bytes, with NUL */

#ifdef __cplusplus
extern "C" {
#endif

/* Of the workspace, the target, the findings and how often it was told of each: the same again when it was not taken, so that a receiver
 * can drop what comes twice. */
void ak_notification_id(const char *workspace_id, const struct ak_notify_target *t, const json_t *news, const struct ak_book *book,
			char id[AK_NOTIFICATION_ID]);
/* webhook: a document auditkit.notification/1 and a line end. slack: {"text": ...} in Slack's own marks, which Mattermost and Rocket.Chat read too.
 * sendmail: the headers and the text of a mail. */
void ak_notification_write(const char *workspace_id, const struct ak_notify_target *t, const json_t *news, const char *id, struct ak_buf *out);

#ifdef __cplusplus
}
#endif
#endif
