/* How many people records of groups name: the pairs of a group and a person that were met, by 64 bits of a keyed hash, 8 bytes a place.
 * Only a count can be wrong, by one, where two of them meet (query/callkeys.h). Internal to query/. */
#ifndef AK_QUERY_PEOPLE_H
#define AK_QUERY_PEOPLE_H

#include "store/columns_store.h"

/* Pairs at most: 64 MB; whoever has more counts on disk. */
#define AK_PEOPLE_MOST 4000000u

/* The people of a block: number of each record's person, 0 = it names nobody. */
struct ak_people_block {
	uint64_t of[AK_COLUMNS_ROWS], value[AK_COLUMNS_ROWS + 1];
};

struct ak_people {
	uint64_t *pair; /* 0 = free */
	size_t n, mask;
};

#ifdef __cplusplus
extern "C" {
#endif

/* Columns that say who it is. */
void ak_people_want(struct ak_columns_want *want);
/* As AK_PERSON says it (query/attempt.h). */
void ak_people_of(const struct ak_columns *c, struct ak_people_block *out);
uint64_t ak_people_number(struct ak_str person);
/* 1: this pair was not met before; 0: it was; -1: there are too many. person: not 0. */
int ak_people_add(struct ak_people *p, uint64_t group, uint64_t person);
void ak_people_free(struct ak_people *p);

#ifdef __cplusplus
}
#endif
#endif
