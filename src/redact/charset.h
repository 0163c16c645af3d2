/* Character classes of secrets as bits, so that a set is a mask and a test is one load. ASCII only, locale never asked.
 */
#ifndef AK_REDACT_CHARSET_H
#define AK_REDACT_CHARSET_H

#include "base/ak.h"

enum ak_charset {
	AK_CS_DIGIT = 1,
	AK_CS_LOWER = 2,
	AK_CS_UPPER = 4,
	AK_CS_HEX = 8,	   /* 0-9 a-f */
	AK_CS_BASE32 = 16, /* A-Z 2-7 */
	AK_CS_DASH = 32,
	AK_CS_UNDER = 64,
	AK_CS_DOT = 128,
	AK_CS_SLASH = 256,
	AK_CS_PLUS = 512,
	AK_CS_EQUAL = 1024,
	AK_CS_TILDE = 2048,
	AK_CS_DOLLAR = 4096,
	AK_CS_BLANK = 8192,  /* blank and all C0 controls */
	AK_CS_QUOTE = 16384, /* " ' ` */
	AK_CS_ESCAPE = 32768 /* may begin an escape that hides a byte: % & \ ESC, zero and bytes from 0x80 */
};

/* The sets of the detector table, by the names SECURITY 1.2 gives them. */
enum ak_charset_set {
	AK_SET_AN = AK_CS_DIGIT | AK_CS_LOWER | AK_CS_UPPER,
	AK_SET_LETTERS = AK_CS_LOWER | AK_CS_UPPER,
	AK_SET_HEX = AK_CS_HEX,
	AK_SET_BASE32 = AK_CS_BASE32,
	AK_SET_LOWER36 = AK_CS_DIGIT | AK_CS_LOWER,
	AK_SET_UPPER36 = AK_CS_DIGIT | AK_CS_UPPER,
	AK_SET_WORD = AK_SET_AN | AK_CS_UNDER,
	AK_SET_URL64 = AK_SET_WORD | AK_CS_DASH,
	AK_SET_HEXDASH = AK_CS_HEX | AK_CS_DASH,
	AK_SET_UPPERDASH = AK_SET_UPPER36 | AK_CS_DASH,
	AK_SET_ANY64PAD = AK_SET_URL64 | AK_CS_PLUS | AK_CS_SLASH | AK_CS_EQUAL,
	AK_SET_HEXUNDER = AK_CS_HEX | AK_CS_UNDER,
	AK_SET_BASE64 = AK_SET_AN | AK_CS_PLUS | AK_CS_SLASH | AK_CS_EQUAL,
	AK_SET_CRYPT = AK_SET_AN | AK_CS_DOT | AK_CS_SLASH | AK_CS_DOLLAR | AK_CS_PLUS | AK_CS_EQUAL,
	AK_SET_DOTTED = AK_SET_URL64 | AK_CS_DOT,
	AK_SET_ENTRA = AK_SET_URL64 | AK_CS_DOT | AK_CS_TILDE,
	AK_SET_TOKEN68 = AK_SET_URL64 | AK_CS_DOT | AK_CS_TILDE | AK_CS_PLUS | AK_CS_SLASH | AK_CS_EQUAL,
	AK_SET_PARAM = AK_SET_TOKEN68 | AK_CS_ESCAPE, /* percent-encoded too */
	AK_SET_ANY = 0,				      /* of a CONTEXT: any bytes */
	/* Runs that may be encoded text: both base64 alphabets, without padding. */
	AK_SET_ANY64 = AK_SET_URL64 | AK_CS_PLUS | AK_CS_SLASH
};

extern const uint16_t ak_charset[256];

static inline bool ak_charset_has(unsigned set, char c)
{
	return (ak_charset[(unsigned char)c] & set) != 0;
}

/* End of the run of set members that starts at `at`. */
static inline size_t ak_charset_run(struct ak_str s, size_t at, unsigned set)
{
	while (at < s.n && ak_charset_has(set, s.p[at]))
		at++;
	return at;
}

/* Does the text hold a member of the set? */
static inline bool ak_charset_any(struct ak_str s, unsigned set)
{
	unsigned seen = 0;

	for (size_t i = 0; i < s.n; i++)
		seen |= ak_charset[(unsigned char)s.p[i]];
	return (seen & set) != 0;
}

/* Does it hold n members of the set, n > 0, one after the other? Looks at few bytes where there are none. */
static inline bool ak_charset_has_run(struct ak_str s, unsigned set, size_t n)
{
	for (size_t from = 0, i; n <= s.n && from <= s.n - n; from = i) {
		i = from + n;
		while (i > from && ak_charset_has(set, s.p[i - 1]))
			i--;
		if (i == from)
			return true;
	}
	return false;
}

/* ak_charset_run for AK_SET_ANY64. */
size_t ak_charset_run64(struct ak_str s, size_t at);
/* Where the hex digits of lower case and dashes begin that the text ends with: a digest, an id. */
size_t ak_charset_digest_tail(struct ak_str s);
/* The next n hex digits of either case in a row from `at` on, n from 16 to 32; s.n when there are none. */
size_t ak_charset_hex_find(struct ak_str s, size_t at, size_t n);
/* End of the hex digits of either case that begin at `at`. */
size_t ak_charset_hex_end(struct ak_str s, size_t at);
/* All bytes letters, digits or of `_-./:+=`: what most ids, names and models are made of. Neither an address, a marker,
 * a control character nor an escape can be in such a text. */
bool ak_charset_is_plain(struct ak_str s);

/* Does the text hold this part somewhere? */
static inline bool ak_str_holds(struct ak_str s, struct ak_str part)
{
	return s.n >= part.n && s.p && memmem(s.p, s.n, part.p, part.n) != NULL;
}

#endif
