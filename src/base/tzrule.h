/* POSIX TZ strings (IEEE 1003.1 chapter 8.3, with the extended hours of RFC 8536 3.3.1): what holds after the last
 * transition of a TZif file. */
#ifndef AK_BASE_TZRULE_H
#define AK_BASE_TZRULE_H

#include "base/zone.h"

enum ak_tz_day { AK_TZ_JULIAN, AK_TZ_ZERO_JULIAN, AK_TZ_MONTH_WEEK_DAY };

struct ak_tz_change {
	enum ak_tz_day kind;
	int day, week, month; /* day of the year, or day of the week from Sunday 0 */
	int32_t time;	      /* seconds after local midnight, may be negative or beyond a day */
};

struct ak_tz_rule {
	int32_t std, dst; /* offsets, seconds east of UTC */
	bool has_dst;
	struct ak_tz_change begin, end; /* of daylight saving time */
};

#ifdef __cplusplus
extern "C" {
#endif

/* False when the text is no POSIX TZ string. */
bool ak_tz_rule_parse(struct ak_str text, struct ak_tz_rule *out);
/* The span of an instant under the rule alone. */
void ak_tz_rule_span(const struct ak_tz_rule *r, int64_t at, struct ak_zone_span *out);

#ifdef __cplusplus
}
#endif
#endif
