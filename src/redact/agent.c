/* User agents: product and major version (SECURITY R-PII-3).
 *
 * Browsers (`Mozilla/...`): the first of the known products in the order of the table, since all of them name the ones
 * they descend from. Everything else: the words before the first '/', and the digits after it; where a name goes on
 * after the '/' (`OpenAI/Python 1.2.3`), the first digits behind it. */
#include "base/ak.h"
#include "redact/value.h"

#include "redact/marker.h"

enum { LONGEST_PRODUCT = 40, LONGEST_MAJOR = 4 };

static const char *const browsers[] = {"Edg/",	  "OPR/",   "Vivaldi/",	 "SamsungBrowser/", "Firefox/",
				       "FxiOS/",  "CriOS/", "Electron/", "HeadlessChrome/", "Chrome/",
				       "Version/"};

static size_t words_end(struct ak_str s, size_t at)
{
	while (at < s.n && (ak_charset_has(AK_SET_DOTTED, s.p[at]) || s.p[at] == ' '))
		at++;
	return at;
}

/* Where the browser's own product stands, or 0. */
static size_t product_start(struct ak_str s)
{
	if (!ak_str_starts(s, AK_STR("Mozilla/")))
		return 0;
	for (size_t i = 0; i < AK_COUNT(browsers); i++) {
		const char *p = memmem(s.p, s.n, browsers[i], strlen(browsers[i]));

		if (p)
			return (size_t)(p - s.p);
	}
	return 0;
}

/* The digits of a version at `at`, at most LONGEST_MAJOR of them. */
static struct ak_str major_at(struct ak_str s, size_t at)
{
	size_t end = at;

	if (end < s.n && (s.p[end] == 'v' || s.p[end] == 'V'))
		at = ++end;
	while (end < s.n && end - at < LONGEST_MAJOR && ak_is_digit((unsigned char)s.p[end]))
		end++;
	return ak_str_n(s.p + at, end - at);
}

static struct ak_str product(struct ak_str s, size_t from, size_t to)
{
	struct ak_str name = ak_str_trim(ak_str_n(s.p + from, to - from));

	if (name.n > LONGEST_PRODUCT)
		name = ak_str_trim(ak_str_n(name.p, LONGEST_PRODUCT));
	return name;
}

/* Without a slash there is no telling a product from other words: letters up to the first digit, one major version. */
static struct ak_str bare_agent(const struct ak_pass *p, struct ak_str s)
{
	size_t end = 0;
	struct ak_str name, major;

	while (end < s.n && !ak_is_digit((unsigned char)s.p[end]) &&
	       (ak_charset_has(AK_SET_DOTTED, s.p[end]) || s.p[end] == ' '))
		end++;
	name = product(s, 0, end);
	major = major_at(s, end);
	if (name.n == 0)
		return name;
	return major.n && s.p[end - 1] == ' ' ? ak_arena_printf(p->a, "%.*s %.*s", AK_STR_FMT(name), AK_STR_FMT(major))
					      : name;
}

static struct ak_str reduce(const struct ak_pass *p, struct ak_str s)
{
	size_t from = product_start(s), slash = words_end(s, from), end;
	struct ak_str name, major;

	if (slash == s.n || s.p[slash] != '/')
		return bare_agent(p, s);
	name = product(s, from, slash);
	major = major_at(s, slash + 1);
	if (name.n == 0)
		return name;
	if (major.n)
		return ak_arena_printf(p->a, "%.*s/%.*s", AK_STR_FMT(name), AK_STR_FMT(major));
	end = ak_charset_run(s, slash + 1, AK_SET_LETTERS | AK_CS_DASH | AK_CS_UNDER);
	if (end == slash + 1 || end - from > LONGEST_PRODUCT)
		return name;
	name = product(s, from, end);
	major = end < s.n ? major_at(s, end + 1) : major;
	return major.n ? ak_arena_printf(p->a, "%.*s %.*s", AK_STR_FMT(name), AK_STR_FMT(major)) : name;
}

struct ak_str ak_value_agent(const struct ak_pass *p, struct ak_str s)
{
	struct ak_str out, longer;
	const char *kind;
	size_t at;

	s = ak_str_trim(s);
	if (ak_marker_is(s))
		return s;
	out = reduce(p, s);
	/* A name that its slash made a product may be other words without it (`v2-4R/x`). */
	do {
		longer = out;
		out = reduce(p, longer);
	} while (out.n < longer.n);
	/* Nor is a mask one when its stars are cut off (`bearer a1/0***`). */
	if (out.n == 0 || ak_redact_scan(p->r, out, &at, &kind)) {
		ak_pass_count(p, "user_agent", AK_ACT_REMOVED);
		return ak_str_n(NULL, 0);
	}
	if (!ak_str_eq(out, s))
		ak_pass_count(p, "user_agent", AK_ACT_MASKED);
	return out;
}
