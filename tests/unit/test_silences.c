/* Hours with records and the silences between them, against bounds reckoned by hand. */
#include "base/ak.h"

#include <jansson.h>

#include "query/silences.h"
#include "tap.h"

#define HOUR INT64_C(3600000000)
#define START INT64_C(1785542400000000) /* 2026-08-01T00:00:00Z */

static struct ak_hours *with(const char *pattern)
{
	struct ak_hours *h = ak_hours_new();

	for (int64_t i = 0; pattern[i]; i++)
		if (pattern[i] == 'x')
			ak_hours_mark(h, START + i * HOUR, START + i * HOUR);
	return h;
}

/* An hour a letter: x has records. */
static const struct {
	const char *hours;
	uint64_t records, least;
	uint64_t span, active, all, suspected;
	const char *name;
} cases[] = {
	{"", 0, 10, 0, 0, 0, 0, "nothing"},
	{"x", 1, 10, 1, 1, 0, 0, "one hour"},
	{"xxxx", 4, 10, 4, 4, 0, 0, "no silence"},
	{"xxxx..xxxx", 400, 10, 10, 8, 1, 0, "two hours are too few"},
	{"xxxx...xxxx", 400, 10, 11, 8, 1, 3, "three, the first silence there is"},
	{"xxxx...xxxx", 16, 10, 11, 8, 1, 0, "where four records would have come"},
	{"xxxx...xxxx", 16, 4, 11, 8, 1, 3, "which is enough for buckets"},
	{"x..x..x..x..x.....x", 190, 10, 19, 6, 5, 0, "five hours among silences of two"},
	{"x..x..x..x..x......x", 200, 10, 20, 6, 5, 6, "six are three times as long"},
	{"x...x...x...x...x", 170, 10, 17, 5, 4, 0, "silences that are all alike"},
};

static void judge(void)
{
	for (size_t i = 0; i < AK_COUNT(cases); i++) {
		struct ak_hours *h = with(cases[i].hours);
		struct ak_silences s;

		ak_hours_silences(h, cases[i].records, cases[i].least, &s);
		ok(s.span == cases[i].span && s.active == cases[i].active && s.all == cases[i].all && s.suspected_hours == cases[i].suspected,
		   cases[i].name);
		json_decref(s.longest);
		ak_hours_free(h);
	}
}

static void bounds(void)
{
	struct ak_hours *h = ak_hours_new();
	struct ak_silences s;

	ak_hours_mark(h, START + HOUR / 2, START + 2 * HOUR);
	ak_hours_silences(h, 1, 1, &s);
	ok(s.span == 2 && s.active == 2, "a bucket ends before its end");
	json_decref(s.longest);
	ak_hours_mark(h, -1, -1);
	ak_hours_mark(h, 0, INT64_MAX);
	ak_hours_mark(h, INT64_MIN, START);
	ak_hours_mark(h, INT64_MAX, INT64_MAX);
	ak_hours_silences(h, 1, 1, &s);
	ok(s.span == 2 && s.active == 2, "what is out of bounds is left out");
	json_decref(s.longest);
	ak_hours_mark(h, START + 40 * HOUR, START + 40 * HOUR);
	ak_hours_silences(h, 84, 1, &s);
	is_str(ak_str_of(json_string_value(json_object_get(json_array_get(s.longest, 0), "from"))), "2026-08-01T02:00:00Z", "from");
	is_str(ak_str_of(json_string_value(json_object_get(json_array_get(s.longest, 0), "to"))), "2026-08-02T16:00:00Z", "to");
	is_int(json_integer_value(json_object_get(json_array_get(s.longest, 0), "expected")), 77, "84 records in 41 hours are 77 in 38, rounded down");
	json_decref(s.longest);
	ak_hours_free(h);
}

int main(void)
{
	judge();
	bounds();
	return done_testing();
}
