/* Manual evidence in the register (DECISIONS 26): files that nobody reads, known by name, size and digest. Their source has the
 * format `manual`, their counts of records are zero. */
#ifndef AK_STORE_MANUAL_H
#define AK_STORE_MANUAL_H

#include "store/store.h"

#define AK_MANUAL "manual" /* format of such sources and files */

#ifdef __cplusplus
extern "C" {
#endif

/* *known: the source has a file of this digest already, for the same question (NULL = for none). AK_EXIT_USAGE when the source
 * holds records. */
enum ak_rc ak_manual_look(struct ak_store *s, const char *source, const char *sha256, const char *question, bool *known,
			  struct ak_err *err);

#ifdef __cplusplus
}
#endif
#endif
