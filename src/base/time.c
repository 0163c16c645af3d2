#include "base/ak.h"

#include <time.h>

#include "base/civil.h"
#include "base/time.h"
#include "base/zone.h"

enum { TEXT_MOST = 32, FRACTION_MOST = 9 };

struct instant {
	int64_t sec;
	uint32_t ns;
	int digits; /* of the fraction in the canonical text */
};

/* A text taken apart, local to whatever zone it has. */
struct lexed {
	int64_t local; /* seconds of the same civil time in UTC */
	uint32_t ns;
	int digits;
	bool has_zone, leap;
	int32_t offset; /* seconds east, when has_zone */
};

static const uint32_t POW10[] = {1, 10, 100, 1000, 10000, 100000, 1000000, 10000000, 100000000, 1000000000};

static char *write_digits(char *p, uint32_t v, int n)
{
	for (int i = n; i-- > 0; v /= 10)
		p[i] = (char)('0' + v % 10);
	return p + n;
}

/* Below 100. */
static char *write_pair(char *p, uint32_t v)
{
	p[0] = (char)('0' + v / 10);
	p[1] = (char)('0' + v % 10);
	return p + 2;
}

static size_t write_instant(const struct instant *t, char out[TEXT_MOST])
{
	int64_t days = ak_floor_div(t->sec, AK_DAY_SECONDS);
	uint32_t sec = (uint32_t)(t->sec - days * AK_DAY_SECONDS);
	struct ak_civil c = ak_civil_of(days);
	char *p = write_pair(write_pair(out, (uint32_t)c.year / 100), (uint32_t)c.year % 100);

	*p++ = '-';
	p = write_pair(p, (uint32_t)c.month);
	*p++ = '-';
	p = write_pair(p, (uint32_t)c.day);
	*p++ = 'T';
	p = write_pair(p, sec / 3600);
	*p++ = ':';
	p = write_pair(p, sec / 60 % 60);
	*p++ = ':';
	p = write_pair(p, sec % 60);
	if (t->digits) {
		*p++ = '.';
		p = write_digits(p, t->ns / POW10[FRACTION_MOST - t->digits], t->digits);
	}
	*p++ = 'Z';
	*p = '\0';
	return (size_t)(p - out);
}

void ak_time_finish(int64_t sec, uint32_t ns, int digits, struct ak_arena *a, struct ak_time *out)
{
	struct instant t = {sec, ns, digits};
	char *text = ak_arena_alloc(a, TEXT_MOST);

	*out = (struct ak_time){.us = sec * 1000000 + ns / 1000, .text = {text, write_instant(&t, text)}};
}

/* Exactly n digits. */
static bool take_number(struct ak_str *s, size_t n, int *out)
{
	int v = 0;

	if (s->n < n)
		return false;
	for (size_t i = 0; i < n; i++) {
		if (!ak_is_digit((unsigned char)s->p[i]))
			return false;
		v = v * 10 + (s->p[i] - '0');
	}
	*s = ak_str_n(s->p + n, s->n - n);
	*out = v;
	return true;
}

static bool take(struct ak_str *s, char c)
{
	if (!s->n || s->p[0] != c)
		return false;
	*s = ak_str_n(s->p + 1, s->n - 1);
	return true;
}

static bool lex_date(struct ak_str *s, struct ak_civil *c)
{
	int year;

	if (!take_number(s, 4, &year) || !take(s, '-') || !take_number(s, 2, &c->month) || !take(s, '-') ||
	    !take_number(s, 2, &c->day))
		return false;
	c->year = year;
	return c->month >= 1 && c->month <= 12 && c->day >= 1 && c->day <= ak_civil_month_days(year, c->month);
}

static bool lex_fraction(struct ak_str *s, struct lexed *t)
{
	uint32_t v = 0;
	int n = 0;

	for (; s->n && ak_is_digit((unsigned char)s->p[0]); n++) {
		if (n == FRACTION_MOST)
			return false;
		v = v * 10 + (uint32_t)(s->p[0] - '0');
		*s = ak_str_n(s->p + 1, s->n - 1);
	}
	t->ns = v * POW10[FRACTION_MOST - n];
	t->digits = n;
	return n > 0;
}

/* hh:mm[:ss[.f]] */
static bool lex_clock(struct ak_str *s, struct lexed *t)
{
	int h, m, sec = 0;

	if (!take_number(s, 2, &h) || !take(s, ':') || !take_number(s, 2, &m) || h > 23 || m > 59)
		return false;
	if (take(s, ':')) {
		if (!take_number(s, 2, &sec) || sec > 60 || (take(s, '.') && !lex_fraction(s, t)))
			return false;
		t->leap = sec == 60;
		if (t->leap)
			t->ns = 0;
	}
	t->local += h * 3600 + m * 60 + sec;
	return true;
}

/* Z, UTC, +hh:mm, +hhmm or +hh. */
static bool lex_zone(struct ak_str s, int32_t *offset)
{
	bool neg = s.n && s.p[0] == '-';
	int h, m = 0;

	if (ak_str_is(s, "Z") || ak_str_is(s, "z") || ak_str_is(s, "UTC")) {
		*offset = 0;
		return true;
	}
	if ((!take(&s, '+') && !take(&s, '-')) || !take_number(&s, 2, &h) || h > 23)
		return false;
	if (s.n) {
		take(&s, ':');
		if (!take_number(&s, 2, &m) || m > 59 || s.n)
			return false;
	}
	*offset = (neg ? -1 : 1) * (h * 3600 + m * 60);
	return true;
}

static bool lex(struct ak_str s, struct lexed *t)
{
	struct ak_civil c;

	memset(t, 0, sizeof(*t));
	if (!lex_date(&s, &c))
		return false;
	t->local = ak_civil_days(c) * AK_DAY_SECONDS;
	if (!s.n)
		return true;
	if ((!take(&s, 'T') && !take(&s, 't') && !take(&s, ' ')) || !lex_clock(&s, t))
		return false;
	t->has_zone = s.n > 0;
	if (s.n)
		take(&s, ' ');
	return !t->has_zone || lex_zone(s, &t->offset);
}

/* Local civil time under a zone given by name or offset. */
static enum ak_rc apply_zone(const char *zone, int64_t local, int64_t *sec, bool *twice, struct ak_err *err)
{
	const struct ak_zone *z;
	int32_t offset;

	if (lex_zone(ak_str_of(zone), &offset)) {
		*sec = local - offset;
		return AK_OK;
	}
	z = ak_zone_find(zone);
	if (!z)
		return ak_reject(err, "zone_unknown", "unknown time zone");
	if (!ak_zone_local(z, local, sec, twice))
		return ak_reject(err, "time_gap", "local time that never was in its zone");
	return AK_OK;
}

enum ak_rc ak_time_parse(struct ak_str text, const char *zone, struct ak_arena *a, struct ak_time *out,
			 struct ak_err *err)
{
	struct lexed l;
	bool twice = false;
	int64_t sec;

	if (!lex(text, &l))
		return ak_reject(err, "time_syntax", "not an RFC 3339 time");
	sec = l.local - l.offset;
	if (!l.has_zone) {
		enum ak_rc rc;

		if (!zone)
			return ak_reject(err, "time_no_zone", "time without a zone");
		/* A leap second is looked up as the second before it: the next one may be past a change. */
		rc = apply_zone(zone, l.local - l.leap, &sec, &twice, err);
		if (rc < 0)
			return rc;
		sec += l.leap;
	}
	if (l.leap && sec % AK_DAY_SECONDS)
		return ak_reject(err, "time_syntax", "second 60 where no leap second can be");
	if (sec < AK_CIVIL_FIRST || sec > AK_CIVIL_LAST)
		return ak_reject(err, "time_range", "time outside the years 0001 to 9999");
	ak_time_finish(sec, l.ns, l.digits, a, out);
	out->assumed_zone = !l.has_zone;
	out->ambiguous = twice;
	return AK_OK;
}

const char *ak_time_z(int64_t us, int digits, char buf[32])
{
	struct instant t;

	if (digits < 0 || digits > 6)
		AK_BUG("fraction digits of a time");
	t.sec = ak_floor_div(us, 1000000);
	t.ns = (uint32_t)((us % 1000000 + 1000000) % 1000000) * 1000;
	t.digits = digits;
	if (t.sec < AK_CIVIL_FIRST)
		t = (struct instant){AK_CIVIL_FIRST, 0, digits};
	if (t.sec > AK_CIVIL_LAST)
		t = (struct instant){AK_CIVIL_LAST, 999999000, digits};
	write_instant(&t, buf);
	return buf;
}

struct ak_str ak_time_format(int64_t us, int digits, struct ak_arena *a)
{
	char *text = ak_arena_alloc(a, TEXT_MOST);

	return ak_str_of(ak_time_z(us, digits, text));
}

int64_t ak_time_now(void)
{
	struct timespec now;

	if (clock_gettime(CLOCK_REALTIME, &now))
		AK_BUG("no clock");
	return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

int64_t ak_time_steady(void)
{
	struct timespec t = {0};

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static int64_t two(const char *p) { return (p[0] - '0') * 10 + p[1] - '0'; }

int64_t ak_time_us(struct ak_str t)
{
	struct ak_civil c;
	int64_t us, unit = 100000;

	if (!t.p || t.n < 20 || t.p[t.n - 1] != 'Z')
		return INT64_MIN;
	c = (struct ak_civil){two(t.p) * 100 + two(t.p + 2), (int)two(t.p + 5), (int)two(t.p + 8)};
	us = (((ak_civil_days(c) * 24 + two(t.p + 11)) * 60 + two(t.p + 14)) * 60 + two(t.p + 17)) * 1000000;
	for (size_t i = 20; t.p[19] == '.' && i + 1 < t.n && unit; i++, unit /= 10)
		us += (t.p[i] - '0') * unit;
	return us;
}
