#include "base/ak.h"

#include <stdlib.h>

#include "base/text.h"
#include "chart/chart.h"
#include "chart/term.h"
#include "chart/ticks.h"
#include "tap.h"

static struct ak_buf b;

static void ticks(void)
{
	static const struct {
		double lo, hi;
		bool whole;
		const char *want;
	} cases[] = {
		{0, 0, false, "0 0.5 1"},
		{0, 0, true, "0 1"},
		{0, 1, true, "0 1"},
		{0, 3, true, "0 1 2 3"},
		{0, 4, true, "0 1 2 3 4"},
		{0, 7, true, "0 2 4 6 8"},
		{0, 100, true, "0 50 100"},
		{0, 97.5, false, "0 50 100"},
		{0, 5000, true, "0 2,000 4,000 6,000"},
		{0, 9999, true, "0 5k 10k"},
		{0, 17000, true, "0 5k 10k 15k 20k"},
		{0, 1234567, true, "0 0.5M 1M 1.5M"},
		{0, 2e9, true, "0 0.5bn 1bn 1.5bn 2bn"},
		{0, 3e13, true, "0 10tn 20tn 30tn"},
		{0, 3e20, false, "0 1e20 2e20 3e20"},
		{0, 0.004, false, "0 0.001 0.002 0.003 0.004"},
		{0, 2e-9, false, "0 5e-10 1e-9 15e-10 2e-9"},
		{-30, 50, true, "-40 -20 0 20 40 60"},
		{-2, 0, true, "-2 -1 0"},
		{-0.5, 12, false, "-5 0 5 10 15"},
	};

	for (size_t i = 0; i < AK_COUNT(cases); i++) {
		struct ak_ticks t;
		char text[40];

		ak_ticks_make(cases[i].lo, cases[i].hi, 4, cases[i].whole, &t);
		ak_buf_clear(&b);
		for (int64_t k = t.first; k <= t.last; k++)
			ak_buf_addf(&b, "%s%s", k > t.first ? " " : "", ak_ticks_text(&t, k, text));
		is_str(ak_buf_str(&b), cases[i].want, cases[i].want);
		ok(ak_ticks_at(&t, t.first) <= cases[i].lo && ak_ticks_at(&t, t.last) >= cases[i].hi * (1 - 1e-9), "the axis reaches both ends");
	}
	/* Every power of ten and its neighbours: few ticks, and none missing. */
	for (int e = -40; e <= 60; e++)
		for (int m = 1; m < 100; m += 7) {
			struct ak_ticks t;
			char text[40];
			double hi = m;

			for (int k = 0; k < abs(e); k++)
				hi = e < 0 ? hi / 10 : hi * 10;
			ak_ticks_make(0, hi, 4, false, &t);
			if (t.first != 0 || t.last < 1 || t.last > 6 || ak_ticks_at(&t, t.last) < hi * (1 - 1e-9) || ak_ticks_at(&t, t.last - 1) > hi ||
			    strlen(ak_ticks_text(&t, t.last, text)) > 7)
				ok(false, "an axis of any size");
		}
	ok(true, "axes of all sizes");
}

static bool has(const char *text) { return strstr(b.p, text) != NULL; }

static void columns(void)
{
	static const char *const label[] = {"a", "<b>", "\"c\""}, *const good[] = {"3", NULL, "0"}, *const bad[] = {"1", "2", NULL}, *const none[] = {NULL, NULL, NULL};
	static const struct ak_chart_series two[] = {{"succeeded", good, "3", false}, {"failed & lost", bad, "3", true}}, empty = {"nothing", none, NULL, false};
	struct ak_chart c = {.id = "r", .title = "Requests <1>", .axis = "day", .label = label, .n = 3, .series = two, .nseries = 2};

	ak_buf_clear(&b);
	ak_chart_svg(&c, &b);
	ok(has("<title id=\"r-t\">Requests &lt;1&gt;</title>") && !has("<b>") && !has("& lost"), "texts are escaped");
	ok(has("succeeded: least 0 (&quot;c&quot;), most 3 (a), 2 of 3 points known."), "the picture is told in words");
	ok(has("failed &amp; lost 2") && has("succeeded not known"), "a point says what is not known");
	ok(has("class=\"s1\" d=\"M") && has("class=\"sx\" d=\"M"), "what is bad has its colour");
	ok(!has("nan") && !has("inf") && !has("-0\""), "all places are numbers");
	ak_buf_clear(&b);
	ak_chart_table(&c, &b);
	ok(has("<tr><th scope=\"row\">&lt;b&gt;</th><td class=\"n\">-</td><td class=\"n\">2</td></tr>"), "the table has gaps as `-`");
	ok(has("<tfoot><tr><th scope=\"row\">total</th><td class=\"n\">3</td>"), "and the totals");
	c.series = &empty;
	c.nseries = 1;
	ak_buf_clear(&b);
	ak_chart_svg(&c, &b);
	ok(has("nothing: nothing known.") && has(">1</text>") && !has("nan"), "no value at all is an empty picture with an axis");
	c.kind = AK_CHART_LINES;
	c.n = 0;
	ak_buf_clear(&b);
	ak_chart_svg(&c, &b);
	ok(has("</svg>") && !has("nan"), "and so are no points");
	ak_buf_clear(&b);
	ak_chart_legend(&c, &b);
	is_int((int64_t)b.n, 0, "one series has no legend");
}

static void lines(void)
{
	static const char *const label[] = {"1", "2", "3", "4"}, *const v[] = {"-5", NULL, "123456789012345678901234567890", "0.000001"}, *const one[] = {"7"},
				 *const many[] = {"1e400", "x", "", "5"};
	static const struct ak_chart_series s = {"value", v, NULL, false}, s1 = {"value", one, NULL, false}, odd = {"odd", many, NULL, false};
	struct ak_chart c = {.kind = AK_CHART_LINES, .id = "l", .title = "t", .axis = "n", .label = label, .n = 4, .series = &s, .nseries = 1};

	ak_buf_clear(&b);
	ak_chart_svg(&c, &b);
	ok(has("least -5 (1), most 123456789012345678901234567890 (3)"), "negative, huge and tiny together");
	is_int((int64_t)(strstr(b.p, "<circle") != NULL), 1, "a value without neighbours is a dot");
	ok(!has("nan") && !has("inf"), "all places are numbers");
	c.series = &s1;
	c.n = 1;
	ak_buf_clear(&b);
	ak_chart_svg(&c, &b);
	ok(has("<circle") && has("most 7 (1)"), "one value");
	c.series = &odd;
	c.n = 4;
	ak_buf_clear(&b);
	ak_chart_svg(&c, &b);
	ok(has("1 of 4 points known"), "what is no number, or too large for a picture, is not drawn");
}

static void bars(void)
{
	static const struct ak_chart_bar fall[] = {{"provider", "100", NULL, "100", 1}, {"retries <x>", "-30", "100", "70", 0}, {"unknown", "-", NULL, NULL, 6},
						   {"a label that is much longer than there is room for beside its figure", "70", "0", "70", 2}};
	struct ak_chart_bars c = {.id = "w", .title = "Waterfall", .unit = "USD", .bar = fall, .n = 4};

	ak_buf_clear(&b);
	ak_chart_bars_svg(&c, &b);
	ok(has("<rect class=\"s1\" x=\"4\" y=\"29\" height=\"9\" width=\"352\"/>") && has("<rect class=\"sx\" x=\"250.4\" y=\"57\" height=\"9\" width=\"105.6\"/>"),
	   "a step stands where the one before it ended");
	ok(has("retries &lt;x&gt;") && has("...</text>") && has("<title>a label that is much longer than there is room for beside its figure: 70</title>"),
	   "labels are escaped, cut only to be seen");
	c.first = "10:00:00";
	c.last = "10:00:03";
	ak_buf_clear(&b);
	ak_chart_bars_svg(&c, &b);
	ok(has(">10:00:00</text>") && !has(">50</text>"), "a timeline has its ends in place of figures");
	ak_buf_clear(&b);
	ak_chart_share("1", "3", false, &b);
	ok(has("width=\"33.3\""), "a share");
	ak_buf_clear(&b);
	ak_chart_share("0.001", "3000", true, &b);
	ok(has("class=\"sx\"") && has("width=\"0.5\""), "the least share is seen");
	ak_buf_clear(&b);
	ak_chart_share("5", "0", false, &b);
	ok(has("width=\"0.5\"") && !has("inf"), "of nothing");
}

static void terminal(void)
{
	static const struct {
		double value, whole;
		size_t cells;
		const char *blocks, *plain;
	} cases[] = {
		{1, 1, 4, "████", "####"}, {1, 2, 4, "██", "##"},   {1, 1e9, 4, "▏", "#"},  {0, 5, 4, "", ""},	 {-1, 5, 4, "", ""},
		{5, 0, 4, "", ""},	   {31, 32, 4, "███▉", "###"}, {9, 3, 4, "████", "####"}, {1, 64, 8, "▏", "#"},
	};
	static const double v[] = {0, 1, 2, 3, 4, 5, 6, 7};
	static const bool known[] = {true, true, false, true, true, true, true, true};

	for (size_t i = 0; i < AK_COUNT(cases); i++) {
		ak_buf_clear(&b);
		ak_term_bar(&b, cases[i].value, cases[i].whole, cases[i].cells, true);
		is_str(ak_buf_str(&b), cases[i].blocks, "a bar of blocks");
		ak_buf_clear(&b);
		ak_term_bar(&b, cases[i].value, cases[i].whole, cases[i].cells, false);
		is_str(ak_buf_str(&b), cases[i].plain, "and of ASCII");
	}
	ak_buf_clear(&b);
	is_int((int64_t)ak_term_spark(&b, v, known, 8, 20, true), 1, "a mark a value");
	is_str(ak_buf_str(&b), "▁▂?▄▅▆▇█", "from zero to the largest, and what is not known");
	ak_buf_clear(&b);
	is_int((int64_t)ak_term_spark(&b, v, NULL, 8, 3, false), 3, "neighbours are added up where there is no room");
	is_str(ak_buf_str(&b), ":*#", "in ASCII");
	ak_buf_clear(&b);
	ak_term_spark(&b, v, NULL, 1, 8, true);
	is_str(ak_buf_str(&b), "▁", "one zero");
	ak_buf_clear(&b);
	ak_term_spark(&b, v, NULL, 0, 8, true);
	is_int((int64_t)b.n, 0, "nothing");
}

int main(void)
{
	ak_buf_init(&b, 1 << 20);
	ticks();
	columns();
	lines();
	bars();
	terminal();
	ak_buf_release(&b);
	return done_testing();
}
