/* allowed_signers files of ssh-keygen(1): who may sign. A line is `principals [options] keytype base64 [comment]`.
 * Understood: principal patterns with * ? and !, quoted principals, namespaces="...", valid-after="...",
 * valid-before="..." (times without Z are taken as UTC: the host's zone is never asked). Lines with cert-authority, an
 * unknown option or another key type never match. */
#ifndef AK_BASE_SIGNERS_H
#define AK_BASE_SIGNERS_H

#include "base/sshkey.h"

#define AK_SIGNERS_NO_TIME INT64_MIN

#ifdef __cplusplus
extern "C" {
#endif

/* Find a line that lets the key sign in that namespace at that time (microseconds since 1970). principal: the name the
 * caller insists on, or NULL for any. *who gets the line's principals, a view into text.
 * at_us: AK_SIGNERS_NO_TIME when nobody knows; then lines with a time let nobody sign. AK_EXIT_VERIFY reasons: signer_unknown (key not
 * in the file), signer_not_allowed (other principal or namespace), signer_not_yet, signer_expired, signer_no_time. */
enum ak_rc ak_signers_find(struct ak_str text, const struct ak_sshkey *key, const char *principal, const char *ns,
			   int64_t at_us, struct ak_str *who, struct ak_err *err);
/* `principal namespaces="ns" ssh-ed25519 AAAA...` and a line end. principal: no blank, comma, quote or control byte,
 * else AK_EXIT_USAGE. */
enum ak_rc ak_signers_line(const char *principal, const char *ns, const struct ak_sshkey *key, struct ak_buf *out,
			   struct ak_err *err);
/* The same with valid-after and valid-before, each AK_SIGNERS_NO_TIME when there is none. */
enum ak_rc ak_signers_line_between(const char *principal, const char *ns, const struct ak_sshkey *key, int64_t after_us, int64_t before_us,
				   struct ak_buf *out, struct ak_err *err);
/* OpenSSH pattern list: comma-separated, * and ? wildcards, !negated; a negated match wins. */
bool ak_signers_match(struct ak_str patterns, struct ak_str name);

#ifdef __cplusplus
}
#endif
#endif
