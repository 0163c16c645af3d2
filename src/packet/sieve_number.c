/* Cards, accounts and numbers of persons, for the sieve. */
#include "base/ak.h"
#include "packet/sieve.h"

enum { IBAN_MOST = 34 };

enum how { CARD, PERSON, IBAN };
struct number {
	const char *kind;
	enum how how;
	unsigned from, to; /* the first digits */
	size_t digits;
	const char *country, *account;
};
static const struct number numbers[] = {
#define CARD(from, to, digits) {"card", CARD, from, to, digits, NULL, NULL},
#define PERSON(kind, from, to) {kind, PERSON, from, to, 9, NULL, NULL},
#define IBAN(country, account) {"iban", IBAN, 0, 0, 0, country, account},
#include "packet/sieve_number.def"
#undef CARD
#undef PERSON
#undef IBAN
};

size_t ak_sieve_numbers(void) { return AK_COUNT(numbers); }

/* What stands there, without its separators. */
struct reading {
	char c[IBAN_MOST + 1];
	size_t n, end;
};

static bool is_free_behind(struct ak_str s, size_t end)
{
	if (end == s.n)
		return true;
	if (ak_is_alnum((unsigned char)s.p[end]) || s.p[end] == '_' || s.p[end] == '@')
		return false;
	return (s.p[end] != '-' && s.p[end] != '.') || end + 1 == s.n || !ak_is_alnum((unsigned char)s.p[end + 1]);
}

/* Digits in groups of these sizes with the same sign between them; one size is one piece. */
static bool read_groups(struct ak_str s, size_t at, const char *sizes, const char *signs, struct reading *r)
{
	char sign = '\0';

	r->n = 0;
	r->end = at;
	for (const char *size = sizes; *size; size++) {
		if (size > sizes) {
			if (r->end >= s.n || !s.p[r->end] || !strchr(signs, s.p[r->end]) || (sign && s.p[r->end] != sign))
				return false;
			sign = s.p[r->end++];
		}
		for (int k = *size - 'a' + 1; k > 0; k--) {
			if (r->end >= s.n || !ak_is_digit((unsigned char)s.p[r->end]))
				return false;
			r->c[r->n++] = s.p[r->end++];
		}
	}
	return is_free_behind(s, r->end);
}

/* Sizes of groups: 'a' is one digit. */
static bool read_card(struct ak_str s, size_t at, struct reading *r)
{
	static const char *const sizes[] = {"dddd", "dfe", "dfd", "n", "o", "p"};

	for (size_t i = 0; i < AK_COUNT(sizes); i++)
		if (read_groups(s, at, sizes[i], " -", r))
			return true;
	return false;
}

static bool luhn(const struct reading *r)
{
	unsigned sum = 0;

	for (size_t i = 0; i < r->n; i++) {
		unsigned d = (unsigned)(r->c[r->n - 1 - i] - '0') << (i & 1);

		sum += d > 9 ? d - 9 : d;
	}
	return sum % 10 == 0;
}

static unsigned first(const struct reading *r, size_t n)
{
	unsigned v = 0;

	for (size_t i = 0; i < n; i++)
		v = v * 10 + (unsigned)(r->c[i] - '0');
	return v;
}

/* An id of sixteen digits behind `span`, `span_id:` or `"spanId": "`, without a word for cards nearby. */
static bool is_span(struct ak_str s, size_t at, const struct reading *r)
{
	enum { NEAR = 40 };
	static const char *const cards[] = {"card", "pan", "visa", "credit", "debit", "payment"};
	size_t i = at, least = at > NEAR ? at - NEAR : 0;

	if (r->n != 16 || r->end - at != 16)
		return false;
	for (size_t k = least; k < at; k++)
		for (size_t w = 0; w < AK_COUNT(cards); w++)
			if (strlen(cards[w]) <= at - k && ak_str_eq_fold(ak_str_n(s.p + k, strlen(cards[w])), ak_str_of(cards[w])) &&
			    !(w == 1 && k > 0 && ak_is_alnum((unsigned char)s.p[k - 1])))
				return false;
	while (i > least && s.p[i - 1] && strchr(" :=\"'#[\\", s.p[i - 1]))
		i--;
	if (i == at)
		return false;
	if (i > least + 2 && ak_str_eq_fold(ak_str_n(s.p + i - 2, 2), AK_STR("id")))
		i -= strchr("_-. ", s.p[i - 3]) && s.p[i - 3] ? 3 : 2;
	return i >= least + 4 && ak_str_eq_fold(ak_str_n(s.p + i - 4, 4), AK_STR("span"));
}

static bool is_card(const struct number *row, const struct reading *r)
{
	return r->n == row->digits && first(r, 4) >= row->from && first(r, 4) <= row->to && luhn(r);
}

/* SSA: no part is all zeros. IRS: the fourth and fifth digit of an ITIN are 50 to 65, 70 to 88, 90 to 92 or 94 to 99. */
static bool is_person(const struct number *row, const struct reading *r)
{
	static const char *const samples[] = {"123456789", "078051120", "219099999"}; /* printed, never given to anybody */
	unsigned area = first(r, 3), group = first(r, 5) % 100;

	for (size_t i = 0; i < AK_COUNT(samples); i++)
		if (memcmp(r->c, samples[i], r->n) == 0)
			return false;
	if (area < row->from || area > row->to || !group || first(r, 9) % 10000 == 0)
		return false;
	return area < 900 || (group >= 50 && group != 66 && group != 67 && group != 68 && group != 69 && group != 89 && group != 93);
}

/* Capitals and digits, in one piece or in fours. */
static bool read_iban(struct ak_str s, size_t at, struct reading *r)
{
	size_t i = at;

	for (r->n = 0; i < s.n && r->n < IBAN_MOST; i++) {
		bool between = r->n && r->n % 4 == 0 && i > at && ak_is_alnum((unsigned char)s.p[i - 1]);

		if (between && (s.p[i] == ' ' || s.p[i] == '-'))
			continue;
		if (!ak_is_digit((unsigned char)s.p[i]) && !ak_is_upper((unsigned char)s.p[i]))
			break;
		r->c[r->n++] = s.p[i];
		r->end = i + 1;
	}
	r->c[r->n] = '\0';
	return r->n > 4 && ak_is_upper((unsigned char)r->c[1]) && ak_is_digit((unsigned char)r->c[2]) && ak_is_digit((unsigned char)r->c[3]);
}

/* Characters that the account takes of c; 0 when they do not fit. */
static size_t account(const char *what, const char *c)
{
	size_t n = 0;

	for (unsigned count = 0; *what; what++) {
		if (ak_is_digit((unsigned char)*what)) {
			count = count * 10 + (unsigned)(*what - '0');
			continue;
		}
		for (; count; count--, n++)
			if (!c[n] || (*what == 'n' && !ak_is_digit((unsigned char)c[n])) || (*what == 'a' && !ak_is_upper((unsigned char)c[n])))
				return 0;
	}
	return n;
}

/* Of n characters: the first four go last, letters count from 10, the remainder by 97 is 1. */
static bool mod97(const char *c, size_t n)
{
	unsigned v = 0;

	for (size_t i = 0; i < n; i++) {
		char d = c[(i + 4) % n];

		v = ak_is_digit((unsigned char)d) ? (v * 10 + (unsigned)(d - '0')) % 97 : (v * 100 + (unsigned)(d - 'A') + 10) % 97;
	}
	return v == 1;
}

/* Where the n-th character of what was read ends in the text. */
static size_t end_of(struct ak_str s, size_t at, size_t n)
{
	size_t i = at;

	for (; n; i++)
		n -= ak_is_alnum((unsigned char)s.p[i]);
	return i;
}

static size_t iban_end(const struct number *row, struct ak_str s, size_t at, const struct reading *r)
{
	size_t n = memcmp(r->c, row->country, 2) == 0 ? account(row->account, r->c + 4) : 0, end;

	if (!n || !mod97(r->c, n + 4))
		return at;
	end = end_of(s, at, n + 4);
	return is_free_behind(s, end) ? end : at;
}

size_t ak_sieve_number(struct ak_str s, size_t at, int without, const char **kind)
{
	struct reading card, person, iban;
	bool digit = ak_is_digit((unsigned char)s.p[at]), is[3];

	if (at && (ak_is_alnum((unsigned char)s.p[at - 1]) || (s.p[at - 1] && strchr("_-.+", s.p[at - 1]))))
		return at;
	is[CARD] = digit && read_card(s, at, &card) && !is_span(s, at, &card);
	is[PERSON] = digit && read_groups(s, at, "cbd", "-", &person);
	is[IBAN] = ak_is_upper((unsigned char)s.p[at]) && read_iban(s, at, &iban);
	for (size_t i = 0; (is[CARD] || is[PERSON] || is[IBAN]) && i < AK_COUNT(numbers); i++) {
		const struct number *row = &numbers[i];
		size_t end = at;

		if (!is[row->how] || (int)i == without)
			continue;
		if (row->how == IBAN)
			end = iban_end(row, s, at, &iban);
		else if (row->how == CARD ? is_card(row, &card) : is_person(row, &person))
			end = row->how == CARD ? card.end : person.end;
		*kind = row->kind;
		if (end > at)
			return end;
	}
	return at;
}
