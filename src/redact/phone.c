/* Phone numbers: E.164, the North American plan, and other national forms next to a word. */
#include "base/ak.h"
#include "redact/personal.h"

#include "redact/charset.h"

enum { LONGEST = 24, MOST_DIGITS = 15 };

struct number {
	char d[MOST_DIGITS + 1];
	size_t n, end;
	int groups;
	uint8_t group[MOST_DIGITS + 1];
};

/* What may stand between two digits: one separator, or `)` and `(` with a blank. */
static size_t gap(struct ak_str s, size_t i)
{
	size_t from = i;
	bool bracket = false;

	while (i < s.n && i - from < 3 && strchr(" -./()", s.p[i]) && s.p[i]) {
		bracket |= s.p[i] == '(' || s.p[i] == ')';
		i++;
	}
	return i < s.n && ak_is_digit((unsigned char)s.p[i]) && (i - from == 1 || bracket) ? i : from;
}

static bool read_number(struct ak_str s, size_t at, struct number *out)
{
	size_t i = at;

	memset(out, 0, sizeof(*out));
	while (i < s.n && i - at < LONGEST && ak_is_digit((unsigned char)s.p[i])) {
		size_t run = ak_personal_digits(s, i);

		if (out->n + run > MOST_DIGITS)
			return false;
		memcpy(out->d + out->n, s.p + i, run);
		out->n += run;
		out->group[out->groups++] = (uint8_t)run;
		out->end = i + run;
		i = gap(s, out->end);
	}
	return out->n > 0 && ak_personal_ends(s, out->end);
}

/* Area and exchange begin with 2 to 9 and are not N11. */
static bool is_nanp(const char *d)
{
	return d[0] >= '2' && d[3] >= '2' && !(d[1] == '1' && d[2] == '1') && !(d[4] == '1' && d[5] == '1');
}

static bool has_shape(const struct number *n, const uint8_t *sizes, int groups)
{
	return n->groups == groups && memcmp(n->group, sizes, (size_t)groups) == 0;
}

/* Country codes that nobody has. */
static bool is_country(const char *d)
{
	return d[0] != '0' && !(d[0] == '2' && d[1] == '8') && !(d[0] == '8' && (d[1] == '3' || d[1] == '9'));
}

static size_t international(struct ak_str s, size_t at)
{
	struct number n;
	size_t from = at + 1 + (at + 1 < s.n && s.p[at + 1] == '(');

	if (at > 0 && memchr("+/\\", s.p[at - 1], 3))
		return at;
	if (!read_number(s, from, &n) || n.n < 8 || !is_country(n.d) || (n.groups == 1 && n.n < 9))
		return at;
	if (n.d[0] == '1' && (n.n != 11 || !is_nanp(n.d + 1)))
		return at;
	return n.end < s.n && (s.p[n.end] == '/' || s.p[n.end] == '=') ? at : n.end;
}

static size_t in_brackets(struct ak_str s, size_t at)
{
	struct number n;

	if (at + 4 >= s.n || s.p[at + 4] != ')' || !read_number(s, at + 1, &n))
		return at;
	return n.n == 10 && n.group[0] == 3 && is_nanp(n.d) ? n.end : at;
}

static bool is_date(const struct number *n)
{
	static const uint8_t year_first[] = {4, 2, 2}, year_last[] = {2, 2, 4};

	return has_shape(n, year_first, 3) || has_shape(n, year_last, 3);
}

/* Next to a word: not a date, not a time in seconds or milliseconds. */
static bool is_national(const struct number *n)
{
	static const uint8_t local[] = {3, 4};

	if (n->groups == 1)
		return (n->n == 10 && n->d[0] != '1') || (n->d[0] == '0' && n->n >= 9 && n->n <= 12) || (n->n == 11 && n->d[0] == '1' && is_nanp(n->d + 1));
	return has_shape(n, local, 2) || (n->n >= 8 && !is_date(n));
}

size_t ak_find_phone(struct ak_str s, size_t at)
{
	static const char *const near[] = {"phone", "phones", "phonenumber", "phone_number", "tel",  "telephone", "mobile",   "cell", "fax",
					   "call",  "dial",   "sms",	     "whatsapp",     "text me", "ring",	  "callback", "reach", "contact",
					   "telefon", "handy", "phone number", "hotline",    NULL};
	static const uint8_t plain[] = {3, 3, 4}, with_one[] = {1, 3, 3, 4};
	struct number n;

	if (s.p[at] == '+')
		return international(s, at);
	if (s.p[at] == '(')
		return in_brackets(s, at);
	if (ak_personal_joined(s, at) || !read_number(s, at, &n))
		return at;
	if (has_shape(&n, plain, 3) && is_nanp(n.d) && s.p[at + 3] == '-' && s.p[at + 7] == '-')
		return n.end;
	if (has_shape(&n, with_one, 4) && n.d[0] == '1' && is_nanp(n.d + 1) && s.p[at + 1] == '-')
		return n.end;
	return is_national(&n) && ak_personal_near(s, at, near) ? n.end : at;
}
