/* Manual evidence (ingest --manual): a policy, an approval, a picture. Its bytes are hashed and never read; what is stored is name,
 * size, digest and time, in the register and in the ledger. */
#ifndef AK_INGEST_MANUAL_H
#define AK_INGEST_MANUAL_H

#include "ingest/ingest.h"

struct ak_manual {
	const char *source, *owner, *question; /* question: what it is evidence for, NULL = not said */
	const char *exported_at;	       /* NULL: the file's time */
};

/* A file as it was taken in. */
struct ak_manual_file {
	char *name; /* safe; ak_free */
	uint64_t bytes;
	char sha256[65];
	bool known; /* it was there already, nothing was added */
};

#ifdef __cplusplus
extern "C" {
#endif

/* All or none. out: n of them, room for as many as paths; freed by ak_manual_release also after a failure. AK_EXIT_INPUT for what is
 * no regular file. *run: 0 when all were known. */
enum ak_rc ak_ingest_manual(const struct ak_ingest_opts *o, const struct ak_manual *m, const char *const *paths, size_t n,
			    struct ak_manual_file *out, int64_t *run, struct ak_err *err);
void ak_manual_release(struct ak_manual_file *f, size_t n);

#ifdef __cplusplus
}
#endif
#endif
