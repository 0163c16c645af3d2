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
	/* The authority's own certificate may be what is given, and not the one that it leads to. */
	X509_STORE_set_flags(store, X509_V_FLAG_PARTIAL_CHAIN);
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

/* NULL unless the bytes are a response and nothing more. */
static TS_RESP *read_response(struct ak_str response)
{
	const unsigned char *p = (const unsigned char *)response.p;
	TS_RESP *r = response.p && response.n < 1 << 20 ? d2i_TS_RESP(NULL, &p, (long)response.n) : NULL;

	if (r && p == (const unsigned char *)response.p + response.n)
		return r;
	TS_RESP_free(r);
	return NULL;
}

enum ak_rc ak_tsp_check(struct ak_str response, const uint8_t sha256[32], struct ak_str ca, char when[32], struct ak_err *err)
{
	TS_RESP *r = read_response(response);
	enum ak_rc rc;

	*when = '\0';
	if (!r)
		return no(err, "this is no response of a time-stamping authority (RFC 3161, DER)");
	rc = look(r, sha256, ca, when, err);
	TS_RESP_free(r);
	return rc;
}

/* ---- questions ---- */

static bool set_imprint(TS_REQ *q, const uint8_t sha256[32])
{
	TS_MSG_IMPRINT *m = TS_MSG_IMPRINT_new();
	X509_ALGOR *a = X509_ALGOR_new();
	unsigned char copy[32];
	bool good;

	memcpy(copy, sha256, sizeof copy);
	good = m && a && X509_ALGOR_set0(a, OBJ_nid2obj(NID_sha256), V_ASN1_NULL, NULL) && TS_MSG_IMPRINT_set_algo(m, a) &&
	       TS_MSG_IMPRINT_set_msg(m, copy, sizeof copy) && TS_REQ_set_msg_imprint(q, m);
	X509_ALGOR_free(a);
	TS_MSG_IMPRINT_free(m);
	return good;
}

static bool set_nonce(TS_REQ *q)
{
	ASN1_INTEGER *n = ASN1_INTEGER_new();
	uint64_t random;
	bool good;

	ak_random(&random, sizeof random);
	good = n && ASN1_INTEGER_set_uint64(n, random) && TS_REQ_set_nonce(q, n);
	ASN1_INTEGER_free(n);
	return good;
}

enum ak_rc ak_tsp_ask(const uint8_t sha256[32], struct ak_buf *query, struct ak_err *err)
{
	TS_REQ *q = TS_REQ_new();
	unsigned char *der = NULL;
	int n = -1;

	if (q && TS_REQ_set_version(q, 1) && set_imprint(q, sha256) && set_nonce(q) && TS_REQ_set_cert_req(q, 1))
		n = i2d_TS_REQ(q, &der);
	if (n > 0)
		ak_buf_add(query, der, (size_t)n);
	OPENSSL_free(der);
	TS_REQ_free(q);
	ERR_clear_error();
	return n > 0 ? AK_OK : ak_fail(err, AK_EXIT_LIMIT, "a question for a time-stamping authority cannot be made");
}

static bool same_imprint(TS_REQ *q, TS_TST_INFO *info)
{
	ASN1_OCTET_STRING *asked = TS_MSG_IMPRINT_get_msg(TS_REQ_get_msg_imprint(q)), *given = TS_MSG_IMPRINT_get_msg(TS_TST_INFO_get_msg_imprint(info));

	return asked && given && ASN1_OCTET_STRING_cmp(asked, given) == 0;
}

static enum ak_rc compare(TS_REQ *q, TS_RESP *r, struct ak_err *err)
{
	TS_TST_INFO *info = r ? TS_RESP_get_tst_info(r) : NULL;
	const ASN1_INTEGER *asked = TS_REQ_get_nonce(q), *given = info ? TS_TST_INFO_get_nonce(info) : NULL;

	if (!r)
		return no(err, "this is no response of a time-stamping authority (RFC 3161, DER)");
	if (!info)
		return no(err, "the authority granted no timestamp");
	if (!same_imprint(q, info))
		return no(err, "the timestamp is of something else than was asked about");
	if (asked && (!given || ASN1_INTEGER_cmp(asked, given) != 0))
		return no(err, "the timestamp answers another question: its random number (nonce) is not the one that was sent");
	return AK_OK;
}

enum ak_rc ak_tsp_answers(struct ak_str response, struct ak_str query, struct ak_err *err)
{
	const unsigned char *p = (const unsigned char *)query.p;
	TS_REQ *q = query.p && query.n < 1 << 16 ? d2i_TS_REQ(NULL, &p, (long)query.n) : NULL;
	TS_RESP *r = read_response(response);
	enum ak_rc rc;

	ERR_clear_error();
	if (!q || p != (const unsigned char *)query.p + query.n)
		rc = ak_fail(err, AK_EXIT_INPUT, "this is no question to a time-stamping authority (RFC 3161, DER)");
	else
		rc = compare(q, r, err);
	TS_REQ_free(q);
	TS_RESP_free(r);
	return rc;
}
