/* Structured differences (DIFF values). Private to format/.
 *
 * A DIFF is canonical JSON: [{"after":y,"before":x,"path":"/a/b"}, ...], of two states in byte order of the paths (RFC
 * 6901); a side that was not there is left out; numbers that are no integers within 2^53-1 are strings of their
 * canonical decimal text. "unnamed":true says of an entry without `after` that the update did not name it, and so did not remove it. */
#ifndef AK_FORMAT_DIFF_H
#define AK_FORMAT_DIFF_H

#include "format/jtree.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Append the difference of two states. Objects are compared member by member, all else as a whole; one side may be NULL
 * (no such state). partial: `after` holds only what was set; where it names nothing at all, nothing is left. */
void ak_diff_states(struct ak_buf *out, const struct ak_jnode *before, const struct ak_jnode *after, bool partial);
/* Append what a list of changes says: entries {field|path|key|type, old|before|previous_value|from,
 * new|after|current_value|to}, or a map from field to {old, new}. False when it is neither. */
bool ak_diff_changes(struct ak_buf *out, const struct ak_jnode *changes);

#ifdef __cplusplus
}
#endif
#endif
