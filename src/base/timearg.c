#include "base/ak.h"

#include "base/civil.h"
#include "base/time.h"

#define DAY_US (INT64_C(1000000) * AK_DAY_SECONDS)

enum { HOUR_US_PER_DAY = 24, MOST_COUNT = 1000000 };

static int64_t midnight(int64_t us)
{
	return ak_floor_div(us, DAY_US) * DAY_US;
}

/* Nd, Nh */
static bool before_now(struct ak_str s, int64_t now_us, int64_t *us)
{
	int64_t n = 0, unit;

	if (s.n < 2 || (s.p[s.n - 1] != 'd' && s.p[s.n - 1] != 'h'))
		return false;
	unit = s.p[s.n - 1] == 'd' ? DAY_US : DAY_US / HOUR_US_PER_DAY;
	for (size_t i = 0; i + 1 < s.n; i++) {
		if (!ak_is_digit((unsigned char)s.p[i]) || n > MOST_COUNT)
			return false;
		n = n * 10 + (s.p[i] - '0');
	}
	if (n > MOST_COUNT)
		return false;
	*us = now_us - n * unit;
	return true;
}

/* Everything that ak_time_parse reads, and YYYY-MM. */
static bool absolute(struct ak_str s, int64_t *us)
{
	struct ak_arena arena;
	struct ak_time t;
	enum ak_rc rc;

	ak_arena_init(&arena);
	if (s.n == 7)
		s = ak_arena_printf(&arena, "%.*s-01", AK_STR_FMT(s));
	rc = ak_time_parse(s, "UTC", &arena, &t, NULL);
	ak_arena_release(&arena);
	if (rc == AK_OK)
		*us = t.us;
	return rc == AK_OK;
}

enum ak_rc ak_time_arg(const char *text, int64_t now_us, int64_t *us, struct ak_err *err)
{
	struct ak_str s = ak_str_of(text);

	if (ak_str_is(s, "today"))
		*us = midnight(now_us);
	else if (ak_str_is(s, "yesterday"))
		*us = midnight(now_us) - DAY_US;
	else if (!before_now(s, now_us, us) && !absolute(s, us)) {
		ak_hint(err, "write 2026-01-31, 2026-01-31T12:00:00Z, 2026-01, today, yesterday, 7d or 24h");
		return ak_fail(err, AK_EXIT_USAGE, "not a time: '%s'", text);
	}
	return AK_OK;
}
