/* IBAN (ISO 13616): countries with the structure that follows the two check digits. */
#include "base/ak.h"
#include "redact/personal.h"

#include "redact/charset.h"
#include "redact/checksum.h"

enum { LONGEST = 34 };

/* n digits, a letters, c both, each with its number. */
static const struct {
	char country[3];
	const char *structure;
} countries[] = {
	{"AD", "8n12c"},     {"AE", "19n"},	  {"AL", "8n16c"},    {"AT", "16n"},	  {"AZ", "4a20c"},    {"BA", "16n"},
	{"BE", "12n"},	     {"BG", "4a6n8c"},	  {"BH", "4a14c"},    {"BI", "23n"},	  {"BR", "23n1a1c"},  {"BY", "4c4n16c"},
	{"CH", "5n12c"},     {"CR", "18n"},	  {"CY", "8n16c"},    {"CZ", "20n"},	  {"DE", "18n"},      {"DJ", "23n"},
	{"DK", "14n"},	     {"DO", "4c20n"},	  {"EE", "16n"},      {"EG", "25n"},	  {"ES", "20n"},      {"FI", "14n"},
	{"FK", "2a12n"},     {"FO", "14n"},	  {"FR", "10n11c2n"}, {"GB", "4a14n"},	  {"GE", "2a16n"},    {"GI", "4a15c"},
	{"GL", "14n"},	     {"GR", "7n16c"},	  {"GT", "24c"},      {"HN", "4a20n"},	  {"HR", "17n"},      {"HU", "24n"},
	{"IE", "4a14n"},     {"IL", "19n"},	  {"IQ", "4a15n"},    {"IS", "22n"},	  {"IT", "1a10n12c"}, {"JO", "4a4n18c"},
	{"KW", "4a22c"},     {"KZ", "3n13c"},	  {"LB", "4n20c"},    {"LC", "4a24c"},	  {"LI", "5n12c"},    {"LT", "16n"},
	{"LU", "3n13c"},     {"LV", "4a13c"},	  {"LY", "21n"},      {"MC", "10n11c2n"}, {"MD", "20c"},      {"ME", "18n"},
	{"MK", "3n10c2n"},   {"MN", "16n"},	  {"MR", "23n"},      {"MT", "4a5n18c"},  {"MU", "4a19n3a"},  {"NI", "4a20n"},
	{"NL", "4a10n"},     {"NO", "11n"},	  {"OM", "3n16c"},    {"PK", "4a16c"},	  {"PL", "24n"},      {"PS", "4a21c"},
	{"PT", "21n"},	     {"QA", "4a21c"},	  {"RO", "4a16c"},    {"RS", "18n"},	  {"RU", "14n15c"},   {"SA", "2n18c"},
	{"SC", "4a20n3a"},   {"SD", "14n"},	  {"SE", "20n"},      {"SI", "15n"},	  {"SK", "20n"},      {"SM", "1a10n12c"},
	{"SO", "19n"},	     {"ST", "21n"},	  {"SV", "4a20n"},    {"TL", "19n"},	  {"TN", "20n"},      {"TR", "6n16c"},
	{"UA", "6n19c"},     {"VA", "18n"},	  {"VG", "4a16n"},    {"XK", "16n"},	  {"YE", "4a4n18c"},
};

static const char *structure_of(char a, char b)
{
	for (size_t i = 0; i < AK_COUNT(countries); i++)
		if (countries[i].country[0] == (a & ~32) && countries[i].country[1] == (b & ~32))
			return countries[i].structure;
	return NULL;
}

static bool fits(char kind, char c)
{
	return ak_charset_has(kind == 'n' ? AK_CS_DIGIT : kind == 'a' ? AK_SET_LETTERS : AK_SET_AN, c);
}

/* Reads on over one blank or dash where a group of four ends. */
static bool take(struct ak_str s, size_t *i, char kind, char *out, size_t *n)
{
	if (*n % 4 == 0 && *i < s.n && (s.p[*i] == ' ' || s.p[*i] == '-'))
		(*i)++;
	if (*i >= s.n || *n == LONGEST || !fits(kind, s.p[*i]))
		return false;
	out[(*n)++] = s.p[(*i)++];
	return true;
}

size_t ak_find_iban(struct ak_str s, size_t at)
{
	const char *structure;
	char out[LONGEST];
	size_t i = at + 4, n = 4;

	if (s.n - at < 15 || !ak_is_digit((unsigned char)s.p[at + 2]) || !ak_is_digit((unsigned char)s.p[at + 3]) ||
	    !ak_charset_has(AK_SET_LETTERS, s.p[at + 1]) || (at > 0 && s.p[at - 1] == '_'))
		return at;
	structure = structure_of(s.p[at], s.p[at + 1]);
	if (!structure)
		return at;
	memcpy(out, s.p + at, 4);
	while (*structure) {
		int left = 0;

		while (ak_is_digit((unsigned char)*structure))
			left = left * 10 + (*structure++ - '0');
		for (; left > 0; left--)
			if (!take(s, &i, *structure, out, &n))
				return at;
		structure++;
	}
	return ak_personal_ends(s, i) && ak_check_mod97(ak_str_n(out, n)) ? i : at;
}
