/* Tables of the dashboard, as its template shows them. */
#include "base/ak.h"
#include "report/dashboard_view.h"

#include <stdio.h>

#include "base/buf.h"
#include "base/jsonget.h"
#include "base/text.h"
#include "chart/chart.h"
#include "tmpl/mustache.h"

const json_t *ak_view_layer(const json_t *doc, const char *report, const char *name)
{
	return ak_jfind(json_object_get(json_object_get(doc, report), "layers"), "layer", name);
}

json_t *ak_view_number(uint64_t n)
{
	return json_string(AK_NUM(n));
}

const char *ak_view_command(const json_t *doc, const char *part)
{
	return ak_jtxt(json_object_get(doc, "commands"), part, "");
}

json_t *ak_view_text(struct ak_buf *b)
{
	json_t *v = json_stringn(b->n ? b->p : "", b->n);

	ak_buf_release(b);
	return v;
}

/* ---- amounts ---- */

/* "7.59 USD estimated (of 2,112)", of each amount and currency that records have. */
json_t *ak_view_amounts(const json_t *row)
{
	static const char *const names[] = {"estimated", "billed", "effective"};
	uint64_t records = ak_jnum(row, "records");
	json_t *one;
	struct ak_buf b;
	size_t i;

	ak_buf_init(&b, 1 << 16);
	for (size_t k = 0; k < AK_COUNT(names); k++)
		json_array_foreach(json_object_get(row, "cost"), i, one)
		{
			const json_t *f = json_object_get(one, names[k]);

			if (!f)
				continue;
			ak_buf_addf(&b, "%s%s %s %s", b.n ? "; " : "", AK_FIGURE(ak_jtxt(f, "sum", "-")),
				    ak_jtxt(one, "currency", "no currency"), names[k]);
			if (ak_jnum(f, "of") != records)
				ak_buf_addf(&b, " (of %s)", AK_NUM(ak_jnum(f, "of")));
		}
	if (!b.n)
		ak_buf_addc(&b, '-');
	return ak_view_text(&b);
}

static json_t *figure(const json_t *row, const char *member)
{
	const json_t *f = json_object_get(row, member);
	struct ak_buf b;

	ak_buf_init(&b, 4096);
	ak_buf_adds(&b, ak_jnum(f, "of") ? AK_FIGURE(ak_jtxt(f, "sum", "-")) : "-");
	if (ak_jnum(f, "of") && ak_jnum(f, "of") != ak_jnum(row, "records"))
		ak_buf_addf(&b, " (of %s)", AK_NUM(ak_jnum(f, "of")));
	return ak_view_text(&b);
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
	out = json_pack("{s:s, s:b, s:o, s:s, s:o, s:o, s:o, s:o, s:o}", "name", name, "named", named, "records",
			ak_view_number(n), "share", ak_percent(n, all, share), "failed", ak_view_number(ak_jnum(row, "failed")),
			"input", figure(row, "input_tokens"), "output", figure(row, "output_tokens"), "cost",
			ak_view_amounts(row), "bar", ak_mustache_safe(ak_buf_str(&bar)));
	ak_buf_release(&bar);
	return out;
}

json_t *ak_view_list(const json_t *doc, const json_t *list)
{
	const json_t *rows = json_object_get(list, "rows"), *unnamed = json_object_get(list, "unnamed"),
		     *others = json_object_get(list, "others");
	const char *by = ak_jtxt(list, "by", "?");
	uint64_t most = ak_jnum(unnamed, "records"), all = ak_jnum(json_object_get(list, "total"), "records");
	json_t *view = json_array(), *row, *out;
	bool attempts = strcmp(ak_jtxt(list, "layer", ""), "gateway attempts") == 0;
	size_t i;

	json_array_foreach((json_t *)rows, i, row) most = ak_jnum(row, "records") > most ? ak_jnum(row, "records") : most;
	json_array_foreach((json_t *)rows, i, row)
		json_array_append_new(view, row_view(row, ak_jtxt(row, by, "?"), true, most, all));
	if (json_is_object(unnamed))
		json_array_append_new(view, row_view(unnamed, "not named by the record", false, most, all));
	out = json_pack("{s:s, s:o, s:o, s:o, s:o, s:s, s:s, s:b}", "by", by, "layer", ak_dashboard_layer_name(list), "rows",
			view, "total", row_view(json_object_get(list, "total"), "total", false, 0, all), "groups",
			ak_view_number(ak_jnum(list, "groups")), "unit", attempts ? "attempts" : "records", "command",
			ak_view_command(doc, by), "empty", json_array_size(view) == 0);
	if (ak_jnum(list, "more_than"))
		json_object_set_new(out, "too_many", ak_view_number(ak_jnum(list, "more_than")));
	if (ak_jnum(others, "groups"))
		json_object_set_new(out, "others",
				    json_pack("{s:o, s:o, s:o}", "groups", ak_view_number(ak_jnum(others, "groups")), "records",
					      ak_view_number(ak_jnum(others, "records")), "all", ak_view_number(all)));
	return out;
}

/* Failed attempts by status and error: rows are in the order of their names, so the worst are picked one by one. */
json_t *ak_view_errors(const json_t *doc)
{
	const json_t *layer = ak_view_layer(doc, "errors", "gateway attempts"), *rows = json_object_get(layer, "rows");
	uint64_t all = ak_jnum(json_object_get(layer, "total"), "failed"), shown = 0, last = UINT64_MAX, groups = 0, most = 0;
	json_t *view = json_array(), *row;
	char share[32], value[32], whole[32];
	size_t i, last_at = 0;

	json_array_foreach((json_t *)rows, i, row)
	{
		groups += ak_jnum(row, "failed") > 0;
		most = ak_jnum(row, "failed") > most ? ak_jnum(row, "failed") : most;
	}
	snprintf(whole, sizeof whole, "%llu", (unsigned long long)most);
	while (json_array_size(view) < AK_DASHBOARD_TOP && json_array_size(view) < groups) {
		const json_t *best = NULL;
		size_t best_at = 0;
		struct ak_buf bar;

		json_array_foreach((json_t *)rows, i, row)
		{
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
		json_array_append_new(view, json_pack("{s:s, s:s, s:o, s:s, s:o, s:o}", "status", ak_jtxt(best, "status", "none"),
						      "error", ak_jtxt(best, "error", "not recorded"), "failed",
						      ak_view_number(last), "share", ak_percent(last, all, share), "records",
						      ak_view_number(ak_jnum(best, "records")), "bar",
						      ak_mustache_safe(ak_buf_str(&bar))));
		ak_buf_release(&bar);
	}
	row = json_pack("{s:o, s:o, s:o, s:s, s:b}", "rows", view, "all", ak_view_number(all), "attempts",
			ak_view_number(ak_jnum(json_object_get(layer, "total"), "records")), "command",
			ak_view_command(doc, "errors"), "any", all > 0);
	if (groups > json_array_size(view))
		json_object_set_new(row, "others",
				    json_pack("{s:o, s:o, s:o}", "groups", ak_view_number(groups - json_array_size(view)),
					      "failed", ak_view_number(all - shown), "all", ak_view_number(all)));
	return row;
}

/* ---- tables ---- */

json_t *ak_view_cost(const json_t *doc)
{
	static const char *const names[] = {"estimated", "billed", "effective"};
	json_t *rows = json_array(), *layer, *one;
	size_t i, k;

	json_array_foreach(json_object_get(json_object_get(doc, "cost"), "layers"), i, layer)
	{
		const json_t *total = json_object_get(layer, "total");
		bool any = false;

		json_array_foreach(json_object_get(total, "cost"), k, one) for (size_t a = 0; a < AK_COUNT(names); a++)
		{
			const json_t *f = json_object_get(one, names[a]);

			if (!f)
				continue;
			json_array_append_new(
				rows, json_pack("{s:o, s:s, s:s, s:s, s:o, s:o}", "layer", ak_dashboard_layer_name(layer), "what",
						names[a], "currency", ak_jtxt(one, "currency", "no currency"), "sum",
						AK_FIGURE(ak_jtxt(f, "sum", "-")), "of", ak_view_number(ak_jnum(f, "of")),
						"records", ak_view_number(ak_jnum(total, "records"))));
			any = true;
		}
		if (!any)
			json_array_append_new(rows,
					      json_pack("{s:o, s:s, s:s, s:s, s:s, s:o}", "layer", ak_dashboard_layer_name(layer),
							"what", "no amount", "currency", "-", "sum", "-", "of", "0", "records",
							ak_view_number(ak_jnum(total, "records"))));
	}
	return rows;
}

json_t *ak_view_coverage(const json_t *doc)
{
	json_t *rows = json_array(), *side;
	char value[32], whole[32];
	size_t i;

	json_array_foreach(json_object_get(doc, "coverage"), i, side)
	{
		struct ak_buf bar;

		ak_buf_init(&bar, 4096);
		snprintf(value, sizeof value, "%llu", (unsigned long long)ak_jnum(side, "linked"));
		snprintf(whole, sizeof whole, "%llu", (unsigned long long)ak_jnum(side, "total"));
		ak_chart_share(value, whole, false, &bar);
		json_array_append_new(rows, json_pack("{s:s, s:s, s:s, s:o, s:o, s:o, s:o, s:s, s:o}", "from",
						      ak_jtxt(side, "from", "?"), "from_kind", ak_jtxt(side, "from_kind", "?"),
						      "to_kind", ak_jtxt(side, "to_kind", "?"), "linked",
						      ak_view_number(ak_jnum(side, "linked")), "ambiguous",
						      ak_view_number(ak_jnum(side, "ambiguous")), "unmatched",
						      ak_view_number(ak_jnum(side, "unmatched")), "total",
						      ak_view_number(ak_jnum(side, "total")), "percent",
						      ak_jtxt(side, "percent", "-"), "bar", ak_mustache_safe(ak_buf_str(&bar))));
		ak_buf_release(&bar);
	}
	return rows;
}

json_t *ak_view_sources(const json_t *doc)
{
	json_t *rows = json_array(), *s;
	size_t i;

	json_array_foreach(json_object_get(doc, "sources"), i, s) json_array_append_new(
		rows, json_pack("{s:s, s:s, s:o, s:o, s:s, s:s, s:s, s:b, s:s}", "name", ak_jtxt(s, "name", "?"), "kind",
				ak_jtxt(s, "kind_title", "no records"), "stored", ak_view_number(ak_jnum(s, "stored")), "read",
				ak_view_number(ak_jnum(s, "records_in")), "first", ak_jtxt(s, "first", "-"), "last",
				ak_jtxt(s, "last", "-"), "state", ak_jtxt(s, "state", "?"), "whole",
				strcmp(ak_jtxt(s, "state", ""), "complete") == 0, "cannot_prove",
				ak_jtxt(s, "cannot_prove", "anything")));
	return rows;
}

json_t *ak_view_checks(const json_t *doc)
{
	json_t *checks = json_deep_copy(json_object_get(doc, "checks")), *f, *r;
	json_t *told = json_object();
	struct ak_buf by;
	uint64_t rest = 0;
	size_t i;

	ak_buf_init(&by, 1 << 16);
	json_array_foreach(json_object_get(checks, "top"), i, f)
	{
		const char *severity = ak_jtxt(f, "severity", ""), *name = ak_jtxt(f, "check", "?");
		uint64_t more = ak_jnum(f, "cites_all") - json_array_size(json_object_get(f, "cites"));

		json_object_set_new(f, "high", json_boolean(strcmp(severity, "high") == 0));
		json_object_set_new(f, "once", json_boolean(!json_object_get(told, name)));
		json_object_set_new(told, name, json_true());
		json_object_set_new(f, "more", more ? ak_view_number(more) : json_null());
	}
	json_array_foreach(json_object_get(checks, "rest"), i, r)
	{
		rest += ak_jnum(r, "n");
		ak_buf_addf(&by, "%s%s %s", i ? ", " : "", ak_jtxt(r, "check", "?"), AK_NUM(ak_jnum(r, "n")));
	}
	json_decref(told);
	json_object_set_new(checks, "rest_by", ak_view_text(&by));
	json_object_set_new(checks, "rest_all", rest ? ak_view_number(rest) : json_null());
	json_object_set_new(checks, "any", json_boolean(json_array_size(json_object_get(checks, "top")) > 0));
	json_object_set_new(checks, "unclear_all", ak_view_number(json_array_size(json_object_get(checks, "unclear"))));
	json_object_set_new(
		checks, "rules",
		ak_view_number(ak_jnum(checks, "met") + ak_jnum(checks, "not_met") + ak_jnum(checks, "not_evaluable")));
	json_object_set_new(checks, "command", json_string(ak_view_command(doc, "checks")));
	return checks;
}
