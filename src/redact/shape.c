#include "base/ak.h"
#include "redact/shape.h"

#include "base/crypto.h"
#include "redact/marker.h"

enum {
	LONGEST_LABEL = 48,
	LONGEST_USERINFO = 512,
	TOKEN_LIKE_USER = 16,
	LONGEST_PATH = 2048,
	SHORTEST_PATH = 20,
	SHORTEST_OPTION = 8,
	LONGEST_COMMAND = 512
};

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

/* `..` and a part that is long enough: with nothing behind them the dots are those of a mask (`eyJhbGci...xyz`). */
static bool is_empty_part(struct ak_str s, size_t dot)
{
	return dot + 1 < s.n && s.p[dot + 1] == '.' && ak_charset_run(s, dot + 2, AK_SET_URL64) - dot > 9;
}

bool ak_shape_jwt(struct ak_str s, size_t at, size_t *from, size_t *to)
{
	size_t end, parts = 1, start = at;

	/* Inside a run of the same characters only its beginning is tried: a scan stays linear. */
	while (start > 0 && at - start <= LONGEST_LABEL && ak_charset_has(AK_SET_URL64, s.p[start - 1]))
		start--;
	if (!ak_detector_left(s, at) || at - start > LONGEST_LABEL)
		return false;
	end = ak_charset_run(s, at, AK_SET_URL64);
	if (end - at < 12)
		return false;
	/* A part may be empty (RFC 7516: no encrypted key), a second one that is short is no part. */
	while (end + 1 < s.n && s.p[end] == '.' && ak_charset_has(AK_SET_DOTTED, s.p[end + 1])) {
		size_t next = ak_charset_run(s, end + 1, AK_SET_URL64);

		if (parts == 1 ? next - end < 9 && !is_empty_part(s, end) : next == end + 1)
			break;
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
	const char *p = memmem(s.p + at, s.n - at, "-----END", 8);
	size_t i;

	if (!p)
		return s.n;
	i = (size_t)(p - s.p) + 8;
	p = memmem(s.p + i, s.n - i, "-----", 5);
	return p ? (size_t)(p - s.p) + 5 : s.n;
}

bool ak_shape_pem(struct ak_str s, size_t at, size_t *from, size_t *to)
{
	size_t label = at + 10, end = label;
	struct ak_str name;

	while (end < s.n && end - label < LONGEST_LABEL && s.p[end] != '-')
		end++;
	name = ak_str_n(s.p + label, end - label);
	if (!ak_str_holds(name, AK_STR("PRIVATE KEY")) && !ak_str_holds(name, AK_STR("PRIVATE+KEY")))
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
	n = (end - body > 512 ? 512 : end - body) & ~(size_t)3;
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
	return ak_marker_end(s, start) == start && !ak_marker_hides(ak_str_n(s.p + start, *to - start));
}

bool ak_shape_path(struct ak_str s, size_t at, size_t *from, size_t *to)
{
	size_t body = at, end;

	/* Behind the last slash of the trigger: no trigger holds a path of its own with dots. */
	while (body < s.n && !ak_charset_has(AK_CS_SLASH, s.p[body]))
		body++;
	for (end = body; end < s.n && end - body < LONGEST_PATH; end++)
		if (ak_charset_has(AK_CS_BLANK | AK_CS_QUOTE, s.p[end]) || memchr("<>\\|,;)}]&*", s.p[end], 12))
			break;
	*from = at;
	*to = end;
	return end - body >= SHORTEST_PATH;
}

bool ak_shape_mailchimp(struct ak_str s, size_t at, size_t *from, size_t *to)
{
	size_t start = at, end = ak_charset_run(s, at + 3, AK_CS_DIGIT);

	while (start > 0 && at - start <= 32 && ak_charset_has(AK_SET_HEX, s.p[start - 1]))
		start--;
	*from = start;
	*to = end;
	return at - start == 32 && ak_detector_left(s, start) && end > at + 3 && end <= at + 5 &&
	       !(end < s.n && ak_charset_has(AK_SET_AN, s.p[end]));
}

bool ak_shape_airtable(struct ak_str s, size_t at, size_t *from, size_t *to)
{
	size_t dot = ak_charset_run(ak_str_n(s.p, s.n - at > 17 ? at + 17 : s.n), at + 3, AK_SET_AN), end;

	if (dot != at + 17 || dot == s.n || s.p[dot] != '.' || !ak_detector_left(s, at))
		return false;
	end = ak_charset_run(s, dot + 1, AK_SET_HEX);
	if (end - dot <= 64)
		return false;
	*from = at;
	*to = ak_charset_run(s, end, AK_SET_AN);
	return true;
}

bool ak_shape_telegram(struct ak_str s, size_t at, size_t *from, size_t *to)
{
	size_t start = at, end;

	while (start > 0 && at - start <= 16 && ak_charset_has(AK_CS_DIGIT, s.p[start - 1]))
		start--;
	/* In the path of a URL `bot` stands before the number. */
	if (at - start < 5 || at - start > 16 ||
	    (!ak_detector_left(s, start) && (start < 3 || memcmp(s.p + start - 3, "bot", 3) != 0)))
		return false;
	end = ak_charset_run(s, at + 1, AK_SET_URL64);
	*from = start;
	*to = end;
	return end - at - 1 >= 34;
}

bool ak_shape_argon2(struct ak_str s, size_t at, size_t *from, size_t *to)
{
	size_t end = at;

	while (end < s.n && (s.p[end] == ',' || ak_charset_has(AK_SET_CRYPT, s.p[end])))
		end++;
	while (end > at && s.p[end - 1] == ',')
		end--;
	*from = at;
	*to = end;
	return end - at >= 40;
}

/* Behind the option and blanks or quotes, or 0. */
static size_t curl_user(struct ak_str s, size_t i)
{
	static const struct ak_str options[] = {{"-u", 2}, {"--user", 6}, {"--proxy-user", 12}, {"-U", 2}};

	for (size_t k = 0; k < AK_COUNT(options); k++) {
		size_t end = i + options[k].n;

		if (!starts_at(s, i, options[k]) || end >= s.n)
			continue;
		while (end < s.n && (s.p[end] == ' ' || s.p[end] == '=' || s.p[end] == '\\' || ak_charset_has(AK_CS_QUOTE, s.p[end])))
			end++;
		return end > i + options[k].n || k == 0 ? end : 0;
	}
	return 0;
}

bool ak_shape_curl(struct ak_str s, size_t at, size_t *from, size_t *to)
{
	size_t i = at + 4, user = 0, colon, end;

	if (s.n - i > LONGEST_COMMAND)
		s.n = i + LONGEST_COMMAND;
	for (; i + 1 < s.n && s.p[i] != '\n' && !user; i++)
		if (s.p[i] == ' ' && s.p[i + 1] == '-')
			user = curl_user(s, i + 1);
	if (!user)
		return false;
	for (end = user; end < s.n && !ak_charset_has(AK_CS_BLANK | AK_CS_QUOTE, s.p[end]) && !memchr("\\<>|;)`", s.p[end], 7);)
		end++;
	colon = colon_before(s, user, end);
	*from = colon + 1;
	*to = end;
	return colon + 1 < end && ak_marker_end(s, colon + 1) == colon + 1 &&
	       !ak_marker_hides(ak_str_n(s.p + colon + 1, end - colon - 1));
}

bool ak_shape_oracle(struct ak_str s, size_t at, size_t *from, size_t *to)
{
	size_t body = at + sizeof("jdbc:oracle:thin:") - 1, name, end;

	if (s.n - body > LONGEST_USERINFO)
		s.n = body + LONGEST_USERINFO;
	name = ak_charset_run(s, body, AK_SET_DOTTED | AK_CS_DOLLAR);
	if (name == body || name == s.n || s.p[name] != '/')
		return false;
	for (end = name + 1; end < s.n && s.p[end] != '@' && !ak_charset_has(AK_CS_BLANK | AK_CS_QUOTE, s.p[end]);)
		end++;
	*from = name + 1;
	*to = end;
	return end > name + 1 && end < s.n && s.p[end] == '@' && ak_marker_end(s, name + 1) == name + 1;
}

bool ak_shape_option(struct ak_str s, size_t at, size_t *from, size_t *to)
{
	size_t body = at, end;

	while (body < s.n && s.p[body] != ' ')
		body++;
	while (body < s.n && ak_charset_has(AK_CS_BLANK | AK_CS_QUOTE, s.p[body]))
		body++;
	for (end = body; end < s.n && end - body < LONGEST_USERINFO && !ak_charset_has(AK_CS_BLANK | AK_CS_QUOTE, s.p[end]);)
		end++;
	*from = body;
	*to = end;
	return end - body >= SHORTEST_OPTION && s.p[body] != '-' &&
	       ak_charset_any(ak_str_n(s.p + body, end - body), AK_CS_DIGIT) && ak_marker_end(s, body) == body &&
	       !ak_marker_is_mask(ak_str_n(s.p + body, end - body));
}
