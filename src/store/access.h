/* access.jsonl: who read or exported evidence with this tool (DECISIONS 23). One RFC 8785 line per access, appended with
 * O_APPEND, each holding the SHA-256 of the line before it; readers never wait for a writer. */
#ifndef AK_STORE_ACCESS_H
#define AK_STORE_ACCESS_H

#include <jansson.h>

#include "store/store.h"

struct ak_tlog;

#ifdef __cplusplus
extern "C" {
#endif

/* Who runs this program: the numeric user id as a keyed token, user:<32 hex>. */
void ak_access_operator(const struct ak_hmac *token, char out[64]);
/* command: "trace reconstruct"; options: parsed options with tokens in place of personal values; records: how many were
 * shown. The operator is the numeric user id as a keyed token. */
enum ak_rc ak_access_append(struct ak_store *s, const struct ak_hmac *token, const char *command, const json_t *options,
			    uint64_t records, struct ak_err *err);
/* All lines in order as parsed documents (caller owns), and whether the chain is unbroken. */
enum ak_rc ak_access_read(struct ak_store *s, json_t **out, bool *unbroken, struct ak_err *err);
/* Write how far the log reaches into the ledger (entry kind `access`: {lines, sha256 of the last line}), unless the last
 * anchor says the same. */
enum ak_rc ak_access_anchor(struct ak_tlog *l, struct ak_err *err);
/* lines: of ak_access_read. *covered: lines before the newest anchor; *agrees: every anchor meets its line. */
enum ak_rc ak_access_anchored(struct ak_store *s, const json_t *lines, size_t *covered, bool *agrees, struct ak_err *err);

#ifdef __cplusplus
}
#endif
#endif
