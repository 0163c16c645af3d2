/* A key that signs a packet: a file of our own, an OpenSSH private key, or one that only ssh-keygen can use: encrypted, in
 * an agent, in a FIDO token. */
#ifndef AK_PACKET_SIGNER_H
#define AK_PACKET_SIGNER_H

#include "base/sshkey.h"

#define AK_PACKET_PRINCIPAL "auditkit" /* the workspace's name in lists of signers */

struct ak_signer {
	uint8_t seed[32];
	const char *outside; /* file to give to ssh-keygen; NULL = seed signs */
};

#ifdef __cplusplus
extern "C" {
#endif

/* path must outlive the signer. AK_EXIT_REFUSED: not a key, open to others, or of a type that packets are not signed with;
 * AK_EXIT_INPUT: cannot be read. */
enum ak_rc ak_signer_open(const char *path, struct ak_signer *out, struct ak_err *err);
/* Append the armored SSH signature of msg (namespace auditkit-packet); *key is who signed. AK_EXIT_REFUSED when ssh-keygen
 * did not sign. */
enum ak_rc ak_signer_sign(const struct ak_signer *s, struct ak_str msg, struct ak_buf *out, struct ak_sshkey *key,
			  struct ak_err *err);
void ak_signer_wipe(struct ak_signer *s);

#ifdef __cplusplus
}
#endif
#endif
