/* Payment cards (ISO/IEC 7812) and what stands around them. */
#include "base/ak.h"
#include "redact/personal.h"

#include "redact/charset.h"
#include "redact/checksum.h"

#define N(n) (1u << (n))
#define N16_19 (N(16) | N(17) | N(18) | N(19))
#define N12_19 (N(12) | N(13) | N(14) | N(15) | N16_19)

/* First six digits of issuers, from and to, and the lengths they give out. */
static const struct {
	uint32_t from, to;
	uint32_t lengths;
} issuers[] = {
	{180000, 180099, N(15)},		 /* JCB */
	{213100, 213199, N(15)},		 /* JCB */
	{220000, 220499, N16_19},		 /* Mir */
	{222100, 272099, N(16)},		 /* Mastercard */
	{300000, 305999, N(14) | N(16)},	 /* Diners Club */
	{309500, 309599, N(14) | N(16)},	 /* Diners Club */
	{340000, 349999, N(15)},		 /* American Express */
	{352800, 358999, N16_19},		 /* JCB */
	{360000, 369999, N(14) | N16_19},	 /* Diners Club */
	{370000, 379999, N(15)},		 /* American Express */
	{380000, 399999, N(14) | N16_19},	 /* Diners Club, Discover */
	{400000, 499999, N(13) | N(16) | N(19)}, /* Visa */
	{500000, 509999, N12_19},		 /* Maestro, Elo */
	{510000, 559999, N(16)},		 /* Mastercard */
	{560000, 589999, N12_19},		 /* Maestro */
	{601100, 601199, N16_19},		 /* Discover */
	{606282, 606282, N(16)},		 /* Hipercard */
	{620000, 629999, N16_19},		 /* UnionPay */
	{639000, 639099, N12_19},		 /* Maestro */
	{630400, 630499, N12_19},		 /* Maestro */
	{644000, 659999, N16_19},		 /* Discover, RuPay, Troy */
	{670000, 679999, N12_19},		 /* Maestro */
	{810000, 817199, N16_19},		 /* RuPay, UnionPay */
	{979200, 979289, N(16)},		 /* Troy */
};

static const char *const words[] = {"card",	 "cards",      "cardnumber", "card_number", "cc",   "pan",  "visa", "mastercard",
				    "maestro",	 "amex",       "discover",   "diners",	    "jcb",  "unionpay", "credit", "debit",
				    "creditcard", "credit_card", "ccn",	     "primary account number", NULL};

static bool is_issued(struct ak_str d)
{
	uint32_t first = 0;

	for (int i = 0; i < 6; i++)
		first = first * 10 + (uint32_t)(d.p[i] - '0');
	for (size_t i = 0; i < AK_COUNT(issuers); i++)
		if (first >= issuers[i].from && first <= issuers[i].to && issuers[i].lengths & N(d.n))
			return true;
	return false;
}

static bool is_card(struct ak_str d)
{
	return d.n >= 12 && d.n <= 19 && is_issued(d) && ak_check_luhn(d);
}

/* In one piece an id of 12, 13, 17, 18 or 19 digits passes too often. */
static bool is_plain_length(size_t n)
{
	return n >= 14 && n <= 16;
}

static size_t in_groups(struct ak_str s, size_t at)
{
	static const uint8_t shapes[][6] = {{4, 4, 4, 4, 3}, {4, 4, 4, 4, 2}, {4, 4, 4, 4}, {4, 6, 5}, {4, 6, 4},
					    {4, 4, 4, 3},    {4, 4, 4, 1},    {4, 4, 5},    {8, 8},    {6, 13}};
	char d[25];

	for (size_t i = 0; i < AK_COUNT(shapes); i++) {
		size_t end = ak_personal_groups(s, at, shapes[i], " -.", d);

		if (end > at && ak_personal_ends(s, end) && is_card(ak_str_of(d)))
			return end;
	}
	return at;
}

static size_t back_over(struct ak_str s, size_t at, const char *what, size_t most)
{
	while (at > 0 && most-- && s.p[at - 1] && strchr(what, s.p[at - 1]))
		at--;
	return at;
}

static bool ends_in(struct ak_str s, size_t end, struct ak_str word)
{
	return end >= word.n && ak_str_eq_fold(ak_str_n(s.p + end - word.n, word.n), word);
}

/* `span_id=`, `"spanId": "`, `span `: sixteen hex digits name a span (W3C trace context), one in 2,000 has only decimal ones, and
 * some of those pass for a card. */
static bool is_span(struct ak_str s, size_t at)
{
	size_t end = back_over(s, at, " :=\"'#[\\", 6);

	if (end == at)
		return false;
	if (ends_in(s, end, AK_STR("id")))
		end = back_over(s, end - 2, " _-.", 1);
	return ends_in(s, end, AK_STR("span"));
}

size_t ak_find_card(struct ak_str s, size_t at)
{
	size_t n = ak_personal_digits(s, at);
	bool joined = ak_personal_joined(s, at);

	if (n < 12)
		return joined ? at : in_groups(s, at);
	if (n > 19 || !ak_personal_ends(s, at + n) || !is_card(ak_str_n(s.p + at, n)))
		return at;
	if (is_plain_length(n) && !joined && !(n == 16 && is_span(s, at)))
		return at + n;
	return ak_personal_near(s, at, words) ? at + n : at;
}

/* In the finished packet, where ids of digits alone may stand. */
size_t ak_find_card_groups(struct ak_str s, size_t at)
{
	return ak_personal_joined(s, at) ? at : in_groups(s, at);
}

size_t ak_find_pan(struct ak_str s, size_t at)
{
	size_t n = ak_personal_digits(s, at);

	return n >= 13 && n <= 19 && ak_personal_ends(s, at + n) && ak_check_luhn(ak_str_n(s.p + at, n)) &&
			       ak_personal_near(s, at, words)
		       ? at + n
		       : at;
}

size_t ak_find_cvv(struct ak_str s, size_t at)
{
	static const char *const near[] = {"cvv", "cvv2", "cvc", "cvc2", "cid", "csc", "pin", "security code", "service code", NULL};
	size_t n = ak_personal_digits(s, at);

	return (n == 3 || n == 4) && ak_personal_ends(s, at + n) && ak_personal_near(s, at, near) ? at + n : at;
}

size_t ak_find_expiry(struct ak_str s, size_t at)
{
	static const char *const near[] = {"exp", "expiry", "expires", "expiration", "exp_date", "valid thru", "good thru", NULL};
	static const uint8_t shapes[][3] = {{2, 4}, {2, 2}};
	char d[25];

	for (size_t i = 0; i < AK_COUNT(shapes); i++) {
		size_t end = ak_personal_groups(s, at, shapes[i], "/-", d);

		if (end > at && ak_personal_ends(s, end) && ak_personal_near(s, at, near))
			return end;
	}
	return at;
}

/* ISO/IEC 7813: `%B<number>^<name>^...?` and `;<number>=...?`, from the format code or the number to the sentinel. */
size_t ak_find_track(struct ak_str s, size_t at)
{
	size_t start = at, n, end;

	if (at == 0 || (s.p[at - 1] != '%' && s.p[at - 1] != ';'))
		return at;
	start += s.p[at - 1] == '%';
	n = ak_personal_digits(s, start);
	end = start + n;
	if (n < 12 || n > 19 || end == s.n || (s.p[end] != '^' && s.p[end] != '='))
		return at;
	while (end < s.n && s.p[end] != '?' && end - at < 110)
		end++;
	return end < s.n && s.p[end] == '?' ? end + 1 : end;
}

/* Up to four words, each with a capital. */
static size_t name_end(struct ak_str s, size_t at)
{
	size_t end = at, i = at;

	for (int w = 0; w < 4 && i < s.n && (ak_charset_has(AK_CS_UPPER, s.p[i]) || (unsigned char)s.p[i] >= 0x80); w++) {
		while (i < s.n && ((unsigned char)s.p[i] >= 0x80 || ak_charset_has(AK_SET_LETTERS, s.p[i]) || memchr(".'-", s.p[i], 3)))
			i++;
		end = i;
		i += i < s.n && s.p[i] == ' ';
	}
	return end;
}

size_t ak_find_holder(struct ak_str s, size_t at)
{
	static const char *const names[] = {"cardholder", "card holder", "cardholder name", "name on card"};
	size_t before = at;

	while (before > 0 && memchr(" :=\"", s.p[before - 1], 4))
		before--;
	for (size_t i = 0; before < at && i < AK_COUNT(names); i++) {
		size_t n = strlen(names[i]);

		if (before >= n && ak_str_eq_fold(ak_str_n(s.p + before - n, n), ak_str_n(names[i], n)))
			return name_end(s, at);
	}
	return at;
}
