/* Hash map from byte strings to pointers or numbers, keys copied, keyed hash (flooding-safe). Iteration order is
 * insertion order, so that output never depends on the hash seed. */
#ifndef AK_BASE_MAP_H
#define AK_BASE_MAP_H

#include "base/ak.h"

struct ak_map_entry {
	struct ak_str key; /* owned by the map, NUL-terminated */
	union {
		void *ptr;
		int64_t num;
	} v;
};

struct ak_map {
	struct ak_map_entry *e; /* in insertion order */
	size_t n, cap;
	uint32_t *index;
	size_t mask;
};

#ifdef __cplusplus
extern "C" {
#endif

void ak_map_init(struct ak_map *m);
/* Frees keys; values belong to the caller. */
void ak_map_release(struct ak_map *m);
struct ak_map_entry *ak_map_get(const struct ak_map *m, struct ak_str key);
/* Existing or new entry (value zeroed when new; *fresh tells, may be NULL). Pointers die at the next put. */
struct ak_map_entry *ak_map_put(struct ak_map *m, struct ak_str key, bool *fresh);
/* Keyed 64-bit hash of bytes; stable within a process only. */
uint64_t ak_hash(const void *p, size_t n);

#ifdef __cplusplus
}
#endif
#endif
