#include "base/ak.h"
#include "base/tsp.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ts.h>
#include <openssl/x509_vfy.h>
#include <stdio.h>
#include <time.h>

static enum ak_rc no(struct ak_err *err, const char *why)
{
	ERR_clear_error();
	return ak_fail(err, AK_EXIT_VERIFY, "%s", why);
}

/* Certificates of a PEM text, as trusted ones. NULL when there is none. */
static X509_STORE *read_store(struct ak_str pem)
{
	X509_STORE *store = X509_STORE_new();
	BIO *bio = BIO_new_mem_buf(pem.p, (int)pem.n);
	size_t n = 0;
	X509 *x;

	while (store && bio && (x = PEM_read_bio_X509(bio, NULL, NULL, NULL)) != NULL) {
		n += X509_STORE_add_cert(store, x) == 1;
		X509_free(x);
	}
	BIO_free(bio);
	ERR_clear_error();
	if (!n) {
		X509_STORE_free(store);
		return NULL;
	}
	return store;
}

static bool is_over(TS_TST_INFO *info, const uint8_t sha256[32])
{
	TS_MSG_IMPRINT *imprint = TS_TST_INFO_get_msg_imprint(info);
	const ASN1_OBJECT *algorithm = NULL;
	const ASN1_OCTET_STRING *digest = imprint ? TS_MSG_IMPRINT_get_msg(imprint) : NULL;

	if (!digest)
		return false;
	X509_ALGOR_get0(&algorithm, NULL, NULL, TS_MSG_IMPRINT_get_algo(imprint));
	return OBJ_obj2nid(algorithm) == NID_sha256 && ASN1_STRING_length(digest) == 32 && memcmp(ASN1_STRING_get0_data(digest), sha256, 32) == 0;
}

static bool read_time(const TS_TST_INFO *info, char when[32])
{
	struct tm t;

	if (ASN1_TIME_to_tm(TS_TST_INFO_get_time(info), &t) != 1)
		return false;
	return strftime(when, 32, "%Y-%m-%dT%H:%M:%SZ", &t) > 0;
}

static enum ak_rc verify(TS_RESP *r, const uint8_t sha256[32], struct ak_str ca, struct ak_err *err)
{
	TS_VERIFY_CTX *ctx = TS_VERIFY_CTX_new();
	unsigned char *imprint = OPENSSL_malloc(32);
	X509_STORE *store = read_store(ca);
	bool good;

	if (!ctx || !imprint || !store) {
		TS_VERIFY_CTX_free(ctx);
		OPENSSL_free(imprint);
		X509_STORE_free(store);
		return no(err, "the file for the timestamp's authority holds no certificate (PEM)");
	}
	memcpy(imprint, sha256, 32);
	TS_VERIFY_CTX_set_flags(ctx, TS_VFY_VERSION | TS_VFY_SIGNATURE | TS_VFY_IMPRINT);
	TS_VERIFY_CTX_set_imprint(ctx, imprint, 32); /* both are the context's now */
	TS_VERIFY_CTX_set_store(ctx, store);
	good = TS_RESP_verify_response(ctx, r) == 1;
	TS_VERIFY_CTX_free(ctx);
	ERR_clear_error();
	return good ? AK_OK : no(err, "the timestamp is not signed by the authority given, or its certificate does not hold today");
}

static enum ak_rc look(TS_RESP *r, const uint8_t sha256[32], struct ak_str ca, char when[32], struct ak_err *err)
{
	TS_TST_INFO *info = TS_RESP_get_tst_info(r);
	long status = ASN1_INTEGER_get(TS_STATUS_INFO_get0_status(TS_RESP_get_status_info(r)));

	if ((status != TS_STATUS_GRANTED && status != TS_STATUS_GRANTED_WITH_MODS) || !info)
		return no(err, "the authority granted no timestamp");
	if (!is_over(info, sha256))
		return no(err, "the timestamp is of something else than this packet");
	if (!read_time(info, when))
		return no(err, "the timestamp has no time");
	return ca.p ? verify(r, sha256, ca, err) : AK_OK;
}

enum ak_rc ak_tsp_check(struct ak_str response, const uint8_t sha256[32], struct ak_str ca, char when[32], struct ak_err *err)
{
	const unsigned char *p = (const unsigned char *)response.p;
	TS_RESP *r = response.p && response.n < 1 << 20 ? d2i_TS_RESP(NULL, &p, (long)response.n) : NULL;
	enum ak_rc rc;

	*when = '\0';
	if (!r || p != (const unsigned char *)response.p + response.n) {
		TS_RESP_free(r);
		return no(err, "this is no response of a time-stamping authority (RFC 3161, DER)");
	}
	rc = look(r, sha256, ca, when, err);
	TS_RESP_free(r);
	return rc;
}
