#include "base/ak.h"
#include "base/crypto.h"

#include <openssl/evp.h>

/* The context with key and associated data, ready for the text. */
static EVP_CIPHER_CTX *start(const uint8_t *key, size_t key_n, struct ak_str ad, int seal, uint8_t *tag)
{
	EVP_CIPHER *cipher = EVP_CIPHER_fetch(NULL, key_n == AK_SIV_KEY ? "AES-256-SIV" : "AES-128-SIV", NULL);
	EVP_CIPHER_CTX *c = EVP_CIPHER_CTX_new();
	int n = 0;

	if (!cipher || !c || EVP_CipherInit_ex2(c, cipher, key, NULL, seal, NULL) != 1)
		AK_BUG("AES-SIV is not in the library");
	EVP_CIPHER_free(cipher);
	if (!seal && EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_AEAD_SET_TAG, AK_SIV_TAG, tag) != 1)
		AK_BUG("AES-SIV takes no tag");
	if (ad.n && EVP_CipherUpdate(c, NULL, &n, (const uint8_t *)ad.p, (int)ad.n) != 1)
		AK_BUG("AES-SIV takes no associated data");
	return c;
}

void ak_siv_seal(const uint8_t *key, size_t key_n, struct ak_str ad, struct ak_str text, uint8_t *out)
{
	EVP_CIPHER_CTX *c = start(key, key_n, ad, 1, NULL);
	int n = 0;

	if (EVP_CipherUpdate(c, out + AK_SIV_TAG, &n, (const uint8_t *)text.p, (int)text.n) != 1 || n != (int)text.n ||
	    EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_AEAD_GET_TAG, AK_SIV_TAG, out) != 1)
		AK_BUG("AES-SIV does not seal");
	EVP_CIPHER_CTX_free(c);
}

bool ak_siv_open(const uint8_t *key, size_t key_n, struct ak_str ad, struct ak_str sealed, uint8_t *out)
{
	uint8_t tag[AK_SIV_TAG];
	EVP_CIPHER_CTX *c;
	int n = 0;
	bool ok;

	if (sealed.n <= AK_SIV_TAG)
		return false;
	memcpy(tag, sealed.p, sizeof tag);
	c = start(key, key_n, ad, 0, tag);
	ok = EVP_CipherUpdate(c, out, &n, (const uint8_t *)sealed.p + AK_SIV_TAG, (int)(sealed.n - AK_SIV_TAG)) == 1 &&
	     n == (int)(sealed.n - AK_SIV_TAG);
	EVP_CIPHER_CTX_free(c);
	return ok;
}
