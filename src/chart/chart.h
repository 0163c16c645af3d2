/* Pictures of figures, made when a page is written: SVG without script, whose colours come from the page's style
 * (ak_chart_style), and bars of characters for a terminal (chart/term.h). Data in, text out: nothing here knows what is drawn.
 *
 * Values are canonical decimals as text, NULL where nothing is known: that leaves a gap and is never drawn as zero. Only
 * places on the picture are rounded; each picture has a table with the exact figures, which its page puts beside it. Texts
 * are escaped here. The same data give the same bytes. */
#ifndef AK_CHART_CHART_H
#define AK_CHART_CHART_H

#include "base/buf.h"

/* Series that are told apart; their colours are .s1 to .s6, what is bad is .sx. */
#define AK_CHART_SERIES 6
/* Points that a picture has room for; callers leave out the others and say so. */
#define AK_CHART_POINTS 400

enum ak_chart_kind { AK_CHART_COLUMNS, AK_CHART_LINES };

struct ak_chart_series {
	const char *name;
	const char *const *value; /* one a point */
	const char *total;	  /* at the foot of the table; NULL: none */
	bool bad;		  /* failures and the like: drawn in the colour of alarm */
};

/* Figures over time or over another ordered axis. Columns of several series stand on each other. */
struct ak_chart {
	enum ak_chart_kind kind;
	const char *id;		   /* of the page: a-z, 0-9, - */
	const char *title, *desc;  /* for who does not see it; desc may be NULL, the ranges are told anyway */
	const char *unit;	   /* at the axis: "ms", "USD"; NULL: none */
	const char *axis;	   /* what points are: "day" */
	const char *most;	   /* the axis reaches at least to here: "100"; NULL: as far as the values do */
	const char *const *label;  /* below the axis, short */
	const char *const *name;   /* in the table, whole; NULL: the labels */
	size_t n;
	const struct ak_chart_series *series;
	size_t nseries;
};

/* Horizontal bars, each with its text: amounts from zero, steps of a waterfall or stretches of a timeline. */
struct ak_chart_bar {
	const char *label, *text; /* text: the figure itself */
	const char *from, *to;	  /* decimals; from NULL = 0, to NULL: no bar */
	unsigned series;	  /* 1 to AK_CHART_SERIES; 0: bad */
};

struct ak_chart_bars {
	const char *id, *title, *desc, *unit;
	const char *first, *last; /* words for both ends of the axis in place of figures; NULL: figures */
	const struct ak_chart_bar *bar;
	size_t n;
};

#ifdef __cplusplus
extern "C" {
#endif

/* <svg role="img"> with title and desc; 360 units wide, to be made as wide as the page has room. */
void ak_chart_svg(const struct ak_chart *c, struct ak_buf *out);
/* <table> with every value of it. */
void ak_chart_table(const struct ak_chart *c, struct ak_buf *out);
/* <ul> of the series; nothing where there is one. */
void ak_chart_legend(const struct ak_chart *c, struct ak_buf *out);
void ak_chart_bars_svg(const struct ak_chart_bars *c, struct ak_buf *out);

/* Within a line of text, beside the figure: a bar of value/whole, and columns without axis. Not read aloud. */
void ak_chart_share(const char *value, const char *whole, bool bad, struct ak_buf *out);
void ak_chart_spark(const char *const *value, size_t n, bool bad, struct ak_buf *out);

/* Rules for <style>, light and dark and for paper; colours are variables that a page may set otherwise. */
extern const char ak_chart_style[];

/* A decimal as near as a picture needs it; false: none, or too large for one. */
bool ak_chart_number(const char *decimal, double *out);

#ifdef __cplusplus
}
#endif
#endif
