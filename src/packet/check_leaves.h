/* What the annex says of each leaf against what the packet shows: labels that cannot be, records of the sample trace, and the tables
 * that have the records row by row. Internal to packet/. */
#ifndef AK_PACKET_CHECK_LEAVES_H
#define AK_PACKET_CHECK_LEAVES_H

#include "packet/checks.h"

struct ak_check_leaves;

#ifdef __cplusplus
extern "C" {
#endif

/* p: the packet, borrowed. */
struct ak_check_leaves *ak_check_leaves_new(const struct ak_checked *p);
void ak_check_leaves_free(struct ak_check_leaves *l);
/* The next leaf of the run, which it is: ascending. What is wrong with it, NULL when nothing is. */
const char *ak_check_leaves_row(struct ak_check_leaves *l, uint64_t seq, const char *kind, const char *stands, const uint8_t leaf[32]);
/* After the last one: the tables of records in the annex. False with what is wrong in why. */
bool ak_check_leaves_tables(const struct ak_check_leaves *l, const struct ak_checked *annex, char *why, size_t n);

#ifdef __cplusplus
}
#endif
#endif
