/* Identifiers of 45 CFR 164.514(b)(2) that only a word gives away, and dates, postal codes, URLs, vehicles. */
#include "base/ak.h"
#include "redact/personal.h"

#include "redact/charset.h"

enum { LONGEST = 64, REACH = 40 };

static const char *const record_words[] = {
	"mrn",	   "patient",	"medical record", "record number", "chart",	 "account",	"acct",	  "member",	 "subscriber", "beneficiary",
	"policy number", "health plan", "plan id", "licence",	   "license",	 "certificate", "serial", "serial number", "device",	"imei",
	"udi",	   "plate",	"license plate",  "passport",	   "fingerprint", "biometric",	"voiceprint", "retina", "iris",	"photo",
	"dob",	   "fax",	"driver",	  "medicare",	   "medicaid",	 NULL};

/* Only the words between a name and its value: `MRN: 12`, `account no. 12`, `member id = A12`. */
static size_t value_of(struct ak_str s, size_t at)
{
	static const char *const fillers[] = {"id", "no", "number", "is", "num", "nr"};
	size_t i = at;
	bool more = true;

	while (more && at - i < REACH) {
		more = false;
		while (i > 0 && at - i < REACH && memchr(" :=.#\"'-_", s.p[i - 1], 9))
			i--;
		for (size_t k = 0; k < AK_COUNT(fillers); k++) {
			size_t n = strlen(fillers[k]);

			if (i > n && ak_str_eq_fold(ak_str_n(s.p + i - n, n), ak_str_n(fillers[k], n)) && !ak_is_alnum((unsigned char)s.p[i - n - 1])) {
				i -= n;
				more = true;
				break;
			}
		}
	}
	return i;
}

static bool ends_in(struct ak_str s, size_t end, const char *const *words)
{
	for (; *words; words++) {
		size_t n = strlen(*words);

		if (n <= end && ak_str_eq_fold(ak_str_n(s.p + end - n, n), ak_str_n(*words, n)) &&
		    (n == end || !ak_is_alnum((unsigned char)s.p[end - n - 1])))
			return true;
	}
	return false;
}

size_t ak_find_record_no(struct ak_str s, size_t at)
{
	struct ak_str near = ak_str_n(s.p, s.n - at > LONGEST ? at + LONGEST : s.n);
	size_t end = ak_charset_run(near, at, AK_SET_DOTTED | AK_CS_SLASH), name;
	bool digit = false;

	while (end > at && memchr("./-", s.p[end - 1], 3))
		end--;
	for (size_t i = at; i < end; i++)
		digit |= ak_is_digit((unsigned char)s.p[i]);
	if (!digit)
		return at;
	name = value_of(s, at);
	return name < at && ends_in(s, name, record_words) ? end : at;
}

static bool in_range(struct ak_str s, size_t at, size_t n, int most)
{
	int v = 0;

	for (size_t i = 0; i < n; i++)
		v = v * 10 + (s.p[at + i] - '0');
	return v > 0 && v <= most;
}

/* YYYY-MM-DD, MM/DD/YYYY, DD.MM.YYYY, with a time behind it when there is one. */
size_t ak_find_date(struct ak_str s, size_t at)
{
	static const uint8_t year_first[] = {4, 2, 2, 0}, year_last[] = {2, 2, 4, 0}, short_days[] = {1, 2, 4, 0}, shorter[] = {1, 1, 4, 0};
	char d[25];
	size_t end = ak_personal_groups(s, at, year_first, "-/.", d);

	if (end > at)
		return in_range(ak_str_of(d), 4, 2, 12) && in_range(ak_str_of(d), 6, 2, 31) ? ak_charset_run(s, end, AK_SET_UPPER36 | AK_CS_DOT | AK_CS_PLUS) : at;
	end = ak_personal_groups(s, at, year_last, "-/.", d);
	if (end > at)
		return in_range(ak_str_of(d), 0, 2, 31) && in_range(ak_str_of(d), 2, 2, 31) ? end : at;
	end = ak_personal_groups(s, at, short_days, "/", d);
	return end > at ? end : ak_personal_groups(s, at, shorter, "/", d);
}

size_t ak_find_zip(struct ak_str s, size_t at)
{
	static const char *const near[] = {"zip", "zipcode", "zip code", "postal code", "postcode", "postal", NULL};
	static const uint8_t plus_four[] = {5, 4, 0}, plain[] = {5, 0};
	char d[25];
	size_t end = ak_personal_groups(s, at, plus_four, "-", d);
	bool state = at > 3 && s.p[at - 1] == ' ' && ak_charset_has(AK_CS_UPPER, s.p[at - 2]) && ak_charset_has(AK_CS_UPPER, s.p[at - 3]) &&
		     s.p[at - 4] == ' ';

	if (end == at)
		end = ak_personal_groups(s, at, plain, "", d);
	return end > at && ak_personal_ends(s, end) && (state || ak_personal_near(s, at, near)) ? end : at;
}

size_t ak_find_url(struct ak_str s, size_t at)
{
	struct ak_str rest = ak_str_n(s.p + at, s.n - at);
	size_t end = at;

	if (!ak_str_starts(rest, AK_STR("http://")) && !ak_str_starts(rest, AK_STR("https://")) && !ak_str_starts(rest, AK_STR("www.")))
		return at;
	while (end < s.n && !ak_charset_has(AK_CS_BLANK | AK_CS_QUOTE, s.p[end]) && !memchr("<>)]}", s.p[end], 5))
		end++;
	return end;
}

/* 49 CFR 565: letters but I, O and Q stand for digits; the ninth is the sum modulo 11. */
static bool is_vin(struct ak_str v)
{
	static const char value[] = "12345678012345070923456789"; /* of A to Z; I, O and Q have none */
	static const uint8_t weight[] = {8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2};
	int sum = 0;

	for (size_t i = 0; i < v.n; i++) {
		bool digit = ak_is_digit((unsigned char)v.p[i]);

		if (memchr("IOQ", v.p[i], 3))
			return false;
		sum += weight[i] * ((digit ? v.p[i] : value[v.p[i] - 'A']) - '0');
	}
	return v.p[8] == (sum % 11 == 10 ? 'X' : (char)('0' + sum % 11));
}

size_t ak_find_vin(struct ak_str s, size_t at)
{
	static const char *const near[] = {"vin", "vehicle", "vehicle identification number", "chassis", NULL};
	size_t end = ak_charset_run(s, at, AK_SET_UPPER36);
	struct ak_str v = ak_str_n(s.p + at, end - at);

	if (v.n != 17 || !ak_personal_ends(s, end) || ak_personal_joined(s, at))
		return at;
	return ak_personal_near(s, at, near) || (ak_charset_any(v, AK_CS_UPPER) && is_vin(v)) ? end : at;
}
