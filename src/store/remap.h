/* Mapping records anew (ingest --remap): which stored records came from bytes that are read again under another mapping. A
 * record is found by its file's digest and its offset, so also where it has no key. What replaces it may be a record stored now or
 * one that another file brought; the old one stays and is counted no more. */
#ifndef AK_STORE_REMAP_H
#define AK_STORE_REMAP_H

#include "store/tlog.h"

struct ak_remap;

/* A file that is read again. */
struct ak_remap_file {
	const char *sha256; /* of its decoded bytes, 64 hex */
	int64_t id;	    /* its new row */
	const char *format, *mapping;
};

#ifdef __cplusplus
extern "C" {
#endif

struct ak_remap *ak_remap_new(struct ak_store *s);
void ak_remap_free(struct ak_remap *r);
/* The digest of a file that is given. */
void ak_remap_give(struct ak_remap *r, const char *sha256);
/* Look up what is stored. current: the digest of the mapping that a format has now, NULL = it has none. AK_EXIT_INPUT when a source
 * has records of another mapping whose original is not among those given: then nothing is to be stored. */
enum ak_rc ak_remap_load(struct ak_remap *r, const char *(*current)(void *ctx, const char *format), void *ctx, struct ak_err *err);
/* The record at this offset stands for those that were read there before. seq: where it is stored. */
enum ak_rc ak_remap_take(struct ak_remap *r, const struct ak_remap_file *f, uint64_t offset, int64_t seq, struct ak_err *err);
/* The end of a file: a ledger entry (kind `remap`) when anything was replaced. *replaced: old records that count no
 * more; *left: those to which none corresponds, they count on. */
enum ak_rc ak_remap_end(struct ak_remap *r, struct ak_tlog *l, const struct ak_remap_file *f, uint64_t *replaced,
			uint64_t *left, struct ak_err *err);

#ifdef __cplusplus
}
#endif
#endif
