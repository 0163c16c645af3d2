#include "base/ak.h"
#include "cmd/variance_text.h"

#include "base/decimal.h"
#include "base/jsonget.h"
#include "cmd/list_text.h"

enum { NAMED = 3 };

/* "key_a +4.2, key_b +1, 3 others -0.5" of one word; the others' sum is exact too. */
static void print_drivers(struct ak_io *io, const char *by, const json_t *list)
{
	struct ak_dec_sum others;
	struct ak_arena arena;
	struct ak_buf b;
	json_t *one;
	size_t i, n = json_array_size(list);

	ak_dec_sum_init(&others);
	ak_arena_init(&arena);
	ak_buf_init(&b, 1 << 20);
	json_array_foreach((json_t *)list, i, one) {
		const char *moved = ak_jtxt(one, "contribution", "0");

		if (i < NAMED || n == NAMED + 1)
			ak_buf_addf(&b, "%s%s %s%s", i ? ", " : "", ak_jtxt(one, "name", "-"), *moved == '-' ? "" : "+", moved);
		else
			ak_dec_sum_add(&others, ak_str_of(moved));
	}
	if (n > NAMED + 1) {
		struct ak_str rest = ak_dec_sum_text(&others, &arena);

		ak_buf_addf(&b, ", %zu others %s%.*s", n - NAMED, rest.p[0] == '-' ? "" : "+", (int)rest.n, rest.p);
	}
	ak_io_line(io, "", "by %s: %s", by, b.n ? b.p : "no amount");
	ak_arena_release(&arena);
	ak_buf_release(&b);
}

static void print_row(struct ak_io *io, const json_t *row)
{
	const char *source = ak_jtxt(row, "source", NULL), *currency = ak_jtxt(row, "currency", "of no currency"), *ratio = ak_jtxt(row, "ratio", NULL), *by,
		   *start = ak_jtxt(row, "start", "?");
	json_t *list;

	ak_io_printf(io, "\n");
	ak_io_line(io, ak_jtxt(row, "verdict", "?"), "%.16s%s, %s%s%s, %s: %s %s, %s expected from %s of %s bucket%s%s%s%s", start,
		   strlen(start) > 19 ? start + 19 : "", ak_jtxt(row, "layer", "?"), source ? " " : "", source ? source : "", ak_jtxt(row, "figure", "?"), ak_jtxt(row, "amount", "?"), currency,
		   ak_jtxt(row, "expected", "nothing"), ak_jtxt(row, "baseline_sum", "0"), AK_NUM(ak_jnum(row, "baseline_buckets")), ak_jnum(row, "baseline_buckets") == 1 ? "" : "s", ratio ? ", " : "",
		   ratio ? ratio : "", ratio ? " times as much" : "");
	ak_io_line(io, "", "difference %s", ak_jtxt(row, "difference", "-"));
	json_object_foreach(json_object_get(row, "drivers"), by, list)
		print_drivers(io, by, list);
}

void ak_variance_print(struct ak_io *io, const json_t *doc, size_t top)
{
	const json_t *base = json_object_get(doc, "baseline");
	size_t i, unusual = 0;
	json_t *row;

	json_array_foreach(json_object_get(doc, "statements"), i, row)
		ak_io_line(io, i ? "" : "report", "%s", json_string_value(row));
	ak_io_line(io, "period", "%s to %s, buckets of %s, %s", ak_jtxt(doc, "from", "?"), ak_jtxt(doc, "to", "?"), ak_jtxt(doc, "bucket", "?"),
		   ak_jtxt(doc, "zone", "?"));
	ak_io_line(io, "baseline", "%s to %s; unusual from %s times what it expects, or so many times less", ak_jtxt(base, "from", "?"), ak_jtxt(base, "to", "?"),
		   ak_jtxt(doc, "factor", "?"));
	json_array_foreach(json_object_get(doc, "rows"), i, row)
		if (json_object_get(row, "drivers") && unusual++ < top)
			print_row(io, row);
	if (unusual > top)
		ak_io_line(io, "others", "%s of %s unusual amounts are not printed", AK_NUM(unusual - top), AK_NUM(unusual));
	ak_io_printf(io, "\n");
	ak_alone_print(io, doc);
}
