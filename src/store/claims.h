/* Which record stands for an identity and how often it was shown (DECISIONS 3): the identity runs for the plain case, the
 * table `identity` for the others. Inside a transaction. */
#ifndef AK_STORE_CLAIMS_H
#define AK_STORE_CLAIMS_H

#include "store/store.h"

struct ak_claim {
	int64_t seq, export_, shown, kept;
	bool tombstone;
};

struct ak_claims;

#ifdef __cplusplus
extern "C" {
#endif

enum ak_rc ak_claims_new(struct ak_store *s, struct ak_claims **out, struct ak_err *err);
void ak_claims_free(struct ak_claims *c);
/* Look up these identities (16 bytes each) together: much cheaper than one by one. Not required before a claim. */
enum ak_rc ak_claims_expect(struct ak_claims *c, const uint8_t *const *ids, size_t n, struct ak_err *err);
/* Does a record stand for it already? */
enum ak_rc ak_claims_known(struct ak_claims *c, const uint8_t id[16], bool *known, struct ak_err *err);
/* Is the identity new? Then it now stands for record seq of this export. Otherwise *known is what is known of it. */
enum ak_rc ak_claims_take(struct ak_claims *c, const uint8_t id[16], int64_t seq, int64_t export_, bool *fresh,
			  struct ak_claim *known, struct ak_err *err);
/* The same for one of several contents of a natural key; those are few and stand in the table alone. */
enum ak_rc ak_claims_take_variant(struct ak_claims *c, const uint8_t id[16], int64_t seq, int64_t export_, bool *fresh,
				  struct ak_err *err);
/* Remember what has changed about an identity. */
enum ak_rc ak_claims_set(struct ak_claims *c, const uint8_t id[16], const struct ak_claim *k, struct ak_err *err);
/* Write the new identities as a run. Before every commit. */
enum ak_rc ak_claims_flush(struct ak_claims *c, struct ak_err *err);

#ifdef __cplusplus
}
#endif
#endif
