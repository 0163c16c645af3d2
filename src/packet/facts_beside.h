/* The facts that take longest and need no others: coverage, what each source adds up to and what records hold. Read over a connection
 * and by a thread of their own while the caller reads on; where there can be no second connection, by the caller at the end. */
#ifndef AK_PACKET_FACTS_BESIDE_H
#define AK_PACKET_FACTS_BESIDE_H

#include "packet/facts.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The store spills (ak_store_spill). alone: no thread, since this connection sees other records than another would. */
struct ak_facts_beside *ak_facts_beside_start(struct ak_store *s, int64_t from_us, int64_t to_us, const struct ak_policy *policy, int64_t as_of_us, bool alone);
/* Fills links, control_totals and shapes. */
enum ak_rc ak_facts_beside_end(struct ak_facts_beside *b, struct ak_facts *f, struct ak_err *err);
/* NULL is none; also without an end. */
void ak_facts_beside_free(struct ak_facts_beside *b);

#ifdef __cplusplus
}
#endif
#endif
