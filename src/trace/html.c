/* The trace as one page: what the template shows, made of the document. The template escapes; nothing here writes markup. */
#include "base/ak.h"
#include "trace/trace.h"

#include "base/time.h"
#include "tmpl/load.h"
#include "tmpl/mustache.h"

/* The timeline's units: a picture that is as wide as a narrow screen, made larger where there is room. */
enum { CHART_WIDTH = 360, CHART_LEFT = 4, CHART_ROW = 30, CHART_TOP = 18, LABEL_BYTES = 46 };

static const char *txt(const json_t *o, const char *key)
{
	const char *z = json_string_value(json_object_get(o, key));

	return z ? z : "";
}

static bool us_of(const char *time, int64_t *us)
{
	struct ak_err ignored = {0};

	return *time && ak_time_arg(time, 0, us, &ignored) == AK_OK;
}

/* ---- timeline ---- */

struct chart {
	int64_t from, to;
	json_t *bars;
};

/* Only what is of the call itself: what came days later would leave no room for it. */
static bool is_timed(const json_t *h)
{
	json_int_t n = json_integer_value(json_object_get(h, "n"));

	/* A route as the gateway recorded it is the attempt's own record once more. */
	return (n == 1 || json_object_get(h, "attempt") || (n == 3 && strcmp(txt(h, "kind"), "request") != 0) || n == 5) && strcmp(txt(h, "state"), "present") == 0 && *txt(h, "time");
}

static void span_of(const json_t *h, int64_t *from, int64_t *to)
{
	if (!us_of(txt(h, "time"), from))
		*from = 0;
	/* The end is a moment: how it ended is known then. */
	if (json_integer_value(json_object_get(h, "n")) == 5 || !us_of(txt(h, "end"), to) || *to < *from)
		*to = *from;
}

static json_t *cut_label(const json_t *h)
{
	const json_t *first = json_array_get(json_object_get(h, "lines"), 0);
	json_t *whole = json_sprintf("%s: %s", txt(h, "title"), json_string_value(first) ? json_string_value(first) : ""), *out;
	const char *z = json_string_value(whole);
	size_t n = strlen(z), at = LABEL_BYTES;

	if (n <= LABEL_BYTES)
		return whole;
	while (at && ((unsigned char)z[at] & 0xC0) == 0x80)
		at--;
	out = json_sprintf("%.*s...", (int)at, z);
	json_decref(whole);
	return out;
}

static void bar(struct chart *c, const json_t *h)
{
	int64_t from, to, width = c->to - c->from ? c->to - c->from : 1, room = CHART_WIDTH - 2 * CHART_LEFT;
	size_t i = json_array_size(c->bars);
	json_int_t x, w;

	span_of(h, &from, &to);
	x = CHART_LEFT + (json_int_t)((from - c->from) * room / width);
	w = (json_int_t)((to - from) * room / width);
	if (w < 2)
		w = 2;
	if (x + w > CHART_WIDTH - CHART_LEFT)
		x = CHART_WIDTH - CHART_LEFT - w;
	json_array_append_new(c->bars, json_pack("{s:o, s:I, s:I, s:I, s:I, s:O, s:O}", "label", cut_label(h), "x", x, "w", w, "y",
						 (json_int_t)(CHART_TOP + i * CHART_ROW + 13), "text_y", (json_int_t)(CHART_TOP + i * CHART_ROW + 9), "hop",
						 json_object_get(h, "n"), "cite", json_object_get(h, "cite")));
}

static json_t *chart(const json_t *t)
{
	struct chart c = {.from = INT64_MAX, .to = INT64_MIN, .bars = json_array()};
	const json_t *hops = json_object_get(t, "hops"), *h;
	int64_t from, to;
	char a[32], b[32];
	size_t i;

	json_array_foreach((json_t *)hops, i, h) {
		if (!is_timed(h))
			continue;
		span_of(h, &from, &to);
		c.from = from < c.from ? from : c.from;
		c.to = to > c.to ? to : c.to;
	}
	json_array_foreach((json_t *)hops, i, h)
		if (is_timed(h))
			bar(&c, h);
	if (!json_array_size(c.bars)) {
		json_decref(c.bars);
		return json_null();
	}
	return json_pack("{s:I, s:s, s:s, s:o}", "height", (json_int_t)(CHART_TOP + json_array_size(c.bars) * CHART_ROW), "from", ak_time_z(c.from, 3, a), "to",
			 ak_time_z(c.to, 3, b), "bars", c.bars);
}

/* ---- hops ---- */

static json_t *rest_of(const json_t *lines)
{
	json_t *out = json_array(), *l;
	size_t i;

	json_array_foreach((json_t *)lines, i, l)
		if (i)
			json_array_append(out, l);
	return out;
}

static json_t *hop_view(const json_t *h)
{
	const json_t *lines = json_object_get(h, "lines");

	return json_pack("{s:O, s:O, s:b, s:b, s:s, s:s, s:o, s:s, s:s}", "n", json_object_get(h, "n"), "title", json_object_get(h, "title"), "missing",
			 strcmp(txt(h, "state"), "missing") == 0, "aggregate", strcmp(txt(h, "state"), "aggregate") == 0, "time", txt(h, "time"), "first",
			 json_array_size(lines) ? json_string_value(json_array_get(lines, 0)) : "", "lines", rest_of(lines), "cite", txt(h, "cite"), "proof",
			 txt(json_object_get(h, "proof"), "level"));
}

static json_t *each(const json_t *list, json_t *(*view)(const json_t *))
{
	json_t *out = json_array(), *o;
	size_t i;

	json_array_foreach((json_t *)list, i, o)
		json_array_append_new(out, view(o));
	return out;
}

/* ---- what was folded ---- */

static json_t *counted(size_t n, const char *one, const char *many) { return json_sprintf("%zu %s", n, n == 1 ? one : many); }

static json_t *folded(const json_t *f)
{
	json_t *out = json_array(), *o;
	size_t i;

	json_array_append_new(out, counted((size_t)json_integer_value(json_object_get(f, "entries")), "further entry of an attempt", "further entries of an attempt"));
	json_array_append_new(out, counted((size_t)json_integer_value(json_object_get(f, "witnesses")), "second witness", "second witnesses"));
	json_array_foreach(json_object_get(f, "older"), i, o)
		json_array_append_new(out, json_sprintf("older revision %s, in its place %s", txt(o, "cite"), *txt(o, "by") ? txt(o, "by") : "nothing"));
	json_array_foreach(json_object_get(f, "delivered_again"), i, o)
		json_array_append_new(out, json_sprintf("%s was delivered %lld times", txt(o, "cite"), (long long)json_integer_value(json_object_get(o, "times"))));
	json_array_foreach(json_object_get(f, "at_ingest"), i, o)
		json_array_append_new(out, json_sprintf("of all of %s %lld duplicates of %lld records when read", txt(o, "source"),
							(long long)json_integer_value(json_object_get(o, "duplicates")),
							(long long)json_integer_value(json_object_get(o, "of"))));
	return out;
}

static json_t *duration(const json_t *t)
{
	const json_t *ms = json_object_get(json_object_get(t, "when"), "duration_ms");
	json_int_t n = json_integer_value(ms);

	return json_is_integer(ms) ? json_sprintf("%lld.%03lld s", (long long)n / 1000, (long long)n % 1000) : json_null();
}

static json_t *view_of(const json_t *t)
{
	static const char *const same[] = {"id", "id_kind", "id_method", "attempts", "records", "cost", "story", "in_force", "members", "neighbours",
					   "links", "declared_gaps", "ambiguous", "digest", "gateways", "final_status", "rule"};
	json_t *view = json_object();

	for (size_t i = 0; i < AK_COUNT(same); i++)
		if (json_object_get(t, same[i]))
			json_object_set(view, same[i], json_object_get(t, same[i]));
	json_object_set_new(view, "start", json_string(txt(json_object_get(t, "when"), "start")));
	json_object_set_new(view, "duration", duration(t));
	json_object_set_new(view, "one", json_boolean(json_integer_value(json_object_get(t, "attempts")) == 1));
	json_object_set_new(view, "several", json_boolean(json_array_size(json_object_get(t, "gateways")) > 1));
	json_object_set_new(view, "hops", each(json_object_get(t, "hops"), hop_view));
	json_object_set_new(view, "chart", chart(t));
	json_object_set_new(view, "folded", folded(json_object_get(t, "folded")));
	return view;
}

enum ak_rc ak_trace_html(const json_t *t, struct ak_str tmpl, struct ak_buf *out, struct ak_err *err)
{
	const struct ak_mustache_opts opts = {.escape = AK_ESC_HTML, .unknown_is_error = true, .ours = ak_template_ours("trace.html.mustache")};
	json_t *view = view_of(t);
	enum ak_rc rc = ak_mustache_render("trace.html.mustache", tmpl, view, &opts, out, err);

	json_decref(view);
	return rc;
}
