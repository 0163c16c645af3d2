/* The three keys of a workspace (DECISIONS 16, 41): log and packet (Ed25519 seeds) and the pseudonym master, from which
 * HKDF derives the sub-keys. They live in a 0700 folder outside the workspace, one 0600 file each, 32 bytes as hex. */
#ifndef AK_STORE_KEYS_H
#define AK_STORE_KEYS_H

#include "base/crypto.h"
#include "base/err.h"

struct ak_keys {
	uint8_t log[32], packet[32];                        /* Ed25519 seeds */
	uint8_t token[32], dedupe[32], tombstone[32], reject[32]; /* HKDF of the master */
	uint8_t repacket[32];                               /* HKDF of the master: per-packet pseudonyms */
	char kid[9];                                        /* id of the pseudonym key, 8 hex */
};

#ifdef __cplusplus
extern "C" {
#endif

/* Make the folder (parents too) and three fresh keys. A key that is there already, from an interrupted try, is kept. */
enum ak_rc ak_keys_create(const char *dir, struct ak_keys *out, struct ak_err *err);
/* Load all three. AK_EXIT_REFUSED when the folder or a file is missing, readable by others, foreign or not a key, or when
 * the pseudonym key's id is not kid (NULL = any). */
enum ak_rc ak_keys_load(const char *dir, const char *kid, struct ak_keys *out, struct ak_err *err);
/* One Ed25519 seed file as written by ak_keys_create (--key-file). */
enum ak_rc ak_keys_read_seed(const char *path, uint8_t out[32], struct ak_err *err);
/* cleanup attribute target too */
void ak_keys_wipe(struct ak_keys *k);

#ifdef __cplusplus
}
#endif
#endif
