/* RFC 3161: what a time-stamping authority says it saw, and when. */
#ifndef AK_BASE_TSP_H
#define AK_BASE_TSP_H

#include "base/buf.h"
#include "base/crypto.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Append a question (DER): a SHA-256, 8 random bytes that the answer must repeat, and the wish for the authority's certificate in it.
 * AK_EXIT_LIMIT. */
enum ak_rc ak_tsp_ask(const uint8_t sha256[AK_SHA256_LEN], struct ak_buf *query, struct ak_err *err);
/* Is the response one to this question: over the same digest, with the same random bytes, when it has some? Neither is checked otherwise.
 * AK_EXIT_INPUT: that is no question; AK_EXIT_VERIFY. */
enum ak_rc ak_tsp_answers(struct ak_str response, struct ak_str query, struct ak_err *err);
/* Is the response (DER) a granted one over this SHA-256? when: its time, RFC 3339. ca: certificates (PEM) that the authority's must
 * lead to, a NULL view = its signature is not looked at. AK_EXIT_VERIFY with what is wrong. */
enum ak_rc ak_tsp_check(struct ak_str response, const uint8_t sha256[AK_SHA256_LEN], struct ak_str ca, char when[32], struct ak_err *err);

#ifdef __cplusplus
}
#endif
#endif
