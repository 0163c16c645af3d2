/* Requests counted by column (query/aggregate.h), and afterwards the first records of those groups that a rule found: reading them
 * costs nothing where nothing was found. */
#ifndef AK_CHECK_GROUPS_H
#define AK_CHECK_GROUPS_H

#include "check/piles.h"
#include "query/aggregate.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Count requests of the rule's period. *many: there are more groups than can be kept, and nothing was counted; the rule is then not
 * evaluable, and says so. ak_aggregate_release in any case. */
enum ak_rc ak_check_groups(struct ak_check_run *r, const struct ak_aggregate_opts *o, struct ak_aggregate *out, bool *many, struct ak_err *err);
/* The first record of each pile that has none yet: piles of requests by these fields (of columns), whose parts are their values. */
enum ak_rc ak_check_cite_groups(struct ak_piles *p, const int *field, struct ak_err *err);

#ifdef __cplusplus
}
#endif
#endif
