/* The path of a URL: no scheme, user, host, query or fragment; ids in it stay. */
#include "base/ak.h"
#include "redact/value.h"

#include "redact/marker.h"

/* Where the path starts: behind the authority when there is one. */
static size_t path_start(struct ak_str s)
{
	size_t i = 0;

	if (ak_str_starts(s, AK_STR("//"))) {
		i = 2;
	} else {
		while (i < s.n && (ak_charset_has(AK_SET_AN | AK_CS_PLUS | AK_CS_DOT | AK_CS_DASH, s.p[i])))
			i++;
		if (!ak_str_starts(ak_str_n(s.p + i, s.n - i), AK_STR("://")))
			return 0;
		i += 3;
	}
	while (i < s.n && !memchr("/?#", s.p[i], 3))
		i++;
	/* `https://host//path`: two slashes would make a host of the path's first part. */
	while (ak_str_starts(ak_str_n(s.p + i, s.n - i), AK_STR("//")))
		i++;
	return i;
}

static size_t path_end(struct ak_str s, size_t at)
{
	while (at < s.n && !memchr("?#;", s.p[at], 3) && !ak_charset_has(AK_CS_BLANK, s.p[at])) {
		size_t end = ak_marker_end(s, at);

		at = end > at ? end : at + 1;
	}
	return at;
}

struct ak_str ak_value_urlpath(const struct ak_pass *p, struct ak_str s)
{
	size_t from, to;

	s = ak_str_trim(s);
	from = path_start(s);
	to = path_end(s, from);
	if (from > 0 || to < s.n)
		ak_pass_count(p, "url_rest", AK_ACT_SANITISED);
	if (from == to)
		return from > 0 ? AK_STR("/") : ak_str_n(NULL, 0);
	return ak_value_kept(p, ak_str_n(s.p + from, to - from));
}
