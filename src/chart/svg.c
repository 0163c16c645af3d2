/* Columns and lines over an axis of points. */
#include "base/ak.h"
#include "chart/chart.h"

#include "base/text.h"
#include "chart/draw.h"

enum { HEIGHT = 172, TOP = 8, UNIT = 14 /* a line for the unit */, BOTTOM = 18, STEPS = 4, HOVERED = 120, MARKED = 40 };

struct plot {
	const struct ak_chart *c;
	struct ak_buf *out;
	struct ak_ticks ticks;
	double left, right, top, slot;
};

static double y_of(const struct plot *p, double v)
{
	return ak_draw_place(&p->ticks, v, HEIGHT - BOTTOM, p->top);
}

static double x_of(const struct plot *p, size_t i)
{
	return p->left + p->slot * ((double)i + 0.5);
}

static unsigned class_of(const struct ak_chart *c, size_t k)
{
	unsigned n = 0;

	for (size_t i = 0; i <= k; i++)
		n += !c->series[i].bad;
	return c->series[k].bad ? 0 : n;
}

/* ---- axes ---- */

/* As far as the highest stack or line goes, and whether all values are whole numbers. */
static bool reach(const struct ak_chart *c, double *lo, double *hi)
{
	bool whole = true;
	double v;

	*lo = 0;
	*hi = c->most && ak_chart_number(c->most, &v) ? v : 0;
	for (size_t i = 0; i < c->n; i++) {
		double up = 0, down = 0;

		for (size_t k = 0; k < c->nseries; k++) {
			if (!ak_chart_number(c->series[k].value[i], &v))
				continue;
			whole &= !strchr(c->series[k].value[i], '.');
			up = v < 0 ? up : c->kind == AK_CHART_COLUMNS ? up + v : v > up ? v : up;
			down = v > 0 ? down : c->kind == AK_CHART_COLUMNS ? down + v : v < down ? v : down;
		}
		*lo = down < *lo ? down : *lo;
		*hi = up > *hi ? up : *hi;
	}
	return whole;
}

static void y_axis(struct plot *p)
{
	size_t widest = 0;
	char text[40];

	for (int64_t i = p->ticks.first; i <= p->ticks.last; i++) {
		size_t n = strlen(ak_ticks_text(&p->ticks, i, text));

		widest = n > widest ? n : widest;
	}
	p->left = (double)(widest * (DRAW_LETTER + 1) + 6); /* narrow pages make the letters larger */
	p->right = DRAW_WIDTH - 4;
	for (int64_t i = p->ticks.first; i <= p->ticks.last; i++) {
		double y = y_of(p, ak_ticks_at(&p->ticks, i));

		ak_buf_adds(p->out, i ? "<path class=\"grid\" d=\"M" : "<path class=\"zero\" d=\"M");
		ak_draw_at(p->out, p->left);
		ak_buf_addc(p->out, ' ');
		ak_draw_at(p->out, y);
		ak_buf_addf(p->out, "H%d\"/><text class=\"axis\" text-anchor=\"end\" x=\"", DRAW_WIDTH - 4);
		ak_draw_at(p->out, p->left - 4);
		ak_buf_adds(p->out, "\" y=\"");
		ak_draw_at(p->out, y + 3.5);
		ak_buf_addf(p->out, "\">%s</text>", ak_ticks_text(&p->ticks, i, text));
	}
	if (!p->c->unit)
		return;
	ak_buf_adds(p->out, "<text class=\"axis\" x=\"0\" y=\"9\">");
	ak_draw_text(p->out, p->c->unit);
	ak_buf_adds(p->out, "</text>");
}

/* As many labels as stand beside each other, the first always. */
static void x_axis(struct plot *p)
{
	double widest = 0, half;
	size_t every = 1;

	for (size_t i = 0; i < p->c->n; i++) {
		double w = (double)(ak_text_width(ak_str_of(p->c->label[i])) * DRAW_LETTER);

		widest = w > widest ? w : widest;
	}
	while ((double)every * p->slot < widest + 8)
		every++;
	for (size_t i = 0; i < p->c->n; i += every) {
		double x = x_of(p, i);

		half = (double)(ak_text_width(ak_str_of(p->c->label[i])) * DRAW_LETTER) / 2;
		x = x + half > DRAW_WIDTH ? DRAW_WIDTH - half : x < half ? half : x;
		ak_buf_adds(p->out, "<text class=\"axis\" text-anchor=\"middle\" x=\"");
		ak_draw_at(p->out, x);
		ak_buf_addf(p->out, "\" y=\"%d\">", HEIGHT - 5);
		ak_draw_text(p->out, p->c->label[i]);
		ak_buf_adds(p->out, "</text>");
	}
}

/* ---- values ---- */

/* One path a series: a box for each value on those of the series below it, negative ones under zero. */
static void columns(struct plot *p)
{
	double width = p->slot >= 3 ? p->slot * 0.8 : p->slot, *up = ak_alloc_zero(p->c->n + 1, sizeof *up),
	       *down = ak_alloc_zero(p->c->n + 1, sizeof *down);

	width = width > 48 ? 48 : width;
	for (size_t k = 0; k < p->c->nseries; k++) {
		ak_buf_adds(p->out, "<path");
		ak_draw_class(p->out, class_of(p->c, k));
		ak_buf_adds(p->out, " d=\"");
		for (size_t i = 0; i < p->c->n; i++) {
			double v, *base = NULL, y, h;

			if (!ak_chart_number(p->c->series[k].value[i], &v) || v == 0)
				continue;
			base = v > 0 ? &up[i] : &down[i];
			y = y_of(p, *base + (v > 0 ? v : 0));
			h = y_of(p, *base + (v > 0 ? 0 : v)) - y;
			*base += v;
			h = h < 0.7 ? 0.7 : h; /* the least thing is seen */
			ak_buf_addc(p->out, 'M');
			ak_draw_at(p->out, x_of(p, i) - width / 2);
			ak_buf_addc(p->out, ' ');
			ak_draw_at(p->out, y);
			ak_buf_addc(p->out, 'h');
			ak_draw_at(p->out, width);
			ak_buf_addc(p->out, 'v');
			ak_draw_at(p->out, h);
			ak_buf_addc(p->out, 'h');
			ak_draw_at(p->out, -width);
			ak_buf_addc(p->out, 'z');
		}
		ak_buf_adds(p->out, "\"/>");
	}
	ak_free(up);
	ak_free(down);
}

static bool known(const struct ak_chart *c, size_t k, size_t i)
{
	double v;

	return i < c->n && ak_chart_number(c->series[k].value[i], &v);
}

/* A line through neighbours; a value that has none on either side is a dot, as are all where there are few. */
static void lines(struct plot *p)
{
	for (size_t k = 0; k < p->c->nseries; k++) {
		unsigned class = class_of(p->c, k);
		double v;

		ak_buf_addf(p->out, "<path class=\"line %s%.0u\" d=\"", class ? "s" : "sx", class);
		for (size_t i = 0; i < p->c->n; i++) {
			if (!ak_chart_number(p->c->series[k].value[i], &v))
				continue;
			ak_buf_addc(p->out, i && known(p->c, k, i - 1) ? 'L' : 'M');
			ak_draw_at(p->out, x_of(p, i));
			ak_buf_addc(p->out, ' ');
			ak_draw_at(p->out, y_of(p, v));
		}
		ak_buf_adds(p->out, "\"/>");
		for (size_t i = 0; i < p->c->n; i++) {
			bool alone = !(i && known(p->c, k, i - 1)) && !known(p->c, k, i + 1);

			if (!ak_chart_number(p->c->series[k].value[i], &v) || !(alone || p->c->n <= MARKED))
				continue;
			ak_buf_adds(p->out, "<circle");
			ak_draw_class(p->out, class);
			ak_buf_adds(p->out, " r=\"2\" cx=\"");
			ak_draw_at(p->out, x_of(p, i));
			ak_buf_adds(p->out, "\" cy=\"");
			ak_draw_at(p->out, y_of(p, v));
			ak_buf_adds(p->out, "\"/>");
		}
	}
}

/* What a pointer that rests on a point is told. */
static void hover(struct plot *p)
{
	const char *const *name = p->c->name ? p->c->name : p->c->label;

	if (p->c->n > HOVERED)
		return;
	for (size_t i = 0; i < p->c->n; i++) {
		ak_buf_adds(p->out, "<rect class=\"hit\" x=\"");
		ak_draw_at(p->out, p->left + p->slot * (double)i);
		ak_buf_adds(p->out, "\" y=\"");
		ak_draw_at(p->out, p->top);
		ak_buf_adds(p->out, "\" width=\"");
		ak_draw_at(p->out, p->slot);
		ak_buf_adds(p->out, "\" height=\"");
		ak_draw_at(p->out, HEIGHT - BOTTOM - p->top);
		ak_buf_adds(p->out, "\"><title>");
		ak_draw_text(p->out, name[i]);
		for (size_t k = 0; k < p->c->nseries; k++) {
			const char *v = p->c->series[k].value[i];

			ak_buf_adds(p->out, k ? ", " : ": ");
			ak_draw_text(p->out, p->c->series[k].name);
			ak_buf_addf(p->out, " %s", v ? AK_FIGURE(v) : "not known");
		}
		ak_buf_adds(p->out, "</title></rect>");
	}
}

/* ---- in words ---- */

static void say_series(const struct ak_chart *c, size_t k, struct ak_buf *out)
{
	const struct ak_chart_series *s = &c->series[k];
	const char *const *name = c->name ? c->name : c->label;
	size_t least = c->n, most = c->n, n = 0;
	double v, lo = 0, hi = 0;

	for (size_t i = 0; i < c->n; i++) {
		if (!ak_chart_number(s->value[i], &v))
			continue;
		if (!n || v < lo) {
			lo = v;
			least = i;
		}
		if (!n || v > hi) {
			hi = v;
			most = i;
		}
		n++;
	}
	ak_buf_addc(out, ' ');
	ak_draw_text(out, s->name);
	if (!n) {
		ak_buf_adds(out, ": nothing known.");
		return;
	}
	ak_buf_addf(out, ": least %s (", AK_FIGURE(s->value[least]));
	ak_draw_text(out, name[least]);
	ak_buf_addf(out, "), most %s (", AK_FIGURE(s->value[most]));
	ak_draw_text(out, name[most]);
	ak_buf_addf(out, "), %zu of %zu points known.", n, c->n);
}

void ak_chart_svg(const struct ak_chart *c, struct ak_buf *out)
{
	struct plot p = {.c = c, .out = out, .top = c->unit ? TOP + UNIT : TOP};
	double lo, hi;
	bool whole = reach(c, &lo, &hi);

	ak_draw_open(out, c->id, c->title, HEIGHT);
	ak_draw_text(out, c->desc);
	for (size_t k = 0; k < c->nseries; k++)
		say_series(c, k, out);
	ak_buf_adds(out, "</desc>");
	ak_ticks_make(lo, hi, STEPS, whole, &p.ticks);
	y_axis(&p);
	p.slot = (p.right - p.left) / (double)(c->n ? c->n : 1);
	if (c->n)
		x_axis(&p);
	if (c->kind == AK_CHART_COLUMNS)
		columns(&p);
	else
		lines(&p);
	hover(&p);
	ak_buf_adds(out, "</svg>");
}

/* ---- beside it ---- */

void ak_chart_legend(const struct ak_chart *c, struct ak_buf *out)
{
	if (c->nseries < 2)
		return;
	ak_buf_adds(out, "<ul class=\"legend\">");
	for (size_t k = 0; k < c->nseries; k++) {
		unsigned class = class_of(c, k);

		ak_buf_adds(out, "<li><svg class=\"key\" viewBox=\"0 0 16 10\" aria-hidden=\"true\">");
		if (c->kind == AK_CHART_LINES) {
			ak_buf_addf(out, "<path class=\"line %s%.0u\" d=\"M0 5H16\"/>", class ? "s" : "sx", class);
		} else {
			ak_buf_adds(out, "<rect");
			ak_draw_class(out, class);
			ak_buf_adds(out, " width=\"12\" height=\"10\"/>");
		}
		ak_buf_adds(out, "</svg>");
		ak_draw_text(out, c->series[k].name);
		ak_buf_adds(out, "</li>");
	}
	ak_buf_adds(out, "</ul>");
}

static void cell(struct ak_buf *out, const char *value)
{
	ak_buf_adds(out, "<td class=\"n\">");
	ak_draw_text(out, value ? AK_FIGURE(value) : "-");
	ak_buf_adds(out, "</td>");
}

void ak_chart_table(const struct ak_chart *c, struct ak_buf *out)
{
	const char *const *name = c->name ? c->name : c->label;
	bool totals = false;

	ak_buf_adds(out, "<table class=\"data\"><thead><tr><th scope=\"col\">");
	ak_draw_text(out, c->axis);
	for (size_t k = 0; k < c->nseries; k++) {
		ak_buf_adds(out, "</th><th scope=\"col\" class=\"n\">");
		ak_draw_text(out, c->series[k].name);
		totals |= c->series[k].total != NULL;
		if (!c->unit)
			continue;
		ak_buf_adds(out, ", ");
		ak_draw_text(out, c->unit);
	}
	ak_buf_adds(out, "</th></tr></thead><tbody>");
	for (size_t i = 0; i < c->n; i++) {
		ak_buf_adds(out, "<tr><th scope=\"row\">");
		ak_draw_text(out, name[i]);
		ak_buf_adds(out, "</th>");
		for (size_t k = 0; k < c->nseries; k++)
			cell(out, c->series[k].value[i]);
		ak_buf_adds(out, "</tr>\n");
	}
	ak_buf_adds(out, "</tbody>");
	if (totals) {
		ak_buf_adds(out, "<tfoot><tr><th scope=\"row\">total</th>");
		for (size_t k = 0; k < c->nseries; k++)
			cell(out, c->series[k].total);
		ak_buf_adds(out, "</tr></tfoot>");
	}
	ak_buf_adds(out, "</table>");
}
