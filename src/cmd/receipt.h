/* The receipt beside a packet: what its receiver compares, sent by another channel. */
#ifndef AK_CMD_RECEIPT_H
#define AK_CMD_RECEIPT_H

#include "base/buf.h"
#include "base/err.h"
#include "base/fs.h"

struct ak_receipt {
	const char *id, *as_of, *digest; /* digest: hex */
	const char *signer;		 /* fingerprint, "" when there is none */
	bool draft;
};

#ifdef __cplusplus
extern "C" {
#endif

/* PACKET.receipt.txt; ak_free. */
char *ak_receipt_path(const char *packet);
/* All of it but the rename, as ak_archive_prepare. */
enum ak_rc ak_receipt_prepare(const struct ak_receipt *r, const char *packet, struct ak_fs_temp *t, struct ak_err *err);
enum ak_rc ak_receipt_write(const struct ak_receipt *r, const char *packet, bool replace, struct ak_err *err);

#ifdef __cplusplus
}
#endif
#endif
