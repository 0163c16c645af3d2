/* The digests that BagIt manifests use, all of one run of bytes. For reading what others made: of our own there is SHA-256 only
 * (base/crypto.h). */
#ifndef AK_BASE_DIGEST_H
#define AK_BASE_DIGEST_H

#include "base/ak.h"

enum ak_digest { AK_DIGEST_MD5, AK_DIGEST_SHA1, AK_DIGEST_SHA256, AK_DIGEST_SHA512, AK_DIGESTS };

#define AK_DIGEST_MAX 64

struct ak_digests;

#ifdef __cplusplus
extern "C" {
#endif

struct ak_digests *ak_digests_new(void);
void ak_digests_free(struct ak_digests *d);
void ak_digests_start(struct ak_digests *d);
void ak_digests_add(struct ak_digests *d, const void *p, size_t n);
void ak_digests_end(struct ak_digests *d, uint8_t out[AK_DIGESTS][AK_DIGEST_MAX]);
/* By the name a manifest has, "sha256"; AK_DIGESTS when it is none of them. */
enum ak_digest ak_digest_find(struct ak_str name);
size_t ak_digest_bytes(enum ak_digest d);

#ifdef __cplusplus
}
#endif
#endif
