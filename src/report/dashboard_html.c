/* The dashboard as one page: what its template shows, made of the document. The template escapes; nothing here writes markup. */
#include "base/ak.h"
#include "report/dashboard_view.h"

#include <stdio.h>

#include "base/buf.h"
#include "base/jsonget.h"
#include "base/text.h"
#include "chart/chart.h"
#include "tmpl/mustache.h"

enum { LARGE = 14 /* letters that stand large in a tile */, LINES = 3 };

/* ---- tiles ---- */

/* part: where on the page there is more of it. value: a text, or a list of them, a line each. */
static void tile(json_t *list, const char *id, const char *part, const char *head, json_t *value, json_t *below, json_t *spark,
		 bool alarm)
{
	bool several = json_is_array(value), wide = several || json_string_length(value) > LARGE;

	json_array_append_new(list, json_pack("{s:s, s:s, s:s, s:o, s:b, s:o, s:o, s:b}", "id", id, "part", part, "head", head,
					      "values", several ? value : json_pack("[o]", value), "long", wide, "below", below,
					      "spark", spark ? spark : json_null(), "alarm", alarm));
}

static void request_tiles(json_t *list, const json_t *doc)
{
	const json_t *layer = ak_view_layer(doc, "usage", "gateway attempts"), *total = json_object_get(layer, "total");
	const json_t *ms = json_object_get(json_object_get(json_object_get(doc, "latency"), "total"), "duration_ms");
	uint64_t n = ak_jnum(total, "records"), failed = ak_jnum(total, "failed");
	char share[32];

	if (!layer) {
		tile(list, "attempts", "time", "Gateway attempts", json_string("none"),
		     json_string("no gateway recorded a call of this period"), NULL, false);
		return;
	}
	tile(list, "attempts", "time", "Gateway attempts", ak_view_number(n),
	     json_string("each counted once, whatever sources recorded it"), ak_dashboard_spark(doc, layer, "records"), false);
	tile(list, "failed", "errors", "Failed", ak_view_number(failed),
	     json_sprintf("of %s attempts, %s", AK_NUM(n), ak_percent(failed, n, share)),
	     ak_dashboard_spark(doc, layer, "failed"), false);
	if (ak_jnum(ms, "of"))
		tile(list, "duration", "time", "Duration, p95", json_sprintf("%s ms", AK_FIGURE(ak_jtxt(ms, "p95", "-"))),
		     json_sprintf("p50 %s, p99 %s ms; of %s of %s attempts", AK_FIGURE(ak_jtxt(ms, "p50", "-")),
				  AK_FIGURE(ak_jtxt(ms, "p99", "-")), AK_NUM(ak_jnum(ms, "of")), AK_NUM(n)),
		     NULL, false);
	else
		tile(list, "duration", "time", "Duration, p95", json_string("not known"),
		     json_sprintf("of 0 of %s attempts", AK_NUM(n)), NULL, false);
}

static json_t *of_records(const json_t *in, const json_t *out, uint64_t all, const char *unit)
{
	return json_sprintf("input of %s, output of %s of %s %s", AK_NUM(ak_jnum(in, "of")), AK_NUM(ak_jnum(out, "of")),
			    AK_NUM(all), unit);
}

static void token_tile(json_t *list, const json_t *doc)
{
	const json_t *layer = ak_view_layer(doc, "usage", "gateway attempts"), *total = json_object_get(layer, "total"),
		     *in = json_object_get(total, "input_tokens"), *out = json_object_get(total, "output_tokens");

	if (ak_jnum(in, "of") || ak_jnum(out, "of"))
		tile(list, "tokens", "time", "Tokens, input and output",
		     json_sprintf("%s + %s", AK_FIGURE(ak_jtxt(in, "sum", "0")), AK_FIGURE(ak_jtxt(out, "sum", "0"))),
		     of_records(in, out, ak_jnum(total, "records"), "attempts"), NULL, false);
}

/* The largest layers' amounts; all of them stand in a table below. */
static void cost_tile(json_t *list, const json_t *doc)
{
	static const struct {
		const char *layer, *who;
	} layers[] = {{"gateway attempts", "gateway"}, {"provider usage", "provider"}};
	json_t *values = json_array(), *layer;
	size_t i;

	for (size_t k = 0; k < AK_COUNT(layers); k++)
		json_array_foreach(json_object_get(json_object_get(doc, "cost"), "layers"), i, layer)
		{
			json_t *text = ak_view_amounts(json_object_get(layer, "total"));

			if (strcmp(ak_jtxt(layer, "layer", ""), layers[k].layer) == 0 &&
			    strcmp(json_string_value(text), "-") != 0 && json_array_size(values) < LINES)
				json_array_append_new(values, json_sprintf("%s: %s", layers[k].who, json_string_value(text)));
			json_decref(text);
		}
	if (json_array_size(values))
		tile(list, "cost", "amounts", "Cost", values,
		     json_string("of the records that each has, which may be the same calls, so never added; all layers stand below"), NULL, false);
	else
		tile(list, "cost", "amounts", "Cost", json_string("not known"),
		     json_string("no gateway or provider record names an amount"), NULL, false);
	if (!json_array_size(values))
		json_decref(values);
}

static void cache_tile(json_t *list, const json_t *doc)
{
	const json_t *total = json_object_get(ak_view_layer(doc, "cache", "gateway attempts"), "total"),
		     *read = json_object_get(total, "cache_read_tokens");
	uint64_t hits = ak_jnum(total, "hits"), misses = ak_jnum(total, "misses");
	char share[32], tokens[160] = "";

	if (!total)
		return;
	if (ak_jnum(read, "of"))
		snprintf(tokens, sizeof tokens, "; %s tokens came from a provider's cache, told by %s",
			 AK_FIGURE(ak_jtxt(read, "sum", "-")), AK_NUM(ak_jnum(read, "of")));
	tile(list, "cache", "again", "Hits of the gateway's cache",
	     hits + misses ? ak_view_number(hits) : json_string("not known"),
	     json_sprintf("of %s attempts that say hit or miss, %s; %s attempts in all%s", AK_NUM(hits + misses),
			  ak_percent(hits, hits + misses, share), AK_NUM(ak_jnum(total, "records")), tokens),
	     NULL, false);
}

static void coverage_tile(json_t *list, const json_t *doc)
{
	json_t *side;
	uint64_t linked = 0, total = 0;
	char share[32];
	size_t i;

	json_array_foreach(json_object_get(doc, "coverage"), i, side) if (json_is_true(json_object_get(side, "limited")))
	{
		linked += ak_jnum(side, "linked");
		total += ak_jnum(side, "total");
	}
	tile(list, "covered", "coverage", "Coverage",
	     total ? json_string(ak_percent(linked, total, share)) : json_string("not known"),
	     total ? json_sprintf("%s of %s app events meet a gateway record", AK_NUM(linked), AK_NUM(total))
		   : json_string("no app event to be linked"),
	     NULL, false);
}

static void check_tile(json_t *list, const json_t *doc)
{
	const json_t *checks = json_object_get(doc, "checks"), *f = json_object_get(checks, "findings");

	tile(list, "failing", "findings", "Findings that fail", ak_view_number(ak_jnum(f, "failing")),
	     json_sprintf("of %s found; checks: %s met, %s NOT MET, %s not evaluable", AK_NUM(ak_jnum(f, "found")),
			  AK_NUM(ak_jnum(checks, "met")), AK_NUM(ak_jnum(checks, "not_met")),
			  AK_NUM(ak_jnum(checks, "not_evaluable"))),
	     NULL, ak_jnum(f, "failing") > 0);
}

/* ---- the page ---- */

static json_t *view_of(const json_t *doc)
{
	static const char *const same[] = {"from", "to", "zone", "workspace", "missing", "commands"};
	static const struct {
		const char *list, *any;
	} tables[] = {{"cost", "any_cost"}, {"coverage", "any_coverage"}, {"sources", "any_source"}};
	json_t *view = json_object(), *tiles = json_array(), *lists = json_array(), *left_out = json_array(), *list;
	const json_t *w = json_object_get(doc, "workspace");
	const json_t *const points = json_object_get(doc, "points");
	size_t i, n = json_array_size(points);
	struct ak_buf names;

	for (i = 0; i < AK_COUNT(same); i++)
		json_object_set(view, same[i], json_object_get(doc, same[i]));
	request_tiles(tiles, doc);
	token_tile(tiles, doc);
	cost_tile(tiles, doc);
	cache_tile(tiles, doc);
	coverage_tile(tiles, doc);
	check_tile(tiles, doc);
	json_object_set_new(view, "tiles", tiles);
	json_object_set_new(view, "charts", ak_dashboard_charts(doc, left_out));
	ak_buf_init(&names, 1 << 20);
	json_array_foreach(left_out, i, list) ak_buf_addf(&names, "%s%s", i ? "; " : "", json_string_value(list));
	json_object_set_new(view, "left_out", ak_view_text(&names));
	json_decref(left_out);
	json_array_foreach(json_object_get(doc, "lists"), i, list) json_array_append_new(lists, ak_view_list(doc, list));
	json_object_set_new(view, "lists", lists);
	json_object_set_new(view, "errors", ak_view_errors(doc));
	json_object_set_new(view, "cost", ak_view_cost(doc));
	json_object_set_new(view, "coverage", ak_view_coverage(doc));
	json_object_set_new(view, "coverage_more",
			    ak_jnum(doc, "coverage_left_out") ? ak_view_number(ak_jnum(doc, "coverage_left_out")) : json_null());
	json_object_set_new(view, "sources", ak_view_sources(doc));
	for (i = 0; i < AK_COUNT(tables); i++)
		json_object_set_new(view, tables[i].any,
				    json_boolean(json_array_size(json_object_get(view, tables[i].list)) > 0));
	json_object_set_new(view, "one", json_boolean(ak_jnum(w, "records") == 1));
	json_object_set_new(view, "checks", ak_view_checks(doc));
	json_object_set_new(view, "first", n ? ak_dashboard_point(doc, 0) : json_null());
	json_object_set_new(view, "last", n ? ak_dashboard_point(doc, n - 1) : json_null());
	json_object_set_new(view, "step", json_string(strcmp(ak_jtxt(doc, "bucket", ""), "1h") == 0 ? "hour" : "day"));
	json_object_set_new(view, "records", ak_view_number(ak_jnum(w, "records")));
	if (ak_jtxt(w, "root", NULL))
		json_object_set_new(view, "sealed",
				    json_pack("{s:o, s:s, s:s}", "leaves", ak_view_number(ak_jnum(w, "ledger_size")), "root",
					      ak_jtxt(w, "root", ""), "time", ak_jtxt(w, "sealed", "-")));
	json_object_set_new(view, "style", ak_mustache_safe(ak_str_of(ak_chart_style)));
	return view;
}

enum ak_rc ak_dashboard_html(const json_t *doc, struct ak_str tmpl, struct ak_buf *out, struct ak_err *err)
{
	const struct ak_mustache_opts opts = {.escape = AK_ESC_HTML};
	json_t *view = view_of(doc);
	enum ak_rc rc = ak_mustache_render("dashboard.html.mustache", tmpl, view, &opts, out, err);

	json_decref(view);
	return rc;
}
