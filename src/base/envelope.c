#include "base/ak.h"
#include "base/envelope.h"

#include <errno.h>
#include <openssl/cms.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>
#include <stdio.h>

#include "base/crypto.h"
#include "base/fs.h"

enum { BLOCK = 65536, LEAST_RSA_BITS = 2048 };

struct ak_recipients {
	X509 **cert;
	size_t n;
};

struct ak_recipients *ak_recipients_new(void) { return ak_alloc_zero(1, sizeof(struct ak_recipients)); }

void ak_recipients_free(struct ak_recipients *r)
{
	for (size_t i = 0; r && i < r->n; i++)
		X509_free(r->cert[i]);
	if (r)
		ak_free(r->cert);
	ak_free(r);
}

size_t ak_recipients_count(const struct ak_recipients *r) { return r ? r->n : 0; }

/* ---- certificates ---- */

/* The first one; *more when others follow: of a chain nobody can tell whose it is meant to be. */
static X509 *read_pem(struct ak_str pem, bool *more)
{
	BIO *bio = BIO_new_mem_buf(pem.p, (int)pem.n);
	X509 *x = bio ? PEM_read_bio_X509(bio, NULL, NULL, NULL) : NULL, *next = x ? PEM_read_bio_X509(bio, NULL, NULL, NULL) : NULL;

	*more = next != NULL;
	X509_free(next);
	BIO_free(bio);
	ERR_clear_error();
	return x;
}

static const char *unfit(X509 *x)
{
	const EVP_PKEY *key = X509_get0_pubkey(x);
	int kind = key ? EVP_PKEY_get_base_id(key) : 0;
	uint32_t usage = X509_get_key_usage(x); /* all ones when it does not say */

	if (X509_cmp_current_time(X509_get0_notAfter(x)) <= 0)
		return "has run out";
	if (kind == EVP_PKEY_RSA && EVP_PKEY_get_bits(key) < LEAST_RSA_BITS)
		return "has an RSA key of less than 2,048 bits";
	if (kind != EVP_PKEY_RSA && kind != EVP_PKEY_EC)
		return "has a key that nothing can be encrypted for: RSA or an elliptic curve like P-256 is needed";
	if (!(usage & (kind == EVP_PKEY_RSA ? KU_KEY_ENCIPHERMENT : KU_KEY_AGREEMENT)))
		return "says that its key is not for encrypting (keyUsage)";
	return NULL;
}

enum ak_rc ak_recipients_add(struct ak_recipients *r, struct ak_str pem, const char *name, struct ak_err *err)
{
	bool more;
	X509 *x = read_pem(pem, &more);
	const char *why = x ? unfit(x) : NULL;

	if (x && !more && !why) {
		r->cert = ak_realloc(r->cert, (r->n + 1) * sizeof *r->cert);
		r->cert[r->n++] = x;
		return AK_OK;
	}
	X509_free(x);
	ERR_clear_error();
	if (why) {
		ak_hint(err, "ask whoever is to read it for another certificate");
		return ak_fail(err, AK_EXIT_REFUSED, "the certificate in '%s' %s", name, why);
	}
	ak_hint(err, "one recipient's certificate a file, '-----BEGIN CERTIFICATE-----'; name several files for several recipients");
	return ak_fail(err, AK_EXIT_INPUT, x ? "'%s' holds more than one certificate" : "'%s' holds no certificate (PEM)", name);
}

/* ---- writing ---- */

/* The library's own choices are older: PKCS 1 v1.5, SHA-1. */
static bool choose(CMS_RecipientInfo *ri, const X509 *x)
{
	EVP_PKEY_CTX *c = CMS_RecipientInfo_get0_pkey_ctx(ri);

	if (!c)
		return false;
	if (EVP_PKEY_get_base_id(X509_get0_pubkey(x)) == EVP_PKEY_RSA)
		return EVP_PKEY_CTX_set_rsa_padding(c, RSA_PKCS1_OAEP_PADDING) > 0 && EVP_PKEY_CTX_set_rsa_oaep_md(c, EVP_sha256()) > 0;
	return EVP_PKEY_CTX_set_ecdh_kdf_md(c, EVP_sha256()) > 0;
}

static CMS_ContentInfo *begin(const struct ak_recipients *r)
{
	CMS_ContentInfo *cms = CMS_encrypt(NULL, NULL, EVP_aes_256_gcm(), CMS_BINARY | CMS_PARTIAL | CMS_STREAM);

	for (size_t i = 0; cms && i < r->n; i++) {
		CMS_RecipientInfo *ri = CMS_add1_recipient_cert(cms, r->cert[i], CMS_KEY_PARAM);

		if (!ri || !choose(ri, r->cert[i])) {
			CMS_ContentInfo_free(cms);
			return NULL;
		}
	}
	return cms;
}

static enum ak_rc pump(BIO *into, int from, const char *name, struct ak_err *err)
{
	char *block = ak_alloc(BLOCK);
	off_t at = 0;
	enum ak_rc rc = AK_OK;
	ssize_t n;

	while (rc == AK_OK && (n = ak_fs_pread(from, block, BLOCK, at)) != 0) {
		if (n < 0)
			rc = ak_fail_sys(err, AK_EXIT_IO, errno, "cannot read back what is to be encrypted for '%s'", name);
		else if (BIO_write(into, block, (int)n) != n)
			rc = ak_fail_sys(err, AK_EXIT_IO, errno ? errno : EIO, "cannot write '%s'", name);
		else
			at += n;
	}
	if (rc == AK_OK && BIO_flush(into) <= 0)
		rc = ak_fail_sys(err, AK_EXIT_IO, errno ? errno : EIO, "cannot write '%s'", name);
	ak_wipe(block, BLOCK);
	ak_free(block);
	return rc;
}

enum ak_rc ak_envelope_write(const struct ak_recipients *r, int from, int to, const char *name, struct ak_err *err)
{
	CMS_ContentInfo *cms = begin(r);
	BIO *out = cms ? BIO_new_fd(to, BIO_NOCLOSE) : NULL, *chain = out ? BIO_new_CMS(out, cms) : NULL;
	enum ak_rc rc;

	errno = 0;
	if (chain)
		rc = pump(chain, from, name, err);
	else
		rc = ak_fail(err, AK_EXIT_LIMIT, "'%s' cannot be encrypted for one of the certificates", name);
	while (chain && chain != out) {
		BIO *next = BIO_pop(chain);

		BIO_free(chain);
		chain = next;
	}
	BIO_free(out);
	CMS_ContentInfo_free(cms);
	ERR_clear_error();
	return rc;
}

/* ---- telling ---- */

bool ak_envelope_is(struct ak_str start)
{
	static const struct ak_str kinds[] = {AK_STR("\x06\x0b\x2a\x86\x48\x86\xf7\x0d\x01\x09\x10\x01\x17"), AK_STR("\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x03")};

	if (ak_str_starts(start, AK_STR("-----BEGIN CMS-----")) || ak_str_starts(start, AK_STR("-----BEGIN PKCS7-----")))
		return true;
	/* A sequence, its length in one to nine bytes, the kind. */
	for (size_t at = 2; start.n > 2 && start.p[0] == 0x30 && at <= 10 && at < start.n; at++)
		for (size_t i = 0; i < AK_COUNT(kinds); i++)
			if (ak_str_starts(ak_str_n(start.p + at, start.n - at), kinds[i]))
				return true;
	return false;
}
