#include "base/ak.h"
#include "cmd/clock_report.h"

#include <stdio.h>

#include "base/jsonget.h"
#include "link/clock.h"

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

/* ", one in 100 of 500,000 records of app-events", nothing where all were read. */
static const char *sampled(const json_t *row, char out[160])
{
	const json_t *by = json_object_get(row, "sampled");
	char k[32], n[32];

	*out = '\0';
	if (json_is_object(by))
		snprintf(out, 160, ", one in %s of %s records of %s", ak_thousands(ak_jnum(by, "one_in"), k), ak_thousands(ak_jnum(by, "of"), n),
			 ak_jtxt(by, "source", "?"));
	return out;
}

void ak_clock_print(struct ak_ctx *c, const json_t *clocks, bool all)
{
	json_t *k;
	size_t i;
	char n[32], median[32], low[32], high[32], bounds[96], part[160];

	json_array_foreach((json_t *)clocks, i, k) {
		json_int_t ms = json_integer_value(json_object_get(k, "median_ms"));
		json_int_t min = json_integer_value(json_object_get(k, "min_ms")), max = json_integer_value(json_object_get(k, "max_ms"));
		const char *off = verdict(ms, min);

		if (!off && !all)
			continue;
		snprintf(bounds, sizeof bounds, ", from %s%s to %s%s", min < 0 ? "-" : "", span(min, low), max < 0 ? "-" : "", span(max, high));
		ak_io_line(c->io, "clock", "%s events%s%s %s %s %s (%s pairs%s%s), raw kept", ak_jtxt(k, "from", "?"),
			   json_is_string(json_object_get(k, "app")) ? " of " : "", ak_jtxt(k, "app", ""), span(ms, median), off ? off : "from",
			   ak_jtxt(k, "to", "?"), ak_thousands(ak_jnum(k, "pairs"), n), all ? bounds : "", sampled(k, part));
	}
}

/* "239.8 to 240.0 s ahead of" needs both sides on one side of zero. */
static void offset_text(const json_t *row, struct ak_buf *out)
{
	const json_t *low = json_object_get(row, "low_ms"), *high = json_object_get(row, "high_ms");
	json_int_t l = json_integer_value(low), h = json_integer_value(high);
	char a[32], b[32];

	if (!json_is_true(json_object_get(row, "consistent")))
		ak_buf_adds(out, "has no bounds against");
	else if (!json_is_integer(low) && !json_is_integer(high))
		ak_buf_adds(out, json_is_true(json_object_get(row, "enough")) ? "is not bounded against" : "has too few pairs for bounds against");
	else if (!json_is_integer(low) || !json_is_integer(high))
		ak_buf_addf(out, "is %s %s%s ahead of", json_is_integer(low) ? "at least" : "at most",
			    (json_is_integer(low) ? l : h) < 0 ? "-" : "", span(json_is_integer(low) ? l : h, a));
	else if (h < 0)
		ak_buf_addf(out, "is %s to %s behind", span(h, a), span(l, b));
	else
		ak_buf_addf(out, "is %s%s to %s ahead of", l < 0 ? "-" : "", span(l, a), span(h, b));
}

void ak_clock_bounds_print(struct ak_ctx *c, const json_t *rows)
{
	json_t *row;
	size_t i;
	char n[32], m[32], part[160];

	json_array_foreach((json_t *)rows, i, row) {
		const char *app = ak_jtxt(row, "from_app", NULL), *to = ak_jtxt(row, "to_app", NULL);
		struct ak_buf off;

		if (!ak_jnum(row, "pairs"))
			continue;
		ak_buf_init(&off, 256);
		offset_text(row, &off);
		ak_io_line(c->io, "bounds", "%s%s%s %s %s%s%s (%s pairs of %s%s, %s contradict%s)", ak_jtxt(row, "from", "?"), app ? " of " : "",
			   app ? app : "", off.p, ak_jtxt(row, "to", "?"), to ? " of " : "", to ? to : "", ak_thousands(ak_jnum(row, "pairs"), n),
			   ak_jtxt(row, "basis", "?"), sampled(row, part), ak_thousands(ak_jnum(row, "contradicting"), m),
			   json_is_true(json_object_get(row, "consistent")) ? "" : ": nothing is ordered by them");
		ak_buf_release(&off);
	}
}

enum ak_rc ak_clock_bounds_add(struct ak_ctx *c, json_t *source, struct ak_err *err)
{
	AK_CLEANUP(ak_clocks_freep) struct ak_clocks *clocks = NULL;
	const char *name = ak_jtxt(source, "name", "");
	json_t *rows, *row, *mine = json_array();
	uint64_t left_out = 0;
	size_t i;
	enum ak_rc rc = ak_clock_bounds(c->store, 0, &clocks, err);

	if (rc != AK_OK) {
		json_decref(mine);
		return rc;
	}
	rows = ak_clocks_rows(clocks, &left_out);
	json_array_foreach(rows, i, row)
		if (strcmp(ak_jtxt(row, "from", ""), name) == 0 || strcmp(ak_jtxt(row, "to", ""), name) == 0)
			json_array_append(mine, row);
	json_object_set_new(source, "clock_bounds", mine);
	json_object_set_new(source, "clock_bounds_left_out", json_integer((json_int_t)left_out));
	json_object_set_new(source, "clock_cycles", ak_clocks_cycles(clocks));
	json_decref(rows);
	return AK_OK;
}
