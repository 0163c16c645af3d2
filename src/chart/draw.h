/* Writing SVG. Internal to chart/. */
#ifndef AK_CHART_DRAW_H
#define AK_CHART_DRAW_H

#include "base/buf.h"
#include "chart/ticks.h"

enum { DRAW_WIDTH = 360, DRAW_LETTER = 6 /* about as wide as a figure of 10 units is */ };

#ifdef __cplusplus
extern "C" {
#endif

void ak_draw_text(struct ak_buf *out, const char *text);
/* A coordinate: one digit behind the point, none where it is zero. */
void ak_draw_at(struct ak_buf *out, double x);
/* The opening tag with title and desc; the caller adds </desc> after what it has to say. */
void ak_draw_open(struct ak_buf *out, const char *id, const char *title, int height);
/* Where a value stands between `from` and `to`, along the axis. */
double ak_draw_place(const struct ak_ticks *t, double value, double from, double to);
/* " class="sN"", of a series from 1; 0: what is bad. */
void ak_draw_class(struct ak_buf *out, unsigned series);

#ifdef __cplusplus
}
#endif
#endif
