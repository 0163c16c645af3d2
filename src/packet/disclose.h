/* Records opened later against a packet that somebody already holds (M6): the packet commits to every leaf of the ledger, so a
 * field group that it withheld can be shown with its proof, and nothing need be signed again. */
#ifndef AK_PACKET_DISCLOSE_H
#define AK_PACKET_DISCLOSE_H

#include "packet/build.h"

#ifdef __cplusplus
extern "C" {
#endif

struct ak_disclose_opts {
	const struct ak_packet_opts *packet; /* store, redactor and keys are used */
	const char *path;		     /* of the packet */
	const int64_t *seq;		     /* places in the ledger */
	size_t n;
	bool groups[AK_G_COUNT];	     /* which are opened */
	bool tokens;			     /* groups with pseudonyms of the workspace too */
	const char *reason;		     /* why, redacted */
};

/* *out, the caller's: {schema, format_version, packet (id), digest, size, root (hex), reason, records: [{index, kind, leaf, groups:
 * {who|what|how_much: {digest, salt, body}}, path: [hex]}]}; a group that stays closed has its digest only.
 * AK_EXIT_USAGE: a record lies behind the packet's tree head. AK_EXIT_PARTIAL: it was disposed of, or is no record.
 * AK_EXIT_REFUSED: of another workspace, or a group holds pseudonyms and o->tokens is not set. AK_EXIT_VERIFY: the packet is damaged,
 * the ledger does not contain its tree head, or a secret would be shown. */
enum ak_rc ak_packet_disclose(const struct ak_disclose_opts *o, json_t **out, struct ak_err *err);

#ifdef __cplusplus
}
#endif
#endif
