#include "base/ak.h"
#include "chart/term.h"

/* U+2588 less n is a bar of so many eighths; U+2581 plus n a column. */
static void add_block(struct ak_buf *out, unsigned point)
{
	ak_buf_addc(out, (char)0xE2);
	ak_buf_addc(out, (char)(0x80 | (point >> 6 & 0x3F)));
	ak_buf_addc(out, (char)(0x80 | (point & 0x3F)));
}

void ak_term_bar(struct ak_buf *out, double value, double whole, size_t cells, bool blocks)
{
	double share = value > 0 && whole > 0 ? value / whole : 0;
	size_t parts = blocks ? 8 : 1, n;

	share = share > 1 ? 1 : share;
	n = (size_t)(share * (double)(cells * parts));
	if (!n && share > 0)
		n = 1;
	for (; n >= parts; n -= parts)
		if (blocks)
			add_block(out, 0x2588);
		else
			ak_buf_addc(out, '#');
	if (n)
		add_block(out, 0x2590 - (unsigned)n);
}

size_t ak_term_spark(struct ak_buf *out, const double *value, const bool *known, size_t n, size_t cells, bool blocks)
{
	static const char marks[] = "_.:-=+*#";
	size_t each = cells ? (n + cells - 1) / cells : n;
	double *sum = ak_alloc_zero(n + 1, sizeof *sum), most = 0;
	bool *any = ak_alloc_zero(n + 1, sizeof *any);
	size_t groups = 0;

	each = each ? each : 1;
	for (size_t i = 0; i < n; i++) {
		groups = i / each + 1;
		if (known && !known[i])
			continue;
		any[i / each] = true;
		sum[i / each] += value[i];
	}
	for (size_t i = 0; i < groups; i++)
		most = sum[i] > most ? sum[i] : most;
	for (size_t i = 0; i < groups; i++) {
		/* Zero is the lowest mark alone; what is above it has one of the seven others. */
		unsigned level = sum[i] > 0 ? 1 + (unsigned)(sum[i] / most * 6) : 0;

		if (!any[i])
			ak_buf_addc(out, '?');
		else if (blocks)
			add_block(out, 0x2581 + level);
		else
			ak_buf_addc(out, marks[level]);
	}
	ak_free(sum);
	ak_free(any);
	return each;
}
