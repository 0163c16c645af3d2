#include "base/ak.h"
#include "chart/draw.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "chart/chart.h"
#include "tmpl/mustache.h"

bool ak_chart_number(const char *decimal, double *out)
{
	char *end;
	double v;

	if (!decimal || !*decimal)
		return false;
	v = strtod(decimal, &end);
	if (*end || !isfinite(v) || fabs(v) > 1e200)
		return false;
	*out = v;
	return true;
}

void ak_draw_text(struct ak_buf *out, const char *text)
{
	ak_escape(out, AK_ESC_HTML, ak_str_of(text ? text : ""));
}

void ak_draw_at(struct ak_buf *out, double x)
{
	char text[40];
	size_t n = (size_t)snprintf(text, sizeof text, "%.1f", fabs(x) < 0.05 ? 0 : x);

	if (n > 2 && strcmp(text + n - 2, ".0") == 0)
		text[n - 2] = '\0';
	ak_buf_adds(out, text);
}

void ak_draw_open(struct ak_buf *out, const char *id, const char *title, int height)
{
	ak_buf_addf(out,
		    "<svg class=\"chart\" viewBox=\"0 0 %d %d\" role=\"img\" aria-labelledby=\"%s-t %s-d\"><title id=\"%s-t\">",
		    DRAW_WIDTH, height, id, id, id);
	ak_draw_text(out, title);
	ak_buf_addf(out, "</title><desc id=\"%s-d\">", id);
}

double ak_draw_place(const struct ak_ticks *t, double value, double from, double to)
{
	double lo = ak_ticks_at(t, t->first), hi = ak_ticks_at(t, t->last);

	return from + (value / (hi - lo) - lo / (hi - lo)) * (to - from);
}

void ak_draw_class(struct ak_buf *out, unsigned series)
{
	if (series)
		ak_buf_addf(out, " class=\"s%u\"", (series - 1) % AK_CHART_SERIES + 1);
	else
		ak_buf_adds(out, " class=\"sx\"");
}
