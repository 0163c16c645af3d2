/* Ids and other typed values of a packet that have the shape of a person's number. Such a value is validated by its type
 * and never scanned for personal data (DECISIONS 11), so the self-audit, which no packet passes with a card or a social
 * security number in it, has to know it wherever it is shown. A packet lists them by SHA-256 for who verifies it. */
#ifndef AK_PACKET_IDS_H
#define AK_PACKET_IDS_H

#include <jansson.h>

#include "base/ak.h"

#define AK_IDS_MOST 10000 /* further ones are not known, so that the self-audit stops at them */

struct ak_ids;

#ifdef __cplusplus
extern "C" {
#endif

struct ak_ids *ak_ids_new(void);
void ak_ids_free(struct ak_ids *ids); /* NULL is fine */
void ak_ids_add(struct ak_ids *ids, struct ak_str id);
/* The same by SHA-256 (64 lower-case hex digits), as a packet lists it. */
void ak_ids_add_sha256(struct ak_ids *ids, const char *sha256);
size_t ak_ids_count( struct ak_ids *ids);
/* [{sha256}], sorted; the caller's. */
json_t *ak_ids_list( struct ak_ids *ids);
/* Do the bytes from `from` to `to` belong to one of them that stands there whole, with no letter or digit beside it? Only the
 * first `told` that were added count, so that another thread may ask while more are added. */
bool ak_ids_hold(struct ak_ids *ids, size_t told, struct ak_str s, size_t from, size_t to);

#ifdef __cplusplus
}
#endif
#endif
