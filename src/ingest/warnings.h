/* Warnings of a file that was read to its end. Internal to ingest/. */
#ifndef AK_INGEST_WARNINGS_H
#define AK_INGEST_WARNINGS_H

#include "format/mapping.h"
#include "store/register.h"
#include "store/rotate.h"

struct ak_warnings {
	struct ak_store *s;
	int64_t export_;
	const struct ak_file_row *file;
	const struct ak_mapping *mapping; /* NULL: none was found */
	uint64_t repeated_keys, undated, odd_times, bad_numbers, unmatched; /* the last: of --remap */
	const struct ak_key_period *gone; /* of keys that are deleted */
	size_t ngone;
};

#ifdef __cplusplus
extern "C" {
#endif

/* A row for each kind of warning that the file gives reason to. */
enum ak_rc ak_warnings_put(const struct ak_warnings *w, struct ak_err *err);

#ifdef __cplusplus
}
#endif
#endif
