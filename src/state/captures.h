/* What a capture of settings shows no longer, or for the first time, without an event that says so. Private to state/. */
#ifndef AK_STATE_CAPTURES_H
#define AK_STATE_CAPTURES_H

#include <jansson.h>

#include "state/name.h"

struct ak_captures;

/* A thing that one capture of a source shows and the other of the two does not: found as ak_state_found_fn wants it, with kind "gone" or
 * "new". t: of the later capture. The reference is the callee's. */
typedef void ak_captures_fn(void *ctx, json_t *found, int64_t t);

struct ak_captures *ak_captures_new(ak_captures_fn *each, void *ctx);
/* Records in the order of time. A record of a capture, and what it says; an event, and what it says. */
void ak_captures_show(struct ak_captures *c, const json_t *row, int64_t t, const struct ak_said *s);
void ak_captures_touch(struct ak_captures *c, int64_t t, const struct ak_said *s);
/* The last captures are compared. Frees; *compared gets how many things stood in one capture of two only. */
void ak_captures_end(struct ak_captures *c, uint64_t *compared);

#endif
