/* The hours in which a source has records, and the silences between them. Internal to query/. */
#ifndef AK_QUERY_SILENCES_H
#define AK_QUERY_SILENCES_H

#include <jansson.h>

#include "base/ak.h"

#define AK_SILENCES_LISTED 10

struct ak_hours; /* hours from 2015 on, a bit each: as large for a day as for a century */

struct ak_silences {
	uint64_t span, active;	  /* hours between the first and the last record, and those of them with one */
	uint64_t all;		  /* stretches of whole hours without a record */
	uint64_t suspected_hours; /* in those that are suspected */
	json_t *longest;	  /* [{from, to, hours, expected (records, at the average rate), suspected}], AK_SILENCES_LISTED at most */
};

#ifdef __cplusplus
extern "C" {
#endif

struct ak_hours *ak_hours_new(void);
void ak_hours_free(struct ak_hours *h);
/* Something happened from one time until before the other, microseconds. What lies out of 2015 to 2114 is left out. */
void ak_hours_mark(struct ak_hours *h, int64_t from_us, int64_t to_us);
/* A silence is suspected when it is three times as long as nine in ten of the others, three hours at least, and the average
 * rate of these records would have brought `least` in it. out->longest is the caller's. */
void ak_hours_silences(const struct ak_hours *h, uint64_t records, uint64_t least, struct ak_silences *out);

#ifdef __cplusplus
}
#endif
#endif
