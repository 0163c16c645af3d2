/* The annex: a bag of its own beside the packet, for what would make it too large. It holds every leaf of the run of the ledger that
 * the period's records lie in, the proof that this run is whole, and the script that checks all proofs without auditkit. Its
 * digest stands in the packet (data/integrity/annex.json), so that the packet's signature covers it. */
#ifndef AK_PACKET_ANNEX_H
#define AK_PACKET_ANNEX_H

#include "packet/build.h"
#include "packet/section.h"

#ifdef __cplusplus
extern "C" {
#endif

/* A finished bag, the caller's; id and name are the packet's. *doc: annex.json, {schema, format_version, digest, files: [{path, bytes, sha256}], range: the members
 * of data/range-proof.json but its hashes}, the caller's. */
enum ak_rc ak_annex_build(const struct ak_packet_opts *o, const struct ak_sections *s, const char *id, const char *name,
			  struct ak_bag **annex, json_t **doc, struct ak_err *err);
/* The root of a checkpoint document in hex: base64 would now and then look like a key to the self-audit. */
json_t *ak_annex_root(const json_t *checkpoint);
/* {kind: {stands: n}} as [{kind, stands, leaves}] in its order; the caller's. */
json_t *ak_annex_counts(const json_t *counts);
/* Where the annex of a packet at `path` stands: NAME.annex.zip beside NAME.zip; ak_free. */
char *ak_annex_path(const char *path);

#ifdef __cplusplus
}
#endif
#endif
