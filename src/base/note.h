/* Signed notes and checkpoints (c2sp.org/signed-note, c2sp.org/tlog-checkpoint) with Ed25519 keys.
 *
 * A note is text that ends in a line end, an empty line, and lines "<em dash> name base64(key id || signature)".
 * A checkpoint is a note whose text is origin, tree size and root, one a line, then optional extension lines. */
#ifndef AK_BASE_NOTE_H
#define AK_BASE_NOTE_H

#include "base/buf.h"
#include "base/crypto.h"

#define AK_NOTE_NAME 128

struct ak_note_key {
	char name[AK_NOTE_NAME]; /* no blank, no '+' */
	uint8_t id[4];		 /* SHA-256(name || 0x0A || 0x01 || pub), first four bytes */
	uint8_t pub[AK_ED25519_LEN];
};

struct ak_checkpoint {
	struct ak_str origin;
	uint64_t size;
	uint8_t root[AK_SHA256_LEN];
	struct ak_str extra; /* extension lines with their line ends, empty as a rule */
};

#ifdef __cplusplus
extern "C" {
#endif

/* false when the name is empty, too long, or has a blank, '+' or control byte. */
bool ak_note_key_init(const char *name, const uint8_t pub[AK_ED25519_LEN], struct ak_note_key *out);
/* The verifier key in text form: name+8 hex digits+base64. */
void ak_note_key_text(const struct ak_note_key *key, struct ak_buf *out);
bool ak_note_key_parse(struct ak_str text, struct ak_note_key *out);

/* Appends text, empty line and one signature. AK_EXIT_BUG when text does not end in a line end, has other control bytes
 * or is not UTF-8, or the name is not fit for a key. */
enum ak_rc ak_note_sign(const uint8_t seed[32], const char *name, struct ak_str text, struct ak_buf *out,
			struct ak_err *err);
/* Is the note signed by that key? *text gets the signed text, a view into note. Signatures of other keys are passed
 * over. AK_EXIT_VERIFY reasons: note_syntax, note_unsigned (no signature by this key), note_bad. */
enum ak_rc ak_note_verify(struct ak_str note, const struct ak_note_key *key, struct ak_str *text, struct ak_err *err);

/* The three lines and the extension lines. */
void ak_checkpoint_text(const struct ak_checkpoint *c, struct ak_buf *out);
/* Views into text. AK_EXIT_VERIFY reason checkpoint_syntax. */
enum ak_rc ak_checkpoint_parse(struct ak_str text, struct ak_checkpoint *out, struct ak_err *err);

/* Decimal without sign or leading zeros; false otherwise and beyond 64 bits. */
bool ak_note_number(struct ak_str s, uint64_t *out);
/* The next line without its line end, taken off *text; false when none is left or the last one is not ended. */
bool ak_note_line(struct ak_str *text, struct ak_str *line);

#ifdef __cplusplus
}
#endif
#endif
