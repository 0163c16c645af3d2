/* Personal data under an encoding (SECURITY R-SEC-4, for what is no secret): percent-encoding, escapes, other forms of ASCII,
 * base64 and hex. What stands in a text as it is, others find (redact/email.h, redact/personal.h). */
#ifndef AK_REDACT_VEILED_H
#define AK_REDACT_VEILED_H

#include "redact/redactor.h"

#ifdef __cplusplus
extern "C" {
#endif

/* A look that costs little: false when nothing of the text can be an encoding. */
bool ak_veiled_may(const struct ak_redactor *r, struct ak_str s);
/* Every address replaced and counted, with `personal` all that the profile's finders find in the decoded text. Of a run of base64 or
 * hex the first find stands for the whole run. */
struct ak_str ak_veiled_replace(const struct ak_pass *p, struct ak_str s, bool personal);
/* The first address under an encoding. */
bool ak_veiled_email(const struct ak_redactor *r, struct ak_str s, size_t *from, size_t *to);

#ifdef __cplusplus
}
#endif
#endif
