/* Numbers that states give to people. */
#include "base/ak.h"
#include "redact/personal.h"

#include "redact/charset.h"
#include "redact/checksum.h"

static const char *const us_words[] = {"ssn",	 "ssns",   "social security", "social", "itin", "tin", "tax id", "taxpayer", "tax_id",
				       "social_security_number", NULL};

static const uint8_t us_shape[] = {3, 2, 4, 0}, nine[] = {9, 0};

static int number(const char *d, int n)
{
	int v = 0;

	for (int i = 0; i < n; i++)
		v = v * 10 + (d[i] - '0');
	return v;
}

/* Nine digits: with dashes as they are, with other separators or none next to a word. */
static size_t us_number(struct ak_str s, size_t at, char d[25])
{
	size_t end = ak_personal_groups(s, at, us_shape, "-", d);
	bool dashed = end > at;

	if (!dashed)
		end = ak_personal_groups(s, at, us_shape, " .", d);
	if (end == at)
		end = ak_personal_groups(s, at, nine, "", d);
	if (end == at || !ak_personal_ends(s, end) || ak_personal_joined(s, at))
		return at;
	return dashed || ak_personal_near(s, at, us_words) ? end : at;
}

size_t ak_find_ssn(struct ak_str s, size_t at)
{
	char d[25];
	size_t end = us_number(s, at, d);
	int area;

	if (end == at)
		return at;
	area = number(d, 3);
	if (area == 0 || area == 666 || area >= 900 || number(d + 3, 2) == 0 || number(d + 5, 4) == 0)
		return at;
	/* Printed on sample cards, never given to anybody. */
	return strcmp(d, "123456789") == 0 || strcmp(d, "078051120") == 0 || strcmp(d, "219099999") == 0 ? at : end;
}

/* 26 CFR 301.6109-1: begins with 9; the fourth and fifth digits are in these ranges. */
size_t ak_find_itin(struct ak_str s, size_t at)
{
	char d[25];
	size_t end = us_number(s, at, d);
	int group;

	if (end == at || d[0] != '9')
		return at;
	group = number(d + 3, 2);
	return (group >= 50 && group <= 65) || (group >= 70 && group <= 88) || (group >= 90 && group != 93) ? end : at;
}

/* Two letters (none of D F I Q U V, the second no O), six digits, A to D. */
size_t ak_find_nino(struct ak_str s, size_t at)
{
	static const char *const near[] = {"nino", "national insurance", "ni number", "ni no", NULL};
	static const uint8_t pairs[] = {2, 2, 2, 0}, six[] = {6, 0};
	size_t from = at + 2, end;
	bool spaced;
	char d[25];

	if (s.n - at < 9 || memchr("DFIQUV", s.p[at], 6) || memchr("DFIQUVO", s.p[at + 1], 7) ||
	    !ak_charset_has(AK_CS_UPPER, s.p[at]) || !ak_charset_has(AK_CS_UPPER, s.p[at + 1]))
		return at;
	spaced = s.p[from] == ' ';
	from += spaced;
	end = spaced ? ak_personal_groups(s, from, pairs, " ", d) : ak_personal_groups(s, from, six, "", d);
	if (end == from)
		return at;
	end += spaced && end < s.n && s.p[end] == ' ';
	if (end >= s.n || s.p[end] < 'A' || s.p[end] > 'D' || !ak_personal_ends(s, end + 1))
		return at;
	return spaced || ak_personal_near(s, at, near) ? end + 1 : at;
}

/* Digits in one of two shapes, next to a word. */
static size_t near_word(struct ak_str s, size_t at, const uint8_t *shape, const uint8_t *other, const char *const *near, char d[25])
{
	size_t end = ak_personal_groups(s, at, shape, " -", d);

	if (end == at)
		end = ak_personal_groups(s, at, other, " -", d);
	return end > at && ak_personal_ends(s, end) && ak_personal_near(s, at, near) ? end : at;
}

size_t ak_find_nhs(struct ak_str s, size_t at)
{
	static const char *const near[] = {"nhs", "nhs number", "nhs_number", "nhs no", NULL};
	static const uint8_t grouped[] = {3, 3, 4, 0}, plain[] = {10, 0}, weights[] = {10, 9, 8, 7, 6, 5, 4, 3, 2};
	char d[25];
	size_t end = near_word(s, at, grouped, plain, near, d);

	return end > at && ak_check_weighted(ak_str_of(d), weights, 11, -1) ? end : at;
}

size_t ak_find_pesel(struct ak_str s, size_t at)
{
	static const char *const near[] = {"pesel", NULL};
	static const uint8_t plain[] = {11, 0}, weights[] = {1, 3, 7, 9, 1, 3, 7, 9, 1, 3};
	char d[25];
	size_t end = near_word(s, at, plain, plain, near, d);

	return end > at && ak_check_weighted(ak_str_of(d), weights, 10, 0) ? end : at;
}

size_t ak_find_aadhaar(struct ak_str s, size_t at)
{
	static const char *const near[] = {"aadhaar", "aadhar", "uid", "uidai", NULL};
	static const uint8_t grouped[] = {4, 4, 4, 0}, plain[] = {12, 0};
	char d[25];
	size_t end = near_word(s, at, grouped, plain, near, d);

	return end > at && d[0] > '1' && ak_check_verhoeff(ak_str_of(d)) ? end : at;
}

size_t ak_find_cpf(struct ak_str s, size_t at)
{
	static const uint8_t head[] = {3, 3, 3, 0}, tail[] = {2, 0};
	static const uint8_t first[] = {10, 9, 8, 7, 6, 5, 4, 3, 2}, second[] = {11, 10, 9, 8, 7, 6, 5, 4, 3, 2};
	char d[25], last[25];
	size_t middle = ak_personal_groups(s, at, head, ".", d), end;

	if (middle == at || middle >= s.n || s.p[middle] != '-')
		return at;
	end = ak_personal_groups(s, middle + 1, tail, "", last);
	if (end == middle + 1 || !ak_personal_ends(s, end))
		return at;
	memcpy(d + 9, last, 3);
	return ak_check_weighted(ak_str_n(d, 10), first, 11, 0) && ak_check_weighted(ak_str_n(d, 11), second, 11, 0) ? end : at;
}

size_t ak_find_aba(struct ak_str s, size_t at)
{
	static const char *const near[] = {"aba", "routing", "routing number", "rtn", NULL};
	static const uint8_t weights[] = {3, 7, 1, 3, 7, 1, 3, 7};
	char d[25];
	size_t end = near_word(s, at, nine, nine, near, d);

	return end > at && ak_check_weighted(ak_str_of(d), weights, 10, 0) ? end : at;
}
