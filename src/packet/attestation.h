/* What a packet's signer says of it in the form of in-toto (Statement v1) in a DSSE envelope, for systems that gather such statements. The
 * subject is tagmanifest-sha256.txt by its SHA-256, the packet's digest; predicateType is AK_ATTESTATION_PREDICATE, whose predicate repeats
 * members of data/packet.json: id, created, as_of, program, workspace, ledger_size, ledger_root, period, view. It says nothing that the
 * signature beside it does not cover. */
#ifndef AK_PACKET_ATTESTATION_H
#define AK_PACKET_ATTESTATION_H

#include <jansson.h>

#include "base/buf.h"
#include "base/sshkey.h"

#define AK_ATTESTATION "signatures/attestation.intoto.json"
#define AK_ATTESTATION_PREDICATE "urn:auditkit:packet:1"

#ifdef __cplusplus
extern "C" {
#endif

/* Append the envelope, signed by an Ed25519 key; deterministic. packet: packet.json. */
enum ak_rc ak_attestation_make(const uint8_t seed[32], const uint8_t digest[32], const json_t *packet, struct ak_buf *out, struct ak_err *err);
/* What is wrong with an envelope that is to be this packet's by this key; NULL when nothing is. */
const char *ak_attestation_wrong(struct ak_str envelope, const struct ak_sshkey *key, const uint8_t digest[32], const json_t *packet);

#ifdef __cplusplus
}
#endif
#endif
