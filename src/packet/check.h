/* Checking a packet as a stranger would: files against manifests, manifests against the signature, tables against the
 * sections, records against the signed tree head. Nothing of the workspace is needed, nothing is extracted. */
#ifndef AK_PACKET_CHECK_H
#define AK_PACKET_CHECK_H

#include <jansson.h>

#include "base/buf.h"
#include "base/err.h"

struct ak_packet_check {
	const char *digest;  /* hex the caller insists on, or NULL */
	struct ak_str signers; /* allowed_signers text from elsewhere, or a NULL view: the packet's own */
	bool rows;	     /* private: keep a mark of every row */
	const char *previous; /* packet that the reviewer had before, or NULL */
	const char *annex;    /* the packet's annex, or NULL */
	struct ak_str tsa;    /* certificates of the timestamp's authority (PEM), or a NULL view */
	const char *require;  /* names that must have signed, with commas, or NULL */
};

#ifdef __cplusplus
extern "C" {
#endif

/* {schema, ok, packet (id), draft, digest, form, files, bytes, signer|null, signer_name|null, signer_source:
 *  "given"|"packet", checks: [{name, result: "pass"|"fail"|"skipped", detail}]}, checks in the order structure, fixity,
 *  completeness, schema, content, signature, timestamp, log, continuity,
 * with an annex `annex`, behind the signature `attestation` where there is one; judged_at: {time, from: "packet"|"timestamp"}, the
 * time at which the signers' list is asked. AK_OK also when a check failed: `ok` says so. */
enum ak_rc ak_packet_verify(const char *path, const struct ak_packet_check *o, json_t **out, struct ak_err *err);
/* Whether all of its files are as they were packed, whoever signed it: what another command may build on. */
bool ak_packet_whole(const json_t *report);
/* The same document about any BagIt 0.97 or 1.0 bag: structure, fixity (md5, sha1, sha256, sha512) and completeness, the other levels
 * skipped; with bag: {version, encoding, payload_files, fetch_listed, fetch_missing, manifests: [{name, algorithm, files, equal, computed}]}. */
enum ak_rc ak_bag_verify(const char *path, const struct ak_packet_check *o, json_t **out, struct ak_err *err);
/* The bytes of one file of a packet. AK_END when it has none of that name. */
enum ak_rc ak_packet_file(const char *path, const char *name, struct ak_buf *out, struct ak_err *err);

#ifdef __cplusplus
}
#endif
#endif
