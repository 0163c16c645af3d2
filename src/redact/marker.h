/* Our own marks in redacted text: `[REDACTED:<kind>:<kid>:<fingerprint>]` and tokens `<class>:<32 hex>`. Detectors
 * never look inside them, so redacting twice changes nothing. */
#ifndef AK_REDACT_MARKER_H
#define AK_REDACT_MARKER_H

#include "base/ak.h"

#ifdef __cplusplus
extern "C" {
#endif

/* End of the well-formed marker that starts at `at`, or `at`. Well-formed: kind [a-z0-9_]{1,40}, 8 hex, 32 hex. */
size_t ak_marker_end(struct ak_str s, size_t at);
/* The whole text is one marker. */
bool ak_marker_is(struct ak_str s);
/* The text begins with a token, class, ':' and 32 hex: bytes up to the hex, 0 when it does not. */
size_t ak_marker_token_head(struct ak_str s);
/* The whole text is one token. */
bool ak_marker_is_token(struct ak_str s);
/* The colon of a token that stands in a text for what was found there: email, ip, phone or mac before it, 32 hex behind. Not
 * key, user and id, which only ever are a whole value: `api-key:` and 32 hex are a secret and its name. */
bool ak_marker_is_token_colon(struct ak_str s, size_t colon);
/* The text begins with an encrypted value, `enc:`, 8 hex, ':' and hex of more than a tag: its end, 0 when it does not. */
size_t ak_marker_sealed_end(struct ak_str s);
/* The whole text is one. */
bool ak_marker_is_sealed(struct ak_str s);

/* A secret its source has masked: stars or dots, and no more than 16 other characters. */
bool ak_marker_is_mask(struct ak_str s);
/* The same of what has no shape of its own, such as a password: it hides more than it shows, shows up to four characters, is cut in the
 * middle or begins as keys do. `hunter2***` does not. */
bool ak_marker_hides(struct ak_str s);

#ifdef __cplusplus
}
#endif
#endif
