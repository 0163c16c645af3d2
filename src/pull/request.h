/* Requests of a stream, as they are sent and as they are told. */
#ifndef AK_PULL_REQUEST_H
#define AK_PULL_REQUEST_H

#include "base/buf.h"
#include "base/err.h"
#include "pull/pull.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The host of a base URL ("https://host:port") and the path behind it ("" or "/proxy"), into the arena. AK_EXIT_USAGE. */
enum ak_rc ak_request_base(const char *base, struct ak_arena *a, const char **origin, const char **prefix, struct ak_err *err);
/* Path and query of the request at that place of the job, percent-encoded (RFC 3986). */
void ak_request_target(const struct ak_pull_job *j, const struct ak_pull_state *st, struct ak_buf *out);
/* Of the list whose elements are the parents (each); cursor NULL = its first page. */
void ak_request_parents(const struct ak_pull_job *j, const char *cursor, struct ak_buf *out);
/* The same request for people and the register: "GET https://host/path name=value ...", not encoded, the credential in no case. */
void ak_request_words(const struct ak_pull_job *j, const struct ak_pull_state *st, struct ak_buf *out);
/* Every {name} of the path has a value: AK_EXIT_USAGE. */
enum ak_rc ak_request_check(const struct ak_pull_job *j, struct ak_err *err);

#ifdef __cplusplus
}
#endif
#endif
