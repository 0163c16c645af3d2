/* `ingest --signature-key FILE --signatures FILE`: what signatures of sources are checked with (F041). The secret comes from
 * a file that only its owner can read or from the environment (AUDITKIT_SIGNATURE_SECRET), never from an argument. */
#ifndef AK_CMD_SIGNING_H
#define AK_CMD_SIGNING_H

#include "cmd/cmd.h"
#include "ingest/ingest.h"

struct ak_cmd_signing {
	struct ak_signing with;
	struct ak_map headers; /* owns the values */
};

#ifdef __cplusplus
extern "C" {
#endif

/* AK_EXIT_INPUT: a file cannot be read or is no key; AK_EXIT_REFUSED: others can read the secret. Release it always. */
enum ak_rc ak_cmd_signing(struct ak_ctx *c, struct ak_cmd_signing *out, struct ak_err *err);
void ak_cmd_signing_release(struct ak_cmd_signing *s);

#ifdef __cplusplus
}
#endif
#endif
