/* The source register: runs, sources, exports, files, documents, diagnostics and the per-export counts. */
#ifndef AK_STORE_REGISTER_H
#define AK_STORE_REGISTER_H

#include <jansson.h>

#include "model/field.h"
#include "store/tlog.h"

struct ak_counts {
	uint64_t in, stored, duplicate, rejected, blank, excluded, expired;
	uint64_t conflict, superseded; /* parts of stored */
};

/* Stored records of one kind: all, those that came with prompt or completion, those where the source had masked it. */
struct ak_kind_counts {
	uint64_t records, present, masked;
};

struct ak_file_row {
	int64_t id, export_;
	const char *name, *codec, *mapping, *format, *detected;
	char sha256[65], decoded_sha256[65]; /* "" = not known */
	uint64_t bytes, decoded_bytes;
	struct ak_counts counts;
	int64_t first_us, last_us; /* INT64_MAX / INT64_MIN while none */
	const char *query;         /* NULL = none */
	int has_more;              /* -1 unknown */
	const char *state;
	uint64_t next_offset, check_offset;
	char check_sha256[65];
	const char *request; /* of a pulled page, without credentials; NULL = a file */
	int saved;	     /* of a pulled page: its bytes are kept by the user; -1 = no page */
};

struct ak_export_row {
	int64_t id, source, run;
	const char *name, *exported_at, *exported_at_basis, *query, *state;
};

struct ak_diag_row {
	int64_t export_, file; /* file 0 = none */
	const char *severity, *rule, *field, *detail;
	uint64_t rec_no, offset, length, n; /* rec_no 0 and length 0 = none */
	char hash[33];                      /* "" = none */
};

#ifdef __cplusplus
extern "C" {
#endif

enum ak_rc ak_register_run(struct ak_store *s, const char *options_json, const char *policy_digest, int64_t *id,
			   struct ak_err *err);
/* Existing source of that name or a new one. owner NULL leaves what is there. */
enum ak_rc ak_register_source(struct ak_store *s, const char *name, const char *system, const char *format, const char *owner,
			      int64_t *id, struct ak_err *err);
/* Declare the system of a source; another one than before forgets the pairs of corroborating records. */
enum ak_rc ak_register_system(struct ak_store *s, int64_t id, const char *system, struct ak_err *err);
enum ak_rc ak_register_export(struct ak_store *s, struct ak_export_row *row, struct ak_err *err); /* sets row->id */
/* An export that was interrupted goes on: it is this run's now, which reports it. */
enum ak_rc ak_register_export_run(struct ak_store *s, int64_t id, int64_t run, struct ak_err *err);
enum ak_rc ak_register_export_state(struct ak_store *s, int64_t id, const char *state, struct ak_err *err);
/* Insert or update by id (row->id must be set: ak_register_next_file). */
enum ak_rc ak_register_file(struct ak_store *s, const struct ak_file_row *row, struct ak_err *err);
enum ak_rc ak_register_file_digest(struct ak_store *s, int64_t export_, const char *sha256, uint64_t bytes, struct ak_err *err);
enum ak_rc ak_register_next_file(struct ak_store *s, int64_t *out, struct ak_err *err);
/* Keep a text once; new ones also become a ledger entry of that kind (mapping or policy). */
enum ak_rc ak_register_document(struct ak_tlog *l, const char *digest, const char *kind, const char *name,
				const char *version, struct ak_str text, struct ak_err *err);
/* Where the pulls of a source stand, a JSON document of pull/'s; set belongs to the running transaction. *out is NULL when there
 * was none; ak_free. */
enum ak_rc ak_register_pull_get(struct ak_store *s, const char *source, char **out, struct ak_err *err);
enum ak_rc ak_register_pull_set(struct ak_store *s, const char *source, const char *state, struct ak_err *err);
enum ak_rc ak_register_diag(struct ak_store *s, const struct ak_diag_row *row, struct ak_err *err);
/* Did another mapping of this format store records of the same bytes? */
enum ak_rc ak_register_mapped_otherwise(struct ak_store *s, const struct ak_file_row *f, bool *out, struct ak_err *err);
/* Take back what an earlier look at the whole workspace said: rows whose rule begins so. */
enum ak_rc ak_register_forget_diag(struct ak_store *s, const char *rule_prefix, struct ak_err *err);

/* Counts that add up over batches. */
enum ak_rc ak_register_unknown(struct ak_store *s, int64_t export_, struct ak_str path, const char *type, uint64_t n,
			       uint64_t max_length, uint64_t first_rec, struct ak_err *err);
enum ak_rc ak_register_redaction(struct ak_store *s, int64_t export_, const char *field, const char *rule, const char *action,
				 uint64_t n, struct ak_err *err);
enum ak_rc ak_register_payload(struct ak_store *s, int64_t export_, const char *path, const char *role, const uint64_t n[3],
			       struct ak_err *err); /* absent, masked, present */
enum ak_rc ak_register_kind(struct ak_store *s, int64_t export_, enum ak_kind kind, const struct ak_kind_counts *n,
			    struct ak_err *err);
enum ak_rc ak_register_absent(struct ak_store *s, int64_t export_, const char *field, const char *reason, uint64_t n,
			      struct ak_err *err);
/* The ledger entry that binds a finished file: digests and counts. */
enum ak_rc ak_register_file_leaf(struct ak_tlog *l, const struct ak_file_row *row, struct ak_err *err);

/* The file that an interrupted run left partial, when nothing was ingested since: its row, and of whom it is (ak_free each).
 * AK_END: there is none. */
struct ak_partial {
	char *source, *name, *mapping; /* mapping: its digest */
};
enum ak_rc ak_register_last_partial(struct ak_store *s, struct ak_file_row *out, struct ak_partial *of, struct ak_err *err);
/* The newest file of this name: how much of it was read, in check_offset, with the digest of that. AK_END: there is none. */
enum ak_rc ak_register_last_read(struct ak_store *s, const char *name, struct ak_file_row *out, struct ak_err *err);
/* Whatever is still partial and was not resumed becomes interrupted. */
enum ak_rc ak_register_interrupted(struct ak_store *s, int64_t before_run, struct ak_err *err);

#ifdef __cplusplus
}
#endif
#endif
