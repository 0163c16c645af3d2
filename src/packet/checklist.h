/* The checklists of a review, measured: which of the fields that a reviewer asks for records have, and in how many of them. */
#ifndef AK_PACKET_CHECKLIST_H
#define AK_PACKET_CHECKLIST_H

#include <jansson.h>

#include "store/store.h"

#ifdef __cplusplus
extern "C" {
#endif

/* [{group, worth, items: [{item, fields: names of the dictionary, measured: [{kind, filled, of}] of kinds that there are records of, state: "always"|
 * "partly"|"never"|"no records"|"elsewhere", why (elsewhere)}], always, partly, never, none}], in the order of checklist.def. Requests
 * are attempts, period half-open; keys and grants are states, of all times. */
enum ak_rc ak_checklists(struct ak_store *s, int64_t from_us, int64_t to_us, json_t **out, struct ak_err *err);

#ifdef __cplusplus
}
#endif
#endif
