#include "base/ak.h"
#include "base/digest.h"

#include <openssl/evp.h>

static const struct {
	const char *name, *library;
	size_t bytes;
} all[AK_DIGESTS] = {{"md5", "MD5", 16}, {"sha1", "SHA1", 20}, {"sha256", "SHA256", 32}, {"sha512", "SHA512", 64}};

struct ak_digests {
	EVP_MD *md[AK_DIGESTS];
	EVP_MD_CTX *ctx[AK_DIGESTS];
};

static void need(bool good)
{
	if (!good)
		AK_BUG("libcrypto call failed");
}

struct ak_digests *ak_digests_new(void)
{
	struct ak_digests *d = ak_alloc_zero(1, sizeof *d);

	for (size_t i = 0; i < AK_DIGESTS; i++) {
		d->md[i] = EVP_MD_fetch(NULL, all[i].library, NULL);
		d->ctx[i] = EVP_MD_CTX_new();
		need(d->md[i] && d->ctx[i]);
	}
	return d;
}

void ak_digests_free(struct ak_digests *d)
{
	for (size_t i = 0; d && i < AK_DIGESTS; i++) {
		EVP_MD_CTX_free(d->ctx[i]);
		EVP_MD_free(d->md[i]);
	}
	ak_free(d);
}

void ak_digests_start(struct ak_digests *d)
{
	for (size_t i = 0; i < AK_DIGESTS; i++)
		need(EVP_DigestInit_ex2(d->ctx[i], d->md[i], NULL) == 1);
}

void ak_digests_add(struct ak_digests *d, const void *p, size_t n)
{
	for (size_t i = 0; n && i < AK_DIGESTS; i++)
		need(EVP_DigestUpdate(d->ctx[i], p, n) == 1);
}

void ak_digests_end(struct ak_digests *d, uint8_t out[AK_DIGESTS][AK_DIGEST_MAX])
{
	for (size_t i = 0; i < AK_DIGESTS; i++)
		need(EVP_DigestFinal_ex(d->ctx[i], out[i], NULL) == 1);
}

enum ak_digest ak_digest_find(struct ak_str name)
{
	size_t i = 0;

	while (i < AK_DIGESTS && !ak_str_is(name, all[i].name))
		i++;
	return (enum ak_digest)i;
}

size_t ak_digest_bytes(enum ak_digest d) { return all[d].bytes; }
