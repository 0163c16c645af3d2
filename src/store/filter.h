/* Which keys a sorted run may hold: a blocked Bloom filter (Putze, Sanders, Singler 2007) over identities, which are keyed
 * digests and need no further hashing. Five bits in one cache line of 512 for each key; of keys that are not there about one
 * in seventy is taken for one that may be. A new day's records are looked up without reading the pages of the years. */
#ifndef AK_STORE_FILTER_H
#define AK_STORE_FILTER_H

#include "base/ak.h"

#define AK_FILTER_MOST ((size_t)8 << 20) /* beyond 6.7 million entries it answers less well, never wrongly */

#ifdef __cplusplus
extern "C" {
#endif

/* Bytes of the filter of a run of so many entries, a power of two; 0 = it is too small to need one. */
size_t ak_filter_bytes(uint64_t entries);
/* Is this a filter that could have been made so? */
bool ak_filter_sound(const uint8_t *bits, size_t bytes);
void ak_filter_add(uint8_t *bits, size_t bytes, uint64_t key);
/* false: the key is not there. */
bool ak_filter_may_have(const uint8_t *bits, size_t bytes, uint64_t key);

#ifdef __cplusplus
}
#endif
#endif
