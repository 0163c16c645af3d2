/* Addresses: read by inet_pton only, canonical text for the token, a prefix for the network. */
#include "base/ak.h"
#include "redact/value.h"

#include <arpa/inet.h>

#include "redact/marker.h"

struct address {
	int family, bits;
	uint8_t b[16];
};

/* Without blanks, brackets, port and zone id; of a list the first. */
static struct ak_str bare(struct ak_str s)
{
	size_t colons = 0;

	s = ak_str_trim(ak_str_n(s.p, ak_str_find(s, ',')));
	if (s.n && s.p[0] == '[') {
		size_t end = ak_str_find(s, ']');

		s = ak_str_n(s.p + 1, end - 1);
	}
	for (size_t i = 0; i < s.n; i++)
		colons += s.p[i] == ':';
	if (colons == 1)
		s.n = ak_str_find(s, ':');
	s.n = ak_str_find(s, '%');
	return s;
}

static bool read_address(struct ak_str s, struct address *out)
{
	static const uint8_t mapped[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
	char z[INET6_ADDRSTRLEN];

	if (s.n == 0 || s.n >= sizeof(z) || memchr(s.p, '\0', s.n))
		return false;
	memcpy(z, s.p, s.n);
	z[s.n] = '\0';
	memset(out, 0, sizeof(*out));
	out->family = strchr(z, ':') ? AF_INET6 : AF_INET;
	out->bits = out->family == AF_INET ? 32 : 128;
	if (inet_pton(out->family, z, out->b) != 1)
		return false;
	if (out->family == AF_INET6 && memcmp(out->b, mapped, sizeof(mapped)) == 0) {
		memmove(out->b, out->b + 12, 4);
		out->family = AF_INET;
		out->bits = 32;
	}
	return true;
}

/* A number below 1000; returns the end. */
static char *write_number(char *p, unsigned n)
{
	if (n >= 100)
		*p++ = (char)('0' + n / 100);
	if (n >= 10)
		*p++ = (char)('0' + n / 10 % 10);
	*p++ = (char)('0' + n % 10);
	return p;
}

/* RFC 5952 text; returns the end. */
static char *write_address(const struct address *d, char out[INET6_ADDRSTRLEN])
{
	char *p = out;

	if (d->family == AF_INET6)
		return out + strlen(inet_ntop(AF_INET6, d->b, out, INET6_ADDRSTRLEN));
	for (int i = 0; i < 4; i++) {
		p = write_number(p, d->b[i]);
		*p++ = '.';
	}
	return p - 1;
}

static struct ak_str text_of(const struct address *d, struct ak_arena *a)
{
	char z[INET6_ADDRSTRLEN];

	return ak_arena_str(a, ak_str_n(z, (size_t)(write_address(d, z) - z)));
}

enum { LONGEST_NETWORK = INET6_ADDRSTRLEN + 4 };

/* The policy's prefix of an address, or a shorter one the source gives; its length, 0 = none stays. */
static size_t write_network(const struct ak_redactor *r, struct address d, int known, char z[LONGEST_NETWORK])
{
	int prefix = d.family == AF_INET ? r->ip4_prefix : r->ip6_prefix;
	char *end;

	if (known < prefix)
		prefix = known;
	if (prefix <= 0)
		return 0;
	for (int bit = prefix; bit < d.bits; bit++)
		d.b[bit / 8] &= (uint8_t) ~(0x80 >> bit % 8);
	end = write_address(&d, z);
	*end++ = '/';
	end = write_number(end, (unsigned)prefix);
	return (size_t)(end - z);
}

static struct ak_str network_of(const struct ak_pass *p, struct address d, int known)
{
	char z[LONGEST_NETWORK];
	size_t n = write_network(p->r, d, known, z);

	return n ? ak_arena_str(p->a, ak_str_n(z, n)) : ak_str_n(NULL, 0);
}

/* `203.0.113.0/24`, and `203.0.113.***` or `203.0.113.x` as sources mask it. *known = bits that are left. */
static bool read_network(struct ak_str s, struct address *out, int *known)
{
	size_t slash = ak_str_find(s, '/'), n = 0;
	enum { LONGEST_START = 12, LONGEST_REST = 5 }; /* `203.0.113.` at most says something; `0.0.0` */
	char z[LONGEST_START + LONGEST_REST];
	int octets = 0, bits = 0;

	if (slash < s.n) {
		for (size_t i = slash + 1; i < s.n && i < slash + 4; i++)
			bits = ak_is_digit((unsigned char)s.p[i]) ? bits * 10 + s.p[i] - '0' : 999;
		*known = bits;
		return s.n > slash + 1 && s.n < slash + 5 && read_address(ak_str_n(s.p, slash), out) &&
		       bits <= out->bits;
	}
	while (n < s.n && n < sizeof(z) && (ak_is_digit((unsigned char)s.p[n]) || s.p[n] == '.'))
		octets += s.p[n++] == '.';
	if (octets == 0 || octets > 3 || n == s.n || n > LONGEST_START || s.p[n - 1] != '.')
		return false;
	for (size_t i = n; i < s.n; i++)
		if (s.p[i] != '*' && s.p[i] != 'x' && s.p[i] != 'X' && s.p[i] != '.')
			return false;
	memcpy(z, s.p, n);
	for (int i = octets; i < 4; i++) {
		z[n++] = '0';
		if (i < 3)
			z[n++] = '.';
	}
	*known = 8 * octets;
	return read_address(ak_str_n(z, n), out);
}

bool ak_value_address_text(struct ak_str s, struct ak_arena *a, struct ak_str *out)
{
	struct address d;

	if (!read_address(bare(s), &d))
		return false;
	*out = text_of(&d, a);
	return true;
}

struct ak_str ak_value_address(const struct ak_pass *p, struct ak_str s, struct ak_str *network)
{
	struct ak_str none = {NULL, 0}, ignored;
	struct address d;
	int known;

	network = network ? network : &ignored;
	*network = none;
	if (ak_marker_is(s) || ak_marker_is_token(s))
		return s;
	if (read_address(bare(s), &d)) {
		*network = network_of(p, d, d.bits);
		ak_pass_count(p, "ip", AK_ACT_HASHED);
		return ak_redactor_token(p->r, "ip", text_of(&d, p->a), p->a);
	}
	if (read_network(ak_str_trim(s), &d, &known)) {
		*network = network_of(p, d, known);
		ak_pass_count(p, "ip", AK_ACT_MASKED);
		return none;
	}
	ak_pass_count(p, "not_an_address", AK_ACT_REMOVED);
	return none;
}

struct ak_str ak_value_network(const struct ak_pass *p, struct ak_str s)
{
	struct ak_str out = {NULL, 0};
	struct address d;
	int known;

	s = ak_str_trim(s);
	if (read_network(s, &d, &known))
		out = network_of(p, d, known);
	else if (read_address(bare(s), &d))
		out = network_of(p, d, d.bits);
	if (!out.p)
		ak_pass_count(p, "not_a_network", AK_ACT_REMOVED);
	return out;
}

bool ak_value_is_network(const struct ak_redactor *r, struct ak_str s)
{
	char z[LONGEST_NETWORK];
	struct address d;
	int known;

	return ak_str_find(s, '/') < s.n && read_network(s, &d, &known) && ak_str_eq(s, ak_str_n(z, write_network(r, d, known, z)));
}

struct ak_str ak_value_address_mark(const struct ak_pass *p, struct ak_str token, struct ak_str network)
{
	if (!token.p || !network.p || !p->r->networks)
		return token;
	return ak_arena_printf(p->a, "%.*s(%.*s)", AK_STR_FMT(token), AK_STR_FMT(network));
}

bool ak_value_is_address_mark(const struct ak_redactor *r, struct ak_str s)
{
	size_t n = ak_marker_token_head(s) + AK_TOKEN_HEX;

	return r->networks && n > AK_TOKEN_HEX && s.n > n + 2 && ak_str_starts(s, AK_STR("ip:")) && s.p[n] == '(' && s.p[s.n - 1] == ')' &&
	       ak_value_is_network(r, ak_str_n(s.p + n + 1, s.n - n - 2));
}
