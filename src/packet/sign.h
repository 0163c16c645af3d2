/* Signatures of a finished bag: what goes into its signatures/ folder (EVIDENCE 1.1). */
#ifndef AK_PACKET_SIGN_H
#define AK_PACKET_SIGN_H

#include "packet/bag.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Sign tagmanifest-sha256.txt with the packet key: SSHSIG, raw Ed25519, its PEM key and an allowed_signers copy.
 * principal: the signer's name, no blanks. Deterministic. */
enum ak_rc ak_bag_sign(struct ak_bag *bag, const uint8_t seed[32], const char *principal, struct ak_err *err);

#ifdef __cplusplus
}
#endif
#endif
