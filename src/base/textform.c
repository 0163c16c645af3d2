#include "base/ak.h"

#include <stdio.h>

#include "base/text.h"

size_t ak_text_wrap(struct ak_buf *out, struct ak_str text, size_t column, size_t indent, size_t width)
{
	size_t gap = 0; /* blanks owed before the next word */

	while (text.n) {
		size_t n = ak_str_find(text, ' ');
		struct ak_str word = ak_str_n(text.p, n);
		size_t w = (size_t)ak_text_width(word);

		if (n && column + gap + w > width && column > indent) {
			ak_buf_addf(out, "\n%*s", (int)indent, "");
			column = indent;
			gap = 0;
		}
		if (n) {
			ak_buf_addf(out, "%*s", (int)gap, "");
			ak_buf_addstr(out, word);
			column += gap + w;
			gap = 0;
		}
		gap += n < text.n && column > indent;
		n += n < text.n;
		text = ak_str_n(text.p + n, text.n - n);
	}
	return column;
}

const char *ak_thousands(uint64_t n, char buf[32])
{
	char digits[24];
	int len = snprintf(digits, sizeof digits, "%llu", (unsigned long long)n), at = 0;

	for (int i = 0; i < len; i++) {
		if (i && (len - i) % 3 == 0)
			buf[at++] = ',';
		buf[at++] = digits[i];
	}
	buf[at] = '\0';
	return buf;
}

const char *ak_figure(const char *decimal, char buf[32])
{
	const char *digits = decimal + (*decimal == '-');
	size_t n = strlen(digits);
	char number[32];
	uint64_t value = 0;

	if (n < 4 || n > 18 || strspn(digits, "0123456789") < n)
		return decimal;
	for (const char *p = digits; *p; p++)
		value = value * 10 + (uint64_t)(*p - '0');
	snprintf(buf, 32, "%.*s%s", (int)(digits - decimal), decimal, ak_thousands(value, number));
	return buf;
}

const char *ak_percent(uint64_t n, uint64_t m, char buf[32])
{
	unsigned long long parts = m ? (unsigned long long)((unsigned __int128)n * 10000 / m) : 0; /* of ten thousand */

	if (!m)
		snprintf(buf, 32, "-");
	else if (n && !parts)
		snprintf(buf, 32, "under 0.01 %%");
	else if (n && parts < 100)
		snprintf(buf, 32, "0.%02llu %%", parts);
	else
		snprintf(buf, 32, "%llu.%llu %%", parts / 100, parts / 10 % 10);
	return buf;
}

const char *ak_text_shell(struct ak_arena *a, const char *path)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_./-+,:@%=";
	struct ak_buf b;
	const char *word;

	if (*path && !path[strspn(path, plain)])
		return ak_arena_z(a, ak_str_of(path));
	ak_buf_init(&b, 1 << 16);
	ak_buf_addc(&b, '\'');
	for (const char *p = path; *p; p++)
		if (*p == '\'')
			ak_buf_adds(&b, "'\\''");
		else
			ak_buf_addc(&b, *p);
	ak_buf_addc(&b, '\'');
	word = ak_arena_z(a, ak_buf_str(&b));
	ak_buf_release(&b);
	return word;
}
