/* Exact sums of members of documents, by other members and by currency. */
#ifndef AK_REPORT_BILL_H
#define AK_REPORT_BILL_H

#include <jansson.h>

#include "base/ak.h"

struct ak_bill;

#ifdef __cplusplus
extern "C" {
#endif

/* by and sums: member names, space-separated; at most 8 sums. */
struct ak_bill *ak_bill_new(const char *by, const char *sums);
void ak_bill_free(struct ak_bill *t);
/* One row more; its numbers are integers or canonical decimals. currency: null is one of its own, NULL: sums that have none. */
void ak_bill_add(struct ak_bill *t, const json_t *row, const json_t *currency);
/* [{by..., currency, rows, sum: {sum, of}}] in the order in which they came first; sums that no row has are left out. The caller's. */
json_t *ak_bill_rows(const struct ak_bill *t);

#ifdef __cplusplus
}
#endif
#endif
