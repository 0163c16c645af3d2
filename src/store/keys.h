/* The keys of a workspace (DECISIONS 16, 41): log and packet (Ed25519 seeds) and the pseudonym master, from which HKDF
 * derives the sub-keys. They live in a 0700 folder outside the workspace, one 0600 file each, 32 bytes as hex.
 *
 * The first packet key is the file `packet`, each rotation adds `packet-<key id>` (store/rotate_packet.h). The first master is the file `pseudonym`; each rotation adds `pseudonym-<key id>` and replaces nothing. Which one is in
 * force stands in the workspace. The others are past keys: while their files are there, values still find their tokens and
 * overlapping exports their records; a file that is deleted takes both away for ever (crypto-erasure). */
#ifndef AK_STORE_KEYS_H
#define AK_STORE_KEYS_H

#include "base/crypto.h"
#include "base/err.h"

#define AK_KEYS_PAST 16 /* past keys that are kept */
#define AK_KEY_FILE 20  /* longest name of a key's file, with its NUL */

struct ak_past_key {
	char kid[9], file[AK_KEY_FILE];
	uint8_t token[32], dedupe[32], repacket[32];
};

/* A pseudonym master that is kept elsewhere (SECURITY R-HMAC-3): in a file of its own, or handed over in the environment. */
struct ak_given_key {
	uint8_t master[32];
	char kid[9];
};

struct ak_keys {
	uint8_t log[32], packet[32];                        /* Ed25519 seeds */
	uint8_t token[32], dedupe[32], tombstone[32], reject[32]; /* HKDF of the master */
	uint8_t repacket[32];                               /* HKDF of the master: per-packet pseudonyms */
	char kid[9];                                        /* id of the pseudonym key in force, 8 hex */
	char file[AK_KEY_FILE];                             /* that it stands in; "" when it was given */
	struct ak_past_key past[AK_KEYS_PAST];              /* by id */
	size_t npast;
};

#ifdef __cplusplus
extern "C" {
#endif

/* Make the folder (parents too) and three fresh keys. A key that is there already, from an interrupted try, is kept.
 * given: the pseudonym master, which then gets no file; NULL = a fresh one. */
enum ak_rc ak_keys_create(const char *dir, const struct ak_given_key *given, struct ak_keys *out, struct ak_err *err);
/* Load all. kid: the pseudonym key in force, NULL = the first one. given: one more pseudonym master, in force or past, NULL = what
 * the folder has. AK_EXIT_REFUSED when the folder or a file is missing, readable by others, foreign or not a key, or when there
 * is no pseudonym key of that id. */
enum ak_rc ak_keys_load(const char *dir, const char *kid, const struct ak_given_key *given, struct ak_keys *out, struct ak_err *err);
/* Fill in the id of a master. */
void ak_keys_name(struct ak_given_key *given);
/* Only log and packet (zeros when that file was retired and deleted: ak_packet_key_load), for what needs no pseudonyms; the rest of *out is zero. Errors as above. */
enum ak_rc ak_keys_load_seals(const char *dir, struct ak_keys *out, struct ak_err *err);
/* Make one more pseudonym master and its file; *kid is its id. It is in force when the workspace says so (store/rotate.h). AK_EXIT_LIMIT when AK_KEYS_PAST would be exceeded. */
enum ak_rc ak_keys_add(const char *dir, char kid[9], struct ak_err *err);
/* Make one more key that signs packets, in the file packet-<key id>. AK_EXIT_REFUSED, AK_EXIT_IO. */
enum ak_rc ak_keys_add_packet(const char *dir, char kid[9], uint8_t pub[32], struct ak_err *err);
/* The seed of that key. AK_EXIT_REFUSED: no such file, or the key of another id in it. */
enum ak_rc ak_keys_read_packet(const char *dir, const char *kid, uint8_t out[32], struct ak_err *err);
/* Name of the file that holds a pseudonym key, "" when it is not there (any more). */
void ak_keys_file(const char *dir, const char *kid, char file[AK_KEY_FILE]);
/* One Ed25519 seed file as written by ak_keys_create (--key-file). */
enum ak_rc ak_keys_read_seed(const char *path, uint8_t out[32], struct ak_err *err);
/* cleanup attribute target too */
void ak_keys_wipe(struct ak_keys *k);

#ifdef __cplusplus
}
#endif
#endif
