/* Secrets that are a whole JSON object: its members are private together, whatever their names. The trigger stands at `at`;
 * the range is the innermost object around it, escaped quotes or not. */
#ifndef AK_REDACT_OBJECT_H
#define AK_REDACT_OBJECT_H

#include "redact/detector.h"

#ifdef __cplusplus
extern "C" {
#endif

/* RFC 7517: an object with "kty" and a private member, d or k. */
bool ak_object_jwk(struct ak_str s, size_t at, size_t *from, size_t *to);
/* A key file of a Google service account: "type": "service_account" with a private key. */
bool ak_object_gcp(struct ak_str s, size_t at, size_t *from, size_t *to);

#ifdef __cplusplus
}
#endif
#endif
