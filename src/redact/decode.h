/* Encodings a secret may hide in (SECURITY R-SEC-4). Each call takes off one layer. */
#ifndef AK_REDACT_DECODE_H
#define AK_REDACT_DECODE_H

#include "base/arena.h"

#define AK_DECODE_RUN 24 /* shortest base64 or hex that is looked into */

struct ak_unescaped {
	struct ak_str text;
	uint32_t *at; /* position in the source of every byte of text; at[text.n] = length of the source */
};

#ifdef __cplusplus
extern "C" {
#endif

/* Percent-encoding, the escapes of JSON strings, \xNN, \NNN, \u{N}, HTML character references, zero-width characters and accents
 * that combine, zero bytes, control sequences of terminals, and ASCII in another form (full width, of mathematics, overlong, other
 * dashes, blanks and full stops), all in one layer. False when the text holds none. The result may be any bytes. */
bool ak_decode_escapes(struct ak_str s, struct ak_arena *a, struct ak_unescaped *out);
/* What a run of base64 or hex holds; the run stands from `from` to `to`. True: nothing else in this run is asked for. */
typedef bool ak_decoded_fn(void *ctx, struct ak_str text, size_t from, size_t to);
/* Asks for each text that a run of AK_DECODE_RUN characters or more of s decodes to, outside of markers. */
void ak_decode_runs(const uint64_t table[256], struct ak_str s, struct ak_arena *a, ak_decoded_fn *fn, void *ctx);
/* Hex of either case: the next stretch of pairs from *at on that decodes to printable ASCII, at least 12 bytes of it. *at moves
 * behind it; false when there is none. */
bool ak_decode_hex(struct ak_str run, size_t *at, struct ak_arena *a, struct ak_str *out);
/* Base64 of either alphabet: true when the run decodes to printable ASCII, at least 12 bytes of it; what follows the
 * printable part is left out, and so is what stands before it in the first group of four characters. */
bool ak_decode_base64(struct ak_str run, struct ak_arena *a, struct ak_str *out);

/* What each character can be the first, second, third and fourth of: made once, for ak_shifts. */
void ak_decode_table(uint64_t table[256]);

/* Where in a run of base64 text may begin: what stands before it shifts it by up to three characters. */
struct ak_shifts {
	const uint64_t *table;
	struct ak_str run;
	size_t last; /* text that begins here or later is not asked for */
	size_t at, next[4]; /* of each shift: nothing before it is looked at again */
	uint64_t seen;
	unsigned asks; /* shifts that the characters before `at` suit */
};

/* The next place, from which some 16 characters decode to bytes below 0x80. False at the end of the run. */
bool ak_decode_shift(struct ak_shifts *s, size_t *at);
/* Text of n bytes was decoded from `at`, 0 = none. */
void ak_decode_shifted(struct ak_shifts *s, size_t at, size_t n);

#ifdef __cplusplus
}
#endif
#endif
