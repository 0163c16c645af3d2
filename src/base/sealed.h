/* Values that a source encrypted for the holder of an RSA key: an AES-256 key under RSA-OAEP with SHA-256, and the text under
 * AES-GCM, its tag behind it (as Cloudflare AI Gateway's Logpush writes them). */
#ifndef AK_BASE_SEALED_H
#define AK_BASE_SEALED_H

#include "base/arena.h"
#include "base/err.h"

struct ak_sealed_key; /* one thread at a time */

#ifdef __cplusplus
extern "C" {
#endif

/* The private key of a PEM text, PKCS#1 or PKCS#8 without a passphrase; AK_EXIT_USAGE when it is none. Freed by the caller. */
enum ak_rc ak_sealed_key_read(struct ak_str pem, struct ak_sealed_key **out, struct ak_err *err);
void ak_sealed_key_free(struct ak_sealed_key *k);
/* The text of base64 members key, iv and data, in the arena; p is NULL when they were made for another key or altered. */
struct ak_str ak_sealed_open(struct ak_sealed_key *k, struct ak_str key, struct ak_str iv, struct ak_str data, struct ak_arena *a);

#ifdef __cplusplus
}
#endif
#endif
