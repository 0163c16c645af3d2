/* The second look for secrets in a finished packet: made from published shapes of keys (SECURITY 1.2) alone, shares no
 * code and no table with redact/, and goes another way: every byte of a line may be a mark, a row of sieve.def says
 * what must stand around it, and a line that hides something is unfolded as a whole and looked at again. What one of
 * the two looks gets wrong, the other does not. */
#ifndef AK_PACKET_SIEVE_H
#define AK_PACKET_SIEVE_H

#include "base/ak.h"

/* Asked for every find; true lets it pass. value dies with the call. */
typedef bool ak_sieve_let(void *ctx, const char *kind, struct ak_str value);

struct ak_sieve {
	ak_sieve_let *let;
	void *ctx;
};
struct ak_sieve_hit {
	const char *kind; /* lower case and '_' */
	size_t line;	  /* from 1, within the text */
};

#ifdef __cplusplus
extern "C" {
#endif

/* The first find in a text that is not let pass. Linear in the text; lines are looked at one by one. */
bool ak_sieve(const struct ak_sieve *sieve, struct ak_str text, struct ak_sieve_hit *out);

/* Internal to the sieve. A line as percent, HTML entities and backslash escapes mean it; false when it has none of
 * them. */
struct ak_buf;
bool ak_sieve_unfold(struct ak_str line, struct ak_buf *out);
/* Bytes that a run of base64 or of hex digits stands for, read from its `skip`-th character; readable ones only, others
 * are newlines. False when less than `least` in a row can be read. */
bool ak_sieve_decode(struct ak_str run, size_t skip, bool hex, size_t least, struct ak_buf *out);

#ifdef __cplusplus
}
#endif
#endif
