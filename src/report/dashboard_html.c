/* The dashboard as one page: what its template shows, made of the document. The template escapes; nothing here writes markup. */
#include "base/ak.h"
#include "report/dashboard.h"

#include <stdio.h>

#include "base/buf.h"
#include "base/jsonget.h"
#include "base/text.h"
#include "chart/chart.h"
#include "tmpl/mustache.h"

enum { LARGE = 14 /* letters that stand large in a tile */, LINES = 3 };

static const json_t *layer_of(const json_t *doc, const char *report, const char *name)
{
	json_t *layer;
	size_t i;

	json_array_foreach(json_object_get(json_object_get(doc, report), "layers"), i, layer)
		if (strcmp(ak_jtxt(layer, "layer", ""), name) == 0)
			return layer;
	return NULL;
}

static json_t *number(uint64_t n) { return json_string(AK_NUM(n)); }

static const char *command_of(const json_t *doc, const char *part) { return ak_jtxt(json_object_get(doc, "commands"), part, ""); }

static json_t *text_of(struct ak_buf *b)
{
	json_t *v = json_stringn(b->n ? b->p : "", b->n);

	ak_buf_release(b);
	return v;
}

/* ---- amounts ---- */

/* "7.59 USD estimated (of 2,112)", of each amount and currency that records have. */
static json_t *amounts(const json_t *row)
{
	static const char *const names[] = {"estimated", "billed", "effective"};
	uint64_t records = ak_jnum(row, "records");
	json_t *one;
	struct ak_buf b;
	size_t i;

	ak_buf_init(&b, 1 << 16);
	for (size_t k = 0; k < AK_COUNT(names); k++)
		json_array_foreach(json_object_get(row, "cost"), i, one) {
			const json_t *f = json_object_get(one, names[k]);

			if (!f)
				continue;
			ak_buf_addf(&b, "%s%s %s %s", b.n ? "; " : "", AK_FIGURE(ak_jtxt(f, "sum", "-")), ak_jtxt(one, "currency", "no currency"), names[k]);
			if (ak_jnum(f, "of") != records)
				ak_buf_addf(&b, " (of %s)", AK_NUM(ak_jnum(f, "of")));
		}
	if (!b.n)
		ak_buf_addc(&b, '-');
	return text_of(&b);
}

static json_t *figure(const json_t *row, const char *member)
{
	const json_t *f = json_object_get(row, member);
	struct ak_buf b;

	ak_buf_init(&b, 4096);
	ak_buf_adds(&b, ak_jnum(f, "of") ? AK_FIGURE(ak_jtxt(f, "sum", "-")) : "-");
	if (ak_jnum(f, "of") && ak_jnum(f, "of") != ak_jnum(row, "records"))
		ak_buf_addf(&b, " (of %s)", AK_NUM(ak_jnum(f, "of")));
	return text_of(&b);
}

/* ---- tiles ---- */

/* part: where on the page there is more of it. value: a text, or a list of them, a line each. */
static void tile(json_t *list, const char *id, const char *part, const char *head, json_t *value, json_t *below, json_t *spark, bool alarm)
{
	bool several = json_is_array(value), wide = several || json_string_length(value) > LARGE;

	json_array_append_new(list, json_pack("{s:s, s:s, s:s, s:o, s:b, s:o, s:o, s:b}", "id", id, "part", part, "head", head, "values", several ? value : json_pack("[o]", value), "long",
					      wide, "below", below, "spark", spark ? spark : json_null(), "alarm", alarm));
}

static void request_tiles(json_t *list, const json_t *doc)
{
	const json_t *layer = layer_of(doc, "usage", "gateway attempts"), *total = json_object_get(layer, "total");
	const json_t *ms = json_object_get(json_object_get(json_object_get(doc, "latency"), "total"), "duration_ms");
	uint64_t n = ak_jnum(total, "records"), failed = ak_jnum(total, "failed");
	char share[32];

	if (!layer) {
		tile(list, "attempts", "time", "Gateway attempts", json_string("none"), json_string("no gateway recorded a call of this period"), NULL, false);
		return;
	}
	tile(list, "attempts", "time", "Gateway attempts", number(n), json_string("each counted once, whatever sources recorded it"), ak_dashboard_spark(doc, layer, "records"),
	     false);
	tile(list, "failed", "errors", "Failed", number(failed), json_sprintf("of %s attempts, %s", AK_NUM(n), ak_percent(failed, n, share)),
	     ak_dashboard_spark(doc, layer, "failed"), false);
	if (ak_jnum(ms, "of"))
		tile(list, "duration", "time", "Duration, p95", json_sprintf("%s ms", AK_FIGURE(ak_jtxt(ms, "p95", "-"))),
		     json_sprintf("p50 %s, p99 %s ms; of %s of %s attempts", AK_FIGURE(ak_jtxt(ms, "p50", "-")), AK_FIGURE(ak_jtxt(ms, "p99", "-")),
				  AK_NUM(ak_jnum(ms, "of")), AK_NUM(n)),
		     NULL, false);
	else
		tile(list, "duration", "time", "Duration, p95", json_string("not known"), json_sprintf("of 0 of %s attempts", AK_NUM(n)), NULL, false);
}

static json_t *of_records(const json_t *in, const json_t *out, uint64_t all, const char *unit)
{
	return json_sprintf("input of %s, output of %s of %s %s", AK_NUM(ak_jnum(in, "of")), AK_NUM(ak_jnum(out, "of")), AK_NUM(all), unit);
}

static void token_tile(json_t *list, const json_t *doc)
{
	const json_t *layer = layer_of(doc, "usage", "gateway attempts"), *total = json_object_get(layer, "total"), *in = json_object_get(total, "input_tokens"),
		     *out = json_object_get(total, "output_tokens");

	if (ak_jnum(in, "of") || ak_jnum(out, "of"))
		tile(list, "tokens", "time", "Tokens, input and output", json_sprintf("%s + %s", AK_FIGURE(ak_jtxt(in, "sum", "0")), AK_FIGURE(ak_jtxt(out, "sum", "0"))),
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
		json_array_foreach(json_object_get(json_object_get(doc, "cost"), "layers"), i, layer) {
			json_t *text = amounts(json_object_get(layer, "total"));

			if (strcmp(ak_jtxt(layer, "layer", ""), layers[k].layer) == 0 && strcmp(json_string_value(text), "-") != 0 && json_array_size(values) < LINES)
				json_array_append_new(values, json_sprintf("%s: %s", layers[k].who, json_string_value(text)));
			json_decref(text);
		}
	if (json_array_size(values))
		tile(list, "cost", "amounts", "Cost", values, json_string("of the same calls, so never added; all layers stand below"), NULL, false);
	else
		tile(list, "cost", "amounts", "Cost", json_string("not known"), json_string("no gateway or provider record names an amount"), NULL, false);
	if (!json_array_size(values))
		json_decref(values);
}

static void cache_tile(json_t *list, const json_t *doc)
{
	const json_t *total = json_object_get(layer_of(doc, "cache", "gateway attempts"), "total"), *read = json_object_get(total, "cache_read_tokens");
	uint64_t hits = ak_jnum(total, "hits"), misses = ak_jnum(total, "misses");
	char share[32], tokens[160] = "";

	if (!total)
		return;
	if (ak_jnum(read, "of"))
		snprintf(tokens, sizeof tokens, "; %s tokens came from a provider's cache, told by %s", AK_FIGURE(ak_jtxt(read, "sum", "-")), AK_NUM(ak_jnum(read, "of")));
	tile(list, "cache", "again", "Hits of the gateway's cache", hits + misses ? number(hits) : json_string("not known"),
	     json_sprintf("of %s attempts that say hit or miss, %s; %s attempts in all%s", AK_NUM(hits + misses), ak_percent(hits, hits + misses, share),
			  AK_NUM(ak_jnum(total, "records")), tokens),
	     NULL, false);
}

static void coverage_tile(json_t *list, const json_t *doc)
{
	json_t *side;
	uint64_t linked = 0, total = 0;
	char share[32];
	size_t i;

	json_array_foreach(json_object_get(doc, "coverage"), i, side)
		if (json_is_true(json_object_get(side, "limited"))) {
			linked += ak_jnum(side, "linked");
			total += ak_jnum(side, "total");
		}
	tile(list, "covered", "coverage", "Coverage", total ? json_string(ak_percent(linked, total, share)) : json_string("not known"),
	     total ? json_sprintf("%s of %s app events meet a gateway record", AK_NUM(linked), AK_NUM(total)) : json_string("no app event to be linked"), NULL, false);
}

static void check_tile(json_t *list, const json_t *doc)
{
	const json_t *checks = json_object_get(doc, "checks"), *f = json_object_get(checks, "findings");

	tile(list, "failing", "findings", "Findings that fail", number(ak_jnum(f, "failing")),
	     json_sprintf("of %s found; checks: %s met, %s NOT MET, %s not evaluable", AK_NUM(ak_jnum(f, "found")), AK_NUM(ak_jnum(checks, "met")),
			  AK_NUM(ak_jnum(checks, "not_met")), AK_NUM(ak_jnum(checks, "not_evaluable"))),
	     NULL, ak_jnum(f, "failing") > 0);
}

/* ---- lists ---- */

static json_t *row_view(const json_t *row, const char *name, bool named, uint64_t most, uint64_t all)
{
	uint64_t n = ak_jnum(row, "records");
	char share[32], value[32], whole[32];
	struct ak_buf bar;
	json_t *out;

	ak_buf_init(&bar, 4096);
	snprintf(value, sizeof value, "%llu", (unsigned long long)n);
	snprintf(whole, sizeof whole, "%llu", (unsigned long long)most);
	ak_chart_share(value, whole, false, &bar);
	out = json_pack("{s:s, s:b, s:o, s:s, s:o, s:o, s:o, s:o, s:o}", "name", name, "named", named, "records", number(n), "share", ak_percent(n, all, share),
			"failed", number(ak_jnum(row, "failed")), "input", figure(row, "input_tokens"), "output", figure(row, "output_tokens"), "cost", amounts(row),
			"bar", ak_mustache_safe(ak_buf_str(&bar)));
	ak_buf_release(&bar);
	return out;
}

static json_t *list_view(const json_t *doc, const json_t *list)
{
	const json_t *rows = json_object_get(list, "rows"), *unnamed = json_object_get(list, "unnamed"), *others = json_object_get(list, "others");
	const char *by = ak_jtxt(list, "by", "?");
	uint64_t most = ak_jnum(unnamed, "records"), all = ak_jnum(json_object_get(list, "total"), "records");
	json_t *view = json_array(), *row, *out;
	bool attempts = strcmp(ak_jtxt(list, "layer", ""), "gateway attempts") == 0;
	size_t i;

	if (ak_jnum(list, "more_than")) {
		json_decref(view);
		return json_pack("{s:s, s:o, s:b, s:s}", "by", by, "too_many", number(ak_jnum(list, "more_than")), "empty", true, "command", command_of(doc, by));
	}

	json_array_foreach((json_t *)rows, i, row)
		most = ak_jnum(row, "records") > most ? ak_jnum(row, "records") : most;
	json_array_foreach((json_t *)rows, i, row)
		json_array_append_new(view, row_view(row, ak_jtxt(row, by, "?"), true, most, all));
	if (json_is_object(unnamed))
		json_array_append_new(view, row_view(unnamed, "not named by the record", false, most, all));
	out = json_pack("{s:s, s:o, s:o, s:o, s:o, s:s, s:s, s:b}", "by", by, "layer", ak_dashboard_layer_name(list), "rows", view, "total",
			row_view(json_object_get(list, "total"), "total", false, 0, all), "groups", number(ak_jnum(list, "groups")), "unit", attempts ? "attempts" : "records",
			"command", command_of(doc, by), "empty", json_array_size(view) == 0);
	if (ak_jnum(others, "groups"))
		json_object_set_new(out, "others", json_pack("{s:o, s:o, s:o}", "groups", number(ak_jnum(others, "groups")), "records",
							     number(ak_jnum(others, "records")), "all", number(all)));
	return out;
}

/* Failed attempts by status and error: rows are in the order of their names, so the worst are picked one by one. */
static json_t *errors_view(const json_t *doc)
{
	const json_t *layer = layer_of(doc, "errors", "gateway attempts"), *rows = json_object_get(layer, "rows");
	uint64_t all = ak_jnum(json_object_get(layer, "total"), "failed"), shown = 0, last = UINT64_MAX, groups = 0, most = 0;
	json_t *view = json_array(), *row;
	char share[32], value[32], whole[32];
	size_t i, last_at = 0;

	json_array_foreach((json_t *)rows, i, row) {
		groups += ak_jnum(row, "failed") > 0;
		most = ak_jnum(row, "failed") > most ? ak_jnum(row, "failed") : most;
	}
	snprintf(whole, sizeof whole, "%llu", (unsigned long long)most);
	while (json_array_size(view) < AK_DASHBOARD_TOP && json_array_size(view) < groups) {
		const json_t *best = NULL;
		size_t best_at = 0;
		struct ak_buf bar;

		json_array_foreach((json_t *)rows, i, row) {
			uint64_t n = ak_jnum(row, "failed");

			if ((n < last || (n == last && i > last_at)) && (!best || n > ak_jnum(best, "failed"))) {
				best = row;
				best_at = i;
			}
		}
		last = ak_jnum(best, "failed");
		last_at = best_at;
		shown += last;
		ak_buf_init(&bar, 4096);
		snprintf(value, sizeof value, "%llu", (unsigned long long)last);
		ak_chart_share(value, whole, true, &bar);
		json_array_append_new(view, json_pack("{s:s, s:s, s:o, s:s, s:o, s:o}", "status", ak_jtxt(best, "status", "none"), "error",
						      ak_jtxt(best, "error", "not recorded"), "failed",
						      number(last), "share", ak_percent(last, all, share), "records", number(ak_jnum(best, "records")), "bar",
						      ak_mustache_safe(ak_buf_str(&bar))));
		ak_buf_release(&bar);
	}
	row = json_pack("{s:b, s:o, s:o, s:o, s:s, s:b}", "too_many", json_is_null(json_object_get(doc, "errors")), "rows", view, "all", number(all), "attempts", number(ak_jnum(json_object_get(layer, "total"), "records")), "command",
			command_of(doc, "errors"), "any", all > 0);
	if (groups > json_array_size(view))
		json_object_set_new(row, "others", json_pack("{s:o, s:o, s:o}", "groups", number(groups - json_array_size(view)), "failed", number(all - shown), "all",
							     number(all)));
	return row;
}

/* ---- tables ---- */

static json_t *cost_view(const json_t *doc)
{
	static const char *const names[] = {"estimated", "billed", "effective"};
	json_t *rows = json_array(), *layer, *one;
	size_t i, k;

	json_array_foreach(json_object_get(json_object_get(doc, "cost"), "layers"), i, layer) {
		const json_t *total = json_object_get(layer, "total");
		bool any = false;

		json_array_foreach(json_object_get(total, "cost"), k, one)
			for (size_t a = 0; a < AK_COUNT(names); a++) {
				const json_t *f = json_object_get(one, names[a]);

				if (!f)
					continue;
				json_array_append_new(rows, json_pack("{s:o, s:s, s:s, s:s, s:o, s:o}", "layer", ak_dashboard_layer_name(layer), "what", names[a], "currency",
								      ak_jtxt(one, "currency", "no currency"), "sum", AK_FIGURE(ak_jtxt(f, "sum", "-")), "of",
								      number(ak_jnum(f, "of")), "records", number(ak_jnum(total, "records"))));
				any = true;
			}
		if (!any)
			json_array_append_new(rows, json_pack("{s:o, s:s, s:s, s:s, s:s, s:o}", "layer", ak_dashboard_layer_name(layer), "what", "no amount", "currency", "-",
							      "sum", "-", "of", "0", "records", number(ak_jnum(total, "records"))));
	}
	return rows;
}

static json_t *coverage_view(const json_t *doc)
{
	json_t *rows = json_array(), *side;
	char value[32], whole[32];
	size_t i;

	json_array_foreach(json_object_get(doc, "coverage"), i, side) {
		struct ak_buf bar;

		ak_buf_init(&bar, 4096);
		snprintf(value, sizeof value, "%llu", (unsigned long long)ak_jnum(side, "linked"));
		snprintf(whole, sizeof whole, "%llu", (unsigned long long)ak_jnum(side, "total"));
		ak_chart_share(value, whole, false, &bar);
		json_array_append_new(rows, json_pack("{s:s, s:s, s:s, s:o, s:o, s:o, s:o, s:s, s:o}", "from", ak_jtxt(side, "from", "?"), "from_kind",
						      ak_jtxt(side, "from_kind", "?"), "to_kind", ak_jtxt(side, "to_kind", "?"), "linked", number(ak_jnum(side, "linked")),
						      "ambiguous", number(ak_jnum(side, "ambiguous")), "unmatched", number(ak_jnum(side, "unmatched")), "total",
						      number(ak_jnum(side, "total")), "percent", ak_jtxt(side, "percent", "-"), "bar", ak_mustache_safe(ak_buf_str(&bar))));
		ak_buf_release(&bar);
	}
	return rows;
}

static json_t *sources_view(const json_t *doc)
{
	json_t *rows = json_array(), *s;
	size_t i;

	json_array_foreach(json_object_get(doc, "sources"), i, s)
		json_array_append_new(rows, json_pack("{s:s, s:s, s:o, s:o, s:s, s:s, s:s, s:b, s:s}", "name", ak_jtxt(s, "name", "?"), "kind", ak_jtxt(s, "kind_title", "no records"),
						      "stored", number(ak_jnum(s, "stored")), "read", number(ak_jnum(s, "records_in")), "first", ak_jtxt(s, "first", "-"), "last",
						      ak_jtxt(s, "last", "-"), "state", ak_jtxt(s, "state", "?"), "whole", strcmp(ak_jtxt(s, "state", ""), "complete") == 0,
						      "cannot_prove", ak_jtxt(s, "cannot_prove", "anything")));
	return rows;
}

static json_t *checks_view(const json_t *doc)
{
	json_t *checks = json_deep_copy(json_object_get(doc, "checks")), *f, *r;
	json_t *told = json_object();
	struct ak_buf by;
	uint64_t rest = 0;
	size_t i;

	ak_buf_init(&by, 1 << 16);
	json_array_foreach(json_object_get(checks, "top"), i, f) {
		const char *severity = ak_jtxt(f, "severity", ""), *name = ak_jtxt(f, "check", "?");
		uint64_t more = ak_jnum(f, "cites_all") - json_array_size(json_object_get(f, "cites"));

		json_object_set_new(f, "high", json_boolean(strcmp(severity, "high") == 0));
		json_object_set_new(f, "once", json_boolean(!json_object_get(told, name)));
		json_object_set_new(told, name, json_true());
		json_object_set_new(f, "more", more ? number(more) : json_null());
	}
	json_array_foreach(json_object_get(checks, "rest"), i, r) {
		rest += ak_jnum(r, "n");
		ak_buf_addf(&by, "%s%s %s", i ? ", " : "", ak_jtxt(r, "check", "?"), AK_NUM(ak_jnum(r, "n")));
	}
	json_decref(told);
	json_object_set_new(checks, "rest_by", text_of(&by));
	json_object_set_new(checks, "rest_all", rest ? number(rest) : json_null());
	json_object_set_new(checks, "any", json_boolean(json_array_size(json_object_get(checks, "top")) > 0));
	json_object_set_new(checks, "unclear_all", number(json_array_size(json_object_get(checks, "unclear"))));
	json_object_set_new(checks, "rules", number(ak_jnum(checks, "met") + ak_jnum(checks, "not_met") + ak_jnum(checks, "not_evaluable")));
	json_object_set_new(checks, "command", json_string(command_of(doc, "checks")));
	return checks;
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
	json_array_foreach(left_out, i, list)
		ak_buf_addf(&names, "%s%s", i ? "; " : "", json_string_value(list));
	json_object_set_new(view, "left_out", text_of(&names));
	json_decref(left_out);
	json_array_foreach(json_object_get(doc, "lists"), i, list)
		json_array_append_new(lists, list_view(doc, list));
	json_object_set_new(view, "lists", lists);
	json_object_set_new(view, "errors", errors_view(doc));
	json_object_set_new(view, "cost", cost_view(doc));
	json_object_set_new(view, "coverage", coverage_view(doc));
	json_object_set_new(view, "coverage_more", ak_jnum(doc, "coverage_left_out") ? number(ak_jnum(doc, "coverage_left_out")) : json_null());
	json_object_set_new(view, "sources", sources_view(doc));
	for (i = 0; i < AK_COUNT(tables); i++)
		json_object_set_new(view, tables[i].any, json_boolean(json_array_size(json_object_get(view, tables[i].list)) > 0));
	json_object_set_new(view, "one", json_boolean(ak_jnum(w, "records") == 1));
	json_object_set_new(view, "checks", checks_view(doc));
	json_object_set_new(view, "first", n ? ak_dashboard_point(doc, 0) : json_null());
	json_object_set_new(view, "last", n ? ak_dashboard_point(doc, n - 1) : json_null());
	json_object_set_new(view, "step", json_string(strcmp(ak_jtxt(doc, "bucket", ""), "1h") == 0 ? "hour" : "day"));
	json_object_set_new(view, "records", number(ak_jnum(w, "records")));
	if (ak_jtxt(w, "root", NULL))
		json_object_set_new(view, "sealed", json_pack("{s:o, s:s, s:s}", "leaves", number(ak_jnum(w, "ledger_size")), "root", ak_jtxt(w, "root", ""), "time",
							      ak_jtxt(w, "sealed", "-")));
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
