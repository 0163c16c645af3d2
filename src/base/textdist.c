#include "base/ak.h"

#include "base/text.h"

enum { MOST = 64, FAR = 99 };

static int least(int a, int b)
{
	return a < b ? a : b;
}

int ak_text_distance(struct ak_str a, struct ak_str b)
{
	uint8_t d[MOST + 1][MOST + 1];

	if (a.n > MOST || b.n > MOST)
		return FAR;
	for (size_t i = 0; i <= a.n; i++)
		d[i][0] = (uint8_t)i;
	for (size_t j = 0; j <= b.n; j++)
		d[0][j] = (uint8_t)j;
	for (size_t i = 1; i <= a.n; i++) {
		for (size_t j = 1; j <= b.n; j++) {
			int v = d[i - 1][j - 1] + (a.p[i - 1] != b.p[j - 1]);

			v = least(v, least(d[i - 1][j], d[i][j - 1]) + 1);
			if (i > 1 && j > 1 && a.p[i - 1] == b.p[j - 2] && a.p[i - 2] == b.p[j - 1])
				v = least(v, d[i - 2][j - 2] + 1);
			d[i][j] = (uint8_t)v;
		}
	}
	return d[a.n][b.n];
}

const char *ak_text_nearest(struct ak_str word, const char *const *names)
{
	int limit = 1 + (int)(word.n > MOST ? MOST : word.n) / 4;
	const char *best = NULL;

	for (; *names; names++) {
		int d = ak_text_distance(word, ak_str_of(*names));

		if (d > limit || (best && d == limit))
			continue;
		best = *names;
		limit = d;
	}
	return best;
}
