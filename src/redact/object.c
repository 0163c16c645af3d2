#include "base/ak.h"
#include "redact/object.h"

enum { LONGEST_BEFORE = 8192, LEAST_VALUE = 8 };

/* The innermost object around the trigger of n bytes, without members that are objects. False when there is none, or when
 * the trigger stood in it before: a scan stays linear. */
static bool object_around(struct ak_str s, size_t at, size_t n, size_t *from, size_t *to)
{
	size_t back = at > LONGEST_BEFORE ? LONGEST_BEFORE : at, end = at + n;
	const char *open = memrchr(s.p + at - back, '{', back);

	if (!open || memmem(open, (size_t)(s.p + at - open), s.p + at, n))
		return false;
	while (end < s.n && s.p[end] != '{' && s.p[end] != '}')
		end++;
	*from = (size_t)(open - s.p);
	*to = end < s.n && s.p[end] == '}' ? end + 1 : end;
	return true;
}

static bool is_quoted(struct ak_str s, size_t from, size_t to)
{
	return from > 0 && to < s.n && ak_charset_has(AK_CS_QUOTE, s.p[from - 1]) &&
	       (ak_charset_has(AK_CS_QUOTE, s.p[to]) || s.p[to] == '\\');
}

/* A member of one letter whose value is a text worth hiding. */
static bool has_member(struct ak_str object, char name)
{
	for (size_t i = 1; i + 2 < object.n; i++) {
		size_t value = i + 1;

		if (object.p[i] != name || !is_quoted(object, i, i + 1))
			continue;
		while (value < object.n && (ak_charset_has(AK_CS_QUOTE | AK_CS_BLANK, object.p[value]) ||
					    object.p[value] == ':' || object.p[value] == '\\'))
			value++;
		if (ak_charset_run(object, value, AK_SET_BASE64 | AK_SET_URL64) - value >= LEAST_VALUE)
			return true;
	}
	return false;
}

bool ak_object_jwk(struct ak_str s, size_t at, size_t *from, size_t *to)
{
	struct ak_str object;

	if (!is_quoted(s, at, at + 3) || !object_around(s, at, 3, from, to))
		return false;
	object = ak_str_n(s.p + *from, *to - *from);
	return has_member(object, 'd') || has_member(object, 'k');
}

bool ak_object_gcp(struct ak_str s, size_t at, size_t *from, size_t *to)
{
	static const size_t n = sizeof("service_account") - 1;

	return is_quoted(s, at, at + n) && object_around(s, at, n, from, to) &&
	       ak_str_holds(ak_str_n(s.p + *from, *to - *from), AK_STR("private_key"));
}
