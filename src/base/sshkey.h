/* OpenSSH public keys of the Ed25519 family: wire form (RFC 4253 section 6.6, RFC 8709, PROTOCOL.u2f), the one-line
 * text form and the fingerprint. A key is written "ssh-ed25519"; a key in a FIDO token is "sk-ssh-ed25519@openssh.com"
 * and is read only, since just the token can sign. */
#ifndef AK_BASE_SSHKEY_H
#define AK_BASE_SSHKEY_H

#include "base/buf.h"
#include "base/crypto.h"
#include "base/err.h"

#define AK_SSHKEY_APP 256
#define AK_SSHKEY_PRINT 64 /* "SHA256:" and 43 characters, with room */

struct ak_sshkey {
	uint8_t pub[AK_ED25519_LEN];
	bool token;		 /* an sk- key */
	char app[AK_SSHKEY_APP]; /* application of a token key, "ssh:" as a rule; NUL-terminated */
};

#ifdef __cplusplus
extern "C" {
#endif

/* Wire reading (RFC 4251 section 5): take from the front of *in; false when it does not hold that much. */
bool ak_ssh_take_u32(struct ak_str *in, uint32_t *out);
bool ak_ssh_take_string(struct ak_str *in, struct ak_str *out);
void ak_ssh_add_u32(struct ak_buf *b, uint32_t v);
void ak_ssh_add_string(struct ak_buf *b, struct ak_str s);

void ak_sshkey_from_pub(const uint8_t pub[AK_ED25519_LEN], struct ak_sshkey *out);
const char *ak_sshkey_type(const struct ak_sshkey *k);
void ak_sshkey_wire(const struct ak_sshkey *k, struct ak_buf *out);
/* false for another key type and for anything malformed or with bytes left over. */
bool ak_sshkey_unwire(struct ak_str wire, struct ak_sshkey *out);
/* "ssh-ed25519 AAAA..." without comment and line end. */
void ak_sshkey_text(const struct ak_sshkey *k, struct ak_buf *out);
/* The first two words of a line; *rest, which may be NULL, gets what follows (the comment). */
bool ak_sshkey_parse(struct ak_str line, struct ak_sshkey *out, struct ak_str *rest);
/* "SHA256:..." as ssh-keygen -l prints it. */
void ak_sshkey_fingerprint(const struct ak_sshkey *k, char out[AK_SSHKEY_PRINT]);
/* The seed of an OpenSSH private key file ("-----BEGIN OPENSSH PRIVATE KEY-----"). AK_END: a key that only ssh-keygen can use,
 * encrypted, in a token or of another type; AK_FAIL: no such file, or damaged. */
enum ak_rc ak_sshkey_read_private(struct ak_str text, uint8_t seed[32]);
bool ak_sshkey_eq(const struct ak_sshkey *a, const struct ak_sshkey *b);

#ifdef __cplusplus
}
#endif
#endif
