/* A packet of the past, held against the workspace that made it. */
#ifndef AK_PACKET_PAST_H
#define AK_PACKET_PAST_H

#include <jansson.h>

#include "store/store.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Everything but its signature holds (one may have come later). digest in hex; *packet is packet.json, the caller's.
 * AK_EXIT_VERIFY otherwise. */
enum ak_rc ak_past_open(const char *path, char digest[65], json_t **packet, struct ak_err *err);
/* Its tree head is that of the first leaves of this workspace's ledger, which has `now`. AK_EXIT_REFUSED: of another workspace;
 * AK_EXIT_VERIFY: it is not. */
enum ak_rc ak_past_in_ledger(struct ak_store *s, const json_t *packet, int64_t now, struct ak_err *err);
/* Its table of that name: rows as objects by column, texts or null; none when it has no such table, which a view may leave out. */
enum ak_rc ak_past_table(const char *path, const char *table, json_t **out, struct ak_err *err);
/* A document of it. AK_END when there is none. */
enum ak_rc ak_past_json(const char *path, const char *name, json_t **out, struct ak_err *err);

#ifdef __cplusplus
}
#endif
#endif
