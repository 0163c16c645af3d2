/* RFC 3161: what a time-stamping authority says it saw, and when. Tokens are asked for with `openssl ts` or any other client. */
#ifndef AK_BASE_TSP_H
#define AK_BASE_TSP_H

#include "base/crypto.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Is the response (DER) a granted one over this SHA-256? when: its time, RFC 3339. ca: certificates (PEM) that the authority's must
 * lead to, a NULL view = its signature is not looked at. AK_EXIT_VERIFY with what is wrong. */
enum ak_rc ak_tsp_check(struct ak_str response, const uint8_t sha256[AK_SHA256_LEN], struct ak_str ca, char when[32], struct ak_err *err);

#ifdef __cplusplus
}
#endif
#endif
