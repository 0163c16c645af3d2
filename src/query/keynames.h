/* Which other names a key has, as its inventory says. */
#ifndef AK_QUERY_KEYNAMES_H
#define AK_QUERY_KEYNAMES_H

#include "query/query.h"

#ifdef __cplusplus
extern "C" {
#endif

/* {ids, hashes, aliases: [text]} of the key that has one of these names (texts as they are stored), names themselves among them where the
 * inventory has them. A hash that an id had beside others leads to no id, since it is one secret of several; an alias of several keys
 * leads nowhere and is none of the aliases. All empty: the inventory does not know the names. */
enum ak_rc ak_query_key_inventory(struct ak_store *s, const json_t *names, json_t **out, struct ak_err *err);

#ifdef __cplusplus
}
#endif
#endif
