/* Pictures over time, of what the dashboard's document has by bucket. */
#include "base/ak.h"
#include "report/dashboard.h"

#include <stdio.h>

#include "base/arena.h"
#include "base/decimal.h"
#include "base/jsonget.h"
#include "base/text.h"
#include "chart/chart.h"
#include "tmpl/mustache.h"

enum { CHARTS = 14, VALUES = AK_DASHBOARD_POINTS };

struct drawing {
	const json_t *doc;
	json_t *out, *left_out;
	struct ak_arena arena;
	size_t n;
	const char *label[VALUES], *name[VALUES];
	const char *value[AK_CHART_SERIES][VALUES];
	struct ak_chart_series series[AK_CHART_SERIES];
	size_t nseries;
	const char *axis, *query; /* query: what the layer's source was grouped by */
};

/* ---- points ---- */

/* "06-01" or, of hours, "14:00" and at midnight the day. */
static void name_points(struct drawing *d)
{
	const json_t *points = json_object_get(d->doc, "points");
	bool hours = strcmp(ak_jtxt(d->doc, "bucket", ""), "1h") == 0;
	json_t *p;
	size_t i;

	json_array_foreach((json_t *)points, i, p)
	{
		const char *z = json_string_value(p);

		if (d->n == VALUES)
			break;
		d->name[d->n] =
			hours ? ak_arena_printf(&d->arena, "%.10s %.5s", z, z + 11).p : ak_arena_printf(&d->arena, "%.10s", z).p;
		d->label[d->n++] = hours && strncmp(z + 11, "00", 2) != 0 ? ak_arena_printf(&d->arena, "%.5s", z + 11).p
									  : ak_arena_printf(&d->arena, "%.5s", z + 5).p;
	}
	d->axis = hours ? "hour" : "day";
}

json_t *ak_dashboard_point(const json_t *doc, size_t i)
{
	const char *z = json_string_value(json_array_get(json_object_get(doc, "points"), i));

	return strcmp(ak_jtxt(doc, "bucket", ""), "1h") == 0 ? json_sprintf("%.10s %.5s", z, z + 11) : json_sprintf("%.10s", z);
}

static size_t point_of(const json_t *doc, const char *start, size_t from)
{
	const json_t *points = json_object_get(doc, "points");
	size_t n = json_array_size(points);

	for (size_t i = from; i < n; i++)
		if (strcmp(json_string_value(json_array_get(points, i)), start) == 0)
			return i;
	return n;
}

static struct ak_chart_series *add_series(struct drawing *d, const char *name, bool bad, const char *otherwise)
{
	struct ak_chart_series *s = &d->series[d->nseries];

	for (size_t i = 0; i < d->n; i++)
		d->value[d->nseries][i] = otherwise;
	*s = (struct ak_chart_series){.name = name, .value = d->value[d->nseries], .bad = bad};
	d->nseries++;
	return s;
}

static const char *text_of(struct drawing *d, uint64_t n)
{
	return ak_arena_printf(&d->arena, "%llu", (unsigned long long)n).p;
}

/* The figure of a member, or of one currency's; NULL: no record of the row has it. */
static const json_t *figure_of(const json_t *row, const char *member, const char *currency)
{
	json_t *one;
	size_t i;

	if (!currency)
		return json_object_get(row, member);
	json_array_foreach(json_object_get(row, "cost"), i, one) if (strcmp(ak_jtxt(one, "currency", "no currency"), currency) ==
								     0) return json_object_get(one, member);
	return NULL;
}

static void add_sums(struct drawing *d, const json_t *layer, const char *name, const char *member, const char *currency)
{
	struct ak_chart_series *s = add_series(d, name, false, NULL);
	const json_t *total = figure_of(json_object_get(layer, "total"), member, currency);
	json_t *row;
	size_t i, at = 0;

	json_array_foreach(json_object_get(layer, "rows"), i, row)
	{
		const json_t *f = figure_of(row, member, currency);

		at = point_of(d->doc, ak_jtxt(row, "start", ""), at);
		if (at < d->n && f)
			d->value[d->nseries - 1][at] = ak_jtxt(f, "sum", NULL);
	}
	s->total = total ? ak_jtxt(total, "sum", NULL) : NULL;
}

/* ---- a picture ---- */

static json_t *raw(struct ak_buf *b)
{
	json_t *v = ak_mustache_safe(ak_buf_str(b));

	ak_buf_clear(b);
	return v;
}

static void finish(struct drawing *d, enum ak_chart_kind kind, const char *title, const char *unit, const char *most,
		   const char *command, json_t *note)
{
	char id[16];
	struct ak_chart c = {.kind = kind,
			     .id = id,
			     .title = title,
			     .unit = unit,
			     .most = most,
			     .axis = d->axis,
			     .label = d->label,
			     .name = d->name,
			     .n = d->n,
			     .series = d->series,
			     .nseries = d->nseries};
	json_t *one;
	struct ak_buf b;

	d->nseries = 0;
	if (json_array_size(d->out) == CHARTS) {
		json_array_append_new(d->left_out, json_string(title));
		json_decref(note);
		return;
	}
	snprintf(id, sizeof id, "chart-%zu", json_array_size(d->out) + 1);
	ak_buf_init(&b, 4 << 20);
	ak_chart_svg(&c, &b);
	one = json_pack("{s:s, s:s, s:s?, s:o, s:s?, s:o}", "id", id, "title", title, "query", d->query, "note", note, "command",
			json_string_value(json_object_get(json_object_get(d->doc, "commands"), command)), "svg", raw(&b));
	ak_chart_legend(&c, &b);
	json_object_set_new(one, "legend", raw(&b));
	ak_chart_table(&c, &b);
	json_object_set_new(one, "table", raw(&b));
	json_array_append_new(d->out, one);
	d->query = NULL;
	ak_buf_release(&b);
}

/* "2,140 of 2,148 attempts" where not all are drawn or have a value. */
static json_t *drawn(const json_t *layer, const char *unit, uint64_t with)
{
	uint64_t all = ak_jnum(json_object_get(layer, "total"), "records"), in = ak_jnum(layer, "drawn");
	json_t *note;

	if (in == all)
		note = json_sprintf("%s of %s %s have a value", AK_NUM(with), AK_NUM(all), unit);
	else
		note = json_sprintf("%s of %s %s have a value; %s of all are undated or lie outside of the days drawn here, and "
				    "stand in the total only",
				    AK_NUM(with), AK_NUM(all), unit, AK_NUM(all - in));
	return note;
}

/* ---- which pictures ---- */

static void requests(struct drawing *d, const json_t *layer, const char *unit, const char *title)
{
	const json_t *total = json_object_get(layer, "total");
	uint64_t all = ak_jnum(total, "records"), failed = ak_jnum(total, "failed");
	json_t *row;
	size_t i, at = 0;

	add_series(d, "not failed", false, "0")->total = text_of(d, all - failed);
	add_series(d, "failed", true, "0")->total = text_of(d, failed);
	json_array_foreach(json_object_get(layer, "rows"), i, row)
	{
		at = point_of(d->doc, ak_jtxt(row, "start", ""), at);
		if (at == d->n)
			break;
		d->value[0][at] = text_of(d, ak_jnum(row, "records") - ak_jnum(row, "failed"));
		d->value[1][at] = text_of(d, ak_jnum(row, "failed"));
	}
	finish(d, AK_CHART_COLUMNS, title, NULL, NULL, "usage", drawn(layer, unit, all));
}

static const char *title_of(struct drawing *d, const char *what, const json_t *layer)
{
	const char *source = ak_jtxt(layer, "source", NULL);

	d->query = ak_jtxt(layer, "query", NULL);
	return ak_arena_printf(&d->arena, "%s: %s%s%s", what, ak_jtxt(layer, "layer", "?"), source ? ", " : "",
			       source ? source : "")
		.p;
}

static void tokens(struct drawing *d, const json_t *layer, const char *unit)
{
	const json_t *total = json_object_get(layer, "total");
	uint64_t in = ak_jnum(json_object_get(total, "input_tokens"), "of"),
		 out = ak_jnum(json_object_get(total, "output_tokens"), "of");

	if (!in && !out)
		return;
	add_sums(d, layer, "input", "input_tokens", NULL);
	add_sums(d, layer, "output", "output_tokens", NULL);
	finish(d, AK_CHART_COLUMNS, title_of(d, "Tokens", layer), "tokens", NULL, "usage",
	       drawn(layer, unit, in > out ? in : out));
}

static void counted(struct drawing *d, const json_t *layer)
{
	uint64_t of = ak_jnum(json_object_get(json_object_get(layer, "total"), "requests"), "of");

	if (!of)
		return;
	add_sums(d, layer, "requests", "requests", NULL);
	finish(d, AK_CHART_COLUMNS, title_of(d, "Requests", layer), NULL, NULL, "usage", drawn(layer, "rows", of));
}

static void latency(struct drawing *d)
{
	static const char *const ranks[] = {"p50", "p95", "p99"};
	const json_t *doc = json_object_get(d->doc, "latency"),
		     *total = json_object_get(json_object_get(doc, "total"), "duration_ms");
	json_t *row;
	size_t i, at = 0;

	if (!ak_jnum(total, "of"))
		return;
	for (size_t k = 0; k < AK_COUNT(ranks); k++)
		add_series(d, ranks[k], false, NULL)->total = ak_jtxt(total, ranks[k], NULL);
	json_array_foreach(json_object_get(doc, "rows"), i, row)
	{
		at = point_of(d->doc, ak_jtxt(row, "start", ""), at);
		for (size_t k = 0; k < AK_COUNT(ranks) && at < d->n; k++)
			d->value[k][at] = ak_jtxt(json_object_get(row, "duration_ms"), ranks[k], NULL);
	}
	finish(d, AK_CHART_LINES, "Duration: gateway attempts", "ms", NULL, "latency",
	       drawn(doc, "attempts", ak_jnum(total, "of")));
}

static void cost(struct drawing *d, const json_t *layer)
{
	static const char *const amounts[] = {"estimated", "billed", "effective"};
	bool attempts = strcmp(ak_jtxt(layer, "layer", ""), "gateway attempts") == 0;
	json_t *one;
	size_t i;

	json_array_foreach(json_object_get(json_object_get(layer, "total"), "cost"), i, one) for (size_t k = 0;
												  k < AK_COUNT(amounts); k++)
	{
		const char *currency = ak_jtxt(one, "currency", "no currency");
		const json_t *f = json_object_get(one, amounts[k]);

		if (!f)
			continue;
		add_sums(d, layer, amounts[k], amounts[k], currency);
		finish(d, AK_CHART_COLUMNS, title_of(d, ak_arena_printf(&d->arena, "Cost %s", amounts[k]).p, layer), currency,
		       NULL, "cost", drawn(layer, attempts ? "attempts" : "rows", ak_jnum(f, "of")));
	}
}

/* Hundredths of a percent, cut off and never rounded up. */
static const char *percent(struct drawing *d, uint64_t n, uint64_t of)
{
	uint64_t v = (uint64_t)((unsigned __int128)n * 10000 / of);

	return v % 100 ? ak_arena_printf(&d->arena, "%llu.%02llu", (unsigned long long)v / 100, (unsigned long long)v % 100).p
		       : text_of(d, v / 100);
}

/* Sources that a limit is about, by UTC day: only where the buckets are days of UTC too. */
static void coverage(struct drawing *d)
{
	json_t *side, *day;
	size_t i, k, at;

	if (strcmp(ak_jtxt(d->doc, "zone", ""), "UTC") != 0 || strcmp(ak_jtxt(d->doc, "bucket", ""), "1d") != 0)
		return;
	json_array_foreach(json_object_get(d->doc, "coverage"), i, side)
	{
		if (!json_is_true(json_object_get(side, "limited")) || !ak_jnum(side, "total") || d->nseries == AK_CHART_SERIES)
			continue;
		add_series(d, ak_jtxt(side, "from", "?"), false, NULL)->total =
			percent(d, ak_jnum(side, "linked"), ak_jnum(side, "total"));
		at = 0;
		json_array_foreach(json_object_get(side, "days"), k, day)
		{
			at = point_of(d->doc, ak_arena_printf(&d->arena, "%sT00:00:00", ak_jtxt(day, "day", "")).p, 0);
			if (at < d->n && ak_jnum(day, "total"))
				d->value[d->nseries - 1][at] = percent(d, ak_jnum(day, "linked"), ak_jnum(day, "total"));
		}
	}
	if (d->nseries)
		finish(d, AK_CHART_LINES, "Coverage: app events that meet a gateway record", "%", "100", "coverage_days",
		       json_string("hundredths of a percent are cut off; numbers of events stand in the table of coverage"));
}

json_t *ak_dashboard_charts(const json_t *doc, json_t *left_out)
{
	struct drawing *d = ak_alloc_zero(1, sizeof *d);
	json_t *layer, *out;
	size_t i;

	d->doc = doc;
	d->left_out = left_out;
	out = d->out = json_array();
	ak_arena_init(&d->arena);
	name_points(d);
	json_array_foreach(json_object_get(json_object_get(doc, "usage"), "layers"), i, layer)
	{
		const char *kind = ak_jtxt(layer, "layer", "");
		bool attempts = strcmp(kind, "gateway attempts") == 0, calls = strcmp(kind, "provider calls") == 0;

		if (attempts || calls)
			requests(d, layer, attempts ? "attempts" : "calls", title_of(d, "Requests", layer));
		if (attempts)
			latency(d);
		if (!attempts)
			counted(d, layer);
		tokens(d, layer, attempts ? "attempts" : calls ? "calls" : "rows");
	}
	json_array_foreach(json_object_get(json_object_get(doc, "cost"), "layers"), i, layer) cost(d, layer);
	coverage(d);
	ak_arena_release(&d->arena);
	ak_free(d);
	return out;
}

json_t *ak_dashboard_spark(const json_t *doc, const json_t *layer, const char *member)
{
	size_t n = json_array_size(json_object_get(doc, "points")), at = 0, i;
	const char **value = ak_alloc_zero(n + 1, sizeof *value);
	struct ak_arena arena;
	struct ak_buf b;
	json_t *row, *out;

	ak_arena_init(&arena);
	ak_buf_init(&b, 1 << 20);
	json_array_foreach(json_object_get(layer, "rows"), i, row)
	{
		at = point_of(doc, ak_jtxt(row, "start", ""), at);
		if (at == n)
			break;
		value[at] = ak_arena_printf(&arena, "%llu", (unsigned long long)ak_jnum(row, member)).p;
	}
	ak_chart_spark(value, n, strcmp(member, "failed") == 0, &b);
	out = i && n > 1 ? raw(&b) : json_null();
	ak_buf_release(&b);
	ak_arena_release(&arena);
	ak_free(value);
	return out;
}

json_t *ak_dashboard_layer_name(const json_t *layer)
{
	const char *source = ak_jtxt(layer, "source", NULL), *query = ak_jtxt(layer, "query", NULL);

	return json_sprintf("%s%s%s%s%s", ak_jtxt(layer, "layer", "?"), source ? ", " : "", source ? source : "",
			    query ? ", " : "", query ? query : "");
}
