#include "base/ak.h"
#include "read/csv_plain.h"

#include "base/limits.h"
#include "base/text.h"

/* Bytes at which a plain row may end, be cut, or turn out to be none. */
static const bool mark[256] = {['\0'] = true, ['\t'] = true, ['\n'] = true, ['\r'] = true, ['"'] = true, [','] = true, [';'] = true};

static bool is_blank(char c) { return c == ' ' || c == '\t'; }

static bool fits(struct ak_str s)
{
	return !s.n || (!is_blank(s.p[0]) && !is_blank(s.p[s.n - 1]) && s.n <= AK_MAX_CSV_CELL_BYTES);
}

size_t ak_csv_plain(const char *p, size_t bytes, char delimiter, struct ak_str *cell, size_t n, size_t *end)
{
	size_t i = 0, from = 0, k = 0, filled = 0;
	unsigned char all = 0;

	while (k < n) {
		for (; i < bytes && !mark[(unsigned char)p[i]]; i++)
			all |= (unsigned char)p[i];
		*end = i < bytes && p[i] == '\n' ? 1 : i + 1 < bytes && p[i] == '\r' && p[i + 1] == '\n' ? 2 : 0;
		if (i == bytes || (!*end && p[i] != delimiter && p[i] != ',' && p[i] != ';'))
			return 0;
		if (*end || p[i] == delimiter) {
			cell[k] = ak_str_n(p + from, i - from);
			filled += cell[k].n;
			if (!fits(cell[k++]))
				return 0;
			from = i + 1;
		}
		if (*end)
			break;
		i++;
	}
	if (k != n || !*end || !filled || (all >= 0x80 && ak_utf8_valid(ak_str_n(p, i)) != i))
		return 0;
	return i;
}
