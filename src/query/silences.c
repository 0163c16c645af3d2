#include "base/ak.h"
#include "query/silences.h"

#include <stdlib.h>

#include "base/time.h"

#define HOUR_US INT64_C(3600000000)
#define FIRST_HOUR INT64_C(394464) /* 2015-01-01T00Z */
#define HOURS 876600		   /* a hundred years of 8766 hours */
#define LEAST_HOURS 3
#define TIMES_USUAL 3

struct ak_hours {
	uint64_t bit[HOURS / 64 + 1];
};

struct silence {
	uint32_t first, n;
};

struct ak_hours *ak_hours_new(void) { return ak_alloc_zero(1, sizeof(struct ak_hours)); }

void ak_hours_free(struct ak_hours *h) { ak_free(h); }

static int64_t hour_of(int64_t us) { return us / HOUR_US - (us % HOUR_US < 0) - FIRST_HOUR; }

void ak_hours_mark(struct ak_hours *h, int64_t from_us, int64_t to_us)
{
	int64_t first = hour_of(from_us), last = to_us > from_us ? hour_of(to_us - 1) : first;

	if (first < 0 || last >= HOURS)
		return;
	for (int64_t i = first; i <= last;) {
		bool word = !(i & 63) && i + 63 <= last;

		h->bit[i / 64] |= word ? UINT64_MAX : UINT64_C(1) << (i & 63);
		i += word ? 64 : 1;
	}
}

static bool is_active(const struct ak_hours *h, uint32_t i) { return h->bit[i / 64] >> (i & 63) & 1; }

/* list may be NULL: they are counted. */
static size_t walk(const struct ak_hours *h, struct silence *list, struct ak_silences *out)
{
	uint32_t first = 0, last = HOURS - 1, since;
	size_t n = 0;

	while (first < HOURS && !is_active(h, first))
		first++;
	if (first == HOURS)
		return 0;
	while (!is_active(h, last))
		last--;
	out->span = last - first + 1;
	out->active = 0;
	since = first;
	for (uint32_t i = first; i <= last; i++) {
		if (!is_active(h, i))
			continue;
		out->active++;
		if (i > since + 1) {
			if (list)
				list[n] = (struct silence){since + 1, i - since - 1};
			n++;
		}
		since = i;
	}
	return n;
}

static int longest_first(const void *a, const void *b)
{
	const struct silence *x = a, *y = b;

	return x->n != y->n ? (x->n < y->n ? 1 : -1) : x->first < y->first ? -1 : 1;
}

static json_t *row(const struct silence *s, uint64_t expected, bool suspected)
{
	char from[32], to[32];
	int64_t start = (FIRST_HOUR + s->first) * HOUR_US;

	return json_pack("{s:s, s:s, s:I, s:I, s:b}", "from", ak_time_z(start, 0, from), "to",
			 ak_time_z(start + s->n * HOUR_US, 0, to), "hours", (json_int_t)s->n, "expected", (json_int_t)expected,
			 "suspected", suspected);
}

void ak_hours_silences(const struct ak_hours *h, uint64_t records, uint64_t least, struct ak_silences *out)
{
	struct silence *list;
	uint32_t usual = 0;
	size_t n;

	*out = (struct ak_silences){.longest = json_array()};
	n = walk(h, NULL, out);
	list = ak_alloc((n + 1) * sizeof *list);
	walk(h, list, out);
	ak_sort(list, n, sizeof *list, longest_first);
	if (n > 1)
		usual = list[n - 1 - (n - 1) * 9 / 10].n;
	out->all = n;
	for (size_t i = 0; i < n; i++) {
		uint64_t expected = records * list[i].n / out->span;
		bool suspected = list[i].n >= LEAST_HOURS && list[i].n >= TIMES_USUAL * usual && expected >= least;

		out->suspected_hours += suspected ? list[i].n : 0;
		if (i < AK_SILENCES_LISTED)
			json_array_append_new(out->longest, row(&list[i], expected, suspected));
	}
	ak_free(list);
}
