/* Reviews by hand in a packet (F363): what people attested, on which day, and whether that is too long ago at the checkpoint. */
#ifndef AK_PACKET_ATTESTED_H
#define AK_PACKET_ATTESTED_H

#include "packet/section.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Table `attestations` and what of it is a gap; nothing where policy.yaml declares none. */
void ak_section_attested(struct ak_sections *s, json_t *section);
/* How many there are, and how many of them are overdue, of no day or by nobody. */
void ak_attested_count(const struct ak_policy *p, int64_t as_of_us, uint64_t *late, uint64_t *of);

#ifdef __cplusplus
}
#endif
#endif
