/* What the stored records hold of each field, seen in passing by a read of all of them. Internal to query/. */
#ifndef AK_QUERY_OBSERVED_H
#define AK_QUERY_OBSERVED_H

#include <jansson.h>

#include "store/record.h"

struct ak_observed;

#ifdef __cplusplus
extern "C" {
#endif

struct ak_observed *ak_observed_new(void);
void ak_observed_free(struct ak_observed *o);
void ak_observed_add(struct ak_observed *o, enum ak_kind k, const struct ak_packed *r);
/* [{kind, field (column), name, records (of the kind), with_value, least, most (of numbers and times), longest (of other texts, bytes),
 * unlike (values that are not of the field's type)}] of kinds that have records, in the order of the dictionary. The caller's. */
json_t *ak_observed_rows(const struct ak_observed *o);

#ifdef __cplusplus
}
#endif
#endif
