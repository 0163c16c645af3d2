/* Exact decimal numbers as canonical text: no exponent, no plus sign, no leading zeros, no trailing fraction zeros,
 * "-0" is "0": `12.50` equals `12.5`, `0E-6176` is `0`, `1.2e-05` is `0.000012`.
 * Bounds (limits.h): at most AK_DEC_DIGITS digits from the first that is not zero to the last that is written (so 1e59
 * is the largest power of ten) and at most AK_DEC_SCALE fraction digits. */
#ifndef AK_BASE_DECIMAL_H
#define AK_BASE_DECIMAL_H

#include "base/arena.h"
#include "base/err.h"
#include "base/limits.h"

/* A number taken apart: digits x 10^exp10, without zeros at either end; n == 0 is zero. */
struct ak_dec_parts {
	bool neg;
	bool too_long;	 /* more significant digits than fit; n and digits say nothing then */
	uint8_t n;	 /* significant digits */
	char digits[60]; /* '0'..'9' */
	int64_t exp10;
	int64_t fraction; /* fraction digits as written, after the exponent: 2 for "1.50", 1 for "1.50e1", else 0 */
};

/* Sum of c x 10^(9 * (i - AK_DEC_SUM_FRACTION)) over all limbs; carries wait until `pending` says so. */
#define AK_DEC_SUM_LIMBS 14
#define AK_DEC_SUM_FRACTION 4

struct ak_dec_sum {
	int64_t limb[AK_DEC_SUM_LIMBS]; /* least significant first */
	uint32_t pending;		/* additions since the last carry */
};

#ifdef __cplusplus
extern "C" {
#endif

/* Take a number apart: a JSON number; when `lenient` also a leading '+', leading zeros, `.5` and `5.`, thousands
 * separators `1,245` (only in groups of three, never after a leading zero), one currency sign ($, EUR/GBP/JPY signs)
 * before or after the sign, and blanks around it all. False on any other text. Linear, no memory. */
bool ak_dec_lex(struct ak_str text, bool lenient, struct ak_dec_parts *out);
/* Canonical text of a number (ak_dec_lex says what is accepted), copied into the arena. scale: the value is multiplied
 * by 10^scale (cents: -2). AK_REJECT reasons: number_syntax, number_too_long (over the bounds). */
enum ak_rc ak_dec_parse(struct ak_str text, int scale, bool lenient, struct ak_arena *a, struct ak_str *out,
			struct ak_err *err);
/* Integer from a JSON number or CSV cell; "59200.0" is 59200, "1,245" too when lenient. AK_REJECT number_syntax,
 * number_fraction, number_too_long (outside +-2^53-1: one JSON type per field, I-JSON). */
enum ak_rc ak_dec_int(struct ak_str text, bool lenient, int64_t *out, struct ak_err *err);

/* Exact running sum of canonical decimals. Terms may have 72 integer digits, so that sums can be summed again; more
 * than 10^17 terms of that size would be needed to overflow. */
void ak_dec_sum_init(struct ak_dec_sum *s);
/* x must be canonical and within the bounds; false if it is not, and the sum is as before. */
bool ak_dec_sum_add(struct ak_dec_sum *s, struct ak_str x);
/* The same of mantissa x 10^-scale; scale at most AK_DEC_SCALE. */
void ak_dec_sum_add_small(struct ak_dec_sum *s, int64_t mantissa, int scale);
/* A canonical decimal of at most 18 digits as mantissa x 10^-scale; false when it has more. */
bool ak_dec_small(struct ak_str x, int64_t *mantissa, int *scale);
/* Back again: canonical text in buf, for a mantissa and scale that ak_dec_small gave. */
struct ak_str ak_dec_small_text(int64_t mantissa, int scale, char buf[64]);
/* Canonical text of the total, valid in the arena. */
struct ak_str ak_dec_sum_text(const struct ak_dec_sum *s, struct ak_arena *a);
/* -1, 0, 1 for canonical a, b of any length. */
int ak_dec_cmp(struct ak_str a, struct ak_str b);
/* a - b, canonical; p is NULL when a or b is not a canonical decimal within the bounds. */
struct ak_str ak_dec_sub(struct ak_str a, struct ak_str b, struct ak_arena *arena);
/* a x m, exact, canonical for a canonical one of any length. */
struct ak_str ak_dec_times(struct ak_str a, uint32_t m, struct ak_arena *arena);
/* a / m, m not 0, to so many digits behind the point but not fewer than a has, halves away from zero; canonical. */
struct ak_str ak_dec_over(struct ak_str a, uint32_t m, size_t fraction, struct ak_arena *arena);
/* Digits behind the point of a canonical one. */
size_t ak_dec_fraction(struct ak_str a);

#ifdef __cplusplus
}
#endif
#endif
