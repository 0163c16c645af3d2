/* Instants. Canonical form: RFC 3339 UTC with `Z`, fraction exactly as precise as the source (0 to 9 digits, kept as
 * given with trailing zeros). Sort key: microseconds since 1970 (floor), int64. The host's zone and locale are never
 * asked. */
#ifndef AK_BASE_TIME_H
#define AK_BASE_TIME_H

#include "base/arena.h"
#include "base/err.h"

struct ak_time {
	int64_t us;	    /* microseconds since the epoch, floored */
	struct ak_str text; /* canonical RFC 3339 UTC, in the arena */
	bool assumed_zone;  /* the text had no zone; the given one was applied */
	bool ambiguous;	    /* local time that occurs twice (DST end); the first is taken */
};

enum ak_epoch { AK_EPOCH_S, AK_EPOCH_MS, AK_EPOCH_US, AK_EPOCH_NS, AK_EPOCH_TICKS, AK_EPOCH_AUTO };

#ifdef __cplusplus
extern "C" {
#endif

/* ISO 8601 / RFC 3339 text: `YYYY-MM-DD[T ]hh:mm[:ss[.f{1,9}]][Z|+hh:mm|+hhmm|+hh| UTC]` ('t' and 'z' too, one blank
 * may stand before the offset), or a bare date (midnight).
 * zone: NULL = a text without offset is refused (reason "time_no_zone"); "UTC", "+02:00" or an IANA name from
 * /usr/share/zoneinfo (read without touching TZ). A leap second 23:59:60 UTC is the first instant of the next second:
 * its fraction becomes zeros.
 * AK_REJECT reasons: time_syntax, time_range (outside years 0001..9999), time_no_zone, time_gap (local time that never
 * was), zone_unknown. */
enum ak_rc ak_time_parse(struct ak_str text, const char *zone, struct ak_arena *a, struct ak_time *out,
			 struct ak_err *err);
/* Numeric epoch as source text ("1785564000", "1750000000.123456", "1.75e9"): exact, never through a double. The
 * canonical text has the digits of the unit plus those of the source (ms: 3, "1750000000.10" in seconds: 2), at most 9,
 * floored beyond.
 * AUTO picks s, ms, us, ns by magnitude: [1e8,1e11) s, [1e11,1e14) ms, [1e14,1e17) us, [1e17,...) ns; smaller or
 * negative values are time_range. TICKS: .NET 100 ns ticks since 0001-01-01.
 * AK_REJECT reasons: time_syntax, time_range. */
enum ak_rc ak_time_epoch(struct ak_str number, enum ak_epoch unit, struct ak_arena *a, struct ak_time *out,
			 struct ak_err *err);
/* Fill `out` from an instant within the years 0001..9999: seconds, nanoseconds below 10^9, fraction digits 0 to 9. */
void ak_time_finish(int64_t sec, uint32_t ns, int digits, struct ak_arena *a, struct ak_time *out);
/* Microseconds since the epoch to canonical text; digits = fraction digits 0 to 6 (floors). Instants outside the years
 * 0001..9999 give the nearest one inside. */
struct ak_str ak_time_format(int64_t us, int digits, struct ak_arena *a);
/* The same into a caller's buffer; returns it. */
const char *ak_time_z(int64_t us, int digits, char buf[32]);
/* Back again from canonical text, floored; INT64_MIN: it is none. Digits are not checked: it is for what was stored. */
int64_t ak_time_us(struct ak_str text);
/* Now, microseconds. The only clock of the program: SOURCE_DATE_EPOCH is not looked at here. */
int64_t ak_time_now(void);
/* Microseconds of a clock that never goes back, for waiting; its zero is no instant. */
int64_t ak_time_steady(void);
/* A --from/--to argument: RFC 3339, date, `YYYY-MM` (start of month), `yesterday`, `today`, `Nd`, `Nh` before now_us.
 * Days are UTC days, and a time without an offset is UTC. Anything else is AK_EXIT_USAGE. */
enum ak_rc ak_time_arg(const char *text, int64_t now_us, int64_t *us, struct ak_err *err);

#ifdef __cplusplus
}
#endif
#endif
