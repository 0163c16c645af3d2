/* Pages of sorted runs and their merge; internal to store/runs.c. */
#ifndef AK_STORE_RUNPAGE_H
#define AK_STORE_RUNPAGE_H

#include <endian.h>

#include "store/runs.h"

#define AK_RUN_PAGE_BYTES 4032 /* fits a database page of 4 KB with its row header; a multiple of both entry sizes */
#define AK_RUN_PAGE_MAX (AK_RUN_PAGE_BYTES / 16)

/* An entry as it is stored: identity key, key2, value; lookup key, value; big-endian. */
static inline struct ak_run_entry ak_run_entry_at(enum ak_run_kind kind, const unsigned char *page, size_t i)
{
	size_t words = kind == AK_RUN_IDENTITY ? 3 : 2;
	uint64_t w[3];

	memcpy(w, page + i * 8 * words, 8 * words);
	return (struct ak_run_entry){be64toh(w[0]), words == 3 ? be64toh(w[1]) : 0, be64toh(w[words - 1])};
}

#ifdef __cplusplus
extern "C" {
#endif

/* Row id of a page; a run has fewer than 2^24 pages. */
static inline int64_t ak_run_page_id(int64_t run, int64_t page) { return run << 24 | page; }
/* A key as SQLite orders integers. */
static inline int64_t ak_run_fence(uint64_t key) { return (int64_t)(key ^ (UINT64_C(1) << 63)); }

/* How many entries a page of so many bytes has; 0 when it is none of this kind. */
size_t ak_run_entries(enum ak_run_kind kind, size_t bytes);
/* Write sorted entries as a new run; equal neighbours once. */
enum ak_rc ak_run_write(struct ak_store *s, enum ak_run_kind kind, const struct ak_run_entry *e, size_t n,
			struct ak_err *err);
/* Replace these runs, of so many entries together, by one, reading and writing page by page. */
enum ak_rc ak_run_merge(struct ak_store *s, enum ak_run_kind kind, const int64_t *ids, size_t n, uint64_t entries,
			struct ak_err *err);
/* The filter of a run, ak_free; NULL when it has none or what it has is no filter. */
enum ak_rc ak_run_filter(struct ak_store *s, int64_t run, uint8_t **bits, size_t *bytes, struct ak_err *err);
enum ak_rc ak_run_check(struct ak_store *s, enum ak_run_kind kind, int64_t run, uint64_t entries, int64_t pages,
			const char **broken, struct ak_err *err);

#ifdef __cplusplus
}
#endif
#endif
