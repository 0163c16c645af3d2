/* `init --discover`: what a folder of exports holds, and the policy.yaml that follows from it. */
#ifndef AK_CMD_DISCOVER_H
#define AK_CMD_DISCOVER_H

#include "cmd/cmd.h"
#include "cmd/exports.h"

#ifdef __cplusplus
extern "C" {
#endif

/* policy.yaml from its template. seen: what ak_discover found, NULL for one that answers nothing. Appends to out. */
enum ak_rc ak_policy_text(const json_t *seen, struct ak_buf *out, struct ak_err *err);

/* Read the exports as ingest would, in one transaction of c->store that is rolled back, and say what they name: {files,
 * records, rejected, apps, keys (lists, and app_count, key_count), providers, environments, sources, gateways, kinds, payload, roles_from, unnamed, ...}, every
 * text redacted. c: store (for writing), keys, registry and redactor are open. The caller's. */
enum ak_rc ak_discover(struct ak_ctx *c, const struct ak_exports *x, json_t **seen, struct ak_err *err);

/* How policy.yaml in the folder `from` names the folder `to`: relative where they are close, else absolute; both
 * exist. `unknown` when that path may not be written. The caller's. */
json_t *ak_discover_base(struct ak_ctx *c, const char *from, const char *to);

#ifdef __cplusplus
}
#endif
#endif
