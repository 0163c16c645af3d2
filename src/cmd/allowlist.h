/* Entries of redaction.allow by the key that their fingerprint was made under. One of a past key works while that key is kept; when
 * it is gone the entry lets nothing through any more, and only these say so. */
#ifndef AK_CMD_ALLOWLIST_H
#define AK_CMD_ALLOWLIST_H

#include "cmd/cmd.h"

#ifdef __cplusplus
extern "C" {
#endif

/* An entry that does not name its key is taken to work. */
bool ak_allowlist_works(const struct ak_policy_allow *entry, const struct ak_keys *keys);
/* How many do not; p may be NULL. */
size_t ak_allowlist_void(const struct ak_policy *p, const struct ak_keys *keys);
/* Say on standard error which do not, with the next step. */
void ak_allowlist_warn(struct ak_ctx *c);

#ifdef __cplusplus
}
#endif
#endif
