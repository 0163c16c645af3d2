/* SSHSIG, the detached signatures of `ssh-keygen -Y` (OpenSSH PROTOCOL.sshsig). Written with Ed25519 and SHA-512, which
 * is deterministic: the same key and bytes give the same signature. Read with SHA-512 or SHA-256 and Ed25519 keys,
 * FIDO tokens included; RSA and ECDSA keys are told apart from a bad signature. */
#ifndef AK_BASE_SSHSIG_H
#define AK_BASE_SSHSIG_H

#include "base/sshkey.h"

#define AK_SSHSIG_NAMESPACE "auditkit-packet"

#ifdef __cplusplus
extern "C" {
#endif

/* Appends the armored signature ("-----BEGIN SSH SIGNATURE-----" ...) of msg. ns: namespace, not empty. */
void ak_sshsig_sign(const uint8_t seed[32], const char *ns, struct ak_str msg, struct ak_buf *out);
/* Is this a good signature of msg in that namespace? On AK_OK *key is the signer, whose right to sign is still to be
 * looked up (ak_signers_find). AK_FAIL with AK_EXIT_VERIFY and one of the reasons sshsig_syntax, sshsig_namespace,
 * sshsig_key_type, sshsig_bad. */
enum ak_rc ak_sshsig_verify(struct ak_str armored, const char *ns, struct ak_str msg, struct ak_sshkey *key,
			    struct ak_err *err);

#ifdef __cplusplus
}
#endif
#endif
