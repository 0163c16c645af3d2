/* What policy.yaml says of values nested in a change (F167): `redaction.pointers: [{field, pointer, action, why}]`.
 *
 * A pointer is RFC 6901, from the root of the object that was changed; no name is special, '*' is a name. Of a DIFF
 * [{path, before, after}] the entries at and below the pointer become one entry: without its values (remove), or with *** for
 * them (mask); their names below it go too. In an entry above it the nested member goes, or becomes ***; an element of a list
 * becomes null, so that the others keep their places. All else stays. Done twice nothing more is done. */
#ifndef AK_REDACT_POINTER_H
#define AK_REDACT_POINTER_H

#include "redact/redactor.h"

struct ak_policy_pointer; /* conf/policy.h */

#ifdef __cplusplus
extern "C" {
#endif

/* Copied; of checked entries of fields that there are. NULL of none. */
struct ak_pointers *ak_pointers_new(const struct ak_policy_pointer *list, size_t n);
void ak_pointers_free(struct ak_pointers *p); /* NULL is fine */
/* Does one of them speak of this field? p may be NULL. */
bool ak_pointers_name(const struct ak_pointers *p, int field);
/* A DIFF of the pass's field with all of them applied, counted as `pointer`; p == NULL when it cannot be read. */
ak_action_fn ak_value_pointers;

#ifdef __cplusplus
}
#endif
#endif
