/* A workspace as one file: its database as of one moment, policy, mappings, templates and access log, in a BagIt bag in a
 * tar, so that sha256sum checks it and tar restores it. Never the keys. */
#ifndef AK_PACKET_BACKUP_H
#define AK_PACKET_BACKUP_H

#include <jansson.h>

#include "store/store.h"

struct ak_backup {
	char content[65];   /* content digest of the copy, equal to the workspace's */
	char root[64];      /* ledger root, base64 */
	int64_t leaves;
	char digest[65];    /* SHA-256 of tagmanifest-sha256.txt */
	size_t files;       /* of the workspace, in it */
	uint64_t bytes;     /* of these files */
	json_t *left_out;   /* names in the workspace that are not in it; journals and locks are not counted */
};

#ifdef __cplusplus
extern "C" {
#endif

/* Whether a backup can be made there: AK_EXIT_USAGE when the name does not end in .tar or is taken. */
enum ak_rc ak_backup_check(const char *path, struct ak_err *err);
/* Writes it: copy, check the copy's pages and compare all values, content digest and ledger root with the workspace's of the
 * same moment, pack, read the file back and compare, then give it its name. Needs room for twice the database beside the target meanwhile. AK_EXIT_VERIFY when
 * something differs, AK_EXIT_USAGE, AK_EXIT_IO, AK_EXIT_BUSY. */
enum ak_rc ak_backup_write(struct ak_store *s, const char *path, struct ak_backup *out, struct ak_err *err);
void ak_backup_release(struct ak_backup *b);

#ifdef __cplusplus
}
#endif
#endif
