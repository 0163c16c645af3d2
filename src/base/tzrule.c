#include "base/ak.h"

#include "base/civil.h"
#include "base/tzrule.h"

enum { HOUR = 3600, MOST_HOURS = 167 };

struct lexer {
	const char *p, *end;
};

static bool take(struct lexer *l, char c)
{
	if (l->p == l->end || *l->p != c)
		return false;
	l->p++;
	return true;
}

static bool number(struct lexer *l, int most, int *out)
{
	const char *from = l->p;
	int v = 0;

	for (; l->p < l->end && ak_is_digit((unsigned char)*l->p) && v <= most; l->p++)
		v = v * 10 + (*l->p - '0');
	if (l->p == from || v > most)
		return false;
	*out = v;
	return true;
}

/* EST or <-03>; at least three characters, not kept. */
static bool name(struct lexer *l)
{
	const char *from = l->p;

	if (take(l, '<')) {
		while (l->p < l->end && *l->p != '>')
			l->p++;
		return take(l, '>') && l->p - from >= 5;
	}
	while (l->p < l->end && ak_is_alnum((unsigned char)*l->p) && !ak_is_digit((unsigned char)*l->p))
		l->p++;
	return l->p - from >= 3;
}

/* [+-]hh[:mm[:ss]] in seconds. */
static bool hms(struct lexer *l, int32_t *out)
{
	bool neg = take(l, '-');
	int h, m = 0, s = 0;

	if (!neg)
		take(l, '+');
	if (!number(l, MOST_HOURS, &h))
		return false;
	if (take(l, ':') && (!number(l, 59, &m) || (take(l, ':') && !number(l, 59, &s))))
		return false;
	*out = (neg ? -1 : 1) * (h * HOUR + m * 60 + s);
	return true;
}

static bool change(struct lexer *l, struct ak_tz_change *c)
{
	bool good;

	if (take(l, 'M')) {
		c->kind = AK_TZ_MONTH_WEEK_DAY;
		good = number(l, 12, &c->month) && take(l, '.') && number(l, 5, &c->week) && take(l, '.') &&
		       number(l, 6, &c->day) && c->month && c->week;
	} else if (take(l, 'J')) {
		c->kind = AK_TZ_JULIAN;
		good = number(l, 365, &c->day) && c->day;
	} else {
		c->kind = AK_TZ_ZERO_JULIAN;
		good = number(l, 365, &c->day);
	}
	c->time = 2 * HOUR;
	return good && (!take(l, '/') || hms(l, &c->time));
}

bool ak_tz_rule_parse(struct ak_str text, struct ak_tz_rule *out)
{
	struct lexer l = {text.p, text.p + text.n};
	struct ak_tz_rule r;

	memset(&r, 0, sizeof(r));
	if (!text.n || !name(&l) || !hms(&l, &r.std))
		return false;
	r.std = -r.std; /* the text counts west of UTC */
	if (l.p < l.end) {
		if (!name(&l))
			return false;
		r.has_dst = true;
		r.dst = r.std + HOUR;
		if (l.p < l.end && *l.p != ',') {
			if (!hms(&l, &r.dst))
				return false;
			r.dst = -r.dst;
		}
		if (!take(&l, ',') || !change(&l, &r.begin) || !take(&l, ',') || !change(&l, &r.end))
			return false;
	}
	if (l.p != l.end)
		return false;
	*out = r;
	return true;
}

/* Days since 1970 of the change's day in a year. */
static int64_t day_of(const struct ak_tz_change *c, int64_t year)
{
	struct ak_civil first = {year, c->kind == AK_TZ_MONTH_WEEK_DAY ? c->month : 1, 1};
	int64_t days = ak_civil_days(first);
	int day;

	if (c->kind == AK_TZ_ZERO_JULIAN)
		return days + c->day;
	if (c->kind == AK_TZ_JULIAN)
		return days + c->day - 1 + (ak_civil_leap(year) && c->day >= 60);
	/* 1970-01-01 was a Thursday. */
	day = (int)((c->day - (days + 4) % 7 + 14) % 7) + 7 * (c->week - 1);
	while (day >= ak_civil_month_days(year, c->month))
		day -= 7;
	return days + day;
}

void ak_tz_rule_span(const struct ak_tz_rule *r, int64_t at, struct ak_zone_span *out)
{
	int64_t year = ak_civil_of(ak_floor_div(at, AK_DAY_SECONDS)).year;
	struct ak_zone_span span = {INT64_MIN, INT64_MAX, r->std};

	/* The changes around `at` are among those of three years. A change that begins the offset that holds already
	 * (daylight saving all year) moves only the span's edges. */
	for (int64_t y = year - 1; r->has_dst && y <= year + 1; y++) {
		int64_t begin = day_of(&r->begin, y) * AK_DAY_SECONDS + r->begin.time - r->std;
		int64_t end = day_of(&r->end, y) * AK_DAY_SECONDS + r->end.time - r->dst;

		for (int i = 0; i < 2; i++) {
			int64_t t = i ? end : begin;

			if (t <= at && t >= span.start) {
				span.start = t;
				span.offset = i ? r->std : r->dst;
			} else if (t > at && t < span.end) {
				span.end = t;
			}
		}
	}
	*out = span;
}
