#include "base/ak.h"

#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include "read/json_scan.h"

/* The first quote, backslash or newline, or end. */
static const char *string_stop(const char *p, const char *end)
{
#ifdef __SSE2__
	const __m128i quote = _mm_set1_epi8('"'), back = _mm_set1_epi8('\\'), line = _mm_set1_epi8('\n');

	for (; end - p >= 16; p += 16) {
		__m128i x = _mm_loadu_si128((const __m128i *)(const void *)p);
		__m128i hit = _mm_or_si128(_mm_or_si128(_mm_cmpeq_epi8(x, quote), _mm_cmpeq_epi8(x, back)),
					   _mm_cmpeq_epi8(x, line));
		int mask = _mm_movemask_epi8(hit);

		if (mask)
			return p + __builtin_ctz((unsigned)mask);
	}
#endif
	while (p < end && *p != '"' && *p != '\\' && *p != '\n')
		p++;
	return p;
}

/* The first quote or bracket, or end. Quotes and brackets share no cheap bit pattern with the bytes between, but those
 * runs are short. */
static const char *structure_stop(const char *p, const char *end)
{
	static const bool stop[256] = {['"'] = true, ['{'] = true, ['}'] = true, ['['] = true, [']'] = true};

	while (p < end && !stop[(unsigned char)*p])
		p++;
	return p;
}

/* Inside a string: true when it has ended, *p behind the quote; false at the end of bytes or at a newline. */
static bool run_string(struct ak_scan *s, const char **p, const char *end)
{
	while (*p < end) {
		if (s->escaped) {
			if (**p == '\n')
				return false;
			s->escaped = false;
			(*p)++;
			continue;
		}
		*p = string_stop(*p, end);
		if (*p == end || **p == '\n')
			return false;
		s->escaped = **p == '\\';
		s->in_string = s->escaped;
		(*p)++;
		if (!s->in_string)
			return true;
	}
	return false;
}

static void open_bracket(struct ak_scan *s, char c)
{
	s->accept = false;
	s->depth++;
	s->objects = s->objects << 1 | (c == '{');
}

/* False when the bracket is not of the kind that is open. Beyond 64 levels that is not known. */
static bool close_bracket(struct ak_scan *s, char c)
{
	if (s->depth <= 64 && (s->objects & 1) != (c == '}'))
		return false;
	s->depth--;
	s->objects >>= 1;
	return true;
}

/* At a quote or bracket outside strings. AK_SCAN_MORE: go on. */
static enum ak_scan_stop structure(struct ak_scan *s, const char *buf, const char **p)
{
	char c = **p;

	if (c == '"') {
		s->in_string = true;
		s->string_at = (size_t)(*p - buf);
	} else if (c == '{' || c == '[') {
		if (s->depth && (*p)[-1] == '\n' && !s->accept)
			return AK_SCAN_LINE;
		open_bracket(s, c);
	} else if (!close_bracket(s, c)) {
		return AK_SCAN_BROKEN;
	}
	(*p)++;
	return !s->depth && !s->in_string ? AK_SCAN_DONE : AK_SCAN_MORE;
}

enum ak_scan_stop ak_scan_run(struct ak_scan *s, const char *buf, size_t *pos, size_t n, size_t long_string)
{
	const char *p = buf + *pos, *end = buf + n;
	enum ak_scan_stop stop = AK_SCAN_MORE;

	while (p < end && stop == AK_SCAN_MORE) {
		if (s->in_string) {
			if (!run_string(s, &p, end)) {
				stop = p < end ? AK_SCAN_BROKEN : AK_SCAN_MORE;
				break;
			}
			if ((size_t)(p - buf) - s->string_at - 2 > long_string)
				stop = AK_SCAN_STRING;
			else if (!s->depth)
				stop = AK_SCAN_DONE;
			continue;
		}
		p = structure_stop(p, end);
		if (p < end)
			stop = structure(s, buf, &p);
	}
	*pos = (size_t)(p - buf);
	return stop;
}
