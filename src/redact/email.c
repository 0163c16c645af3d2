#include "base/ak.h"
#include "redact/email.h"

#include "base/compose.h"

enum { LONGEST_LOCAL = 64, LONGEST_DOMAIN = 253, STEP = 256 };

static bool local_char(char c)
{
	return ak_is_alnum((unsigned char)c) || (unsigned char)c >= 0x80 ||
	       memchr(".!#$%&'*+-/=?^_`{|}~", c, 20) != NULL;
}

/* Characters that are allowed in a local part by RFC 5322, but join an address to what stands before it. */
static bool joins(char c)
{
	return memchr("/=?&'`|{}#!$*^", c, 14) != NULL;
}

static size_t local_start(struct ak_str s, size_t floor, size_t sign)
{
	size_t i = sign;

	if (i > floor + 1 && s.p[i - 1] == '"') {
		for (i -= 1; i > floor && sign - i < LONGEST_LOCAL; i--)
			if (s.p[i - 1] == '"')
				return i - 1;
		return sign;
	}
	while (i > floor && sign - i < LONGEST_LOCAL && local_char(s.p[i - 1]) && !joins(s.p[i - 1]))
		i--;
	while (i < sign && (s.p[i] == '.' || s.p[i] == '%'))
		i++;
	return i;
}

static bool label_char(char c)
{
	return ak_is_alnum((unsigned char)c) || c == '-' || (unsigned char)c >= 0x80;
}

static bool top_label(struct ak_str l)
{
	if (l.n < 2)
		return false;
	for (size_t i = 0; i < l.n; i++)
		if (ak_is_digit((unsigned char)l.p[i]) && !ak_str_starts(l, AK_STR("xn--")))
			return false;
	return l.p[l.n - 1] != '-';
}

/* End of the top label that stands from `label` to `to`, or before its first dash: `anna@example.org-2026` is an address in the
 * name of an export. `otherwise` when neither is one. */
static size_t top_end(struct ak_str s, size_t label, size_t to, size_t otherwise)
{
	const char *dash = memchr(s.p + label, '-', to - label);
	size_t before = dash ? (size_t)(dash - s.p) : to;

	if (top_label(ak_str_n(s.p + label, to - label)))
		return to;
	return top_label(ak_str_n(s.p + label, before - label)) ? before : otherwise;
}

/* `1.2` at the start of a domain: a version, not a host. */
static bool is_version(struct ak_str d)
{
	size_t i = 0;

	while (i < d.n && ak_is_digit((unsigned char)d.p[i]))
		i++;
	return i > 0 && i + 1 < d.n && d.p[i] == '.' && ak_is_digit((unsigned char)d.p[i + 1]);
}

/* End of the longest domain whose last label is a top label; `at` when there is none. */
static size_t domain_end(struct ak_str s, size_t at)
{
	size_t i = at, label = at, end = at;

	while (i < s.n && i - at < LONGEST_DOMAIN && label_char(s.p[i])) {
		while (i < s.n && i - at < LONGEST_DOMAIN && label_char(s.p[i]))
			i++;
		if (label > at)
			end = top_end(s, label, i, end);
		if (i == s.n || s.p[i] != '.')
			break;
		label = ++i;
	}
	return is_version(ak_str_n(s.p + at, end - at)) ? at : end;
}

/* What stands behind an @ and is no host: versions, tags and digests of packages, images and models. */
static bool is_tag(struct ak_str h)
{
	static const char *const tags[] = {"alpha", "beta",   "canary", "current", "default", "dev",	"edge",	  "experimental", "head",  "latest",
					   "lts",   "main",   "master", "next",	   "nightly", "preview", "rc",	  "release",	  "sha1",  "sha256",
					   "sha384", "sha512", "stable", "trunk"};

	for (size_t i = 0; i < AK_COUNT(tags); i++)
		if (ak_str_eq_fold(h, ak_str_of(tags[i])))
			return true;
	return ak_lower(h.p[0]) == 'v' && ak_is_digit((unsigned char)h.p[1]);
}

/* End of a host's name without a dot, or `at`: two characters or more, the first a letter. */
static size_t host_end(struct ak_str s, size_t at)
{
	enum { LONGEST_LABEL = 63 };
	size_t end = at;

	while (end < s.n && end - at < LONGEST_LABEL && label_char(s.p[end]))
		end++;
	while (end > at && s.p[end - 1] == '-')
		end--;
	if (end - at < 2 || ak_is_digit((unsigned char)s.p[at]) || s.p[at] == '-' || is_tag(ak_str_n(s.p + at, end - at)))
		return at;
	return end;
}

/* The next `@` or `%` from `at` on, or s.n. In steps: where one of the two never comes, no search for it goes far ahead. */
static size_t next_sign(struct ak_str s, size_t at)
{
	for (size_t n; at < s.n; at += n) {
		const char *sign, *percent;

		n = s.n - at < STEP ? s.n - at : STEP;
		sign = memchr(s.p + at, '@', n);
		percent = memchr(s.p + at, '%', sign ? (size_t)(sign - s.p) - at : n);
		if (percent || sign)
			return (size_t)((percent ? percent : sign) - s.p);
	}
	return s.n;
}

bool ak_email_find(const struct ak_redactor *r, struct ak_str s, size_t at, size_t *from, size_t *to)
{
	for (size_t i = next_sign(s, at); i < s.n; i = next_sign(s, i + 1)) {
		size_t sign, host, start, end;

		if (s.p[i] == '%' && !ak_str_starts(ak_str_n(s.p + i, s.n - i), AK_STR("%40")))
			continue;
		sign = i;
		host = s.p[i] == '@' ? i + 1 : i + 3;
		start = local_start(s, at, sign);
		end = domain_end(s, host);
		if (end == host && r->email_any_host)
			end = host_end(s, host);
		if (start == sign || end == host)
			continue;
		if (ak_str_is(ak_str_n(s.p + start, sign - start), "git"))
			continue;
		*from = start;
		*to = end;
		return true;
	}
	return false;
}

/* Where the local part ends: the last sign, since a quoted one may hold others. */
static size_t last_sign(struct ak_str s)
{
	size_t at = 0;

	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] == '@' || ak_str_starts(ak_str_n(s.p + i, s.n - i), AK_STR("%40")))
			at = i;
	return at;
}

struct ak_str ak_email_token(const struct ak_redactor *r, struct ak_str address, struct ak_arena *a)
{
	char *p = ak_arena_alloc(a, address.n);
	size_t n = 0, as_written;

	address = ak_compose(address, a); /* first: folded, the letter below an accent would be another */
	as_written = r->email_exact ? last_sign(address) : 0;
	for (size_t i = 0; i < address.n; i++) {
		bool encoded = ak_str_starts(ak_str_n(address.p + i, address.n - i), AK_STR("%40"));

		p[n++] = encoded ? '@' : i < as_written ? address.p[i] : ak_lower(address.p[i]);
		i += encoded ? 2 : 0;
	}
	return ak_redactor_token(r, "email", ak_str_n(p, n), a);
}

struct ak_str ak_email_mark(const struct ak_pass *p, struct ak_str address)
{
	const bool tokens = ak_profile_keeps_tokens(p->r->profile);

	ak_pass_count(p, "email", tokens ? AK_ACT_HASHED : AK_ACT_REMOVED);
	return tokens ? ak_email_token(p->r, address, p->a) : AK_STR("[REMOVED:email]");
}

static struct ak_str replace(const struct ak_pass *p, struct ak_str s)
{
	static const size_t token = sizeof("email:") - 1 + AK_TOKEN_HEX;
	size_t from, to, at = 0, n = 0, count = 0;
	struct ak_str mark;
	char *out;

	for (size_t i = 0; ak_email_find(p->r, s, i, &from, &to); i = to)
		count++;
	out = ak_arena_alloc(p->a, s.n + count * token);
	while (ak_email_find(p->r, s, at, &from, &to)) {
		memcpy(out + n, s.p + at, from - at);
		n += from - at;
		mark = ak_email_mark(p, ak_str_n(s.p + from, to - from));
		memcpy(out + n, mark.p, mark.n);
		n += mark.n;
		at = to;
	}
	memcpy(out + n, s.p + at, s.n - at);
	return ak_str_n(out, n + s.n - at);
}

/* In `a@b.cc@d.ee` the first token becomes the local part of another address. Each round leaves fewer signs than the one
 * before. */
struct ak_str ak_email_replace(const struct ak_pass *p, struct ak_str s)
{
	size_t from, to;

	while (ak_email_find(p->r, s, 0, &from, &to))
		s = replace(p, s);
	return s;
}
