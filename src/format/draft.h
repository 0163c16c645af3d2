/* A first mapping for an export that nobody has described: container, where its records stand, and which member is which field,
 * by names and shapes (format/draft.def). The draft holds names of members and counts, no value: its sample has values made up
 * in the same shapes. Members whose names look like values are counted, not named. */
#ifndef AK_FORMAT_DRAFT_H
#define AK_FORMAT_DRAFT_H

#include "base/buf.h"
#include "base/err.h"

#ifdef __cplusplus
extern "C" {
#endif

/* input: the beginning of an export, whole records of which are looked at. name: its file's, of which the id is made. The YAML is
 * appended; it parses, and its sample agrees with it. AK_EXIT_INPUT when there is no record. */
enum ak_rc ak_draft_mapping(struct ak_str input, const char *name, struct ak_buf *out, struct ak_err *err);

#ifdef __cplusplus
}
#endif
#endif
