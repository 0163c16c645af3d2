/* The ledger: an append-only RFC 6962 tree over the leaves of all records and entries (EVIDENCE 2). Its size is the next
 * sequence number. The frontier is saved with every batch, complete runs of 256 leaves leave a tile. */
#ifndef AK_STORE_TLOG_H
#define AK_STORE_TLOG_H

#include <jansson.h>

#include "base/merkle.h"
#include "base/note.h"
#include "store/leaf.h"
#include "store/store.h"

#define AK_TILE 256

struct ak_tlog {
	struct ak_store *store;
	struct ak_merkle upper; /* over complete tiles */
	struct ak_merkle tile;  /* leaves after the last complete tile */
	struct sqlite3_stmt *put_tile;
	uint8_t contents[32]; /* chain over the keyed digests of all records, ak_leaf_chain */
};

#ifdef __cplusplus
extern "C" {
#endif

/* AK_EXIT_CORRUPT when the saved frontier is missing or malformed (an empty workspace has none). */
enum ak_rc ak_tlog_open(struct ak_store *s, struct ak_tlog *out, struct ak_err *err);
void ak_tlog_release(struct ak_tlog *l);
static inline int64_t ak_tlog_size(const struct ak_tlog *l)
{
	return (int64_t)(l->upper.size * AK_TILE + l->tile.size);
}
/* The record's leaf takes sequence number ak_tlog_size before the call. */
enum ak_rc ak_tlog_record(struct ak_tlog *l, const struct ak_hashes *h, struct ak_err *err);
/* Append an entry that is no record; body is stored as RFC 8785 bytes. *seq may be NULL. */
enum ak_rc ak_tlog_entry(struct ak_tlog *l, const char *kind, const json_t *body, int64_t *seq, struct ak_err *err);
void ak_tlog_root(const struct ak_tlog *l, uint8_t root[32]);
/* Save size, frontier and chain; once per transaction that appended. */
enum ak_rc ak_tlog_save(struct ak_tlog *l, struct ak_err *err);
/* Cut and store a signed checkpoint of the present size; the same size again keeps the stored one. Refused
 * (AK_EXIT_VERIFY) when the tree does not continue the last checkpoint: a shrunk or rewritten history gets no new seal. */
enum ak_rc ak_tlog_checkpoint(struct ak_tlog *l, const struct ak_keys *keys, int64_t run, struct ak_err *err);
/* "auditkit/<workspace id>": origin line and key name of notes. */
void ak_tlog_origin(const struct ak_store *s, char out[64]);
/* The public log key as note key. */
void ak_tlog_note_key(const struct ak_store *s, const uint8_t pub[32], struct ak_note_key *out);

/* Leaf hashes first .. first + n - 1 by sequence number, from all tables (also a read callback for ak_merkle_prover). */
enum ak_rc ak_tlog_read_leaves(void *store, uint64_t first, size_t n, uint8_t *out, struct ak_err *err);

#ifdef __cplusplus
}
#endif
#endif
