/* The look for secrets and e-mail addresses in every file of a packet, before it is packed and when it is verified. */
#ifndef AK_PACKET_SELFAUDIT_H
#define AK_PACKET_SELFAUDIT_H

#include "base/err.h"
#include "redact/redact.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ak_redact_scan of one file. In the notes and proofs below data/integrity/ the words that are base64 of a digest, a key or a
 * signature are passed over: random bytes look like a provider's key once in some ten thousand packets, and a log's key
 * that does would stop all packets of its workspace. */
bool ak_selfaudit(const struct ak_redactor *r, const char *path, struct ak_str bytes, size_t *at, const char **kind);
/* Bytes that stand at `from` in the file at path, before they are packed: AK_EXIT_VERIFY when they hold something. Parts of a
 * file are cut where no value goes across, between rows. */
enum ak_rc ak_selfaudit_pass(const struct ak_redactor *r, const char *path, uint64_t from, struct ak_str bytes, struct ak_err *err);

#ifdef __cplusplus
}
#endif
#endif
