#include "base/ak.h"

#include "base/text.h"

#define HIGH_BITS UINT64_C(0x8080808080808080)

/* Length of the well-formed sequence at s.p[at], 0 when there is none (Unicode 15, table 3-7). */
static size_t sequence(struct ak_str s, size_t at, uint32_t *point)
{
	const unsigned char *p = (const unsigned char *)s.p + at;
	size_t left = s.n - at, n;
	uint32_t c;

	if (p[0] < 0x80) {
		*point = p[0];
		return 1;
	}
	if (p[0] < 0xC2 || p[0] > 0xF4)
		return 0;
	n = p[0] < 0xE0 ? 2 : p[0] < 0xF0 ? 3 : 4;
	if (n > left)
		return 0;
	c = p[0] & (0x7FU >> n);
	for (size_t i = 1; i < n; i++) {
		if ((p[i] & 0xC0) != 0x80)
			return 0;
		c = c << 6 | (p[i] & 0x3FU);
	}
	if ((n == 3 && (c < 0x800 || (c >= 0xD800 && c <= 0xDFFF))) || (n == 4 && (c < 0x10000 || c > 0x10FFFF)))
		return 0;
	*point = c;
	return n;
}

size_t ak_utf8_valid(struct ak_str s)
{
	size_t i = 0, n;
	uint32_t point;
	uint64_t word;

	while (i < s.n) {
		while (s.n - i >= sizeof(word)) {
			memcpy(&word, s.p + i, sizeof(word));
			if (word & HIGH_BITS)
				break;
			i += sizeof(word);
		}
		if (i == s.n)
			break;
		n = sequence(s, i, &point);
		if (!n)
			return i;
		i += n;
	}
	return i;
}

uint32_t ak_utf8_next(struct ak_str s, size_t *i)
{
	uint32_t point;
	size_t n = sequence(s, *i, &point);

	*i += n ? n : 1;
	return n ? point : 0xFFFD;
}

bool ak_text_is_hidden(uint32_t c)
{
	static const struct {
		uint32_t from, to;
	} hidden[] = {
		{0x00AD, 0x00AD},   /* soft hyphen */
		{0x034F, 0x034F},   /* combining grapheme joiner */
		{0x061C, 0x061C},   /* Arabic letter mark */
		{0x115F, 0x1160},   /* Hangul fillers */
		{0x180B, 0x180F},   /* Mongolian variation selectors and vowel separator */
		{0x200B, 0x200F},   /* zero-width space, joiners, direction marks */
		{0x2028, 0x202E},   /* line and paragraph separators, bidi embeddings */
		{0x2060, 0x206F},   /* word joiner, invisible operators, bidi isolates */
		{0x3164, 0x3164},   /* Hangul filler */
		{0xFEFF, 0xFEFF},   /* byte order mark */
		{0xFFA0, 0xFFA0},   /* half-width Hangul filler */
		{0xFFF9, 0xFFFB},   /* interlinear annotation */
		{0xE0000, 0xE007F}, /* tags */
	};

	if (c < 0xA0)
		return c < 0x20 || c >= 0x7F;
	for (size_t i = 0; i < AK_COUNT(hidden) && c >= hidden[i].from; i++)
		if (c <= hidden[i].to)
			return true;
	return false;
}

/* End of the run of characters from `at` on that may be shown as they are. */
static size_t plain_run(struct ak_str s, size_t at)
{
	uint32_t point;
	size_t n;

	while (at < s.n) {
		if (s.p[at] >= 0x20 && s.p[at] < 0x7f) {
			at++;
			continue;
		}
		n = sequence(s, at, &point);
		if (!n || ak_text_is_hidden(point))
			break;
		at += n;
	}
	return at;
}

void ak_text_safe(struct ak_buf *b, struct ak_str s)
{
	uint32_t point;
	size_t n;

	for (size_t i = 0, end; i < s.n; i += n) {
		end = plain_run(s, i);
		ak_buf_add(b, s.p + i, end - i);
		i = end;
		n = i < s.n ? sequence(s, i, &point) : 0;
		if (n) {
			ak_buf_addf(b, "\\u{%x}", (unsigned)point);
		} else if (i < s.n) {
			ak_buf_addf(b, "\\x%02x", (unsigned)(unsigned char)s.p[i]);
			n = 1;
		}
	}
}

bool ak_text_is_safe(struct ak_str s)
{
	return plain_run(s, 0) == s.n;
}
