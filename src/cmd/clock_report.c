#include "base/ak.h"
#include "cmd/clock_report.h"

#include <stdio.h>

#include "cmd/jsonget.h"

#define LATE_MS 1000 /* no network keeps every call that long */

static const char *span(json_int_t ms, char buf[32])
{
	if (ms < 0)
		ms = -ms;
	if (ms < 1000)
		snprintf(buf, 32, "%lld ms", (long long)ms);
	else
		snprintf(buf, 32, "%lld.%lld s", (long long)ms / 1000, (long long)ms % 1000 / 100);
	return buf;
}

/* What arrives before it was sent proves a clock wrong; what arrives late may have waited, unless all of them did. */
static const char *verdict(json_int_t median, json_int_t min)
{
	return median < 0 ? "ahead of" : min > LATE_MS ? "behind" : NULL;
}

void ak_clock_print(struct ak_ctx *c, const json_t *clocks, bool all)
{
	json_t *k;
	size_t i;
	char n[32], median[32], low[32], high[32], bounds[96];

	json_array_foreach((json_t *)clocks, i, k) {
		json_int_t ms = json_integer_value(json_object_get(k, "median_ms"));
		json_int_t min = json_integer_value(json_object_get(k, "min_ms")), max = json_integer_value(json_object_get(k, "max_ms"));
		const char *off = verdict(ms, min);

		if (!off && !all)
			continue;
		snprintf(bounds, sizeof bounds, ", from %s%s to %s%s", min < 0 ? "-" : "", span(min, low), max < 0 ? "-" : "", span(max, high));
		ak_io_line(c->io, "clock", "%s events%s%s %s %s %s (%s pairs%s), raw kept", ak_jtxt(k, "from", "?"),
			   json_is_string(json_object_get(k, "app")) ? " of " : "", ak_jtxt(k, "app", ""), span(ms, median), off ? off : "from",
			   ak_jtxt(k, "to", "?"), ak_thousands(ak_jnum(k, "pairs"), n), all ? bounds : "");
	}
}
