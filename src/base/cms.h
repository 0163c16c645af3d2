/* A detached signature in CMS (RFC 5652, SignedData in DER), as people and companies make them with a certificate of theirs. */
#ifndef AK_BASE_CMS_H
#define AK_BASE_CMS_H

#include "base/err.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { AK_CMS_NAME = 160 };

/* Is it one, and over this content, by the certificate in it? Who stands behind the certificate is not judged. name: whom it names as its
 * holder, readable ASCII; empty: the signature holds no certificate, so nothing more than its form could be judged. AK_EXIT_VERIFY. */
enum ak_rc ak_cms_check(struct ak_str signature, struct ak_str content, char name[AK_CMS_NAME], struct ak_err *err);

#ifdef __cplusplus
}
#endif
#endif
