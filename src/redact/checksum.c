#include "base/ak.h"
#include "redact/checksum.h"

bool ak_check_luhn(struct ak_str d)
{
	int sum = 0;

	for (size_t i = 0; i < d.n; i++) {
		int v = d.p[d.n - 1 - i] - '0';

		v = i % 2 ? v * 2 : v;
		sum += v > 9 ? v - 9 : v;
	}
	return sum % 10 == 0;
}

bool ak_check_mod97(struct ak_str iban)
{
	unsigned rest = 0;

	for (size_t i = 0; i < iban.n; i++) {
		char c = iban.p[(i + 4) % iban.n];

		if (ak_is_digit((unsigned char)c))
			rest = (rest * 10 + (unsigned)(c - '0')) % 97;
		else
			rest = (rest * 100 + (unsigned)(ak_lower(c) - 'a' + 10)) % 97;
	}
	return rest == 1;
}

bool ak_check_weighted(struct ak_str d, const uint8_t *weights, int modulus, int ten)
{
	int sum = 0, check;

	for (size_t i = 0; i + 1 < d.n; i++)
		sum += weights[i] * (d.p[i] - '0');
	check = (modulus - sum % modulus) % modulus;
	if (check == 10)
		check = ten;
	return d.n && check == d.p[d.n - 1] - '0';
}

bool ak_check_verhoeff(struct ak_str s)
{
	static const uint8_t dihedral[10][10] = {
		{0, 1, 2, 3, 4, 5, 6, 7, 8, 9}, {1, 2, 3, 4, 0, 6, 7, 8, 9, 5}, {2, 3, 4, 0, 1, 7, 8, 9, 5, 6},
		{3, 4, 0, 1, 2, 8, 9, 5, 6, 7}, {4, 0, 1, 2, 3, 9, 5, 6, 7, 8}, {5, 9, 8, 7, 6, 0, 4, 3, 2, 1},
		{6, 5, 9, 8, 7, 1, 0, 4, 3, 2}, {7, 6, 5, 9, 8, 2, 1, 0, 4, 3}, {8, 7, 6, 5, 9, 3, 2, 1, 0, 4},
		{9, 8, 7, 6, 5, 4, 3, 2, 1, 0}};
	static const uint8_t permuted[8][10] = {
		{0, 1, 2, 3, 4, 5, 6, 7, 8, 9}, {1, 5, 7, 6, 2, 8, 3, 0, 9, 4}, {5, 8, 0, 3, 7, 9, 6, 1, 4, 2},
		{8, 9, 1, 6, 0, 4, 3, 5, 2, 7}, {9, 4, 5, 3, 1, 2, 6, 8, 7, 0}, {4, 2, 8, 6, 5, 7, 3, 9, 0, 1},
		{2, 7, 9, 3, 8, 0, 6, 4, 1, 5}, {7, 0, 4, 6, 9, 1, 3, 2, 5, 8}};
	uint8_t c = 0;

	for (size_t i = 0; i < s.n; i++)
		c = dihedral[c][permuted[i % 8][s.p[s.n - 1 - i] - '0']];
	return c == 0;
}
