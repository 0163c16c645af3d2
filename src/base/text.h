/* UTF-8 and text made safe for people (SECURITY R-OUT-2). */
#ifndef AK_BASE_TEXT_H
#define AK_BASE_TEXT_H

#include "base/arena.h"
#include "base/buf.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Length of the valid UTF-8 prefix (no surrogates, no overlong forms). s.n when all is valid. */
size_t ak_utf8_valid(struct ak_str s);
/* Decode one code point at s.p[*i], advancing; 0xFFFD and one byte for invalid input. */
uint32_t ak_utf8_next(struct ak_str s, size_t *i);
/* Append words from column `column` on, at most to column `width`; further lines begin with `indent` blanks. A word is never
 * cut: one that is too long stands alone. No blanks at line ends, no final line end; returns the column reached. */
size_t ak_text_wrap(struct ak_buf *out, struct ak_str text, size_t column, size_t indent, size_t width);
/* "1,234,567" */
const char *ak_thousands(uint64_t n, char buf[32]);
/* The same as an argument; it lives as long as the block around it. */
#define AK_NUM(n) ak_thousands((n), (char[32]){0})
/* A decimal as people read it: whole numbers in groups of three. Anything else (fractions are money) is given back as it is. */
const char *ak_figure(const char *decimal, char buf[32]);
#define AK_FIGURE(text) ak_figure((text), (char[32]){0})
/* n of m as every share is printed: cut off, so that 99.96 % never reads 100 %, and never 0 % of what is there: "98.5 %", below one "0.04 %",
 * "under 0.01 %"; "-" when m is 0. */
const char *ak_percent(uint64_t n, uint64_t m, char buf[32]);
/* Terminal cells: 0 for combining and format characters, 2 for East Asian wide. */
int ak_text_width(struct ak_str s);
/* C0, DEL, C1, bidi and zero-width controls, fillers, tags, BOM, line and paragraph separators: what a reader does not
 * see or what moves other text around. */
bool ak_text_is_hidden(uint32_t point);
/* Append with hidden characters (also \n and \t) written as \u{hex}, invalid bytes as \xNN. */
void ak_text_safe(struct ak_buf *b, struct ak_str s);
/* True when ak_text_safe would change nothing. */
bool ak_text_is_safe(struct ak_str s);
/* A path as it can be pasted into a POSIX shell: itself where it is plain, else in single quotes. */
const char *ak_text_shell(struct ak_arena *a, const char *path);
/* Damerau-Levenshtein distance (adjacent transpositions, no letter edited twice) for did-you-mean, at most 64 bytes
 * each, else 99. */
int ak_text_distance(struct ak_str a, struct ak_str b);
/* The nearest of the NULL-terminated names within a distance of 1 + n/4, or NULL. */
const char *ak_text_nearest(struct ak_str word, const char *const *names);

#ifdef __cplusplus
}
#endif
#endif
