/* Horizontal bars, and small pictures within a line. */
#include "base/ak.h"
#include "chart/chart.h"

#include "base/text.h"
#include "chart/draw.h"
#include "tmpl/mustache.h"

enum { ROW = 28, TOP = 16, LEFT = 4, RIGHT = DRAW_WIDTH - 4, STEPS = 4 };

static double start_of(const struct ak_chart_bar *b)
{
	double v = 0;

	return ak_chart_number(b->from, &v) ? v : 0;
}

static void axis(const struct ak_chart_bars *c, const struct ak_ticks *t, int height, struct ak_buf *out)
{
	char text[40];

	for (int64_t i = t->first; i <= t->last && !c->first; i++) {
		double x = ak_draw_place(t, ak_ticks_at(t, i), LEFT, RIGHT),
		       half = (double)strlen(ak_ticks_text(t, i, text)) * DRAW_LETTER / 2,
		       at = x + half > DRAW_WIDTH ? DRAW_WIDTH - half
			    : x < half		  ? half
						  : x;

		ak_buf_adds(out, i ? "<path class=\"grid\" d=\"M" : "<path class=\"zero\" d=\"M");
		ak_draw_at(out, x);
		ak_buf_addf(out, " %dV%d\"/><text class=\"axis\" text-anchor=\"middle\" y=\"9\" x=\"", TOP - 3, height);
		ak_draw_at(out, at);
		ak_buf_addf(out, "\">%s</text>", text);
	}
	if (!c->first)
		return;
	ak_buf_addf(out, "<path class=\"zero\" d=\"M%d %dH%d\"/><text class=\"axis\" x=\"%d\" y=\"9\">", LEFT, TOP - 3, RIGHT,
		    LEFT);
	ak_draw_text(out, c->first);
	ak_buf_addf(out, "</text><text class=\"axis\" text-anchor=\"end\" x=\"%d\" y=\"9\">", RIGHT);
	ak_draw_text(out, c->last);
	ak_buf_adds(out, "</text>");
}

/* The label as far as its figure leaves room for it; whole for a pointer that rests on it. */
static void label(const struct ak_chart_bar *b, int y, struct ak_buf *out)
{
	struct ak_str s = ak_str_of(b->label);
	int room = (RIGHT - LEFT) / DRAW_LETTER - ak_text_width(ak_str_of(b->text ? b->text : "")) - 2;
	size_t at = 0, cut = 0;

	ak_buf_adds(out, "<title>");
	ak_draw_text(out, b->label);
	ak_buf_adds(out, ": ");
	ak_draw_text(out, b->text);
	ak_buf_addf(out, "</title><text x=\"%d\" y=\"%d\">", LEFT, y + 9);
	if (ak_text_width(s) > room) {
		while (at < s.n && ak_text_width(ak_str_n(s.p, at)) <= room - 3) {
			cut = at;
			ak_utf8_next(s, &at);
		}
		s.n = cut;
	}
	ak_escape(out, AK_ESC_HTML, s);
	ak_buf_adds(out, s.n < strlen(b->label) ? "..." : "");
	ak_buf_addf(out, "</text><text text-anchor=\"end\" x=\"%d\" y=\"%d\">", RIGHT, y + 9);
	ak_draw_text(out, b->text);
	ak_buf_adds(out, "</text>");
}

static void bar(const struct ak_chart_bar *b, const struct ak_ticks *t, int y, struct ak_buf *out)
{
	double to, from = ak_draw_place(t, start_of(b), LEFT, RIGHT), end;

	ak_buf_adds(out, "<g>");
	label(b, y, out);
	if (ak_chart_number(b->to, &to)) {
		end = ak_draw_place(t, to, LEFT, RIGHT);
		ak_buf_adds(out, "<rect");
		ak_draw_class(out, b->series);
		ak_buf_adds(out, " x=\"");
		ak_draw_at(out, end < from ? end : from);
		ak_buf_addf(out, "\" y=\"%d\" height=\"9\" width=\"", y + 13);
		ak_draw_at(out, end - from > 1 ? end - from : from - end > 1 ? from - end : 1);
		ak_buf_adds(out, "\"/>");
	}
	ak_buf_adds(out, "</g>");
}

void ak_chart_bars_svg(const struct ak_chart_bars *c, struct ak_buf *out)
{
	int height = TOP + (int)c->n * ROW + 2;
	double lo = 0, hi = 0, v;
	bool whole = true;
	struct ak_ticks t;

	for (size_t i = 0; i < c->n; i++) {
		const char *const ends[] = {c->bar[i].from, c->bar[i].to};

		for (size_t k = 0; k < AK_COUNT(ends); k++) {
			if (!ak_chart_number(ends[k], &v))
				continue;
			whole &= !strchr(ends[k], '.');
			lo = v < lo ? v : lo;
			hi = v > hi ? v : hi;
		}
	}
	ak_ticks_make(lo, hi, STEPS, whole, &t);
	ak_draw_open(out, c->id, c->title, height);
	ak_draw_text(out, c->desc);
	for (size_t i = 0; i < c->n; i++) {
		ak_buf_adds(out, " ");
		ak_draw_text(out, c->bar[i].label);
		ak_buf_adds(out, ": ");
		ak_draw_text(out, c->bar[i].text);
		ak_buf_addf(out, "%s%s.", c->unit ? " " : "", c->unit ? c->unit : "");
	}
	ak_buf_adds(out, "</desc>");
	axis(c, &t, height, out);
	for (size_t i = 0; i < c->n; i++)
		bar(&c->bar[i], &t, TOP + (int)i * ROW, out);
	ak_buf_adds(out, "</svg>");
}

void ak_chart_share(const char *value, const char *whole, bool bad, struct ak_buf *out)
{
	double v = 0, w = 0, share = ak_chart_number(value, &v) && ak_chart_number(whole, &w) && w > 0 && v > 0 ? v / w * 100 : 0;

	ak_buf_adds(out, "<svg class=\"share\" viewBox=\"0 0 100 8\" preserveAspectRatio=\"none\" aria-hidden=\"true\"><rect");
	ak_draw_class(out, !bad);
	ak_buf_adds(out, " height=\"8\" width=\"");
	ak_draw_at(out, share > 100 ? 100 : v > 0 && share < 0.5 ? 0.5 : share);
	ak_buf_adds(out, "\"/></svg>");
}

void ak_chart_spark(const char *const *value, size_t n, bool bad, struct ak_buf *out)
{
	double most = 0, v, slot = 100.0 / (double)(n ? n : 1);

	for (size_t i = 0; i < n; i++)
		most = ak_chart_number(value[i], &v) && v > most ? v : most;
	ak_buf_adds(out, "<svg class=\"spark\" viewBox=\"0 0 100 20\" preserveAspectRatio=\"none\" aria-hidden=\"true\"><path");
	ak_draw_class(out, !bad);
	ak_buf_adds(out, " d=\"");
	for (size_t i = 0; i < n && most > 0; i++) {
		double h = ak_chart_number(value[i], &v) && v > 0 ? v / most * 20 : 0;

		if (h == 0)
			continue;
		ak_buf_addc(out, 'M');
		ak_draw_at(out, slot * (double)i);
		ak_buf_adds(out, " 20v-");
		ak_draw_at(out, h < 0.5 ? 0.5 : h);
		ak_buf_addc(out, 'h');
		ak_draw_at(out, slot * (n > 60 ? 1 : 0.8));
		ak_buf_adds(out, "V20z");
	}
	ak_buf_adds(out, "\"/></svg>");
}
