#include "base/ak.h"
#include "cmd/figures_text.h"

#include <stdlib.h>

#include "base/decimal.h"
#include "base/jsonget.h"
#include "chart/chart.h"
#include "cmd/figures_bars.h"
#include "cmd/period.h"

/* What the columns of a shape are called; those that no row has a value of are left out. */
static const struct column {
	enum ak_report_shape shape;
	const char *member, *head;
	bool count; /* a number, not {sum, of} */
} columns[] = {
	{AK_REPORT_USAGE, "failed", "failed", true},
	{AK_REPORT_USAGE, "requests", "requests", false},
	{AK_REPORT_USAGE, "input_tokens", "input", false},
	{AK_REPORT_USAGE, "output_tokens", "output", false},
	{AK_REPORT_ERRORS, "failed", "failed", true},
	{AK_REPORT_ERRORS, "succeeded", "succeeded", true},
	{AK_REPORT_ERRORS, "retries", "retries", false},
	{AK_REPORT_ERRORS, "fallbacks", "fallbacks", false},
	{AK_REPORT_CACHE, "hits", "hits", true},
	{AK_REPORT_CACHE, "misses", "misses", true},
	{AK_REPORT_CACHE, "input_tokens", "input", false},
	{AK_REPORT_CACHE, "cache_read_tokens", "cache read", false},
	{AK_REPORT_CACHE, "cache_write_tokens", "cache write", false},
};

static const char *const amounts[] = {"estimated", "billed", "effective", "saved"};

struct page {
	struct ak_io *io;
	const json_t *by, *layer;
	bool bucket;
	const struct column *column[AK_COUNT(columns)];
	size_t ncolumns;
	const char *amount[AK_COUNT(amounts)];
	size_t namounts;
	enum ak_report_shape shape;
	const char *bucket_text;
};

/* "1,234", or "1,234 (of 5)" where not all records have one. */
static void add_figure(struct ak_buf *b, const json_t *figure, uint64_t records)
{
	uint64_t of = ak_jnum(figure, "of");

	if (!of) {
		ak_buf_addc(b, '-');
		return;
	}
	ak_buf_adds(b, AK_FIGURE(ak_jtxt(figure, "sum", "-")));
	if (of != records)
		ak_buf_addf(b, " (of %s)", AK_NUM(of));
}

static void add_amounts(struct ak_buf *b, const json_t *row, const char *amount)
{
	const json_t *costs = json_object_get(row, "cost");
	json_t *one;
	size_t i;

	json_array_foreach((json_t *)costs, i, one) {
		const json_t *figure = json_object_get(one, amount);

		if (!figure)
			continue;
		if (b->n)
			ak_buf_adds(b, "; ");
		add_figure(b, figure, ak_jnum(row, "records"));
		ak_buf_addf(b, " %s", ak_jtxt(one, "currency", "no currency"));
	}
	if (!b->n)
		ak_buf_addc(b, '-');
}

static bool has_amount(const json_t *total, const char *amount)
{
	json_t *one;
	size_t i;

	json_array_foreach(json_object_get(total, "cost"), i, one)
		if (json_object_get(one, amount))
			return true;
	return false;
}

static void choose_columns(struct page *p, enum ak_report_shape shape)
{
	const json_t *total = json_object_get(p->layer, "total");

	p->ncolumns = p->namounts = 0;
	for (size_t i = 0; i < AK_COUNT(columns); i++) {
		const json_t *v = json_object_get(total, columns[i].member);

		if (columns[i].shape == shape && (columns[i].count ? json_integer_value(v) > 0 : ak_jnum(v, "of") > 0))
			p->column[p->ncolumns++] = &columns[i];
	}
	for (size_t i = 0; i < AK_COUNT(amounts); i++)
		if (has_amount(total, amounts[i]))
			p->amount[p->namounts++] = amounts[i];
}

static void add_values(const struct page *p, struct ak_table *t, const json_t *row)
{
	struct ak_buf b;

	ak_buf_init(&b, 1 << 16);
	ak_table_cell(t, "%s", AK_NUM(ak_jnum(row, "records")));
	for (size_t i = 0; i < p->ncolumns; i++) {
		const json_t *v = json_object_get(row, p->column[i]->member);

		ak_buf_clear(&b);
		if (p->column[i]->count)
			ak_buf_adds(&b, AK_NUM((uint64_t)json_integer_value(v)));
		else
			add_figure(&b, v, ak_jnum(row, "records"));
		ak_table_cell(t, "%s", b.p);
	}
	for (size_t i = 0; i < p->namounts; i++) {
		ak_buf_clear(&b);
		add_amounts(&b, row, p->amount[i]);
		ak_table_cell(t, "%s", b.p);
	}
	ak_buf_release(&b);
}

/* "+02:00" of "2026-10-25T02:00:00+02:00". */
static const char *offset_of(const char *start) { return strlen(start) > 19 ? start + 19 : ""; }

static void add_row(const struct page *p, struct ak_table *t, const json_t *row)
{
	json_t *name;
	size_t i;

	if (p->bucket) {
		const char *from = ak_jtxt(row, "cut_from", NULL), *to = ak_jtxt(row, "cut_to", NULL);

		ak_table_cell(t, "%.16s%s%s%.5s%s%.5s%s", ak_jtxt(row, "start", "undated"), offset_of(ak_jtxt(row, "start", "")), from ? " (from " : to ? " (" : "", from ? from + 11 : "",
			      to ? from ? " to " : "to " : "", to ? to + 11 : "", from || to ? ")" : "");
	}
	json_array_foreach((json_t *)p->by, i, name)
		ak_table_cell(t, "%s", ak_jtxt(row, json_string_value(name), "-"));
	add_values(p, t, row);
}

static void add_head(const struct page *p, struct ak_table *t)
{
	json_t *name;
	size_t i;

	if (p->bucket)
		ak_table_cell(t, "from");
	json_array_foreach((json_t *)p->by, i, name)
		ak_table_cell(t, "%s", json_string_value(name));
	ak_table_cell(t, "records");
	for (i = 0; i < p->ncolumns; i++)
		ak_table_cell(t, "%s", p->column[i]->head);
	for (i = 0; i < p->namounts; i++)
		ak_table_cell(t, "%s", p->amount[i]);
}

static int by_records(const void *a, const void *b)
{
	uint64_t x = ak_jnum(*(json_t *const *)a, "records"), y = ak_jnum(*(json_t *const *)b, "records");

	return x < y ? 1 : x > y ? -1 : 0;
}

/* The rows with most records stand first; equal ones keep their order. */
static const json_t **order(const json_t *rows, bool most_first)
{
	size_t n = json_array_size(rows);
	const json_t **list = ak_alloc((n + 1) * sizeof(const json_t *));

	for (size_t i = 0; i < n; i++)
		list[i] = json_array_get(rows, i);
	if (most_first)
		ak_sort(list, n, sizeof(const json_t *), by_records);
	return list;
}

/* ---- bars ---- */

static bool count_of(const void *member, const json_t *row, double *value)
{
	*value = (double)ak_jnum(row, member);
	return true;
}

/* Of a layer with one currency: amounts of several have no common measure. */
static bool amount_of(const void *amount, const json_t *row, double *value)
{
	json_t *one;
	size_t i;

	json_array_foreach(json_object_get(row, "cost"), i, one)
		if (json_object_get(one, amount))
			return ak_chart_number(ak_jtxt(json_object_get(one, amount), "sum", NULL), value) && *value >= 0;
	return false;
}

static size_t currencies(const json_t *total, const char *amount)
{
	size_t i, n = 0;
	json_t *one;

	json_array_foreach(json_object_get(total, "cost"), i, one)
		n += json_object_get(one, amount) != NULL;
	return n;
}

/* What the report is about, where the layer tells it; else how many records there are. */
static struct ak_bars bars_of(const struct page *p)
{
	static const char *const about[AK_REPORT_SHAPES] = {[AK_REPORT_USAGE] = "records", [AK_REPORT_ERRORS] = "failed", [AK_REPORT_CACHE] = "hits"};
	const json_t *total = json_object_get(p->layer, "total");
	const char *member = about[p->shape];

	if (p->shape == AK_REPORT_COST && p->namounts && currencies(total, p->amount[0]) == 1)
		return (struct ak_bars){amount_of, p->amount[0], p->amount[0]};
	if (!member || !ak_jnum(total, member))
		member = "records";
	return (struct ak_bars){count_of, member, member};
}

/* Settlements: what was charged, what was given back, and the difference, which is their `billed`. */
static void print_sides(const struct page *p, const json_t *total)
{
	json_t *one;
	size_t i;

	json_array_foreach(json_object_get(total, "cost"), i, one)
	{
		const json_t *charged = json_object_get(one, "charged"), *back = json_object_get(one, "given_back");
		const char *currency = ak_jtxt(one, "currency", "no currency");

		if (!charged && !back)
			continue;
		ak_io_line(p->io, "charged", "%s %s (%s records)", AK_FIGURE(ak_jtxt(charged, "sum", "0")), currency, AK_NUM(ak_jnum(charged, "of")));
		ak_io_line(p->io, "given back", "%s %s (%s refunds, credits and voids)", AK_FIGURE(ak_jtxt(back, "sum", "0")), currency, AK_NUM(ak_jnum(back, "of")));
		ak_io_line(p->io, "net", "%s %s billed", AK_FIGURE(ak_jtxt(json_object_get(one, "billed"), "sum", "0")), currency);
	}
}

/* Spans longer than a bucket, or cut by the period, are nobody's. */
static void print_apart(const struct page *p, const json_t *across, const json_t *before)
{
	const json_t *total = json_object_get(p->layer, "total");
	struct ak_buf b;

	if (across)
		ak_io_line(p->io, "spans", "%s of %s records are longer than the bucket or cut by its end or the period's: of the total, and of no bucket or group",
			   AK_NUM(ak_jnum(across, "records")), AK_NUM(ak_jnum(total, "records")));
	if (!json_is_object(before))
		return;
	ak_buf_init(&b, 1 << 16);
	for (size_t i = 0; i < AK_COUNT(amounts); i++) {
		struct ak_buf one;

		if (!has_amount(before, amounts[i]))
			continue;
		ak_buf_init(&one, 1 << 16);
		add_amounts(&one, before, amounts[i]);
		ak_buf_addf(&b, ", %s %s", amounts[i], one.p);
		ak_buf_release(&one);
	}
	ak_io_line(p->io, "spans", "%s records beside began before the period and reach into it: not of the total%s", AK_NUM(ak_jnum(before, "records")), b.n ? b.p : "");
	ak_buf_release(&b);
}

static void print_layer(struct page *p, size_t top)
{
	const json_t *rows = json_object_get(p->layer, "rows"), *total = json_object_get(p->layer, "total");
	size_t names = p->bucket + json_array_size(p->by), n = json_array_size(rows), ncols = names + 1 + p->ncolumns + p->namounts;
	const json_t **row = order(rows, top < n), *across = json_object_get(p->layer, "across");
	const char *source = ak_jtxt(p->layer, "source", NULL), *query = ak_jtxt(p->layer, "query", NULL);
	char align[32] = "";
	struct ak_table t;
	uint64_t others = 0;
	struct ak_bars bars;

	across = json_is_object(across) ? across : NULL;
	ak_io_line(p->io, "layer", "%s%s%s%s%s: %s records", ak_jtxt(p->layer, "layer", "?"), source ? ", " : "", source ? source : "", query ? ", " : "",
		   query ? query : "", AK_NUM(ak_jnum(total, "records")));
	for (size_t i = 0; i < ncols; i++)
		align[i] = i < names ? 'l' : 'r';
	ak_table_init(&t, ncols, align);
	t.head = true;
	add_head(p, &t);
	for (size_t i = 0; i < n && i < top; i++)
		add_row(p, &t, row[i]);
	if (across) {
		for (size_t i = 0; i < names; i++)
			ak_table_cell(&t, "%s", i ? "" : "(no bucket)");
		add_values(p, &t, across);
	}
	for (size_t i = 0; i < names; i++)
		ak_table_cell(&t, "%s", i ? "" : "total");
	add_values(p, &t, total);
	bars = bars_of(p);
	ak_bars_print(&bars, &t, row, n < top ? n : top, p->io);
	ak_table_release(&t);
	for (size_t i = top; i < n; i++)
		others += ak_jnum(row[i], "records");
	print_sides(p, total);
	print_apart(p, across, json_object_get(p->layer, "begun_before"));
	if (top < n)
		ak_io_line(p->io, "others", "%s of %s groups are not printed, %s of %s records", AK_NUM(n - top), AK_NUM(n), AK_NUM(others),
			   AK_NUM(ak_jnum(total, "records")));
	if (p->bucket)
		ak_bars_trend(&bars, rows, p->bucket_text, true, p->io);
	ak_free(row);
}

void ak_figures_print(struct ak_io *io, const json_t *doc, enum ak_report_shape shape, size_t top)
{
	struct page p = {.io = io, .by = json_object_get(doc, "by"), .bucket = json_is_string(json_object_get(doc, "bucket")), .shape = shape,
			 .bucket_text = ak_jtxt(doc, "bucket", "")};
	const char *zone = ak_jtxt(doc, "zone", "UTC");
	json_t *layer;
	size_t i;

	if (json_array_size(json_object_get(doc, "layers")))
		ak_cmd_period_print(io, doc);
	json_array_foreach(json_object_get(doc, "layers"), i, layer) {
		p.layer = layer;
		choose_columns(&p, shape);
		if (i)
			ak_io_printf(io, "\n");
		print_layer(&p, top);
	}
	if (p.bucket && strcmp(zone, "UTC") != 0)
		ak_io_line(io, "zone", "times are those of %s", zone);
	json_array_foreach(json_object_get(doc, "notes"), i, layer)
		ak_io_line(io, i ? "" : "note", "%s", json_string_value(layer));
}
