/* Addresses of networks and devices in text. inet_pton decides; what follows tells them from versions and times. */
#include "base/ak.h"
#include "redact/personal.h"
#include "redact/value.h"

#include <arpa/inet.h>

#include "redact/charset.h"

static const char *const words[] = {"ip",     "ips",	"ipv4",	 "ipv6", "addr",   "address", "from",	"client",  "host",   "remote", "peer",
				    "server", "source", "proxy", "src",	 "dst",	   "x-forwarded-for", "forwarded", "ping", "origin", "network",
				    "subnet", "ip_address", "client_ip", "remote_addr", NULL};
static const char *const versions[] = {"version", "versions", "ver", "release", "build", "firmware", "upgrade", "upgraded", NULL};

static size_t run_of(struct ak_str s, size_t at, const char *more, size_t most)
{
	size_t end = at;

	while (end < s.n && end - at < most && (ak_is_hex((unsigned char)s.p[end]) || (s.p[end] && strchr(more, s.p[end]))))
		end++;
	return end;
}

static bool reads_as(int family, struct ak_str s)
{
	char z[INET6_ADDRSTRLEN];
	uint8_t b[16];

	if (s.n == 0 || s.n >= sizeof(z))
		return false;
	memcpy(z, s.p, s.n);
	z[s.n] = '\0';
	return inet_pton(family, z, b) == 1;
}

/* `/24` behind an address belongs to it. */
static size_t with_prefix(struct ak_str s, size_t end)
{
	size_t n = end < s.n && s.p[end] == '/' ? ak_personal_digits(s, end + 1) : 0;

	return n > 0 && n < 4 && ak_personal_ends(s, end + 1 + n) ? end + 1 + n : end;
}

/* Nobody's: unspecified, loopback, masks and broadcast. */
static bool is_nobody(struct ak_str s)
{
	return ak_str_starts(s, AK_STR("0.")) || ak_str_starts(s, AK_STR("127.")) || ak_str_starts(s, AK_STR("255."));
}

/* `v1.2.3.4`, `Chrome/120.0.0.0`, `lib-1.2.3.4`, `==1.2.3.4`, `version 1.2.3.4`. */
static bool is_version(struct ak_str s, size_t at)
{
	char before = at > 0 ? s.p[at - 1] : ' ', further = at > 1 ? s.p[at - 2] : ' ';

	if (before == '/')
		return further != '/' && further != ' ' && further != ':';
	if (before == '-' || before == '_' || before == '~' || before == '^' || before == '@')
		return before != '@' || !ak_is_alnum((unsigned char)further);
	return (before == '=' && strchr("=><~!", further)) || ak_personal_near(s, at, versions);
}

/* 1.2.3.4: more often a version or a section than an address. */
static bool is_small(struct ak_str s)
{
	return s.n == 7;
}

size_t ak_find_ip4(struct ak_str s, size_t at)
{
	size_t end = at;
	struct ak_str text;

	while (end < s.n && end - at < 16 && (ak_is_digit((unsigned char)s.p[end]) || s.p[end] == '.'))
		end++;
	while (end > at && s.p[end - 1] == '.')
		end--;
	text = ak_str_n(s.p + at, end - at);
	if (text.n < 7 || !reads_as(AF_INET, text) || is_nobody(text) || (at > 0 && s.p[at - 1] == '.'))
		return at;
	if (end < s.n && (ak_is_alnum((unsigned char)s.p[end]) || s.p[end] == '_' || s.p[end] == '@'))
		return at;
	if (is_version(s, at) || (is_small(text) && !ak_personal_near(s, at, words) && (end == s.n || s.p[end] != ':')))
		return at;
	return with_prefix(s, end);
}

/* Names of programs hold `::` too (`dead::beef`): a digit, and three groups or a first one of four hex digits. */
static bool is_address6(struct ak_str s)
{
	size_t groups = 0, first = 0;
	bool digit = false;

	for (size_t i = 0; i < s.n; i++) {
		digit |= ak_is_digit((unsigned char)s.p[i]);
		groups += s.p[i] != ':' && (i == 0 || s.p[i - 1] == ':');
		first += groups == 1 && s.p[i] != ':';
	}
	return digit && (groups > 2 || (groups > 1 && (first == 4 || memchr(s.p, '.', s.n))));
}

size_t ak_find_ip6(struct ak_str s, size_t at)
{
	size_t end = run_of(s, at, ":.", INET6_ADDRSTRLEN), zone;
	struct ak_str text;

	while (end > at && (s.p[end - 1] == '.' || (s.p[end - 1] == ':' && (end < at + 2 || s.p[end - 2] != ':'))))
		end--;
	text = ak_str_n(s.p + at, end - at);
	if (text.n < 6 || !memchr(text.p, ':', text.n) || (at > 0 && s.p[at - 1] == ':') || !is_address6(text) || !reads_as(AF_INET6, text))
		return at;
	if (end < s.n && (ak_is_alnum((unsigned char)s.p[end]) || s.p[end] == '_'))
		return at;
	zone = end < s.n && s.p[end] == '%' ? ak_charset_run(s, end + 1, AK_SET_DOTTED) : end;
	return with_prefix(s, zone);
}

static bool has_letter(struct ak_str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (ak_charset_has(AK_SET_LETTERS, s.p[i]))
			return true;
	return false;
}

/* n groups of hex digits with one separator between; not part of a longer row of them. */
static bool is_row(struct ak_str s, size_t at, size_t groups, size_t size, char sep)
{
	size_t n = groups * (size + 1) - 1;

	if (s.n - at < n || (at > 0 && s.p[at - 1] == sep) || (s.n > at + n && (s.p[at + n] == sep || ak_is_alnum((unsigned char)s.p[at + n]))))
		return false;
	for (size_t i = 0; i < n; i++)
		if (i % (size + 1) == size ? s.p[at + i] != sep : !ak_is_hex((unsigned char)s.p[at + i]))
			return false;
	return true;
}

/* With dashes or points only numbers with a letter: dates and decimals look the same without. */
size_t ak_find_mac(struct ak_str s, size_t at)
{
	static const struct {
		uint8_t groups, size;
		char sep;
	} rows[] = {{6, 2, ':'}, {6, 2, '-'}, {3, 4, '.'}};

	for (size_t i = 0; i < AK_COUNT(rows); i++) {
		size_t n = (size_t)rows[i].groups * (rows[i].size + 1u) - 1;

		if (is_row(s, at, rows[i].groups, rows[i].size, rows[i].sep) &&
		    (rows[i].sep == ':' || (has_letter(ak_str_n(s.p + at, n)) && ak_personal_ends(s, at + n) && !ak_personal_joined(s, at))))
			return at + n;
	}
	return at;
}
