/* Encodings a secret may hide in (SECURITY R-SEC-4). Each call takes off one layer. */
#ifndef AK_REDACT_DECODE_H
#define AK_REDACT_DECODE_H

#include "base/arena.h"

#define AK_DECODE_RUN 24 /* shortest base64 text that is looked into */

struct ak_unescaped {
	struct ak_str text;
	uint32_t *at; /* position in the source of every byte of text; at[text.n] = length of the source */
};

#ifdef __cplusplus
extern "C" {
#endif

/* Percent-encoding, \xNN, \uNNNN, \u{N}, HTML character references and zero-width characters, all in one layer. False
 * when the text holds none. The result may be any bytes. */
bool ak_decode_escapes(struct ak_str s, struct ak_arena *a, struct ak_unescaped *out);
/* Base64 of either alphabet: true when the run decodes to printable ASCII, at least 12 bytes of it; what follows the
 * printable part is left out. */
bool ak_decode_base64(struct ak_str run, struct ak_arena *a, struct ak_str *out);

#ifdef __cplusplus
}
#endif
#endif
