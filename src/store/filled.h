/* Which fields any record of a kind has a value in: what a search asks of a field that none has needs no reading. The list in meta only
 * grows, in the transaction of the records that it speaks of; a workspace of before there was one has none, and all is read. verify
 * compares it with the records. */
#ifndef AK_STORE_FILLED_H
#define AK_STORE_FILLED_H

#include "model/field.h"
#include "store/store.h"

#define AK_FILLED_KEY "filled"
#define AK_FILLED_WORDS ((AK_F_COUNT + 63) / 64)

struct ak_filled {
	bool known;
	uint64_t set[AK_K_COUNT][AK_FILLED_WORDS]; /* a bit per field */
};

#ifdef __cplusplus
extern "C" {
#endif

static inline void ak_filled_put(uint64_t *set, int f) { set[f / 64] |= UINT64_C(1) << (f % 64); }
static inline bool ak_filled_has(const uint64_t *set, int f) { return set[f / 64] >> (f % 64) & 1; }

enum ak_rc ak_filled_read(struct ak_store *s, struct ak_filled *out, struct ak_err *err);
/* Within a transaction: what is new in `more` is added, where the workspace has a list. */
enum ak_rc ak_filled_add(struct ak_store *s, const struct ak_filled *more, struct ak_err *err);
/* Whether all of b is in a. */
bool ak_filled_covers(const struct ak_filled *a, const struct ak_filled *b);

#ifdef __cplusplus
}
#endif
#endif
