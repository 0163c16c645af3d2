/* Content digest, identity and Merkle leaf of a record (DECISIONS 3, 5, 6; auditkit-packet(5)).
 *
 *   group(g)  = JCS object of the record's fields of group g, keyed by canonical name; `what` also holds auditkit.format,
 *               auditkit.source.{file,offset,length,record}
 *   content   = HMAC-SHA-256(dedupe key, format 0x00, then for each field that has a value, in the order of the groups
 *               and their names: name 0x00 length (8 bytes, little endian) value), before pseudonymisation; numbers and
 *               booleans as decimal text. Nobody else can compute it, so it needs no JSON.
 *   salt(g)   = SHA-256("auditkit/v1/salt/" name(g) 0x0A || salt)
 *   digest(g) = SHA-256(salt(g) || group(g))
 *   chain     = SHA-256(chain before || content || identity), from 32 zero bytes on, over all records in the order of the
 *               ledger: the keyed digests stand in no leaf, since a leaf must be computable by who has no key. Entries of
 *               source files state it, so that verify sees a changed digest (it would let a duplicate in, or keep a record out).
 *   leaf      = SHA-256(0x00 || "auditkit/v1/" kind 0x0A || digest(who) || digest(what) || digest(how_much)) */
#ifndef AK_STORE_LEAF_H
#define AK_STORE_LEAF_H

#include "base/buf.h"
#include "base/crypto.h"
#include "model/record.h"

struct ak_leafer; /* scratch buffers and key order; one per thread */

/* The same under a dedupe key of the past: by it a record is known that was stored before the keys were rotated. */
struct ak_past_hash {
	uint8_t identity[16], content[32];
};

struct ak_hashes {
	uint8_t identity[16], content[32], salt[16], leaf[32];
	struct ak_past_hash *past; /* one per past key, borrowed; npast is 0 as a rule */
	size_t npast;
	bool has_leaf; /* ak_leaf_packed has been here: the writer need not */
};

#ifdef __cplusplus
extern "C" {
#endif

struct ak_leafer *ak_leafer_new(void);
void ak_leafer_free(struct ak_leafer *l);
/* Content digest and identity; call between ak_redact_secrets and ak_redact_personal. They go to *out, which keeps the rest
 * of what it has. */
void ak_leaf_content(struct ak_leafer *l, const struct ak_hmac *dedupe, const char *format, const struct ak_record *rec,
		     struct ak_hashes *out);
/* The same of a record behind ak_redact_personal; before: what that changed. */
void ak_leaf_content_packed(struct ak_leafer *l, const struct ak_hmac *dedupe, const char *format, const struct ak_packed *rec,
			    const struct ak_before *before, struct ak_hashes *out);
/* Identity of this natural key with this content: conflicts and revisions after the first. */
void ak_leaf_variant(const struct ak_hmac *dedupe, const char *format, struct ak_str natural_key,
		     const uint8_t content[32], uint8_t out[16]);
/* The leaf of a redacted record; out->salt must be set. */
void ak_leaf_compute(struct ak_leafer *l, const char *format, int64_t file, const struct ak_record *rec,
		     struct ak_hashes *out);
void ak_leaf_packed(struct ak_leafer *l, const char *format, int64_t file, const struct ak_packed *rec, struct ak_hashes *out);
/* The canonical bytes of one group, as hashed (also what a packet shows), and its digest. */
void ak_leaf_group(struct ak_leafer *l, enum ak_group g, const char *format, int64_t file, const struct ak_record *rec,
		   struct ak_buf *out);
void ak_leaf_group_salt(enum ak_group g, const uint8_t salt[16], uint8_t out[32]);
/* The chain goes on by one record. */
void ak_leaf_chain(uint8_t chain[32], const struct ak_hashes *h);
/* Leaf of a ledger entry: SHA-256(0x00 || "auditkit/v1/" kind 0x0A || SHA-256(salt || body)). */
void ak_leaf_entry(const char *kind, struct ak_str body, const uint8_t salt[16], uint8_t out[32]);

#ifdef __cplusplus
}
#endif
#endif
