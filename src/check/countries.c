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

static struct ak_str cell(struct ak_str *line)
{
	size_t n = ak_str_find(*line, ',');
	struct ak_str c = ak_str_trim(ak_str_n(line->p, n));

	*line = n < line->n ? ak_str_n(line->p + n + 1, line->n - n - 1) : ak_str_n(line->p + n, 0);
	if (c.n >= 2 && c.p[0] == '"' && c.p[c.n - 1] == '"')
		c = ak_str_n(c.p + 1, c.n - 2);
	return c;
}

static bool is_country(struct ak_str c)
{
	return c.n == 2 && !ak_is_digit((unsigned char)c.p[0]) && ak_is_alnum((unsigned char)c.p[0]) && !ak_is_digit((unsigned char)c.p[1]) &&
	       ak_is_alnum((unsigned char)c.p[1]);
}

static bool row(struct ak_str line, struct ak_country_range *out)
{
	struct ak_str c = cell(&line);
	int a, b;

	if (!network(c, out->first, out->last)) {
		if (!address(c, out->first, &a) || !address(cell(&line), out->last, &b) || a != b || memcmp(out->first, out->last, 16) > 0)
			return false;
	}
	while (line.n) {
		c = cell(&line);
		if (!is_country(c))
			continue;
		for (int i = 0; i < 2; i++)
			out->country[i] = (char)(ak_is_lower((unsigned char)c.p[i]) ? c.p[i] - 32 : c.p[i]);
		out->country[2] = '\0';
		return true;
	}
	return false;
}

static int compare(const void *a, const void *b) { return memcmp(((const struct ak_country_range *)a)->first, ((const struct ak_country_range *)b)->first, 16); }

enum ak_rc ak_countries_parse(const char *name, struct ak_str text, struct ak_countries *out, struct ak_err *err)
{
	struct ak_countries c = {0};

	while (text.n) {
		size_t n = ak_str_find(text, '\n');
		struct ak_str line = ak_str_trim(ak_str_n(text.p, n));
		struct ak_country_range r;

		text = n < text.n ? ak_str_n(text.p + n + 1, text.n - n - 1) : ak_str_n(text.p, 0);
		if (!line.n)
			continue;
		if (!row(line, &r)) {
			c.other_rows++;
			continue;
		}
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
	qsort(c.range, c.n, sizeof *c.range, compare);
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
