/* Ingest: the only place that sees io, read, format, redact and store together (DECISIONS 18 to 21).
 *
 * Three threads: digest (reads and hashes), map (frames, walks, maps, redacts, hashes records) and write (SQLite, the
 * caller's thread), with bounded queues between them. One transaction per batch; a batch spans files. */
#ifndef AK_INGEST_INGEST_H
#define AK_INGEST_INGEST_H

#include "base/crypto.h"
#include "base/map.h"
#include "base/rsa.h"
#include "conf/policy.h"
#include "model/field.h"
#include "format/unseal.h"
#include "format/registry.h"
#include "io/source.h"
#include "redact/redact.h"
#include "store/register.h"
#include "store/store.h"

struct ak_ingest_source {
	const char *name;   /* NULL: the format's id */
	const char *format; /* mapping id, NULL = detect per file */
	const char *owner, *system, *query, *tz, *exported_at; /* NULL = not given */
	const char *const *paths;
	size_t npaths;
	const struct ak_page *pages; /* in place of paths */
	size_t npages;
};

struct ak_ingest_progress {
	const char *file;      /* safe base name of the file being read */
	uint64_t records;      /* records seen so far */
	uint64_t done, total;  /* bytes on disk, total 0 = unknown */
};

/* What signatures that sources made are checked with; what is missing stays unchecked. */
struct ak_signing {
	struct ak_rsa *rsa;            /* of signed rows */
	struct ak_hmac *secret;        /* of signed bodies */
	const struct ak_map *headers;  /* base name of a body's file -> char *, the header it came with */
};

struct ak_ingest_result;

/* What a transaction of a followed file brought. */
struct ak_ingest_tail {
	const char *source, *file;    /* safe; of the open file, or the one that was closed last */
	struct ak_counts added, all;  /* since the last one; since the run began */
	int64_t last_us;	      /* newest event of the file, INT64_MIN while there is none */
};

struct ak_ingest_opts {
	struct ak_store *store; /* opened for writing; ingest takes and keeps the lock */
	const struct ak_keys *keys;
	const struct ak_registry *registry;
	const struct ak_policy *policy; /* may be NULL */
	struct ak_str policy_text;      /* the policy file's bytes */
	const struct ak_redactor *redactor;
	const struct ak_field_plan *plan; /* what policy.yaml decides per field */
	struct ak_redactor *const *past; /* under keys->past, by the same number */
	const struct ak_ingest_source *sources;
	size_t nsources;
	/* Dry run: everything happens in one transaction that is rolled back; inspect is called before that, to report. */
	enum ak_rc (*inspect)(void *ctx, int64_t run, struct ak_err *err);
	const struct ak_signing *signing;
	/* Called in the last transaction before it is committed, with the run's figures: what is stored then is stored together
	 * with the records, all of them where max_rejects is not -1. AK_FAIL takes everything back. */
	enum ak_rc (*seal)(void *ctx, const struct ak_ingest_result *r, struct ak_err *err);
	const bool *keep_text;    /* per field of type TEXT: kept, redacted; NULL = none is */
	struct ak_sealed_key *open_with; /* for members that a source encrypted (format/unseal.h); NULL = they stay shut */
	const char *options_json; /* parsed options, for the run table */
	bool dry_run, strict, remap;
	int64_t max_rejects;      /* -1 = no bound; beyond it nothing is committed and the run ends with AK_EXIT_INPUT */
	void (*progress)(void *ctx, const struct ak_ingest_progress *p);
	/* The number of the source whose name and settings a file on disk has; 0, or NULL instead of a function: of the one whose
	 * path brought it. `below` is its path below the folder `argument`, NULL when that is the file. Called by one thread that
	 * is not the caller's. */
	size_t (*source_of)(void *ctx, const char *argument, const char *below);
	/* The one path of the one source is a file that is still being written: read on until stopping says so, which is asked several
	 * times a second by a thread that is not the caller's. Each pause ends a transaction, and tail hears of it. Not together with
	 * what makes one transaction of all. */
	bool follow;
	bool (*stopping)(void *ctx);
	void (*tail)(void *ctx, const struct ak_ingest_tail *t);
	void *ctx;
};

struct ak_ingest_result {
	int64_t run;
	struct ak_counts counts;      /* of all files */
	uint64_t files, failed_files; /* failed: unreadable or of no known format; each has a diag row */
	uint64_t incomplete_files;    /* read in part: cut off, damaged or changed meanwhile; each has a diag row */
	uint64_t bad_signatures;      /* records and bodies that are not what their source signed */
	uint64_t other_key;	      /* records of own exports whose tokens are another key's */
	uint64_t bytes;               /* decoded */
	int64_t checkpoint_size;      /* 0 when nothing was committed */
};

#ifdef __cplusplus
extern "C" {
#endif

/* AK_OK also with rejects and failed files (look at the result); AK_FAIL: AK_EXIT_BUSY, AK_EXIT_INPUT (--strict or
 * --max-rejects stopped it, nothing was committed), AK_EXIT_IO and the classes of store/. */
enum ak_rc ak_ingest(const struct ak_ingest_opts *o, struct ak_ingest_result *out, struct ak_err *err);

#ifdef __cplusplus
}
#endif
#endif
