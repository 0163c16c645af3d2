#include "base/ak.h"
#include "base/window.h"

#include <stdlib.h>

#include "base/time.h"

#define SECOND INT64_C(1000000)
#define DAY (86400 * SECOND)

static const struct {
	const char *word;
	int64_t step; /* 0 = month */
} units[] = {
	{"s", SECOND}, {"sec", SECOND}, {"second", SECOND}, {"seconds", SECOND}, {"m", 60 * SECOND}, {"min", 60 * SECOND}, {"minute", 60 * SECOND},
	{"minutes", 60 * SECOND}, {"h", 3600 * SECOND}, {"hour", 3600 * SECOND}, {"hours", 3600 * SECOND}, {"hourly", 3600 * SECOND}, {"d", DAY}, {"day", DAY},
	{"days", DAY}, {"daily", DAY}, {"w", 7 * DAY}, {"week", 7 * DAY}, {"weeks", 7 * DAY}, {"weekly", 7 * DAY}, {"mo", 0}, {"month", 0}, {"monthly", 0},
};

static int64_t floor_to(int64_t at, int64_t step) { return at - ((at % step) + step) % step; }

static int64_t month_start(int64_t at)
{
	char z[32];
	struct ak_err ignored = {0};
	int64_t us = at;

	ak_time_z(at, 0, z);
	memcpy(z + 8, "01T00:00:00Z", 13);
	return ak_time_arg(z, 0, &us, &ignored) == AK_OK ? us : at;
}

bool ak_window_length(const char *window, int64_t *length_us)
{
	size_t digits = strspn(window, "0123456789");
	long n = digits ? strtol(window, NULL, 10) : 1;
	const char *word = window + digits + strspn(window + digits, " ");

	if (digits > 6 || n < 1)
		return false;
	for (size_t i = 0; i < AK_COUNT(units); i++)
		if (strcmp(units[i].word, word) == 0 && (units[i].step || n == 1)) {
			*length_us = units[i].step * n;
			return true;
		}
	return false;
}

bool ak_window_start(const char *window, int64_t anchor_us, int64_t at_us, int64_t *start_us)
{
	int64_t length;

	if (!window) {
		*start_us = anchor_us;
		return true;
	}
	if (!ak_window_length(window, &length))
		return false;
	if (!length)
		*start_us = month_start(at_us);
	else if (length <= DAY)
		*start_us = floor_to(at_us, length);
	else
		*start_us = anchor_us + floor_to(at_us - anchor_us, length);
	return true;
}

bool ak_window_by_calendar(const char *window)
{
	int64_t length;

	return window && ak_window_length(window, &length) && length <= DAY;
}

bool ak_window_same(const char *a, const char *b)
{
	int64_t x, y;

	return a && b ? ak_window_length(a, &x) && ak_window_length(b, &y) && x == y : !a && !b;
}
