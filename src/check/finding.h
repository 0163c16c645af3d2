/* What makes a finding, in 16 hex digits: rule, subject and the facts that the rule's line of facts.def names. Evidence that comes
 * later changes no id: places in the ledger are left out, and what grows night by night counts as its size only, in powers of two. A
 * finding that was muted, answered or known fires again when it says something else, or has grown past the next power of two. */
#ifndef AK_CHECK_FINDING_H
#define AK_CHECK_FINDING_H

#include <jansson.h>

#include "base/map.h"

#define AK_FINDING_ID 17 /* bytes, with NUL */

#ifdef __cplusplus
extern "C" {
#endif

/* facts, sizes: members, dotted, parted by blanks; facts NULL: what facts.def says of the rule, else the words of the text without
 * its numbers. "text" as a fact is the whole text without places in the ledger. */
void ak_finding_id(const char *rule, const char *facts, const char *sizes, const json_t *finding, char id[AK_FINDING_ID]);
/* The second finding with an id of this run gets another: seen holds those that were. */
void ak_finding_apart(struct ak_map *seen, char id[AK_FINDING_ID]);

#ifdef __cplusplus
}
#endif
#endif
