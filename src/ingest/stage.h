/* State of the map thread: the open export and file, the format in use, the batch being filled. Internal to ingest/. */
#ifndef AK_INGEST_STAGE_H
#define AK_INGEST_STAGE_H

#include "ingest/pipe.h"

/* What became of the signature of a record or body. */
enum ak_signed_verdict { AK_SIGNED_GOOD, AK_SIGNED_BAD, AK_SIGNED_MISSING, AK_SIGNED_UNCHECKED, AK_SIGNED_VERDICTS };

struct ak_stage {
	struct ak_pipe *p;
	struct ak_batch *batch;
	uint64_t uncommitted_records, uncommitted_bytes; /* handed over before it, in the same transaction */
	struct ak_arena scratch;
	struct ak_record rec;
	struct ak_leafer *leafer;
	struct ak_redact_cache *cache;
	uint8_t salts[4096]; /* random bytes in stock */
	size_t salts_left;
	bool stopped;

	bool export_open;
	size_t source, named; /* of the open export; of the open file */
	uint64_t export_index;
	char exported_at[40];
	const char *exported_at_basis;

	bool open, chosen, truncated, csv_failed;
	char name[80];          /* of the open file, cut, for progress */
	char *full_name;
	const char *codec, *original;
	struct ak_file_row *resume;
	const struct ak_page *page; /* the open file is one; NULL otherwise */
	struct ak_buf head;
	const struct ak_mapping *mapping, *mapper_for;
	size_t mapper_named;
	struct ak_mapper *mapper;
	struct ak_framer *framer;
	struct ak_csv *csv;
	int64_t file;           /* id, 0 = none is open */
	uint64_t rec_no, skip_to, next_offset;
	struct ak_check {
		uint64_t offset;
		uint8_t sha256[32]; /* of the decoded bytes before it */
	} check, before; /* at the end of the last chunk, and of the one before */
	size_t blank_end; /* blanks and line ends at the end of the last chunk */
	char detected[192];

	uint64_t signed_n[AK_SIGNED_VERDICTS]; /* records of the open file; bad ones have a row each instead */
	struct ak_hmac_sum *signed_sum;        /* of a body, NULL when there is nothing to compare it with */
	bool signed_header, signed_mac_given;
	uint8_t signed_mac[AK_SHA256_LEN];

	struct ak_unsealed unsealed; /* of the open file */
	struct ak_item_stats *stats;
	struct ak_redact_ledger changed; /* by redaction, in the record at hand */
	struct ak_drift drift; /* of the open export */
	struct ak_map_stats taken; /* what earlier STATS items already carried of the mapper's stats */
	uint64_t seen, done, total;
};

#ifdef __cplusplus
extern "C" {
#endif

struct ak_stage *ak_stage_new(struct ak_pipe *p);
void ak_stage_free(struct ak_stage *m);
void ak_stage_salt(struct ak_stage *m, uint8_t out[16]);
/* A readable file starts: announces its export when it is the first of it. */
void ak_stage_open(struct ak_stage *m, struct ak_chunk *c);
/* A file or argument that cannot be read: an export and a file without records, and a diag row. */
void ak_stage_unreadable(struct ak_stage *m, const struct ak_chunk *c);
/* Pick the mapping from m->head (or --format) and make reader and mapper; m->mapping stays NULL when nothing fits. */
void ak_stage_choose(struct ak_stage *m, bool eof, struct ak_err *err);
/* Does m->head tell already what m->mapping will be? */
bool ak_stage_knows(const struct ak_stage *m);
/* A file that is not read as what it was read as before is another file: what is stored of it stays with what it was read as. */
void ak_stage_part_from_before(struct ak_stage *m);
void ak_stage_announce_file(struct ak_stage *m, const struct ak_err *err);
void ak_stage_close(struct ak_stage *m, const struct ak_chunk *c);
void ak_stage_end_export(struct ak_stage *m);
void ak_stage_problem(struct ak_stage *m, const char *severity, const char *rule, const struct ak_err *err);
/* Counts go along with the batch whose records they speak of: make room for them, and hand them on. */
void ak_stage_need_stats(struct ak_stage *m);
void ak_stage_flush_stats(struct ak_stage *m);

/* Texts that --keep-text asks for leave the record before its content digest is taken and come back behind it: the same
 * record read with and without them is the same. They pass the redactor like any value (ak_redact_personal). */
void ak_keeptext_take(const struct ak_ingest_opts *o, struct ak_record *rec, struct ak_str out[AK_KEPT_TEXTS]);
void ak_keeptext_give(struct ak_record *rec, const struct ak_str in[AK_KEPT_TEXTS]);

#ifdef __cplusplus
}
#endif
#endif
