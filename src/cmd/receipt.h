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
	const char *annex;	  /* its file or folder; NULL, or nothing there: it is not beside the packet */
	const char *annex_digest; /* hex, which packet.json names; NULL = no annex */
	const char *annex_at;	  /* where its bytes are until it gets that name, NULL: there */
};

#ifdef __cplusplus
extern "C" {
#endif

/* PACKET.receipt.txt; ak_free. */
char *ak_receipt_path(const char *packet);
/* The annex is read, so that what sha256sum says of its file stands beside the digest of what is in it. */
enum ak_rc ak_receipt_write(const struct ak_receipt *r, const char *packet, bool replace, struct ak_err *err);
/* All of it but the rename, as ak_archive_prepare. */
enum ak_rc ak_receipt_prepare(const struct ak_receipt *r, const char *packet, struct ak_fs_temp *t, struct ak_err *err);

#ifdef __cplusplus
}
#endif
#endif
