#include "base/ak.h"

#include "base/civil.h"
#include "base/tzrule.h"
#include "base/zone.h"
#include "tap.h"

static int64_t at(int64_t year, int month, int day, int hour)
{
	return ak_civil_days((struct ak_civil){year, month, day}) * AK_DAY_SECONDS + hour * 3600;
}

static void civil(void)
{
	struct ak_civil c;
	int64_t days = AK_CIVIL_FIRST / AK_DAY_SECONDS, n = 0;
	bool same = true;

	is_int(ak_civil_days((struct ak_civil){1970, 1, 1}), 0, "the epoch");
	is_int(ak_civil_days((struct ak_civil){2000, 3, 1}), 11017, "day after a leap day");
	is_int(ak_civil_days((struct ak_civil){9999, 12, 31}) * AK_DAY_SECONDS + AK_DAY_SECONDS - 1, AK_CIVIL_LAST,
	       "last");
	/* Counting days one by one is the independent way. */
	for (int64_t y = 1; y <= 9999; y++) {
		for (int m = 1; m <= 12; m++, n++) {
			c = ak_civil_of(days);
			same = same && c.year == y && c.month == m && c.day == 1 && ak_civil_days(c) == days;
			days += ak_civil_month_days(y, m);
		}
	}
	ok(same && n == 9999 * 12, "every first of a month, there and back");
	is_int(days, AK_CIVIL_LAST / AK_DAY_SECONDS + 1, "all days were counted");
}

static void is_span(const char *rule, int64_t t, int64_t start, int64_t end, int32_t offset, const char *name)
{
	struct ak_tz_rule r;
	struct ak_zone_span s;

	if (!ok(ak_tz_rule_parse(ak_str_of(rule), &r), rule))
		return;
	ak_tz_rule_span(&r, t, &s);
	is_int(s.start, start, name);
	is_int(s.end, end, "its end");
	is_int(s.offset, offset, "its offset");
}

static void rules(void)
{
	is_span("UTC0", 0, INT64_MIN, INT64_MAX, 0, "always UTC");
	is_span("<+0530>-5:30", 0, INT64_MIN, INT64_MAX, 19800, "a name of digits, half an hour");
	is_span("CET-1CEST,M3.5.0,M10.5.0/3", at(2026, 7, 1, 0), at(2026, 3, 29, 1), at(2026, 10, 25, 1), 7200,
		"summer");
	is_span("CET-1CEST,M3.5.0,M10.5.0/3", at(2026, 12, 31, 23), at(2026, 10, 25, 1), at(2027, 3, 28, 1), 3600,
		"winter");
	is_span("NZST-12NZDT,M9.5.0,M4.1.0/3", at(2026, 1, 1, 0), at(2025, 9, 27, 14), at(2026, 4, 4, 14), 46800,
		"south");
	is_span("<-02>2<-01>,M3.5.0/-1,M10.5.0/0", at(2026, 7, 1, 0), at(2026, 3, 29, 1), at(2026, 10, 25, 1), -3600,
		"a change the evening before");
	is_span("AAA0BBB,J60/0,J305/0", at(2024, 6, 1, 0), at(2024, 3, 1, 0), at(2024, 10, 31, 23), 3600,
		"Julian, no leap day");
	is_span("AAA0BBB,59/0,304/0", at(2024, 6, 1, 0), at(2024, 2, 29, 0), at(2024, 10, 30, 23), 3600,
		"zero-based day");
	is_span("EST5EDT,0/0,J365/25", at(2026, 7, 1, 0), at(2026, 1, 1, 5), at(2027, 1, 1, 5), -14400, "all year");
}

static void no_rules(void)
{
	static const char *const bad[] = {"",
					  "UT0",
					  "UTC",
					  "UTC0x",
					  "UTC168",
					  "UTC0:60",
					  "CET-1CEST",
					  "CET-1CEST,M3.5.0",
					  "CET-1CEST,M13.5.0,M10.5.0",
					  "CET-1CEST,M3.6.0,M10.5.0",
					  "CET-1CEST,M3.5.7,M10.5.0",
					  "CET-1CEST,J0,J1",
					  "CET-1CEST,366,1",
					  "<+5>5",
					  "<+05:0",
					  "CET-1CEST,M3.5.0,M10.5.0,"};
	struct ak_tz_rule r;

	for (size_t i = 0; i < AK_COUNT(bad); i++)
		ok(!ak_tz_rule_parse(ak_str_of(bad[i]), &r), bad[i]);
}

static void files(void)
{
	const struct ak_zone *z = ak_zone_find("America/New_York");
	struct ak_zone_span s;
	int64_t t;
	bool twice;

	ok(z != NULL, "a zone of the system");
	ok(z == ak_zone_find("America/New_York"), "read once");
	ok(!ak_zone_find("America/Nowhere") && !ak_zone_find("America/Nowhere"), "no such zone, asked twice");
	ak_zone_span(z, at(2026, 7, 1, 0), &s);
	ok(s.start == at(2026, 3, 8, 7) && s.end == at(2026, 11, 1, 6) && s.offset == -14400, "summer of 2026");
	ak_zone_span(z, at(2050, 1, 1, 0), &s);
	ok(s.start == at(2049, 11, 7, 6) && s.end == at(2050, 3, 13, 7) && s.offset == -18000, "by the footer rule");
	ak_zone_span(z, at(1800, 1, 1, 0), &s);
	ok(s.start == INT64_MIN && s.offset == -17762, "local mean time before the first transition");
	ok(ak_zone_local(z, at(2026, 11, 1, 1), &t, &twice) && twice && t == at(2026, 11, 1, 5), "the first of two");
	ok(!ak_zone_local(z, at(2026, 3, 8, 2), &t, &twice), "never was");
}

int main(void)
{
	civil();
	rules();
	no_rules();
	files();
	return done_testing();
}
