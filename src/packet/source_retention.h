/* What a source says it keeps, against the oldest record that anybody has of it. */
#ifndef AK_PACKET_SOURCE_RETENTION_H
#define AK_PACKET_SOURCE_RETENTION_H

#include "packet/facts.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Sources whose oldest record is younger than what they state to keep, of those that state it in days and can be judged. */
void ak_source_lost_early(const struct ak_facts *f, const struct ak_policy *policy, uint64_t *lost, uint64_t *of);

#ifdef __cplusplus
}
#endif
#endif
