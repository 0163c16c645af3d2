/* What people attested on a day, under access.attestations of policy.yaml (F363): how it stands at a moment. */
#ifndef AK_CHECK_ATTESTED_H
#define AK_CHECK_ATTESTED_H

#include "conf/policy.h"

enum ak_attested { AK_ATTESTED_IN_TIME, AK_ATTESTED_OVERDUE, AK_ATTESTED_NO_DAY, AK_ATTESTED_NOBODY, AK_ATTESTED_LATER, AK_ATTESTED_STATES };

#ifdef __cplusplus
extern "C" {
#endif

/* Days that an attestation holds: limits.attestation_age, 92 without it. */
int64_t ak_attested_days(const struct ak_policy *p);
/* *days: how old it is at as_of; below 0 and LATER: it is of a later day. */
enum ak_attested ak_attested(const json_t *attestation, int64_t as_of_us, int64_t most, int64_t *days);
const char *ak_attested_name(enum ak_attested s);

#ifdef __cplusplus
}
#endif
#endif
