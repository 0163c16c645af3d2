#include "base/ak.h"

#include "base/time.h"
#include "tap.h"

static struct ak_arena arena;

struct parse_case {
	const char *text, *zone;
	const char *want; /* canonical text, or the reason of the rejection */
	int64_t us;
	bool ambiguous;
};

static void parse_all(const struct parse_case *c, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct ak_err err = {0};
		struct ak_time t = {.us = -7};

		if (ak_time_parse(ak_str_of(c[i].text), c[i].zone, &arena, &t, &err) == AK_OK) {
			is_str(t.text, c[i].want, c[i].text);
			is_int(t.us, c[i].us, "its sort key");
			ok(t.ambiguous == c[i].ambiguous, "its ambiguity");
		} else {
			is_str(ak_str_of(err.reason), c[i].want, c[i].text);
			is_int(t.us, -7, "a rejection writes nothing");
		}
	}
}

/* Sort keys computed with Python's datetime. */
static void with_offset(void)
{
	static const struct parse_case cases[] = {
		{"1970-01-01T00:00:00Z", NULL, "1970-01-01T00:00:00Z", 0, false},
		{"2026-07-01T12:34:56Z", NULL, "2026-07-01T12:34:56Z", 1782909296000000, false},
		{"2026-07-01t12:34:56z", NULL, "2026-07-01T12:34:56Z", 1782909296000000, false},
		{"2026-07-01T12:34Z", NULL, "2026-07-01T12:34:00Z", 1782909240000000, false},
		{"2026-07-01T12:34:56.100Z", NULL, "2026-07-01T12:34:56.100Z", 1782909296100000, false},
		{"2026-07-01T12:34:56.123456789Z", NULL, "2026-07-01T12:34:56.123456789Z", 1782909296123456, false},
		{"2026-07-01T12:34:56.1234567Z", NULL, "2026-07-01T12:34:56.1234567Z", 1782909296123456, false},
		{"2026-07-01 12:34:56+02:00", NULL, "2026-07-01T10:34:56Z", 1782902096000000, false},
		{"2026-07-01 12:34:56 +0200", NULL, "2026-07-01T10:34:56Z", 1782902096000000, false},
		{"2026-07-01T12:34:56-0330", NULL, "2026-07-01T16:04:56Z", 1782921896000000, false},
		{"2026-07-01T12:34:56+02", NULL, "2026-07-01T10:34:56Z", 1782902096000000, false},
		{"2026-07-01 12:34:56 UTC", NULL, "2026-07-01T12:34:56Z", 1782909296000000, false},
		{"2026-07-01T12:34:56-00:00", NULL, "2026-07-01T12:34:56Z", 1782909296000000, false},
		{"2024-02-29T23:59:59.9Z", NULL, "2024-02-29T23:59:59.9Z", 1709251199900000, false},
		{"2000-02-29T00:00:00Z", NULL, "2000-02-29T00:00:00Z", 951782400000000, false},
		{"0001-01-01T00:00:00Z", NULL, "0001-01-01T00:00:00Z", -62135596800000000, false},
		{"9999-12-31T23:59:59.999999Z", NULL, "9999-12-31T23:59:59.999999Z", 253402300799999999, false},
		{"1969-12-31T23:59:59.9999999Z", NULL, "1969-12-31T23:59:59.9999999Z", -1, false},
		{"2016-12-31T23:59:60Z", NULL, "2017-01-01T00:00:00Z", 1483228800000000, false},
		{"2016-12-31T23:59:60.75Z", NULL, "2017-01-01T00:00:00.00Z", 1483228800000000, false},
		{"2017-01-01T05:29:60+05:30", NULL, "2017-01-01T00:00:00Z", 1483228800000000, false},
	};

	parse_all(cases, AK_COUNT(cases));
}

static void rejected(void)
{
	static const struct parse_case cases[] = {
		{"", NULL, "time_syntax", 0, false},
		{"2026-07-01T12:34:56", NULL, "time_no_zone", 0, false},
		{"2026-07-01", NULL, "time_no_zone", 0, false},
		{"2026-7-01T12:34:56Z", NULL, "time_syntax", 0, false},
		{"2026-13-01T12:34:56Z", NULL, "time_syntax", 0, false},
		{"2026-00-01T12:34:56Z", NULL, "time_syntax", 0, false},
		{"2025-02-29T12:34:56Z", NULL, "time_syntax", 0, false},
		{"1900-02-29T12:34:56Z", NULL, "time_syntax", 0, false},
		{"2026-07-00T12:34:56Z", NULL, "time_syntax", 0, false},
		{"2026-07-01T24:00:00Z", NULL, "time_syntax", 0, false},
		{"2026-07-01T12:60:00Z", NULL, "time_syntax", 0, false},
		{"2026-07-01T12:34:61Z", NULL, "time_syntax", 0, false},
		{"2026-07-01T12:34:60Z", NULL, "time_syntax", 0, false},
		{"2026-07-01T12:34:56.Z", NULL, "time_syntax", 0, false},
		{"2026-07-01T12:34:56.1234567890Z", NULL, "time_syntax", 0, false},
		{"2026-07-01T12:34:56,5Z", NULL, "time_syntax", 0, false},
		{"2026-07-01T12:34:56+24:00", NULL, "time_syntax", 0, false},
		{"2026-07-01T12:34:56+02:60", NULL, "time_syntax", 0, false},
		{"2026-07-01T12:34:56+2", NULL, "time_syntax", 0, false},
		{"2026-07-01T12:34:56 CET", NULL, "time_syntax", 0, false},
		{"2026-07-01T12:34:56Zx", NULL, "time_syntax", 0, false},
		{"2026-07-01T12:34:56Z ", NULL, "time_syntax", 0, false},
		{" 2026-07-01T12:34:56Z", NULL, "time_syntax", 0, false},
		{"2026-07-01T", NULL, "time_syntax", 0, false},
		{"2026-07-01T12", NULL, "time_syntax", 0, false},
		{"20260701T123456Z", NULL, "time_syntax", 0, false},
		{"+026-07-01T12:34:56Z", NULL, "time_syntax", 0, false},
		{"0000-12-31T12:00:00Z", NULL, "time_range", 0, false},
		{"0001-01-01T00:00:00+00:01", NULL, "time_range", 0, false},
		{"9999-12-31T23:59:59-00:01", NULL, "time_range", 0, false},
		{"9999-12-31T23:59:60Z", NULL, "time_range", 0, false},
	};

	parse_all(cases, AK_COUNT(cases));
}

/* Instants computed with Python's zoneinfo. */
static void with_zone(void)
{
	static const struct parse_case cases[] = {
		{"2026-07-01 12:34:56", "UTC", "2026-07-01T12:34:56Z", 1782909296000000, false},
		{"2026-07-01", "+02:00", "2026-06-30T22:00:00Z", 1782856800000000, false},
		{"2026-07-01 12:34:56.5", "Europe/Berlin", "2026-07-01T10:34:56.5Z", 1782902096500000, false},
		{"2026-01-01 12:34:56", "Europe/Berlin", "2026-01-01T11:34:56Z", 1767267296000000, false},
		{"2026-10-25 01:59:59", "Europe/Berlin", "2026-10-24T23:59:59Z", 1792886399000000, false},
		{"2026-10-25 02:30:00", "Europe/Berlin", "2026-10-25T00:30:00Z", 1792888200000000, true},
		{"2026-10-25 03:00:00", "Europe/Berlin", "2026-10-25T02:00:00Z", 1792893600000000, false},
		{"2026-03-29 02:00:00", "Europe/Berlin", "time_gap", 0, false},
		{"2026-03-29 02:59:59.999", "Europe/Berlin", "time_gap", 0, false},
		{"2026-03-29 03:00:00", "Europe/Berlin", "2026-03-29T01:00:00Z", 1774746000000000, false},
		{"2150-07-01 12:00:00", "America/New_York", "2150-07-01T16:00:00Z", 5695977600000000, false},
		{"2150-01-15 12:00:00", "America/New_York", "2150-01-15T17:00:00Z", 5681552400000000, false},
		{"2150-03-08 02:30:00", "America/New_York", "time_gap", 0, false},
		{"2090-01-15 12:00:00", "Australia/Lord_Howe", "2090-01-15T01:00:00Z", 3788125200000000, false},
		{"2090-04-02 01:45:00", "Australia/Lord_Howe", "2090-04-01T14:45:00Z", 3794741100000000, true},
		{"2011-12-30 12:00:00", "Pacific/Apia", "time_gap", 0, false},
		{"1890-01-01 00:00:00", "Europe/Berlin", "1889-12-31T23:06:32Z", -2524524808000000, false},
		{"2026-07-01 12:00:00", "Asia/Kolkata", "2026-07-01T06:30:00Z", 1782887400000000, false},
		{"2017-01-01 05:29:60", "Asia/Kolkata", "2017-01-01T00:00:00Z", 1483228800000000, false},
		{"2026-07-01 12:00:00", "Mars/Olympus", "zone_unknown", 0, false},
		{"2026-07-01 12:00:00", "../zoneinfo/UTC", "zone_unknown", 0, false},
		{"2026-07-01 12:00:00", "Europe/../UTC", "zone_unknown", 0, false},
		{"2026-07-01 12:00:00", "Europe", "zone_unknown", 0, false},
		{"2026-07-01 12:00:00", "tzdata.zi", "zone_unknown", 0, false},
		{"2026-07-01 12:00:00", "", "zone_unknown", 0, false},
	};
	struct ak_time t;

	parse_all(cases, AK_COUNT(cases));
	ok(ak_time_parse(AK_STR("2026-07-01"), "UTC", &arena, &t, NULL) == AK_OK && t.assumed_zone,
	   "a zone was assumed");
	ok(ak_time_parse(AK_STR("2026-07-01T00:00Z"), "Asia/Kolkata", &arena, &t, NULL) == AK_OK && !t.assumed_zone &&
		   t.us == 1782864000000000,
	   "the text's own offset goes first");
}

struct epoch_case {
	const char *number;
	enum ak_epoch unit;
	const char *want;
	int64_t us;
};

static void epochs(void)
{
	static const struct epoch_case cases[] = {
		{"1785564000", AK_EPOCH_S, "2026-08-01T06:00:00Z", 1785564000000000},
		{"1750000000.123456", AK_EPOCH_S, "2025-06-15T15:06:40.123456Z", 1750000000123456},
		{"1750000000.10", AK_EPOCH_S, "2025-06-15T15:06:40.10Z", 1750000000100000},
		{"1.75e9", AK_EPOCH_S, "2025-06-15T15:06:40Z", 1750000000000000},
		{"1.7500000001E9", AK_EPOCH_S, "2025-06-15T15:06:40.1Z", 1750000000100000},
		{"0", AK_EPOCH_S, "1970-01-01T00:00:00Z", 0},
		{"-0.0000001", AK_EPOCH_S, "1969-12-31T23:59:59.9999999Z", -1},
		{"1750000000.12345678999", AK_EPOCH_S, "2025-06-15T15:06:40.123456789Z", 1750000000123456},
		{"-0.12345678999", AK_EPOCH_S, "1969-12-31T23:59:59.876543210Z", -123457},
		{"1750000000123", AK_EPOCH_MS, "2025-06-15T15:06:40.123Z", 1750000000123000},
		{"1750000000123.25", AK_EPOCH_MS, "2025-06-15T15:06:40.12325Z", 1750000000123250},
		{"1750000000000000", AK_EPOCH_US, "2025-06-15T15:06:40.000000Z", 1750000000000000},
		{"1750000000123456789", AK_EPOCH_NS, "2025-06-15T15:06:40.123456789Z", 1750000000123456},
		{"638855967001234567", AK_EPOCH_TICKS, "2025-06-15T15:05:00.1234567Z", 1749999900123456},
		{"0", AK_EPOCH_TICKS, "0001-01-01T00:00:00.0000000Z", -62135596800000000},
		{"100000000", AK_EPOCH_AUTO, "1973-03-03T09:46:40Z", 100000000000000},
		{"99999999999", AK_EPOCH_AUTO, "5138-11-16T09:46:39Z", 99999999999000000},
		{"100000000000", AK_EPOCH_AUTO, "1973-03-03T09:46:40.000Z", 100000000000000},
		{"100000000000000", AK_EPOCH_AUTO, "1973-03-03T09:46:40.000000Z", 100000000000000},
		{"100000000000000000", AK_EPOCH_AUTO, "1973-03-03T09:46:40.000000000Z", 100000000000000},
		{"99999999.9", AK_EPOCH_AUTO, "time_range", 0},
		{"0", AK_EPOCH_AUTO, "time_range", 0},
		{"-1750000000", AK_EPOCH_AUTO, "time_range", 0},
		{"253402300799", AK_EPOCH_S, "9999-12-31T23:59:59Z", 253402300799000000},
		{"253402300800", AK_EPOCH_S, "time_range", 0},
		{"-62135596801", AK_EPOCH_S, "time_range", 0},
		{"-62135596800.0000000001", AK_EPOCH_S, "time_range", 0},
		{"1e400", AK_EPOCH_S, "time_range", 0},
		{"1e-400", AK_EPOCH_S, "1970-01-01T00:00:00.000000000Z", 0},
		{"1e99999999999999999999", AK_EPOCH_S, "time_range", 0},
		{"", AK_EPOCH_S, "time_syntax", 0},
		{"12x", AK_EPOCH_S, "time_syntax", 0},
		{"NaN", AK_EPOCH_S, "time_syntax", 0},
		{"1,750,000,000", AK_EPOCH_S, "time_syntax", 0},
	};

	for (size_t i = 0; i < AK_COUNT(cases); i++) {
		struct ak_err err = {0};
		struct ak_time t;

		if (ak_time_epoch(ak_str_of(cases[i].number), cases[i].unit, &arena, &t, &err) == AK_OK) {
			is_str(t.text, cases[i].want, cases[i].number);
			is_int(t.us, cases[i].us, "its sort key");
		} else {
			is_str(ak_str_of(err.reason), cases[i].want, cases[i].number);
		}
	}
}

static void formats(void)
{
	char buf[32];

	is_str(ak_time_format(1782909296123456, 0, &arena), "2026-07-01T12:34:56Z", "whole seconds");
	is_str(ak_time_format(1782909296123456, 3, &arena), "2026-07-01T12:34:56.123Z", "milliseconds are cut");
	is_str(ak_str_of(ak_time_z(1782909296123456, 6, buf)), "2026-07-01T12:34:56.123456Z", "microseconds");
	is_str(ak_time_format(-1, 3, &arena), "1969-12-31T23:59:59.999Z", "before 1970");
	is_str(ak_time_format(INT64_MAX, 0, &arena), "9999-12-31T23:59:59Z", "beyond the last year");
	is_str(ak_time_format(INT64_MIN, 6, &arena), "0001-01-01T00:00:00.000000Z", "before the first year");
	ok(ak_time_now() > 1767225600000000, "now is after 2026-01-01");
}

static void arguments(void)
{
	/* 2026-07-01T12:34:56.5Z */
	static const int64_t now = 1782909296500000;
	static const struct {
		const char *text;
		int64_t us;
	} good[] = {
		{"today", 1782864000000000},
		{"yesterday", 1782777600000000},
		{"7d", 1782304496500000},
		{"24h", 1782822896500000},
		{"0d", 1782909296500000},
		{"2026-07", 1782864000000000},
		{"2024-02-29", 1709164800000000},
		{"2026-07-01T12:34:56Z", 1782909296000000},
		{"2026-07-01 12:34", 1782909240000000},
		{"2026-07-01T14:34:56+02:00", 1782909296000000},
	};
	static const char *const bad[] = {
		"",	"d",   "7",	  "7w",	    "-7d",	  "7.5d",      "99999999999999999999d",
		"2026", "now", "2026-13", "2026-7", "2026-02-30", "07/01/2026"};

	for (size_t i = 0; i < AK_COUNT(good); i++) {
		int64_t us = 0;

		is_int(ak_time_arg(good[i].text, now, &us, NULL), AK_OK, good[i].text);
		is_int(us, good[i].us, "its instant");
	}
	for (size_t i = 0; i < AK_COUNT(bad); i++) {
		struct ak_err err = {0};
		int64_t us = 5;

		is_int(ak_time_arg(bad[i], now, &us, &err), AK_FAIL, "refused argument");
		ok(err.exit == AK_EXIT_USAGE && err.hint[0] && us == 5, bad[i]);
	}
}

static bool same_epoch(const char *a, const char *b, enum ak_epoch unit)
{
	struct ak_err e = {0}, f = {0};
	struct ak_time x = {.us = 0}, y = {.us = 0};
	enum ak_rc rc = ak_time_epoch(ak_str_of(a), unit, &arena, &x, &e);

	return ak_time_epoch(ak_str_of(b), unit, &arena, &y, &f) == rc && strcmp(e.reason, f.reason) == 0 && x.us == y.us &&
	       ak_str_eq(x.text, y.text);
}

/* Numbers of the usual shape are read in a short way; with an exponent of 0 they take the long one. */
static void short_way(void)
{
	static const char *const fraction[] = {"", ".0", ".5", ".10", ".019566", ".123456789", ".1234567891", ".", ".1.2", ".x"};
	uint64_t state = 7;
	int differ = 0, compared = 0;

	for (int digits = 1; digits <= 20; digits++)
		for (int i = 0; i < 40; i++) {
			char whole[24] = "", plain[48], exponent[56];

			for (int k = 0; k < digits; k++) {
				state = state * 6364136223846793005u + 1442695040888963407u;
				whole[k] = (char)('0' + (state >> 33) % (i % 4 ? 10 : 2));
			}
			for (size_t f = 0; f < AK_COUNT(fraction); f++)
				for (int unit = AK_EPOCH_S; unit <= AK_EPOCH_AUTO; unit++, compared++) {
					snprintf(plain, sizeof plain, "%s%s", whole, fraction[f]);
					snprintf(exponent, sizeof exponent, "%se0", plain);
					differ += !same_epoch(plain, exponent, (enum ak_epoch)unit);
				}
		}
	is_int(differ, 0, "the short way gives what the long way gives");
	is_int(compared, 48000, "times compared");
}

int main(void)
{
	ak_arena_init(&arena);
	with_offset();
	short_way();
	rejected();
	with_zone();
	epochs();
	formats();
	arguments();
	ak_arena_release(&arena);
	return done_testing();
}
