/* Secrets that only their name gives away: `password=...`, `"api_key": "..."`, `Cookie: ...`, `?key=...`. */
#ifndef AK_REDACT_CONTEXT_H
#define AK_REDACT_CONTEXT_H

#include "base/ak.h"

#ifdef __cplusplus
extern "C" {
#endif

/* A '=' or ':' stands at `at`. True when a secret name stands before it (not before `floor`) and a value after it; the
 * range is the value, without quotes and without an authorization scheme. */
bool ak_context_match(struct ak_str s, size_t floor, size_t at, struct ak_str *name, size_t *from, size_t *to);

#ifdef __cplusplus
}
#endif
#endif
