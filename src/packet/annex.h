/* The annex: a bag of its own beside the packet, for what would make it too large. It holds the tables that are (ak_tables_part), every
 * leaf of the run of the ledger that the period's records lie in, the proof that this run is whole, and the script that checks all
 * proofs without auditkit. Its digest stands in the packet (data/integrity/annex.json), so that the packet's signature covers it. */
#ifndef AK_PACKET_ANNEX_H
#define AK_PACKET_ANNEX_H

#include "packet/build.h"
#include "packet/section.h"

#ifdef __cplusplus
extern "C" {
#endif

#define AK_LEAVES_PATH "data/leaves.csv"

/* An empty one, the caller's; name is the packet's. */
enum ak_rc ak_annex_new(const struct ak_packet_opts *o, const char *name, struct ak_bag **annex, struct ak_err *err);
/* All the rest of it, and finished; id is the packet's. apart: resources of the tables that were moved there. *doc: annex.json, {schema,
 * format_version, digest, files: [{path, bytes, sha256}], range: the members of data/range-proof.json but its hashes}, the caller's. */
enum ak_rc ak_annex_finish(const struct ak_packet_opts *o, const struct ak_sections *s, const char *id, const json_t *apart,
			   struct ak_bag *annex, json_t **doc, struct ak_err *err);
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
