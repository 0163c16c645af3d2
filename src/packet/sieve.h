/* The second look for secrets and numbers of persons in a finished packet: made from published shapes (SECURITY 1.2, 2) alone, shares no
 * code and no table with redact/, and goes another way: every byte of a line may be a mark, a row of sieve.def says
 * what must stand around it, and a line that hides something is unfolded as a whole and looked at again. What one of
 * the two looks gets wrong, the other does not. */
#ifndef AK_PACKET_SIEVE_H
#define AK_PACKET_SIEVE_H

#include "base/ak.h"

struct ak_sieve_find {
	const char *kind; /* lower case and '_' */
	bool personal;	  /* a card, account or person's number */
	struct ak_str text; /* it stands in: a line, or what one hides; dies with the call */
	size_t from, to;
};
/* Asked for every find; true lets it pass. */
typedef bool ak_sieve_let(void *ctx, const struct ak_sieve_find *find);

struct ak_sieve {
	ak_sieve_let *let;
	void *ctx;
	size_t without; /* a row of the tables that is left out, from 1, for the test that each is needed; 0 = none */
};
struct ak_sieve_hit {
	const char *kind;
	bool personal;
	size_t line; /* from 1, within the text */
};

#ifdef __cplusplus
extern "C" {
#endif

/* The first find in a text that is not let pass. Linear in the text; lines are looked at one by one. */
bool ak_sieve(const struct ak_sieve *sieve, struct ak_str text, struct ak_sieve_hit *out);
/* Rows of all its tables: marks, names, numbers. */
size_t ak_sieve_rows(void);

/* Internal to the sieve. A line as percent, HTML entities and backslash escapes mean it; false when it has none of
 * them. */
struct ak_buf;
bool ak_sieve_unfold(struct ak_str line, struct ak_buf *out);
/* Bytes that a run of base64 or of hex digits stands for, read from its `skip`-th character; readable ones only, others
 * are newlines. False when less than `least` in a row can be read. */
bool ak_sieve_decode(struct ak_str run, size_t skip, bool hex, size_t least, struct ak_buf *out);

/* The end of a card, account or person's number that begins at s.p[at] (sieve_number.def); at when none does. *kind is set
 * then. without: the row that is left out, -1 = none. */
size_t ak_sieve_number(struct ak_str s, size_t at, int without, const char **kind);
size_t ak_sieve_numbers(void); /* rows there are of these */

#ifdef __cplusplus
}
#endif
#endif
