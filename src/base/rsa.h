/* RSA signatures of others, checked: RSASSA-PKCS1-v1_5 with SHA-256 (RFC 8017, 8.2.2). Nothing is signed here. */
#ifndef AK_BASE_RSA_H
#define AK_BASE_RSA_H

#include "base/err.h"

struct ak_rsa; /* a public key; used by one thread at a time */

#ifdef __cplusplus
extern "C" {
#endif

/* Of a PEM text (SubjectPublicKeyInfo). AK_EXIT_INPUT when it is none, no RSA key, or one of fewer than 2,048 bits. */
enum ak_rc ak_rsa_open(struct ak_str pem, struct ak_rsa **out, struct ak_err *err);
void ak_rsa_free(struct ak_rsa *key);
/* SHA-256 of the key's DER form, as `openssl pkey -pubin -outform DER | sha256sum` prints it. */
const char *ak_rsa_fingerprint(const struct ak_rsa *key);
bool ak_rsa_verify(const struct ak_rsa *key, struct ak_str msg, const uint8_t *sig, size_t n);

#ifdef __cplusplus
}
#endif
#endif
