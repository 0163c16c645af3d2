/* Keys: a raw key, its SHA-256 in either case and `Bearer key` all meet in one token. */
#include "base/ak.h"
#include "redact/value.h"

#include "base/text.h"
#include "redact/email.h"
#include "redact/marker.h"

bool ak_value_is_masked(struct ak_str s)
{
	size_t stars = 0;

	if (ak_marker_is_mask(s))
		return true;
	while (stars < s.n && (s.p[stars] == '*' || s.p[stars] == 'x' || s.p[stars] == 'X'))
		stars++;
	return stars == s.n;
}

bool ak_value_is_digest(struct ak_str s)
{
	return s.n == 2 * AK_SHA256_LEN && ak_charset_run(s, 0, AK_SET_HEX) == s.n;
}

static bool is_hex(struct ak_str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (!ak_is_hex((unsigned char)s.p[i]))
			return false;
	return true;
}

static bool stays(struct ak_str s)
{
	return s.n == 0 || ak_marker_is(s) || ak_marker_is_token(s) || ak_value_is_masked(s) || ak_value_is_builtin(s);
}

struct ak_str ak_value_key_digest(const struct ak_pass *p, struct ak_str s)
{
	uint8_t digest[AK_SHA256_LEN];
	char *hex;

	if (ak_value_is_digest(s))
		return s;
	s = ak_str_trim(s);
	if (s.n > 7 && ak_str_eq_fold(ak_str_n(s.p, 7), AK_STR("Bearer ")))
		s = ak_str_trim(ak_str_n(s.p + 7, s.n - 7));
	if (stays(s))
		return s;
	hex = ak_arena_alloc(p->a, 2 * AK_SHA256_LEN + 1);
	if (s.n == 2 * AK_SHA256_LEN && is_hex(s)) {
		for (size_t i = 0; i < s.n; i++)
			hex[i] = ak_lower(s.p[i]);
	} else {
		ak_sha256(s.p, s.n, digest);
		ak_hex(digest, sizeof(digest), hex);
	}
	return ak_str_n(hex, 2 * AK_SHA256_LEN);
}

struct ak_str ak_value_key(const struct ak_pass *p, struct ak_str s)
{
	size_t from, to;

	s = ak_value_key_digest(p, s);
	/* A mask that would have to be cleaned is none. */
	if (!ak_value_is_digest(s) && stays(s) && ak_text_is_safe(s) && !ak_email_find(p->r, s, 0, &from, &to))
		return s;
	ak_pass_count(p, "key", AK_ACT_HASHED);
	return ak_redactor_token(p->r, "key", s, p->a);
}
