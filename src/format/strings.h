/* The strings of a raw record with the paths a mapping would name them by, for the search for identifiers that would meet
 * (link/propose.h). Nothing below a payload path of the mapping, and nothing below a key that looks like a value. */
#ifndef AK_FORMAT_STRINGS_H
#define AK_FORMAT_STRINGS_H

#include "format/mapping.h"

/* path as in auditkit-formats(5), `[]`, `|json` and `|kv` included; both views die with the call. */
typedef void ak_string_fn(void *ctx, struct ak_str path, struct ak_str text);

#ifdef __cplusplus
extern "C" {
#endif

/* Records of one stream, or of its beginning: at most `most`; the number that was read. Memory: one record. */
size_t ak_strings_json(const struct ak_mapping *m, struct ak_str text, size_t most, ak_string_fn *fn, void *ctx,
		       void (*next)(void *ctx));
size_t ak_strings_csv(const struct ak_mapping *m, struct ak_str text, size_t most, ak_string_fn *fn, void *ctx,
		      void (*next)(void *ctx));
/* Is this path one that the mapping reads the field from? */
bool ak_strings_is_read(const struct ak_mapping *m, enum ak_field_id f, struct ak_str path);

#ifdef __cplusplus
}
#endif
#endif
