#include "base/ak.h"
#include "check/countries.h"

#include <arpa/inet.h>
#include <stdlib.h>

static const uint8_t mapped[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

static bool whole_number(struct ak_str s, uint32_t *out)
{
	uint64_t n = 0;

	if (!s.n || s.n > 10)
		return false;
	for (size_t i = 0; i < s.n; i++) {
		if (!ak_is_digit((unsigned char)s.p[i]))
			return false;
		n = n * 10 + (uint64_t)(s.p[i] - '0');
	}
	*out = (uint32_t)n;
	return n <= UINT32_MAX;
}

/* An address as 16 bytes; *bits: how long its family's prefixes may be. */
static bool address(struct ak_str s, uint8_t out[16], int *bits)
{
	char z[64];
	uint32_t n;

	if (!s.n || s.n >= sizeof z)
		return false;
	memcpy(z, s.p, s.n);
	z[s.n] = '\0';
	memcpy(out, mapped, sizeof mapped);
	*bits = 32;
	if (whole_number(s, &n)) {
		for (int i = 0; i < 4; i++)
			out[12 + i] = (uint8_t)(n >> (24 - 8 * i));
		return true;
	}
	if (inet_pton(AF_INET, z, out + 12) == 1)
		return true;
	*bits = 128;
	return inet_pton(AF_INET6, z, out) == 1;
}

static bool network(struct ak_str s, uint8_t first[16], uint8_t last[16])
{
	size_t slash = ak_str_find(s, '/');
	int bits;
	uint32_t prefix;

	if (slash == s.n || !address(ak_str_n(s.p, slash), first, &bits) || !whole_number(ak_str_n(s.p + slash + 1, s.n - slash - 1), &prefix) ||
	    prefix > (uint32_t)bits)
		return false;
	memcpy(last, first, 16);
	for (int i = 128 - bits + (int)prefix; i < 128; i++) {
		first[i / 8] &= (uint8_t)~(0x80 >> (i % 8));
		last[i / 8] |= (uint8_t)(0x80 >> (i % 8));
	}
	return true;
}

/* The next cell; false when a quote that it begins with is not closed before the line ends, or text follows it. */
static bool cell(struct ak_str *line, struct ak_str *out)
{
	bool quoted = line->n && line->p[0] == '"';
	size_t n = quoted ? 1 : 0;

	for (; quoted && n < line->n && (line->p[n] != '"' || (n + 1 < line->n && line->p[n + 1] == '"')); n++)
		n += line->p[n] == '"';
	if (quoted && n >= line->n)
		return false;
	*out = quoted ? ak_str_trim(ak_str_n(line->p + 1, n - 1)) : ak_str_n(NULL, 0);
	n += quoted;
	*line = ak_str_trim(ak_str_n(line->p + n, line->n - n));
	n = ak_str_find(*line, ',');
	if (quoted && n)
		return false;
	if (!quoted)
		*out = ak_str_trim(ak_str_n(line->p, n));
	*line = n < line->n ? ak_str_trim(ak_str_n(line->p + n + 1, line->n - n - 1)) : ak_str_n(line->p + n, 0);
	return true;
}

static bool is_country(struct ak_str c)
{
	return c.n == 2 && !ak_is_digit((unsigned char)c.p[0]) && ak_is_alnum((unsigned char)c.p[0]) && !ak_is_digit((unsigned char)c.p[1]) &&
	       ak_is_alnum((unsigned char)c.p[1]);
}

static const char *range(struct ak_str *line, struct ak_country_range *out)
{
	struct ak_str c, last;
	int a, b;

	if (!cell(line, &c))
		return "has a quote that is not closed";
	if (ak_str_find(c, '/') < c.n)
		return network(c, out->first, out->last) ? NULL : "is no network such as 192.0.2.0/24 or 2001:db8::/32";
	if (!address(c, out->first, &a))
		return "begins with no network and no address";
	if (!cell(line, &last))
		return "has a quote that is not closed";
	if (!address(last, out->last, &b) || a != b)
		return "has no last address of the range that it begins";
	return memcmp(out->first, out->last, 16) <= 0 ? NULL : "ends before it begins";
}

/* NULL, or what is wrong. A country "-" is that of a range that belongs to none. */
static const char *row(struct ak_str line, struct ak_country_range *out)
{
	const char *why = range(&line, out);
	struct ak_str c;
	bool none = false;

	out->country[0] = '\0';
	while (!why && line.n) {
		if (!cell(&line, &c))
			return "has a quote that is not closed";
		none = none || ak_str_is(c, "-");
		if (!is_country(c) || out->country[0])
			continue;
		for (int i = 0; i < 2; i++)
			out->country[i] = (char)(ak_is_lower((unsigned char)c.p[i]) ? c.p[i] - 32 : c.p[i]);
		out->country[2] = '\0';
	}
	return why || out->country[0] || none ? why : "names no country of two letters";
}

/* Names of columns: the first line, when what it begins with could not be an address. */
static bool is_header(struct ak_str line)
{
	size_t n = ak_str_find(line, ',');

	for (size_t i = 0; i < n; i++)
		if (ak_is_digit((unsigned char)line.p[i]) || line.p[i] == ':')
			return false;
	return n < line.n;
}

static int compare(const void *a, const void *b) { return memcmp(((const struct ak_country_range *)a)->first, ((const struct ak_country_range *)b)->first, 16); }

enum ak_rc ak_countries_parse(const char *name, struct ak_str text, struct ak_countries *out, struct ak_err *err)
{
	struct ak_countries c = {0};
	unsigned long long number = 0;
	bool first = true;

	if (ak_str_starts(text, AK_STR("\xEF\xBB\xBF")))
		text = ak_str_n(text.p + 3, text.n - 3);
	while (text.n) {
		size_t n = ak_str_find(text, '\n');
		struct ak_str line = ak_str_trim(ak_str_n(text.p, n));
		struct ak_country_range r;
		const char *why;

		text = n < text.n ? ak_str_n(text.p + n + 1, text.n - n - 1) : ak_str_n(text.p, 0);
		number++;
		if (!line.n || line.p[0] == '#')
			continue;
		if (first && is_header(line)) {
			first = false;
			continue;
		}
		first = false;
		if ((why = row(line, &r))) {
			ak_countries_release(&c);
			ak_hint(err, "rows are a network and a country (192.0.2.0/24,DE), or first and last address and a country");
			return ak_fail(err, AK_EXIT_USAGE, "%s:%llu: this row %s", name, number, why);
		}
		if (!r.country[0])
			continue;
		if (c.n == c.cap) {
			c.cap = c.cap ? 2 * c.cap : 1024;
			c.range = ak_realloc(c.range, c.cap * sizeof *c.range);
		}
		c.range[c.n++] = r;
	}
	if (!c.n) {
		ak_hint(err, "rows are a network and a country (192.0.2.0/24,DE), or first and last address and a country");
		return ak_fail(err, AK_EXIT_USAGE, "'%s' has no range of addresses with a country", name);
	}
	ak_sort(c.range, c.n, sizeof *c.range, compare);
	for (size_t i = 1; i < c.n; i++)
		if (memcmp(c.range[i].first, c.range[i - 1].last, 16) <= 0 && strcmp(c.range[i].country, c.range[i - 1].country) != 0) {
			ak_countries_release(&c);
			return ak_fail(err, AK_EXIT_USAGE, "'%s' has ranges of two countries that overlap", name);
		}
	*out = c;
	return AK_OK;
}

void ak_countries_release(struct ak_countries *c)
{
	ak_free(c->range);
	*c = (struct ak_countries){0};
}

const char *ak_countries_of(const struct ak_countries *c, struct ak_str text)
{
	uint8_t first[16], last[16];
	size_t lo = 0, hi = c->n;

	if (!network(text, first, last))
		return NULL;
	while (lo < hi) { /* the last range that begins at or before it */
		size_t mid = lo + (hi - lo) / 2;

		if (memcmp(c->range[mid].first, first, 16) <= 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo && memcmp(c->range[lo - 1].last, last, 16) >= 0 ? c->range[lo - 1].country : NULL;
}
