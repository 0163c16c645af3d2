/* Offline proofs that one entry is in a signed log: index, inclusion path, checkpoint (c2sp.org/tlog-proof@v1). */
#ifndef AK_BASE_TLOGPROOF_H
#define AK_BASE_TLOGPROOF_H

#include "base/merkle.h"
#include "base/note.h"

struct ak_tlog_proof {
	uint64_t index;
	struct ak_merkle_proof path;
	struct ak_str extra; /* base64 as written, not covered by anything; NULL view when absent, never written */
	struct ak_str note;  /* the signed checkpoint */
};

#ifdef __cplusplus
extern "C" {
#endif

void ak_tlog_proof_text(uint64_t index, const struct ak_merkle_proof *path, struct ak_str note, struct ak_buf *out);
/* Views into text. AK_EXIT_VERIFY reason proof_syntax. */
enum ak_rc ak_tlog_proof_parse(struct ak_str text, struct ak_tlog_proof *out, struct ak_err *err);
/* Parse, check the checkpoint's signature and the path from leaf_hash to its root. *c, which may be NULL, gets the
 * checkpoint: its origin is the caller's to compare. AK_EXIT_VERIFY reasons: those above, those of ak_note_verify and
 * ak_checkpoint_parse, proof_bad. */
enum ak_rc ak_tlog_proof_verify(struct ak_str text, const uint8_t leaf_hash[AK_SHA256_LEN],
				const struct ak_note_key *key, struct ak_checkpoint *c, struct ak_err *err);

#ifdef __cplusplus
}
#endif
#endif
