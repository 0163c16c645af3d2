/* The packet that the same reviewer had before: the new one proves that its ledger only went on from there. */
#ifndef AK_PACKET_PREVIOUS_H
#define AK_PACKET_PREVIOUS_H

#include "packet/build.h"

struct ak_previous {
	char *note;	/* its signed tree head */
	json_t *packet; /* its packet.json */
	char digest[65];
	uint64_t size;
	uint8_t root[32];
};

#ifdef __cplusplus
extern "C" {
#endif

/* Reads o->previous; nothing when that is NULL. AK_EXIT_VERIFY: it is damaged, or its tree head is not one of this ledger;
 * AK_EXIT_REFUSED: it was made for another reviewer. ak_previous_release, safe on a zeroed struct. */
enum ak_rc ak_previous_open(const struct ak_packet_opts *o, struct ak_previous *out, struct ak_err *err);
void ak_previous_release(struct ak_previous *p);
/* data/integrity/consistency.json: {schema, format_version, previous: {packet, digest, size, root}, size, root, proof: [hex]}, the
 * caller's. checkpoint: of the new packet. AK_EXIT_VERIFY when the ledger does not continue the previous one. */
enum ak_rc ak_previous_prove(const struct ak_packet_opts *o, const struct ak_previous *p, const json_t *checkpoint, json_t **doc,
			     struct ak_err *err);

#ifdef __cplusplus
}
#endif
#endif
