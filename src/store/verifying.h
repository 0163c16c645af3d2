/* Verify at work: one thread reads the ledger in order and packs it into parts, another computes what it reads, a third has the
 * database file checked over a connection of its own. Internal to store/verify*.c.
 *
 * All that is said of the ledger is said by the second thread, in the order of the ledger: what the reader finds goes along in its
 * place. When it has ended, the first thread goes on alone. */
#ifndef AK_STORE_VERIFYING_H
#define AK_STORE_VERIFYING_H

#include "base/map.h"
#include "base/merkle.h"
#include "base/queue.h"
#include "store/columns_store.h"
#include "store/filled.h"
#include "store/leaf.h"
#include "store/verify.h"

/* ---- what is read -> what is computed ---- */

enum ak_checked { AK_CHECK_RECORD, AK_CHECK_ENTRY, AK_CHECK_POINT /* a checkpoint of the size so far */, AK_CHECK_BREAK };

struct ak_checked_file {
	int64_t id, source_id;
	const char *format, *source;
};

struct ak_check_item {
	enum ak_checked what;
	struct ak_check_item *next;
	int64_t seq;
	struct ak_hashes hashes; /* of entries salt and leaf only */
	/* RECORD */
	const struct ak_packed *rec; /* NULL: disposed of */
	const struct ak_checked_file *file;
	bool dated, odd_time; /* odd: has a sort key without a time */
	int64_t time_us;
	/* ENTRY */
	const char *kind;
	struct ak_str body;
	bool whole;
	/* CHECKPOINT */
	struct ak_str root, note;
	/* BREAK */
	const char *said;
};

/* A stretch of the ledger, with what it points to. */
struct ak_check_part {
	struct ak_arena arena;
	struct ak_check_item *first, **last;
	bool end;
};

#define AK_CHECK_PARTS 4

struct ak_check_pipe {
	struct ak_check_part part[AK_CHECK_PARTS];
	struct ak_queue full, idle;
};

/* ---- the second thread ---- */

struct ak_leaves {
	struct ak_check_pipe *pipe;
	struct ak_verify_report *out; /* breaks, first and checkpoints are its own while it runs */
	struct ak_leafer *leafer;
	struct ak_columns_check *columns;
	struct ak_note_key key;
	struct ak_merkle tree;
	uint8_t contents[32]; /* ak_leaf_chain over the records so far */
	bool gap;	      /* a record without its digests went by: the chain is known again from the next entry on */
};

/* ---- the third thread ---- */

struct ak_beside {
	struct ak_store *own; /* NULL: there is no connection of its own that sees the same, all is done on the first one */
	const struct ak_verify_calls *calls;
	pthread_t thread;
	bool runs;
	enum ak_rc rc;
	struct ak_err err;
	char found[400]; /* damage, in SQLite's words; empty: none */
	enum ak_rc called; /* of calls->beside */
	struct ak_err why;
};

#ifdef __cplusplus
extern "C" {
#endif

/* Only the first break is worded. */
void AK_PRINTF(2, 3) ak_verify_broken(struct ak_verify_report *out, const char *fmt, ...);

/* The whole ledger, within a transaction, into the pipe. *counts: records by file (the id's bytes); *filled: the fields they have; *whole: all went by. */
enum ak_rc ak_verify_read(struct ak_store *s, struct ak_check_pipe *pipe, uint64_t total, const struct ak_verify_calls *calls,
			  struct ak_verify_report *out, struct ak_map *counts, struct ak_filled *filled, bool *whole, struct ak_err *err);
void *ak_verify_leaves(void *leaves); /* thread body */

/* Open the connection, if that can be, and begin a read transaction on both: they see the same moment. */
enum ak_rc ak_beside_open(struct ak_beside *b, struct ak_store *s, struct ak_err *err);
enum ak_rc ak_beside_start(struct ak_beside *b, struct ak_err *err);
/* Wait for its findings; without a thread of its own they are made now, on s. */
void ak_beside_end(struct ak_beside *b, struct ak_store *s);
/* At any time: stops what still runs. */
void ak_beside_release(struct ak_beside *b);

#ifdef __cplusplus
}
#endif
#endif
