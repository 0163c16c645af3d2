/* Storing records: identity and multiplicity (DECISIONS 3, 4), row, lookup entries, ledger. Inside a transaction. */
#ifndef AK_STORE_WRITER_H
#define AK_STORE_WRITER_H

#include "store/columns_store.h"
#include "store/tlog.h"
#include "store/record.h"

enum ak_put { AK_PUT_STORED, AK_PUT_DUPLICATE, AK_PUT_EXPIRED };

struct ak_put_result {
	enum ak_put what;
	bool conflict;        /* stored, same natural key with other content */
	bool superseded;      /* stored, but an older revision than one already there */
	bool supersedes;      /* stored, and an older one was superseded */
	bool remapped;        /* duplicate of a record that another mapping stored (--remap supersedes it) */
	int64_t seq;          /* of the stored record; of a duplicate, that of the one that stands for it, -1 = it is gone */
};

struct ak_writer;

struct ak_put_args {
	const char *format;        /* mapping id */
	const char *mapping;       /* mapping digest */
	int64_t file, export_;
	bool has_revision, remap;
};

#ifdef __cplusplus
extern "C" {
#endif

/* Ledger and columns are shared with the caller and must outlive the writer, as the keys must. past: the dedupe keys that the records'
 * ak_past_hash were made with, in that order. */
enum ak_rc ak_writer_new(struct ak_store *s, struct ak_tlog *ledger, struct ak_columns_writer *columns, const struct ak_hmac *dedupe,
			 struct ak_hmac *const *past, struct ak_writer **out, struct ak_err *err);
void ak_writer_free(struct ak_writer *w);
/* Look up the identities of the records to come together (16 bytes each); not required, but much cheaper. */
enum ak_rc ak_writer_expect(struct ak_writer *w, const uint8_t *const *ids, size_t n, struct ak_err *err);
/* Write the records put since the last call; they may die then. */
enum ak_rc ak_writer_settle(struct ak_writer *w, struct ak_err *err);
/* The same, and their index entries as sorted runs. Before every commit. */
enum ak_rc ak_writer_flush(struct ak_writer *w, struct ak_err *err);
/* rec must be redacted (or it is a bug), h complete but for the leaf, which is computed here: the thread that maps has more to
 * do. Both must live until they are settled or flushed. */
enum ak_rc ak_writer_put(struct ak_writer *w, const struct ak_put_args *args, struct ak_packed *rec, struct ak_hashes *h,
			 struct ak_put_result *out, struct ak_err *err);

#ifdef __cplusplus
}
#endif
#endif
