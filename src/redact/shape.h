/* Shapes of secrets that are more than a literal and a run of characters. Each has the signature of ak_shape_fn: the
 * trigger literal stands at `at`; the range of the secret comes back. */
#ifndef AK_REDACT_SHAPE_H
#define AK_REDACT_SHAPE_H

#include "redact/detector.h"

#ifdef __cplusplus
extern "C" {
#endif

/* `sk-` and 16 or more of [A-Za-z0-9_-]: gateway keys and keys people chose themselves. */
bool ak_shape_sk(struct ak_str s, size_t at, size_t *from, size_t *to);
/* RFC 7519: two or more base64url parts joined by dots, the first one an encoded JSON object. */
bool ak_shape_jwt(struct ak_str s, size_t at, size_t *from, size_t *to);
/* RFC 7468 blocks whose label ends in PRIVATE KEY (OpenSSH and PGP ones too), newlines escaped or not. */
bool ak_shape_pem(struct ak_str s, size_t at, size_t *from, size_t *to);
/* Everything to the end of the text. */
bool ak_shape_rest(struct ak_str s, size_t at, size_t *from, size_t *to);
/* RFC 6750: what follows `Bearer `, unless it reads like an English word. */
bool ak_shape_bearer(struct ak_str s, size_t at, size_t *from, size_t *to);
/* RFC 7617: base64 that decodes to user:password. */
bool ak_shape_basic(struct ak_str s, size_t at, size_t *from, size_t *to);
/* RFC 3986 3.2.1: the password after the last colon, or a user name that is long enough to be a token. */
bool ak_shape_userinfo(struct ak_str s, size_t at, size_t *from, size_t *to);

/* The path behind the trigger, to the end of the URL. */
bool ak_shape_path(struct ak_str s, size_t at, size_t *from, size_t *to);
/* 32 hex digits before the trigger, one or two digits behind it. */
bool ak_shape_mailchimp(struct ak_str s, size_t at, size_t *from, size_t *to);
/* pat, 14 letters and digits, a dot, 64 hex digits. */
bool ak_shape_airtable(struct ak_str s, size_t at, size_t *from, size_t *to);
/* The bot's number before the trigger, 34 bytes behind it. */
bool ak_shape_telegram(struct ak_str s, size_t at, size_t *from, size_t *to);
/* RFC 9106 encoded hash: parameters with commas, salt, hash. */
bool ak_shape_argon2(struct ak_str s, size_t at, size_t *from, size_t *to);
/* The password in jdbc:oracle:thin:name/password@host. */
bool ak_shape_oracle(struct ak_str s, size_t at, size_t *from, size_t *to);
/* The value of a command's option: what follows the trigger up to a blank: with a digit, and no other option. */
bool ak_shape_option(struct ak_str s, size_t at, size_t *from, size_t *to);
/* The password in `curl ... -u name:password`, up to the end of the line. */
bool ak_shape_curl(struct ak_str s, size_t at, size_t *from, size_t *to);

#ifdef __cplusplus
}
#endif
#endif
