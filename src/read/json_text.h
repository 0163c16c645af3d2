/* The lexical rules of JSON that are checked apart from structure: numbers (RFC 8259 section 6) and strings (section 7). */
#ifndef AK_READ_JSON_TEXT_H
#define AK_READ_JSON_TEXT_H

#include "base/ak.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Is the whole text one JSON number? */
bool ak_json_is_number(struct ak_str s);
/* Decode what stands between the quotes of a JSON string into out (room for s.n bytes, may not overlap). False on a bad
 * escape or an unpaired surrogate; control characters and UTF-8 are not looked at. */
bool ak_json_unescape(struct ak_str s, char *out, size_t *n);
/* How many bytes ak_json_unescape would write. */
bool ak_json_measure(struct ak_str s, size_t *n);
/* Could this string hold a JSON document worth decoding: an object, array or string, or null? */
bool ak_json_in_string(struct ak_str s);

#ifdef __cplusplus
}
#endif
#endif
