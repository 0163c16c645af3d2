#include "base/ak.h"
#include "base/sealed.h"

#include <openssl/decoder.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>

#include "base/crypto.h"

enum { AES_KEY = 32, TAG = 16, MOST_IV = 64, LEAST_BITS = 1024 };

struct ak_sealed_key {
	EVP_PKEY *rsa;
};

enum ak_rc ak_sealed_key_read(struct ak_str pem, struct ak_sealed_key **out, struct ak_err *err)
{
	EVP_PKEY *rsa = NULL;
	OSSL_DECODER_CTX *d = OSSL_DECODER_CTX_new_for_pkey(&rsa, "PEM", NULL, "RSA", EVP_PKEY_KEYPAIR, NULL, NULL);
	const unsigned char *p = (const unsigned char *)pem.p;
	size_t n = pem.n;
	bool good = d && OSSL_DECODER_from_data(d, &p, &n) == 1 && rsa && EVP_PKEY_get_bits(rsa) >= LEAST_BITS;

	OSSL_DECODER_CTX_free(d);
	if (!good) {
		EVP_PKEY_free(rsa);
		ak_hint(err, "give the private key in PEM form and without a passphrase: openssl pkey -in KEY -out PLAIN");
		return ak_fail(err, AK_EXIT_USAGE, "the key file holds no RSA private key");
	}
	*out = ak_alloc_zero(1, sizeof **out);
	(*out)->rsa = rsa;
	return AK_OK;
}

void ak_sealed_key_free(struct ak_sealed_key *k)
{
	if (k)
		EVP_PKEY_free(k->rsa);
	ak_free(k);
}

static bool aes_key(struct ak_sealed_key *k, const uint8_t *wrapped, size_t n, uint8_t out[AES_KEY])
{
	EVP_PKEY_CTX *c = EVP_PKEY_CTX_new(k->rsa, NULL);
	uint8_t room[2048];
	size_t got = sizeof room;
	bool good = c && EVP_PKEY_decrypt_init(c) == 1 && EVP_PKEY_CTX_set_rsa_padding(c, RSA_PKCS1_OAEP_PADDING) == 1 &&
		    EVP_PKEY_CTX_set_rsa_oaep_md(c, EVP_sha256()) == 1 && EVP_PKEY_CTX_set_rsa_mgf1_md(c, EVP_sha256()) == 1 &&
		    EVP_PKEY_decrypt(c, room, &got, wrapped, n) == 1 && got == AES_KEY;

	if (good)
		memcpy(out, room, AES_KEY);
	ak_wipe(room, sizeof room);
	EVP_PKEY_CTX_free(c);
	return good;
}

/* text.n bytes to out, the tag stands behind them. */
static bool gcm(const uint8_t key[AES_KEY], const uint8_t *iv, size_t iv_n, struct ak_str text, uint8_t *out)
{
	EVP_CIPHER_CTX *c = EVP_CIPHER_CTX_new();
	uint8_t tag[TAG];
	int n = 0, rest = 0;
	bool good;

	memcpy(tag, text.p + text.n, TAG);
	good = c && EVP_DecryptInit_ex2(c, EVP_aes_256_gcm(), NULL, NULL, NULL) == 1 &&
	       EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_AEAD_SET_IVLEN, (int)iv_n, NULL) == 1 && EVP_DecryptInit_ex2(c, NULL, key, iv, NULL) == 1 &&
	       EVP_DecryptUpdate(c, out, &n, (const uint8_t *)text.p, (int)text.n) == 1 &&
	       EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_AEAD_SET_TAG, TAG, tag) == 1 && EVP_DecryptFinal_ex(c, out + n, &rest) == 1;
	EVP_CIPHER_CTX_free(c);
	return good;
}

struct ak_str ak_sealed_open(struct ak_sealed_key *k, struct ak_str key, struct ak_str iv, struct ak_str data, struct ak_arena *a)
{
	uint8_t wrapped[2048], nonce[MOST_IV], aes[AES_KEY];
	uint8_t *text = ak_arena_alloc(a, data.n + 1), *plain = ak_arena_alloc(a, data.n + 1);
	size_t wrapped_n = 0, nonce_n = 0, n = 0;
	bool good = data.n < INT32_MAX && ak_unbase64(key, wrapped, sizeof wrapped, &wrapped_n) && ak_unbase64(iv, nonce, sizeof nonce, &nonce_n) &&
		    ak_unbase64(data, text, data.n + 1, &n) && nonce_n && n >= TAG && aes_key(k, wrapped, wrapped_n, aes) &&
		    gcm(aes, nonce, nonce_n, ak_str_n((char *)text, n - TAG), plain);

	ak_wipe(aes, sizeof aes);
	return good ? ak_str_n((char *)plain, n - TAG) : ak_str_n(NULL, 0);
}
