/* Entries of the identifier index that are no identifiers: which audit events set what holds for all calls. Such settings are asked for at
 * any instant, and without this the whole history would be read where one was never set, or long ago.
 *
 * An entry is the hash of a text that no identifier can be. It is a superset: what an event sets is for who reads it to say. Workspaces
 * from before have none (meta key AK_TERMS is not there): there the history is read. */
#ifndef AK_STORE_TERMS_H
#define AK_STORE_TERMS_H

#include "model/record.h"

#define AK_TERMS "terms"

enum ak_term { AK_TERM_PAYLOAD, AK_TERM_RETENTION, AK_TERM_ROUTE_VERSION, AK_TERM_BUDGET_VERSION, AK_TERM_COUNT };

#ifdef __cplusplus
extern "C" {
#endif

/* What stands in the index for it (ak_lookup_hash). */
const char *ak_term_text(enum ak_term t);
/* Bits (1 << enum ak_term) of what a record may set; 0 of all but audit events. */
unsigned ak_terms_of(const struct ak_packed *r);

#ifdef __cplusplus
}
#endif
#endif
