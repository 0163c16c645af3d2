#include "base/ak.h"
#include "redact/marker.h"

#include "redact/charset.h"

enum { KIND_MAX = 40, KID_HEX = 8, TOKEN_HEX = 32, SHOWN_MAX = 16 };

static bool hex_then(struct ak_str s, size_t at, size_t n, char after)
{
	return s.n > at + n && ak_charset_run(ak_str_n(s.p, at + n), at, AK_SET_HEX) == at + n && s.p[at + n] == after;
}

size_t ak_marker_end(struct ak_str s, size_t at)
{
	static const struct ak_str open = {"[REDACTED:", 10};
	size_t kind = at + open.n, i;

	if (at >= s.n || !ak_str_starts(ak_str_n(s.p + at, s.n - at), open))
		return at;
	for (i = kind; i < s.n && i - kind < KIND_MAX; i++)
		if (!ak_charset_has(AK_SET_LOWER36 | AK_CS_UNDER, s.p[i]))
			break;
	if (i == kind || i == s.n || s.p[i] != ':' || !hex_then(s, i + 1, KID_HEX, ':'))
		return at;
	i += 2 + KID_HEX;
	return hex_then(s, i, TOKEN_HEX, ']') ? i + TOKEN_HEX + 1 : at;
}

bool ak_marker_is(struct ak_str s)
{
	return s.n > 0 && ak_marker_end(s, 0) == s.n;
}

size_t ak_marker_token_head(struct ak_str s)
{
	static const struct ak_str heads[] = {{"email:", 6}, {"user:", 5}, {"id:", 3}, {"ip:", 3}, {"key:", 4}, {"phone:", 6}, {"mac:", 4}};
	enum { LONGEST = 6 };
	size_t n = ak_str_find(ak_str_n(s.p, s.n < LONGEST ? s.n : LONGEST), ':') + 1;

	if (s.n < n + TOKEN_HEX)
		return 0;
	for (size_t i = 0; i < AK_COUNT(heads); i++)
		if (heads[i].n == n && memcmp(s.p, heads[i].p, n) == 0)
			return ak_charset_run(ak_str_n(s.p, n + TOKEN_HEX), n, AK_SET_HEX) == n + TOKEN_HEX ? n : 0;
	return 0;
}

bool ak_marker_is_token(struct ak_str s)
{
	size_t n = ak_marker_token_head(s);

	return n && s.n == n + TOKEN_HEX;
}

bool ak_marker_is_token_colon(struct ak_str s, size_t colon)
{
	static const struct ak_str classes[] = {{"email", 5}, {"ip", 2}, {"phone", 5}, {"mac", 3}};
	size_t end = ak_charset_run(s, colon + 1, AK_SET_HEX);

	if (end - colon - 1 != TOKEN_HEX || (end < s.n && ak_charset_has(AK_SET_AN, s.p[end])))
		return false;
	for (size_t i = 0; i < AK_COUNT(classes); i++) {
		size_t n = classes[i].n;

		if (colon >= n && memcmp(s.p + colon - n, classes[i].p, n) == 0 &&
		    (colon == n || !ak_charset_has(AK_SET_AN, s.p[colon - n - 1])))
			return true;
	}
	return false;
}

enum { SEALED_HEAD = 4 + KID_HEX + 1, TAG_HEX = 32 };

size_t ak_marker_sealed_end(struct ak_str s)
{
	size_t end;

	if (!ak_str_starts(s, AK_STR("enc:")) || !hex_then(s, 4, KID_HEX, ':'))
		return 0;
	end = ak_charset_run(s, SEALED_HEAD, AK_SET_HEX);
	return end > SEALED_HEAD + TAG_HEX ? end : 0;
}

bool ak_marker_is_sealed(struct ak_str s)
{
	return s.n && ak_marker_sealed_end(s) == s.n && (s.n - SEALED_HEAD) % 2 == 0;
}

bool ak_marker_is_mask(struct ak_str s)
{
	size_t shown = 0;

	for (size_t i = 0; i < s.n && shown <= SHOWN_MAX; i++)
		shown += s.p[i] != '*' && s.p[i] != '.' && (unsigned char)s.p[i] < 0x80;
	return shown <= SHOWN_MAX &&
	       (ak_str_holds(s, AK_STR("***")) || ak_str_holds(s, AK_STR("...")) || ak_str_holds(s, AK_STR("\xe2\x80\xa6")));
}

/* What the keys begin with that masks leave readable. */
static bool begins_like_key(struct ak_str s)
{
	static const char *const heads[] = {"sk-",  "sk_",    "pk-",  "pk_",  "rk_",  "ak-",	"key-", "key_", "gsk_", "xai-", "hf_",	 "r8_",
					    "pplx-", "nvapi-", "ghp_", "gho_", "ghs_", "glpat-", "xox",	 "AKIA", "ASIA", "AIza", "ya29.", "eyJ"};

	for (size_t i = 0; i < AK_COUNT(heads); i++)
		if (ak_str_starts(s, ak_str_of(heads[i])))
			return true;
	return false;
}

bool ak_marker_hides(struct ak_str s)
{
	enum { LITTLE = 4 };
	size_t stars = 0, other = 0, shown;
	bool ends;

	if (!ak_marker_is_mask(s))
		return false;
	for (size_t i = 0; i < s.n; i++) {
		stars += s.p[i] == '*';
		other += s.p[i] == '.' || (unsigned char)s.p[i] >= 0x80;
	}
	shown = s.n - stars - other;
	ends = s.p[0] == '.' || s.p[s.n - 1] == '.' || (unsigned char)s.p[0] >= 0x80 || (unsigned char)s.p[s.n - 1] >= 0x80;
	return shown <= LITTLE || shown <= stars || (!stars && !ends) || begins_like_key(s);
}
