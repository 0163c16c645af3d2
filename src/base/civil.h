/* Calendar arithmetic: the proleptic Gregorian calendar without a clock, a zone or a locale. */
#ifndef AK_BASE_CIVIL_H
#define AK_BASE_CIVIL_H

#include "base/ak.h"

#define AK_DAY_SECONDS 86400

/* Seconds of 0001-01-01T00:00:00Z and of 9999-12-31T23:59:59Z. */
#define AK_CIVIL_FIRST INT64_C(-62135596800)
#define AK_CIVIL_LAST INT64_C(253402300799)

struct ak_civil {
	int64_t year;
	int month, day; /* from 1 */
};

static inline bool ak_civil_leap(int64_t year)
{
	return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

/* Days of a month, 1 to 12. */
static inline int ak_civil_month_days(int64_t year, int month)
{
	static const uint8_t days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

	return days[month - 1] + (month == 2 && ak_civil_leap(year));
}

/* Days since 1970-01-01. Counted in 400-year cycles of years that begin in March, so that the leap day is the last. */
static inline int64_t ak_civil_days(struct ak_civil c)
{
	int64_t y = c.year - (c.month <= 2);
	int64_t cycle = (y >= 0 ? y : y - 399) / 400;
	int64_t of_cycle = y - cycle * 400;
	int64_t of_year = (153 * (c.month > 2 ? c.month - 3 : c.month + 9) + 2) / 5 + c.day - 1;

	return cycle * 146097 + of_cycle * 365 + of_cycle / 4 - of_cycle / 100 + of_year - 719468;
}

/* The reverse of ak_civil_days. */
static inline struct ak_civil ak_civil_of(int64_t days)
{
	int64_t z = days + 719468;
	int64_t cycle = (z >= 0 ? z : z - 146096) / 146097;
	int64_t d = z - cycle * 146097;
	int64_t y = (d - d / 1460 + d / 36524 - d / 146096) / 365;
	int64_t of_year = d - (365 * y + y / 4 - y / 100);
	int m = (int)((5 * of_year + 2) / 153);
	struct ak_civil c;

	c.day = (int)(of_year - (153 * m + 2) / 5) + 1;
	c.month = m < 10 ? m + 3 : m - 9;
	c.year = y + cycle * 400 + (c.month <= 2);
	return c;
}

/* Floor division for instants before 1970. */
static inline int64_t ak_floor_div(int64_t a, int64_t b)
{
	return a / b - (a % b < 0);
}

#endif
