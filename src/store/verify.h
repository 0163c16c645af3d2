/* Recompute everything the workspace claims about itself: leaves from columns, roots from leaves, checkpoint signatures,
 * tiles, sequence coverage, counts of files, links of identity and lookup, the chain of access.jsonl. */
#ifndef AK_STORE_VERIFY_H
#define AK_STORE_VERIFY_H

#include "base/note.h"
#include "store/store.h"

struct ak_verify_report {
	uint64_t leaves, records, entries, disposed; /* checked */
	uint64_t checkpoints, files, access_lines;
	uint64_t breaks;        /* found in all */
	char first[512];        /* by position in the ledger, the first break: what and where ("leaf 1289 (litellm-prod:1288) ...") */
	char root[64];          /* base64 root of the whole ledger */
	int64_t last_checkpoint; /* size, 0 = none */
};

#ifdef __cplusplus
extern "C" {
#endif

/* Either may be NULL. */
struct ak_verify_calls {
	void (*progress)(void *ctx, uint64_t done, uint64_t total);
	/* Something else that reads all of the same moment, and is done in another thread, on a connection of its own where there
	 * can be one. Not called, or of no interest, when ak_store_verify fails. */
	enum ak_rc (*beside)(void *ctx, struct ak_store *s, struct ak_err *err);
	void *ctx;
};

/* AK_OK also when breaks were found (look at the report); AK_FAIL when it could not be checked. */
enum ak_rc ak_store_verify(struct ak_store *s, const uint8_t log_pub[32], const struct ak_verify_calls *calls,
			   struct ak_verify_report *out, struct ak_err *err);

#ifdef __cplusplus
}
#endif
#endif
