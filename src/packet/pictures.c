#include "base/ak.h"
#include "packet/pictures.h"

#include "base/decimal.h"
#include "base/jsonget.h"
#include "base/text.h"
#include "base/time.h"
#include "chart/chart.h"
#include "report/dashboard.h"
#include "tmpl/mustache.h"

enum { BARS = 24, POINTS = 31, WATERFALLS = 4 };

struct bars {
	struct ak_arena arena;
	struct ak_chart_bar bar[BARS];
	size_t n;
};

static json_t *raw(struct ak_buf *b)
{
	json_t *v = ak_mustache_safe(ak_buf_str(b));

	ak_buf_release(b);
	return v;
}

static json_t *svg_of(const struct ak_chart_bars *c)
{
	struct ak_buf b;

	ak_buf_init(&b, 4 << 20);
	ak_chart_bars_svg(c, &b);
	return raw(&b);
}

static void add_bars(json_t *list, struct bars *x, const char *id, const char *title, const char *unit, json_t *note, const char *table)
{
	const struct ak_chart_bars c = {.id = id, .title = title, .desc = "", .unit = unit, .bar = x->bar, .n = x->n};

	if (x->n)
		json_array_append_new(list, json_pack("{s:s, s:s, s:o, s:s, s:o, s:n, s:n, s:b}", "id", id, "title", title, "note", note, "table", table, "svg",
						      svg_of(&c), "legend", "figures", "tall", x->n > 8));
	else
		json_decref(note);
	x->n = 0;
}

/* Hundredths, cut off. */
static const char *share(struct bars *x, uint64_t n, uint64_t of)
{
	uint64_t v = of ? (uint64_t)((unsigned __int128)n * 10000 / of) : 0;

	return ak_arena_printf(&x->arena, "%llu.%02llu", (unsigned long long)v / 100, (unsigned long long)v % 100).p;
}

/* ---- over time ---- */

static void over_time(json_t *list, const json_t *figures)
{
	json_t *left_out = json_array(), *all = ak_dashboard_charts(figures, left_out), *c;
	bool many = json_array_size(json_object_get(figures, "points")) > POINTS;
	size_t i;

	json_array_foreach(all, i, c) {
		json_t *one = json_copy(c), *query = json_object_get(c, "query");
		bool cost = strncmp(ak_jtxt(c, "title", ""), "Cost", 4) == 0;

		if (json_is_string(query))
			json_object_set_new(one, "title", json_sprintf("%s, %s", ak_jtxt(c, "title", ""), json_string_value(query)));
		json_object_set_new(one, "figures", many ? json_null() : json_incref(json_object_get(c, "table")));
		json_object_set_new(one, "table", json_string(cost ? "cost_over_time" : strncmp(ak_jtxt(c, "title", ""), "Duration", 8) == 0 ? "latency_over_time" : "over_time"));
		json_array_append_new(list, one);
	}
	json_decref(all);
	json_decref(left_out);
}

/* ---- what meets what ---- */

static void coverage(json_t *list, struct bars *x, const json_t *cover)
{
	json_t *row;
	size_t i, all = json_array_size(json_object_get(cover, "coverage"));

	json_array_foreach(json_object_get(cover, "coverage"), i, row) {
		uint64_t linked = ak_jnum(row, "linked"), total = ak_jnum(row, "total");

		if (!total || x->n == BARS)
			continue;
		x->bar[x->n++] = (struct ak_chart_bar){
			.label = ak_arena_printf(&x->arena, "%s to %s", ak_jtxt(row, "from", "?"), ak_jtxt(row, "to", "nothing")).p,
			.text = ak_arena_printf(&x->arena, "%s of %s", AK_NUM(linked), AK_NUM(total)).p,
			.to = share(x, linked, total), .series = strcmp(ak_jtxt(row, "method", ""), "exact") == 0 ? 1 : 2};
	}
	add_bars(list, x, "coverage", "Coverage: records that meet a record of another source, in percent", "%",
		 json_sprintf("%zu of %zu pairs of sources are drawn. Blue: by an identifier that both have; orange: by sums", x->n, all), "links");
}

static void mix(json_t *list, struct bars *x, const json_t *figures)
{
	const json_t *top = json_array_get(json_object_get(figures, "lists"), 0);
	uint64_t all = ak_jnum(json_object_get(top, "total"), "records"), drawn = 0;
	json_t *row;
	size_t i;

	json_array_foreach(json_object_get(top, "rows"), i, row) {
		uint64_t n = ak_jnum(row, "records");

		if (x->n == BARS)
			break;
		drawn += n;
		x->bar[x->n++] = (struct ak_chart_bar){
			.label = ak_jtxt(row, "model", "?"), .text = ak_arena_printf(&x->arena, "%s, %s", AK_NUM(n), ak_percent(n, all, (char[32]){0})).p,
			.to = ak_arena_printf(&x->arena, "%llu", (unsigned long long)n).p, .series = 1};
	}
	add_bars(list, x, "models", "Models: the one that answered, else the one asked for", NULL,
		 json_sprintf("%s of %s records of %s are drawn; %s name no model or another one", AK_NUM(drawn), AK_NUM(all), ak_jtxt(top, "layer", "?"), AK_NUM(all - drawn)),
		 "routes");
}

/* ---- gateway and provider ---- */

static void step(struct bars *x, const char *label, const char *from, const char *to, const char *text, unsigned series)
{
	if (x->n < BARS)
		x->bar[x->n++] = (struct ak_chart_bar){.label = label, .from = from, .to = to, .text = text, .series = series};
}

static const char *shown(struct bars *x, const char *figure) { return ak_arena_printf(&x->arena, "%s", AK_FIGURE(figure)).p; }

static void waterfall(json_t *list, struct bars *x, const json_t *total, size_t number)
{
	const char *gateway = ak_jtxt(total, "gateway", "0"), *provider = ak_jtxt(total, "provider_figure", "0"), *run = gateway, *name;
	const char *unit = ak_jtxt(total, "currency", ak_jtxt(total, "unit", NULL)), *query = ak_jtxt(total, "query", NULL);
	char id[24];
	const char *title = ak_arena_printf(&x->arena, "Reconciliation: %s, %s%s%s", ak_jtxt(total, "measure", "?"), ak_jtxt(total, "source", "?"), query ? ", " : "",
					    query ? query : "").p;
	json_t *v;

	step(x, "recorded by the gateway", NULL, gateway, shown(x, gateway), 1);
	json_object_foreach(json_object_get(total, "classes"), name, v) {
		struct ak_dec_sum sum;
		const char *part = json_string_value(v), *next;
		char words[64];

		if (!part)
			continue;
		ak_dec_sum_init(&sum);
		if (!ak_dec_sum_add(&sum, ak_str_of(run)) || !ak_dec_sum_add(&sum, ak_str_of(part)))
			continue;
		next = ak_arena_z(&x->arena, ak_dec_sum_text(&sum, &x->arena));
		snprintf(words, sizeof words, "%s", name);
		for (char *p = words; *p; p++)
			*p = *p == '_' ? ' ' : *p;
		step(x, ak_arena_z(&x->arena, ak_str_of(words)), run, next, ak_arena_printf(&x->arena, "%s%s", *part == '-' ? "" : "+", AK_FIGURE(part)).p,
		     strcmp(name, "bypass") == 0 || strcmp(name, "unexplained") == 0 ? 0 : 3);
		run = next;
	}
	step(x, "counted by the provider", NULL, provider, shown(x, provider), 2);
	snprintf(id, sizeof id, "waterfall-%zu", number);
	add_bars(list, x, id, title, unit, json_sprintf("The steps between add up to the gap of %s exactly", AK_FIGURE(ak_jtxt(total, "gap", "0"))), "reconciled");
}

static void waterfalls(json_t *list, struct bars *x, const json_t *cover)
{
	static const char *const order[] = {"requests", "cost", "input_tokens", "output_tokens"};
	json_t *total;
	size_t drawn = 0, i;

	for (size_t m = 0; m < AK_COUNT(order); m++)
		json_array_foreach(json_object_get(cover, "reconciled"), i, total)
			if (strcmp(ak_jtxt(total, "measure", ""), order[m]) == 0 && drawn < WATERFALLS)
				waterfall(list, x, total, ++drawn);
}

json_t *ak_pictures(const json_t *cover, const json_t *figures)
{
	struct bars *x = ak_alloc_zero(1, sizeof *x);
	json_t *list = json_array();

	ak_arena_init(&x->arena);
	over_time(list, figures);
	mix(list, x, figures);
	coverage(list, x, cover);
	waterfalls(list, x, cover);
	ak_arena_release(&x->arena);
	ak_free(x);
	return list;
}

/* ---- a trace ---- */

static bool us_of(const json_t *h, const char *member, int64_t *us)
{
	struct ak_err ignored = {0};
	const char *z = ak_jtxt(h, member, NULL);

	return z && *z && ak_time_arg(z, 0, us, &ignored) == AK_OK;
}

/* What is of the call itself; a bucket of usage is hours long. */
static bool is_timed(const json_t *h)
{
	int64_t us;

	return strcmp(ak_jtxt(h, "state", ""), "present") == 0 && ak_jnum(h, "n") != 4 && us_of(h, "time", &us);
}

json_t *ak_picture_of_trace(const json_t *trace)
{
	struct bars *x = ak_alloc_zero(1, sizeof *x);
	int64_t first = INT64_MAX, last = INT64_MIN, from, to;
	char a[32], b[32];
	json_t *h, *out;
	size_t i;

	ak_arena_init(&x->arena);
	json_array_foreach(json_object_get(trace, "hops"), i, h) {
		if (!is_timed(h) || !us_of(h, "time", &from))
			continue;
		to = us_of(h, "end", &to) && to > from ? to : from;
		first = from < first ? from : first;
		last = to > last ? to : last;
	}
	json_array_foreach(json_object_get(trace, "hops"), i, h) {
		if (!is_timed(h) || x->n == BARS || !us_of(h, "time", &from))
			continue;
		to = ak_jnum(h, "n") != 5 && us_of(h, "end", &to) && to > from ? to : from;
		x->bar[x->n++] = (struct ak_chart_bar){
			.label = ak_arena_printf(&x->arena, "%llu %s", (unsigned long long)ak_jnum(h, "n"), ak_jtxt(h, "title", "?")).p,
			.text = to > from ? ak_arena_printf(&x->arena, "%s ms", AK_NUM((uint64_t)(to - from) / 1000)).p : "a moment",
			.from = ak_arena_printf(&x->arena, "%lld", (long long)(from - first)).p, .to = ak_arena_printf(&x->arena, "%lld", (long long)(to - first)).p,
			.series = 1};
	}
	if (x->n) {
		const struct ak_chart_bars c = {.id = "timeline", .title = "The steps by their own clocks", .desc = "", .first = ak_time_z(first, 3, a),
						.last = ak_time_z(last, 3, b), .bar = x->bar, .n = x->n};
		out = svg_of(&c);
	} else {
		out = json_null();
	}
	ak_arena_release(&x->arena);
	ak_free(x);
	return out;
}
