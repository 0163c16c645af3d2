#include "base/ak.h"
#include "base/cms.h"

#include <openssl/cms.h>
#include <openssl/err.h>
#include <openssl/x509.h>

#define MOST_BYTES ((size_t)1 << 20)

/* NULL unless the bytes are a signature that stands apart from what it signs, and nothing more. */
static CMS_ContentInfo *read_signature(struct ak_str s)
{
	const unsigned char *p = (const unsigned char *)s.p;
	CMS_ContentInfo *cms = s.p && s.n && s.n < MOST_BYTES ? d2i_CMS_ContentInfo(NULL, &p, (long)s.n) : NULL;

	if (cms && p == (const unsigned char *)s.p + s.n && OBJ_obj2nid(CMS_get0_type(cms)) == NID_pkcs7_signed && CMS_is_detached(cms) == 1 &&
	    sk_CMS_SignerInfo_num(CMS_get0_SignerInfos(cms)) > 0)
		return cms;
	CMS_ContentInfo_free(cms);
	return NULL;
}

/* The holder of the first signer's certificate. */
static void read_name(CMS_ContentInfo *cms, char name[AK_CMS_NAME])
{
	STACK_OF(X509) *signers = CMS_get0_signers(cms);
	BIO *text = BIO_new(BIO_s_mem());
	int n = 0;

	if (text && sk_X509_num(signers) > 0 && X509_NAME_print_ex(text, X509_get_subject_name(sk_X509_value(signers, 0)), 0, XN_FLAG_ONELINE) >= 0)
		n = BIO_read(text, name, AK_CMS_NAME - 1);
	name[n > 0 ? n : 0] = '\0';
	BIO_free(text);
	sk_X509_free(signers);
}

static bool has_certificates(CMS_ContentInfo *cms)
{
	STACK_OF(X509) *all = CMS_get1_certs(cms);
	bool some = sk_X509_num(all) > 0;

	sk_X509_pop_free(all, X509_free);
	return some;
}

static bool is_over(CMS_ContentInfo *cms, struct ak_str content)
{
	BIO *in = BIO_new_mem_buf(content.n ? content.p : "", (int)content.n);
	bool good = in && CMS_verify(cms, NULL, NULL, in, NULL, CMS_BINARY | CMS_DETACHED | CMS_NO_SIGNER_CERT_VERIFY) == 1;

	BIO_free(in);
	return good;
}

enum ak_rc ak_cms_check(struct ak_str signature, struct ak_str content, char name[AK_CMS_NAME], struct ak_err *err)
{
	CMS_ContentInfo *cms = read_signature(signature);
	enum ak_rc rc = AK_OK;

	*name = '\0';
	if (!cms || content.n > INT32_MAX) {
		rc = ak_fail(err, AK_EXIT_VERIFY, "this is no detached CMS signature (PKCS #7 SignedData, DER)");
	} else if (has_certificates(cms)) {
		if (is_over(cms, content))
			read_name(cms, name);
		else
			rc = ak_fail(err, AK_EXIT_VERIFY, "the CMS signature is of something else than this packet, or of a kind that is not known here");
	}
	CMS_ContentInfo_free(cms);
	ERR_clear_error();
	return rc;
}
