/* What flows through the pipeline: chunks of a stream from the digest thread, batches of items to the write thread.
 * Internal to ingest/. */
#ifndef AK_INGEST_PIPE_H
#define AK_INGEST_PIPE_H

#include "ingest/ingest.h"
#include "io/source.h"
#include "base/map.h"
#include "base/queue.h"
#include "store/columns_store.h"
#include "store/leaf.h"
#include "store/remap.h"

#define AK_CHUNK_BYTES 262144u

/* ---- digest -> map ---- */

/* REST: nothing more for now, what there is can be committed. */
enum ak_chunk_kind { AK_CHUNK_OPEN, AK_CHUNK_DATA, AK_CHUNK_REST, AK_CHUNK_CLOSE, AK_CHUNK_EXPORT_END, AK_CHUNK_END };

struct ak_chunk {
	enum ak_chunk_kind kind;
	/* OPEN */
	size_t source, named;  /* indices into opts->sources: whose path brought the file, whose name and settings it has */
	uint64_t export_index; /* counts up over all sources */
	enum ak_input_kind export_kind;
	char *export_name, *name; /* safe */
	const char *original;	  /* with --remap: digest of the decoded bytes, 64 hex; else NULL */
	const char *codec;
	int64_t mtime_us;
	const struct ak_page *page; /* NULL = a file */
	struct ak_file_row *resume; /* partial file whose prefix was found unchanged, NULL = from the start */
	struct ak_err error;        /* OPEN: cannot be read at all; CLOSE: why the stream ended early */
	struct ak_err remark;       /* CLOSE: something odd about a stream that was read to its end */
	/* DATA: bytes, and the digest of everything decoded up to their end */
	size_t n;
	uint64_t end;
	uint8_t sha256[32];
	/* CLOSE and EXPORT_END */
	struct ak_file_digest digest;
	uint64_t done, total; /* for progress */
	char data[];
};

/* ---- map -> write ---- */

enum ak_item_kind { AK_ITEM_EXPORT, AK_ITEM_FILE, AK_ITEM_RECORD, AK_ITEM_REJECT, AK_ITEM_BLANK, AK_ITEM_STATS,
		    AK_ITEM_FILE_END, AK_ITEM_EXPORT_END };

struct ak_unknown_delta {
	struct ak_str path;
	const char *type;
	uint64_t n, max_length, first_rec;
};

struct ak_header_delta {
	const char *path, *why; /* path: with the name as it may be shown */
	uint64_t n;
};

struct ak_item_stats {
	struct ak_redact_ledger ledger; /* of names; what was done to a record goes with the record */
	struct ak_unknown_delta *unknown; /* in the batch arena */
	size_t nunknown;
	uint64_t unknown_over;
	struct ak_header_delta *header; /* likewise */
	size_t nheader;
	struct ak_map_stats map;  /* deltas */
	const struct ak_mapping *mapping;
};

struct ak_item {
	enum ak_item_kind kind;
	struct ak_item *next;
	/* EXPORT */
	size_t source;
	const char *export_name, *exported_at, *exported_at_basis;
	/* FILE: name, codec, detection; resume */
	const char *name, *codec, *detected, *original;
	const struct ak_mapping *mapping; /* NULL: not recognised */
	size_t named;
	struct ak_file_row *resume;
	const struct ak_page *page;
	int64_t file;
	/* RECORD, with the mapping */
	struct ak_packed *rec;
	struct ak_hashes *hashes;
	const struct ak_redact_count *changed; /* what redaction did to it: counts when it is stored, not when it was there already */
	uint32_t nchanged;
	uint32_t personal;	  /* bit i: its ak_labels[i] looks like a person's (redact/label.h) */
	struct ak_before *before; /* what content digest and identity are still to be made of; NULL: they are there */
	/* REJECT and warnings: diag without ids */
	struct ak_diag_row diag;
	uint64_t n; /* BLANK */
	/* STATS */
	struct ak_item_stats *stats;
	/* FILE_END and EXPORT_END */
	struct ak_file_digest digest;
	bool incomplete, failed;
	int has_more;
	const char *query;
};

struct ak_batch {
	struct ak_arena arena;
	struct ak_item *first, **last;
	size_t records;
	/* state of the file that is still open at the end of this batch; 0 = none is */
	int64_t open_file;
	uint64_t next_offset, check_offset;
	uint8_t check_sha256[32];
	struct ak_ingest_progress progress;
	char progress_name[80];
	bool commit; /* last part of a transaction */
	bool end;    /* last one */
};

struct ak_pipe {
	const struct ak_ingest_opts *o;
	struct ak_queue chunks, batches;
	struct ak_hmac *dedupe, *reject;
	struct ak_columns_writer *columns;
	struct ak_hmac *past[AK_KEYS_PAST]; /* dedupe keys of before rotations */
	size_t npast;
	struct ak_key_period *gone; /* periods whose key is not there any more: nothing can be compared with their records */
	size_t ngone;
	struct ak_file_row partial; /* the one file an earlier run left open; id 0 = none */
	struct ak_partial partial_of;
	struct ak_file_row last; /* of the file that is followed: what was read of it last, in check_offset and check_sha256 */
	struct ak_remap *remap;	 /* with --remap */
	struct ak_map sums;	 /* likewise: decoded digests of the files to come, under "source number:file number" */
	int64_t next_file;  /* ids are given by the map thread, in order */
	bool drops;         /* policy.yaml removes a field */
	bool whole;         /* one transaction for the whole run: --strict, --max-rejects, --dry-run */
};

#ifdef __cplusplus
extern "C" {
#endif

void *ak_pipe_digest(void *pipe); /* thread bodies */
void *ak_pipe_map(void *pipe);
enum ak_rc ak_pipe_write(struct ak_pipe *p, int64_t run, struct ak_tlog *ledger, struct ak_ingest_result *out,
			 struct ak_err *err);

void ak_chunk_free(struct ak_chunk *c);
struct ak_batch *ak_batch_new(void);
void ak_batch_free(struct ak_batch *b);
struct ak_item *ak_batch_add(struct ak_batch *b, enum ak_item_kind kind);

#ifdef __cplusplus
}
#endif
#endif
