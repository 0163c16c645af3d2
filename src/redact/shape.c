#include "base/ak.h"
#include "redact/shape.h"

#include "base/crypto.h"
#include "redact/marker.h"

enum { LONGEST_LABEL = 48, LONGEST_USERINFO = 512, TOKEN_LIKE_USER = 16 };

static bool starts_at(struct ak_str s, size_t at, struct ak_str what)
{
	return ak_str_starts(ak_str_n(s.p + at, s.n - at), what);
}

bool ak_shape_sk(struct ak_str s, size_t at, size_t *from, size_t *to)
{
	size_t body = at + 3, end = ak_charset_run(s, body, AK_SET_URL64);

	if (!ak_detector_left(s, at) || end - body < 16 || starts_at(s, body, AK_STR("learn-")))
		return false;
	*from = at;
	*to = end;
	return true;
}

bool ak_shape_jwt(struct ak_str s, size_t at, size_t *from, size_t *to)
{
	size_t end, parts = 1;

	/* Inside a run of the same characters only its beginning is tried: a scan stays linear. */
	if (!ak_detector_left(s, at) || (at > 0 && ak_charset_has(AK_CS_DASH | AK_CS_UNDER, s.p[at - 1])))
		return false;
	end = ak_charset_run(s, at, AK_SET_URL64);
	if (end - at < 12)
		return false;
	while (end + 1 < s.n && s.p[end] == '.' && ak_charset_has(AK_SET_URL64, s.p[end + 1])) {
		size_t next = ak_charset_run(s, end + 1, AK_SET_URL64);

		if (parts == 1 && next - end < 9)
			return false;
		end = next;
		parts++;
	}
	*from = at;
	*to = end;
	return parts > 1;
}

/* Position after the next dashes-closed line, or the end of the text. */
static size_t pem_end(struct ak_str s, size_t at)
{
	const char *p = memmem(s.p + at, s.n - at, "-----END ", 9);
	size_t i;

	if (!p)
		return s.n;
	i = (size_t)(p - s.p) + 9;
	p = memmem(s.p + i, s.n - i, "-----", 5);
	return p ? (size_t)(p - s.p) + 5 : s.n;
}

bool ak_shape_pem(struct ak_str s, size_t at, size_t *from, size_t *to)
{
	size_t label = at + 11, end = label;

	while (end < s.n && end - label < LONGEST_LABEL && s.p[end] != '-')
		end++;
	if (!ak_str_holds(ak_str_n(s.p + label, end - label), AK_STR("PRIVATE KEY")))
		return false;
	*from = at;
	*to = pem_end(s, end);
	return true;
}

bool ak_shape_rest(struct ak_str s, size_t at, size_t *from, size_t *to)
{
	*from = at;
	*to = s.n;
	return true;
}

bool ak_shape_bearer(struct ak_str s, size_t at, size_t *from, size_t *to)
{
	size_t body = at + 7, end;
	bool digit = false;

	while (body < s.n && s.p[body] == ' ')
		body++;
	end = ak_charset_run(s, body, AK_SET_TOKEN68);
	for (size_t i = body; i < end; i++)
		digit |= ak_is_digit((unsigned char)s.p[i]);
	if (end - body < 6 || !(digit || end - body >= 20) || !ak_detector_left(s, at))
		return false;
	*from = body;
	*to = end;
	/* The stars of a mask are not part of the run. */
	while (end < s.n && (s.p[end] == '*' || ak_charset_has(AK_SET_TOKEN68, s.p[end])))
		end++;
	return !ak_marker_is_mask(ak_str_n(s.p + body, end - body));
}

bool ak_shape_basic(struct ak_str s, size_t at, size_t *from, size_t *to)
{
	size_t body = at + 6, end = ak_charset_run(s, body, AK_SET_ANY64 | AK_CS_EQUAL), n;
	uint8_t plain[512];

	if (!ak_detector_left(s, at) || end - body < 4)
		return false;
	/* Longer than any user name and password: the first part says enough. */
	n = end - body > 512 ? 512 : end - body;
	if (!ak_unbase64(ak_str_n(s.p + body, n), plain, sizeof(plain), &n))
		return false;
	for (size_t i = 0; i < n; i++)
		if (plain[i] < 0x20)
			return false;
	*from = body;
	*to = end;
	return memchr(plain, ':', n) != NULL;
}

/* The first colon that is not part of a marker, or `end`. */
static size_t colon_before(struct ak_str s, size_t at, size_t end)
{
	while (at < end && s.p[at] != ':') {
		size_t marker = ak_marker_end(s, at);

		at = marker > at ? marker : at + 1;
	}
	return at < end ? at : end;
}

bool ak_shape_userinfo(struct ak_str s, size_t at, size_t *from, size_t *to)
{
	size_t start = at + 3, end = start, sign = 0, colon;

	while (end < s.n && end - start < LONGEST_USERINFO &&
	       !ak_charset_has(AK_CS_BLANK | AK_CS_QUOTE | AK_CS_SLASH, s.p[end]) && !memchr("?#<>", s.p[end], 4)) {
		if (s.p[end] == '@')
			sign = end;
		end++;
	}
	if (sign <= start)
		return false;
	colon = colon_before(s, start, sign);
	if (colon + 1 < sign)
		start = colon + 1;
	else if (colon - start < TOKEN_LIKE_USER)
		return false;
	*from = start;
	*to = colon > start ? colon : sign;
	return ak_marker_end(s, start) == start && !ak_marker_is_mask(ak_str_n(s.p + start, *to - start));
}
