/* Rotation of the pseudonym key (SECURITY R-HMAC-4). A rotation is an entry of the ledger: records before it keep the tokens of
 * the key before, later ones get those of the new key, and so the ledger says of every record which key it knows. No token is
 * ever computed again, and tokens of two keys are never taken for each other.
 *
 * Entry kind `pseudonym_key`: {before, files (id of the last file row there was), key_id}. */
#ifndef AK_STORE_ROTATE_H
#define AK_STORE_ROTATE_H

#include <jansson.h>

#include "store/store.h"
#include "store/tlog.h"

/* The records of one key: ledger sequences from <= seq < to. */
struct ak_key_period {
	char kid[9], since[32]; /* RFC 3339 UTC */
	int64_t from, to;	/* to: INT64_MAX while it is in force */
	int64_t after_file, last_file; /* its files: after_file < id <= last_file */
};

#ifdef __cplusplus
extern "C" {
#endif

/* All periods, oldest first, at least one, and none (NULL, 0) when they cannot be read; ak_free. */
enum ak_rc ak_key_periods(struct ak_store *s, struct ak_key_period **out, size_t *n, struct ak_err *err);
/* Did files of the period bring records of this format from between the two times (microseconds)? first_us > last_us:
 * nothing is known of the times, so any record counts. */
enum ak_rc ak_key_period_meets(struct ak_store *s, const struct ak_key_period *p, const char *format, int64_t first_us,
			       int64_t last_us, bool *out, struct ak_err *err);
/* Make a new key in the folder and put it in force; keys: those that sign. *kid is its id. AK_EXIT_BUSY while an ingest runs. */
enum ak_rc ak_rotate(struct ak_store *s, const char *keys_dir, const struct ak_keys *keys, char kid[9], struct ak_err *err);
/* What every rotation is: an entry of that kind, the setting that names the key in force, and a checkpoint over both, in one transaction. */
enum ak_rc ak_rotate_seal(struct ak_tlog *l, const struct ak_keys *keys, const char *kind, const json_t *body, const char *setting, const char *kid,
			  struct ak_err *err);

#ifdef __cplusplus
}
#endif
#endif
