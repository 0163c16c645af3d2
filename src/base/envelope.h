/* A file for the eyes of some: CMS AuthEnvelopedData (RFC 5652, RFC 5083), AES-256-GCM, its key wrapped for the public key of each
 * recipient's certificate (RSA: OAEP with SHA-256; elliptic curves: ECDH with SHA-256). `openssl cms -decrypt` of OpenSSL 3 opens it. */
#ifndef AK_BASE_ENVELOPE_H
#define AK_BASE_ENVELOPE_H

#include "base/err.h"

struct ak_recipients;

#ifdef __cplusplus
extern "C" {
#endif

struct ak_recipients *ak_recipients_new(void);
void ak_recipients_free(struct ak_recipients *r);
size_t ak_recipients_count(const struct ak_recipients *r);
/* The certificate of a PEM text. name: what messages call it. AK_EXIT_INPUT: there is none, or more than one; AK_EXIT_REFUSED: it has run
 * out, or its key is not one to encrypt for. */
enum ak_rc ak_recipients_add(struct ak_recipients *r, struct ak_str pem, const char *name, struct ak_err *err);
/* All bytes of a file from its beginning, encrypted to `to`, in pieces: memory does not grow with them. AK_EXIT_IO, AK_EXIT_LIMIT. */
enum ak_rc ak_envelope_write(const struct ak_recipients *r, int from, int to, const char *name, struct ak_err *err);
/* Whether a file that begins so is an envelope of this kind, or of the older one without authentication, in DER or PEM. */
bool ak_envelope_is(struct ak_str start);

#ifdef __cplusplus
}
#endif
#endif
