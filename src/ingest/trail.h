/* CloudTrail digest files, checked offline (AWS CloudTrail user guide, "Custom implementations of CloudTrail log file
 * integrity validation"): the SHA-256 of each log file, the link from each digest to the one before it, and the signature
 * that S3 keeps beside a digest and the next digest repeats. */
#ifndef AK_INGEST_TRAIL_H
#define AK_INGEST_TRAIL_H

#include "base/arena.h"
#include "base/map.h"
#include "base/rsa.h"
#include "store/store.h"

struct ak_trail_digest {
	const char *object, *before; /* bucket/object of this one and of the one before; before NULL = the first of its chain */
	const char *before_hash, *before_signature; /* as this one has them, NULL = none */
	const char *end;                            /* digestEndTime as it stands in the file: part of what is signed */
	const char *signature;                      /* hex, from the file of --signatures; NULL = none */
	uint8_t given[32], decoded[32];             /* SHA-256 of the file */
	struct ak_trail_digest *next;
};

struct ak_trail_log {
	struct ak_str object, hash; /* live during the call */
};

/* What the digests of a folder say. */
struct ak_trail {
	struct ak_arena arena;
	struct ak_map by_object; /* bucket/object -> struct ak_trail_digest * */
	struct ak_trail_digest *first, **tail;
	uint64_t digests, others, unreadable, twice; /* others: files that are no digests; twice: another one of the same name */
};

struct ak_trail_opts {
	struct ak_store *store;
	const char *folder;           /* digest files, packed or not, at any depth */
	const struct ak_rsa *key;     /* NULL = signatures stay unchecked */
	const struct ak_map *headers; /* base name of a digest file -> char *, its x-amz-meta-signature; NULL = none */
};

struct ak_trail_result {
	uint64_t digests, unreadable, twice;
	uint64_t links, link_good, link_broken, link_missing;
	uint64_t signature_good, signature_bad, signature_unchecked;
	uint64_t listed, log_good, log_altered, log_missing; /* log files that the digests list */
	uint64_t files, files_listed;                        /* CloudTrail log files of the workspace */
};

#ifdef __cplusplus
extern "C" {
#endif

typedef enum ak_rc ak_trail_log_fn(void *ctx, const struct ak_trail_log *log, struct ak_err *err);

/* Read the digests of a folder; each is called for every log file of every digest, in the order of the files. */
enum ak_rc ak_trail_read(const struct ak_trail_opts *o, struct ak_trail *out, ak_trail_log_fn *each, void *ctx, struct ak_err *err);
void ak_trail_release(struct ak_trail *t);

/* Check the log files of the whole workspace inside the open transaction. What is found stands as notices and warnings at the
 * newest export with CloudTrail logs, in place of those of an earlier check. AK_EXIT_INPUT: the folder holds no digest, or the
 * workspace no such log. */
enum ak_rc ak_trail_check(const struct ak_trail_opts *o, struct ak_trail_result *out, struct ak_err *err);
/* Something does not agree: a log, a link or a signature. */
bool ak_trail_is_bad(const struct ak_trail_result *r);

#ifdef __cplusplus
}
#endif
#endif
