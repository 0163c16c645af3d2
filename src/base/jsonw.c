#include "base/ak.h"

#include <stdlib.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include "base/jsonw.h"
#include "base/text.h"

void ak_json_use_alloc(void) { json_set_alloc_funcs(ak_alloc, ak_free); }

static const json_int_t INT_LARGEST = (INT64_C(1) << 53) - 1;

/* The short escapes of RFC 8785 3.2.2.2, 0 where there is none. */
static const char SHORT_ESCAPES[0x20] = {['\b'] = 'b', ['\t'] = 't', ['\n'] = 'n', ['\f'] = 'f', ['\r'] = 'r'};

static bool plain(unsigned char c)
{
	return c >= 0x20 && c != '"' && c != '\\';
}

#define ONES (UINT64_MAX / 255)

/* Whether one of eight bytes is 0. */
static uint64_t has_zero(uint64_t v) { return (v - ONES) & ~v & (ONES << 7); }

/* Whether one of eight bytes must be escaped. */
static bool special(uint64_t v)
{
	/* Bytes below 0x20: subtracting 0x20 borrows into the top bit where that was clear. */
	return (((v - ONES * 0x20) & ~v) | has_zero(v ^ ONES * '"') | has_zero(v ^ ONES * '\\')) & (ONES << 7);
}

/* Copies what needs no escape, eight bytes at a time, and says how much that was. There is room for s.n. */
static size_t copy_plain(char *to, struct ak_str s)
{
	size_t i = 0;
	uint64_t v;

#ifdef __SSE2__
	for (; i + 16 <= s.n; i += 16) {
		__m128i x = _mm_loadu_si128((const __m128i *)(const void *)(s.p + i));
		__m128i quote = _mm_cmpeq_epi8(x, _mm_set1_epi8('"')), back = _mm_cmpeq_epi8(x, _mm_set1_epi8('\\'));
		__m128i low = _mm_cmpeq_epi8(_mm_min_epu8(x, _mm_set1_epi8(0x1f)), x);
		if (_mm_movemask_epi8(_mm_or_si128(low, _mm_or_si128(quote, back))))
			break;
		_mm_storeu_si128((__m128i *)(void *)(to + i), x);
	}
#endif
	for (; i + 8 <= s.n; i += 8) {
		memcpy(&v, s.p + i, 8);
		if (special(v))
			break;
		memcpy(to + i, &v, 8);
	}
	if (i && s.n - i && s.n - i < 8) { /* the last eight overlap what has been copied */
		memcpy(&v, s.p + s.n - 8, 8);
		if (!special(v)) {
			memcpy(to + s.n - 8, &v, 8);
			return s.n;
		}
	}
	for (; i < s.n && plain((unsigned char)s.p[i]); i++)
		to[i] = s.p[i];
	return i;
}

static void escape(struct ak_buf *b, unsigned char c)
{
	if (c >= 0x20) {
		ak_buf_addc(b, '\\');
		ak_buf_addc(b, (char)c);
	} else if (SHORT_ESCAPES[c]) {
		ak_buf_addc(b, '\\');
		ak_buf_addc(b, SHORT_ESCAPES[c]);
	} else {
		ak_buf_addf(b, "\\u%04x", c);
	}
}

void ak_jsonw_string(struct ak_buf *b, struct ak_str s)
{
	char *to = ak_buf_room(b, s.n + 2);
	size_t n;

	if (!to)
		return;
	*to = '"';
	for (b->n++; (n = copy_plain(b->p + b->n, s)) < s.n; s = ak_str_n(s.p + n + 1, s.n - n - 1)) {
		b->n += n;
		escape(b, (unsigned char)s.p[n]);
		if (!ak_buf_room(b, s.n - n))
			return;
	}
	b->n += n;
	ak_buf_addc(b, '"');
}

void ak_jsonw_int(struct ak_buf *b, int64_t v)
{
	uint64_t left = v < 0 ? 0 - (uint64_t)v : (uint64_t)v;
	char text[20], *p = text + sizeof(text);

	do {
		*--p = (char)('0' + left % 10);
		left /= 10;
	} while (left);
	if (v < 0)
		ak_buf_addc(b, '-');
	ak_buf_add(b, p, (size_t)(text + sizeof(text) - p));
}

void ak_jsonw_key(struct ak_buf *b, bool *first, const char *key)
{
	if (!*first)
		ak_buf_addc(b, ',');
	*first = false;
	ak_jsonw_string(b, ak_str_of(key));
	ak_buf_addc(b, ':');
}

/* The order of UTF-16 code units is that of UTF-8 bytes, except that surrogate pairs (lead bytes F0 to F4) come before
 * U+E000 to U+FFFF (lead bytes EE and EF). */
static int weight(unsigned char c)
{
	if (c < 0xEE)
		return c;
	return c >= 0xF0 ? c - 2 : c + 5;
}

static int compare_keys(const void *x, const void *y)
{
	const unsigned char *a = *(const unsigned char *const *)x, *b = *(const unsigned char *const *)y;

	while (*a && *a == *b) {
		a++;
		b++;
	}
	return weight(*a) - weight(*b);
}

/* Keys of an object in order, views into it; ak_free. */
static const char **sorted_keys(const json_t *v)
{
	json_t *object = (json_t *)(uintptr_t)v;
	const char **keys = ak_alloc_zero(json_object_size(v) + 1, sizeof(*keys));
	size_t n = 0;

	for (void *i = json_object_iter(object); i; i = json_object_iter_next(object, i))
		keys[n++] = json_object_iter_key(i);
	ak_sort(keys, n, sizeof(*keys), compare_keys);
	return keys;
}

struct writer {
	struct ak_buf *b;
	struct ak_err *err;
	bool pretty;
	int depth;
};

static enum ak_rc value(struct writer *w, const json_t *v);

/* Also what people cannot see: code points above the basic plane as surrogate pairs. */
static void visible_string(struct ak_buf *b, struct ak_str s)
{
	ak_buf_addc(b, '"');
	for (size_t i = 0, from = 0; i < s.n; from = i) {
		uint32_t c = ak_utf8_next(s, &i);

		if (c < 0x80 && !plain((unsigned char)c))
			escape(b, (unsigned char)c);
		else if (!ak_text_is_hidden(c))
			ak_buf_add(b, s.p + from, i - from);
		else if (c < 0x10000)
			ak_buf_addf(b, "\\u%04x", (unsigned)c);
		else
			ak_buf_addf(b, "\\u%04x\\u%04x", (unsigned)(0xD7C0 + (c >> 10)),
				    (unsigned)(0xDC00 | (c & 0x3FF)));
	}
	ak_buf_addc(b, '"');
}

static enum ak_rc string(struct writer *w, struct ak_str s)
{
	if (ak_str_find(s, '\0') < s.n)
		return ak_fail(w->err, AK_EXIT_BUG, "cannot write a string with a NUL as JSON");
	if (w->pretty)
		visible_string(w->b, s);
	else
		ak_jsonw_string(w->b, s);
	return AK_OK;
}

static void new_line(struct writer *w)
{
	if (w->pretty)
		ak_buf_addf(w->b, "\n%*s", 2 * w->depth, "");
}

static enum ak_rc object(struct writer *w, const json_t *v)
{
	const char **keys = sorted_keys(v);
	enum ak_rc rc = AK_OK;

	ak_buf_addc(w->b, '{');
	w->depth++;
	for (size_t i = 0; keys[i] && rc == AK_OK; i++) {
		if (i)
			ak_buf_addc(w->b, ',');
		new_line(w);
		string(w, ak_str_of(keys[i]));
		ak_buf_adds(w->b, w->pretty ? ": " : ":");
		rc = value(w, json_object_get(v, keys[i]));
	}
	w->depth--;
	if (keys[0])
		new_line(w);
	ak_buf_addc(w->b, '}');
	ak_free(keys);
	return rc;
}

static enum ak_rc array(struct writer *w, const json_t *v)
{
	enum ak_rc rc = AK_OK;
	size_t n = json_array_size(v);

	ak_buf_addc(w->b, '[');
	w->depth++;
	for (size_t i = 0; i < n && rc == AK_OK; i++) {
		if (i)
			ak_buf_addc(w->b, ',');
		new_line(w);
		rc = value(w, json_array_get(v, i));
	}
	w->depth--;
	if (n)
		new_line(w);
	ak_buf_addc(w->b, ']');
	return rc;
}

static enum ak_rc integer(struct writer *w, json_int_t v)
{
	if (v > INT_LARGEST || v < -INT_LARGEST)
		return ak_fail(w->err, AK_EXIT_BUG, "cannot write an integer beyond 2^53 - 1 as JSON");
	ak_jsonw_int(w->b, v);
	return AK_OK;
}

static enum ak_rc value(struct writer *w, const json_t *v)
{
	switch (json_typeof(v)) {
	case JSON_OBJECT:
		return object(w, v);
	case JSON_ARRAY:
		return array(w, v);
	case JSON_STRING:
		return string(w, ak_str_n(json_string_value(v), json_string_length(v)));
	case JSON_INTEGER:
		return integer(w, json_integer_value(v));
	case JSON_REAL:
		return ak_fail(w->err, AK_EXIT_BUG, "cannot write a real number as JSON");
	case JSON_TRUE:
		ak_buf_adds(w->b, "true");
		return AK_OK;
	case JSON_FALSE:
		ak_buf_adds(w->b, "false");
		return AK_OK;
	case JSON_NULL:
		ak_buf_adds(w->b, "null");
		return AK_OK;
	}
	AK_BUG("unknown JSON type");
}

enum ak_rc ak_jcs(const json_t *v, struct ak_buf *b, struct ak_err *err)
{
	struct writer w = {b, err, false, 0};

	return value(&w, v);
}

enum ak_rc ak_json_pretty(const json_t *v, struct ak_buf *b, struct ak_err *err)
{
	struct writer w = {b, err, true, 0};
	enum ak_rc rc = value(&w, v);

	if (rc == AK_OK)
		ak_buf_addc(b, '\n');
	return rc;
}

enum ak_rc ak_json_parse(struct ak_str text, json_t **out, struct ak_err *err)
{
	json_error_t why;
	json_t *v = json_loadb(text.p, text.n, JSON_REJECT_DUPLICATES, &why);
	enum ak_rc rc;

	if (v) {
		*out = v;
		return AK_OK;
	}
	rc = ak_fail(err, AK_EXIT_INPUT, "not a JSON document at line %d, column %d", why.line, why.column);
	if (err && why.position >= 0)
		err->offset = (uint64_t)why.position;
	return rc;
}

void ak_json_decref(json_t **v)
{
	json_decref(*v);
	*v = NULL;
}
