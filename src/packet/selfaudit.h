/* The look for secrets and e-mail addresses in every file of a packet, before it is packed and when it is verified:
 * once by the rules that redacted (redact/), once by the sieve (packet/sieve.h), which was written apart from them. */
#ifndef AK_PACKET_SELFAUDIT_H
#define AK_PACKET_SELFAUDIT_H

#include "base/err.h"
#include "packet/canaries.h"
#include "redact/redact.h"

struct ak_selfaudit {
	const struct ak_redactor *redactor;
	struct ak_canaries *canaries; /* NULL = none */
};

struct ak_selfaudit_hit {
	const char *kind;
	uint64_t line;			    /* from 1, within the bytes that were given */
	char fingerprint[AK_TOKEN_HEX + 1]; /* what `redact allow` takes; empty when it cannot be told */
};

#ifdef __cplusplus
extern "C" {
#endif

/* The first find in one file. In the notes and proofs below data/integrity/ the words that are base64 of a digest, a
 * key or a signature are passed over: random bytes look like a provider's key once in some ten thousand packets, and a
 * log's key that does would stop all packets of its workspace. */
bool ak_selfaudit(const struct ak_redactor *r, const char *path, struct ak_str bytes, struct ak_selfaudit_hit *out);
/* Bytes that stand behind so many lines of the file at path, before they are packed: AK_EXIT_VERIFY when they hold something, or one
 * of the canaries. Parts of a file are cut where no value goes across, between rows. */
enum ak_rc ak_selfaudit_pass(const struct ak_selfaudit *a, const char *path, uint64_t lines, struct ak_str bytes,
			     struct ak_err *err);
/* Line ends in a text. */
uint64_t ak_selfaudit_lines(struct ak_str bytes);

#ifdef __cplusplus
}
#endif
#endif
