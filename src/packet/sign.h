/* Signatures of a finished bag: what goes into its signatures/ folder (EVIDENCE 1.1). */
#ifndef AK_PACKET_SIGN_H
#define AK_PACKET_SIGN_H

#include <jansson.h>

#include "packet/bag.h"
#include "packet/signer.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Sign tagmanifest-sha256.txt: SSHSIG and an allowed_signers copy; with a seed also raw Ed25519 and its PEM key, which no
 * agent gives. principal: the signer's name, no blanks. Deterministic with a seed. *key is who signed; may be NULL. */
enum ak_rc ak_bag_sign(struct ak_bag *bag, const struct ak_signer *signer, const char *principal, struct ak_sshkey *key,
		       struct ak_err *err);

/* Sign a packet that was built without signature (DECISIONS 40) and write it to `to`, which may be the same path and is
 * replaced then. Its digest does not change. signed_by gets the fingerprint, *packet its packet.json with the member digest
 * (hex), the caller's. AK_EXIT_REFUSED: a draft, or signed already; AK_EXIT_VERIFY: not as it was packed. */
enum ak_rc ak_packet_sign(const char *path, const char *to, bool replace, const struct ak_signer *signer,
			  char signed_by[AK_SSHKEY_PRINT], json_t **packet, struct ak_err *err);

#ifdef __cplusplus
}
#endif
#endif
