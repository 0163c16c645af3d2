/* Rotation of the key that signs packets (F319). Whoever verifies packets has a list of signers of his own; it names the old key up to a
 * time and the new one from a time on, and between them both may have signed, so that no two people need change at one moment. Judged is
 * the packet's time, so what was signed stays good. The old key's file may be deleted when the overlap has ended: its public half is in the
 * ledger.
 *
 * Entry kind `packet_key`: {before, key ("ssh-ed25519 AAAA..."), from, until (RFC 3339: the new one's beginning, the old one's end)}. The
 * first key is the file `packet`, a later one `packet-<key id>`, the id being 8 hex of SHA-256 of the public key. */
#ifndef AK_STORE_ROTATE_PACKET_H
#define AK_STORE_ROTATE_PACKET_H

#include "base/sshkey.h"
#include "store/store.h"

struct ak_packet_key {
	struct ak_sshkey key;
	char file[AK_KEY_FILE];	    /* whether it is there is another question */
	int64_t from_us, until_us;  /* INT64_MIN: no beginning, no end */
};

#ifdef __cplusplus
extern "C" {
#endif

/* All, oldest first; the last is in force. At least one: keys has it. ak_free. AK_EXIT_CORRUPT: the ledger has put another one in force than
 * the workspace names. */
enum ak_rc ak_packet_keys(struct ak_store *s, const struct ak_keys *keys, struct ak_packet_key **out, size_t *n, struct ak_err *err);
/* The setting that names the key in force and the ledger's last entry agree? AK_EXIT_CORRUPT. */
enum ak_rc ak_packet_key_check(struct ak_store *s, struct ak_err *err);
/* A new key, in force from now on; the old one is to be believed for overlap_us more. keys: those that sign, the old one among them.
 * AK_EXIT_BUSY while an ingest runs. */
enum ak_rc ak_rotate_packet(struct ak_store *s, const char *keys_dir, const struct ak_keys *keys, int64_t overlap_us, struct ak_err *err);
/* In place of keys->packet the one that the workspace has put in force. AK_EXIT_REFUSED: its file is not there, or is another's. */
enum ak_rc ak_packet_key_load(struct ak_store *s, const char *keys_dir, struct ak_keys *keys, struct ak_err *err);

#ifdef __cplusplus
}
#endif
#endif
