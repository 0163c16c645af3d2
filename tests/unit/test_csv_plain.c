/* Plain rows: what is cut without libcsv, what is left to it, and that both say the same. */
#include "base/ak.h"

#include "read/csv.h"
#include "read/csv_plain.h"
#include "tap.h"

static const struct {
	const char *what, *text;
	char delimiter;
	size_t columns, bytes, end; /* bytes 0: not plain */
} rows[] = {
	{"three cells", "a,bb,c\nnext", ',', 3, 6, 1},
	{"an empty cell on either side", ",b,\n", ',', 3, 3, 1},
	{"CRLF", "a,b\r\n", ',', 2, 3, 2},
	{"another delimiter's character in a cell", "a,b;c\n", ';', 2, 5, 1},
	{"a tab between", "a\tb\n", '\t', 2, 3, 1},
	{"one column", "a\n", ',', 1, 1, 1},
	{"a blank inside", "a b,c\n", ',', 2, 5, 1},
	{"UTF-8", "\xC3\xA4,b\n", ',', 2, 4, 1},
	{"no line end yet", "a,b", ',', 2, 0, 0},
	{"CR without what follows it", "a,b\r", ',', 2, 0, 0},
	{"a lone CR", "a,b\rc,d\n", ',', 2, 0, 0},
	{"a quote", "a,\"b\"\n", ',', 2, 0, 0},
	{"a quote in a cell", "a,b\"\n", ',', 2, 0, 0},
	{"a cell too few", "a,b\n", ',', 3, 0, 0},
	{"a cell too many", "a,b,c\n", ',', 2, 0, 0},
	{"a blank at an edge", "a, b\n", ',', 2, 0, 0},
	{"a blank line", "\n", ',', 1, 0, 0},
	{"nothing in any cell", ",,\n", ',', 3, 0, 0},
	{"a tab that does not cut", "a\tb,c\n", ',', 2, 0, 0},
	{"Latin-1", "\xE4,b\n", ',', 2, 0, 0},
};

static void cutting(void)
{
	struct ak_str cell[4];
	size_t end;

	for (size_t i = 0; i < AK_COUNT(rows); i++) {
		size_t n = ak_csv_plain(rows[i].text, strlen(rows[i].text), rows[i].delimiter, cell, rows[i].columns, &end);
		ok(n == rows[i].bytes && (!n || end == rows[i].end), rows[i].what);
	}
	ok(!ak_csv_plain("a\0b,c\n", 6, ',', cell, 2, &end), "a NUL");
	ok(ak_csv_plain("a,bb,c\n", 7, ',', cell, 3, &end) == 6 && ak_str_is(cell[0], "a") && ak_str_is(cell[1], "bb") &&
		   ak_str_is(cell[2], "c"), "the cells");
}

/* Every row of a file: its place, whether it is one, and its cells. */
static void read_all(struct ak_str text, struct ak_buf *said)
{
	struct ak_walker *w = ak_walker_new();
	struct ak_csv *csv = ak_csv_new(',');
	struct ak_err err = {0};
	struct ak_arena arena;
	struct ak_trie trie;
	struct ak_row row;
	struct ak_frame f;
	int slot;

	ak_arena_init(&arena);
	ak_trie_init(&trie, &arena);
	ak_trie_add(&trie, AK_STR("/a"), AK_PICK_VALUE, &slot, &err);
	ak_trie_add(&trie, AK_STR("/b"), AK_PICK_VALUE, &slot, &err);
	ak_trie_add(&trie, AK_STR("/c"), AK_PICK_DROP, &slot, &err);
	ak_trie_seal(&trie);
	ak_csv_feed(csv, text.p, text.n, true);
	for (ak_row_init(&row, &arena); ak_csv_next(csv, &trie, w, &row, &f, &err) == AK_OK; ak_row_init(&row, &arena)) {
		ak_buf_addf(said, "%d %s:", (int)f.kind, f.reason ? f.reason : "");
		for (size_t i = 0; i < row.n; i++)
			ak_buf_addf(said, " %d %d %llu <%.*s>", row.pick[i].slot, (int)row.pick[i].type,
				    (unsigned long long)row.pick[i].bytes, AK_STR_FMT(row.pick[i].text));
		ak_buf_addc(said, '\n');
	}
	ak_csv_free(csv);
	ak_walker_free(w);
	ak_arena_release(&arena);
}

/* The same rows, once plain, once with a quoted cell in each, which libcsv cuts. */
static void both_say_the_same(void)
{
	static const char *const cells[] = {"", "x", "12.5", "a b", "\xE2\x82\xAC", "semi;colon", "\xFF", "{}"};
	struct ak_buf plain, quoted, a, b;
	size_t n = AK_COUNT(cells), lines = 0;

	ak_buf_init(&plain, 1 << 20);
	ak_buf_init(&quoted, 1 << 20);
	ak_buf_init(&a, 1 << 20);
	ak_buf_init(&b, 1 << 20);
	ak_buf_adds(&plain, "a,b,c\n");
	ak_buf_adds(&quoted, "a,b,c\n");
	for (size_t i = 0; i < n * n; i++) {
		const char *x = cells[i % n], *y = cells[i / n];
		ak_buf_addf(&plain, "key,%s,%s%s\n", x, y, i % 3 ? "" : "\r");
		ak_buf_addf(&quoted, "\"key\",%s,%s%s\n", x, y, i % 3 ? "" : "\r");
	}
	read_all(ak_buf_str(&plain), &a);
	read_all(ak_buf_str(&quoted), &b);
	for (size_t i = 0; i < a.n; i++)
		lines += a.p[i] == '\n';
	is_int((int64_t)lines, (int64_t)(n * n), "rows read");
	ok(ak_str_eq(ak_buf_str(&a), ak_buf_str(&b)), "plain and quoted rows read alike");
	ak_buf_release(&plain);
	ak_buf_release(&quoted);
	ak_buf_release(&a);
	ak_buf_release(&b);
}

int main(void)
{
	cutting();
	both_say_the_same();
	return done_testing();
}
