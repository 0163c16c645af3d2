/* Adding to policy.yaml what a command decides, as an edit of its text: comments and order stay. */
#ifndef AK_CONF_POLICY_EDIT_H
#define AK_CONF_POLICY_EDIT_H

#include "conf/policy.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The file's text with one entry more in redaction.allow, appended to out. p: the parsed text. The result has been parsed
 * again and says what p says, and that entry. AK_EXIT_REFUSED when the text is laid out so that this cannot be done; the hint is
 * the entry, for an editor. */
enum ak_rc ak_policy_add_allow(const struct ak_policy *p, struct ak_str text, const struct ak_policy_allow *entry, struct ak_buf *out,
			       struct ak_err *err);

#ifdef __cplusplus
}
#endif
#endif
