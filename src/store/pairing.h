/* Which record of another source stands for a request record (the rule: store/corroborate.h). Internal to store/. */
#ifndef AK_STORE_PAIRING_H
#define AK_STORE_PAIRING_H

#include "store/store.h"

struct ak_pairing;

#ifdef __cplusplus
extern "C" {
#endif

enum ak_rc ak_pairing_new(struct ak_store *s, struct ak_pairing **out, struct ak_err *err);
void ak_pairing_free(struct ak_pairing *p);
/* Write or take back the pair of this record, and of records before first_new that share an id with it: later ones get
 * their own turn. */
enum ak_rc ak_pairing_add(struct ak_pairing *p, int64_t seq, int64_t first_new, struct ak_err *err);

#ifdef __cplusplus
}
#endif
#endif
