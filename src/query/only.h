/* A workspace as if it held some of its records only: what is read of the connection from then on sees no other record, whatever the
 * statement. Exports, files, their counts, the ledger's own entries, prices and settings of systems stay as they are. */
#ifndef AK_QUERY_ONLY_H
#define AK_QUERY_ONLY_H

#include "query/search.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The records that a search finds, second witnesses and the other entries of a call that it finds one of included. They are copied
 * into the connection's own nameless file (ak_store_spill comes first); n: how many of each kind. */
enum ak_rc ak_query_only(struct ak_store *s, const struct ak_search_opts *o, uint64_t n[AK_K_COUNT], struct ak_err *err);
/* Kinds that stay as they are: all of their records are seen. */
bool ak_query_only_whole(enum ak_kind k);
/* All records again; of a connection that sees all of them nothing. Which ones they were is kept for ak_query_leaves_each. */
enum ak_rc ak_query_all_again(struct ak_store *s, struct ak_err *err);

#ifdef __cplusplus
}
#endif
#endif
