/* The e-mail shape: local@label.label with a last label of two or more letters, %40 for @ too. Quoted local parts and
 * non-ASCII letters are taken. Not e-mail: versions (`pkg@1.2.3`), `@scope/package`, `git@host`. With redaction.email.hosts: any,
 * local@host as well, but no tag (`pkg@latest`, `image@sha256:`). */
#ifndef AK_REDACT_EMAIL_H
#define AK_REDACT_EMAIL_H

#include "redact/redactor.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The first address at or after `at`, not taking anything before `at`. */
bool ak_email_find(const struct ak_redactor *r, struct ak_str s, size_t at, size_t *from, size_t *to);
/* email:<32 hex> of an address: %40 read as @, ASCII letters lower-cased, those of the local part where policy.yaml says so. */
struct ak_str ak_email_token(const struct ak_redactor *r, struct ak_str address, struct ak_arena *a);
/* What stands for one, counted: its token, or [REMOVED:email] where the profile keeps none. */
struct ak_str ak_email_mark(const struct ak_pass *p, struct ak_str address);
/* Every address replaced by its token and counted. The same text when there is none. */
struct ak_str ak_email_replace(const struct ak_pass *p, struct ak_str s);

#ifdef __cplusplus
}
#endif
#endif
