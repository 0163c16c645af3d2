/* Sorted runs: indexes that grow by whole sorted runs instead of single inserts, so that a new day costs what the day
 * costs however large the workspace is (a log-structured merge index inside the database; see HACKING for figures).
 *
 * A run is a list of entries in order, cut into pages of PAGE_BYTES; index_fence finds the page of a key. Eight runs of
 * one size class are merged into one within the transaction that brings the eighth. Everything is a row of the workspace
 * and obeys its transactions. */
#ifndef AK_STORE_RUNS_H
#define AK_STORE_RUNS_H

#include "store/store.h"

enum ak_run_kind { AK_RUN_IDENTITY, AK_RUN_LOOKUP, AK_RUN_KINDS };

/* identity: key and key2 are the 16 bytes, big-endian; lookup: key is the hash, key2 stays 0. */
struct ak_run_entry {
	uint64_t key, key2, value;
};

struct ak_runs;

#ifdef __cplusplus
extern "C" {
#endif

enum ak_rc ak_runs_open(struct ak_store *s, enum ak_run_kind kind, struct ak_runs **out, struct ak_err *err);
void ak_runs_free(struct ak_runs *r);
/* See the runs that are there now; before finding in a transaction that others may have written before. */
enum ak_rc ak_runs_reload(struct ak_runs *r, struct ak_err *err);

/* Add one run (sorts e; equal entries count once) and merge where due. Inside a transaction. */
enum ak_rc ak_runs_add(struct ak_runs *r, struct ak_run_entry *e, size_t n, struct ak_err *err);

/* Call found for every entry with one of these keys (values are ignored), which must be in order; the answers come run
 * by run. A page is read once for all keys that meet it. */
enum ak_rc ak_runs_find(struct ak_runs *r, const struct ak_run_entry *keys, size_t n,
			void (*found)(void *ctx, const struct ak_run_entry *e), void *ctx, struct ak_err *err);

/* The same of one key of AK_RUN_LOOKUP; what it gave is remembered for a while. */
enum ak_rc ak_runs_find_one(struct ak_runs *r, uint64_t key, void (*found)(void *ctx, const struct ak_run_entry *e), void *ctx, struct ak_err *err);

/* Are all pages there, in order and as many as said? *broken says what is not, or stays NULL. */
enum ak_rc ak_runs_check(struct ak_runs *r, uint64_t *entries, const char **broken, struct ak_err *err);

/* Sort as runs are sorted: by key, key2, value. */
void ak_run_sort(struct ak_run_entry *e, size_t n);

/* The SQL table `lookup(h, seq)`: eponymous, over the runs; only WHERE h = ... is answered. Called by ak_store_open. */
enum ak_rc ak_lookup_table(struct ak_store *s, struct ak_err *err);

#ifdef __cplusplus
}
#endif
#endif
