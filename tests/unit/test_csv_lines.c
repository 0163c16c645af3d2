/* Ends of lines of every kind before, between and behind rows, cut into pieces at every place: one answer each. */
#include "base/ak.h"

#include "read/csv.h"
#include "tap.h"

static const struct {
	const char *what, *text;
	size_t n;
	const char *rows; /* r row, b blank line, x broken; h = the header is refused */
} cases[] = {
#define TEXT(s) s, sizeof(s) - 1
	{"carriage returns end lines, blank ones before the header, too", TEXT("\r\r\ra,b\r1,2\r\r3,4\r"), "rbr"},
	{"so do both kinds in one file", TEXT("\n\r\r\n\r\ra,b\n1,2\r3,4\r\n5,6"), "rrr"},
	{"a line that says the delimiter ends with one", TEXT("sep=;\ra;b\r1;2\r"), "r"},
	{"behind a broken row the next line is read", TEXT("a,b\r\"x\"y,1\r3,4\r5,6\r"), "xrr"},
	{"a carriage return within quotes is text", TEXT("a,b\r\"1\r1\",2\r3,4\r"), "rr"},
	{"zero bytes are no blank line", TEXT("a,b\n\0\0\n1,2\n"), "xr"},
	{"nor do they stand before a header", TEXT("\n\0\na,b\n1,2\n"), "h"},
};

static void read_rows(struct ak_csv *csv, struct ak_walker *w, const struct ak_trie *trie, struct ak_arena *a, struct ak_buf *said)
{
	struct ak_err err = {0};
	struct ak_frame f;
	struct ak_row row;
	enum ak_rc rc;

	for (;;) {
		ak_row_init(&row, a);
		rc = ak_csv_next(csv, trie, w, &row, &f, &err);
		if (rc == AK_END)
			return;
		if (rc == AK_FAIL) {
			ak_buf_clear(said);
			ak_buf_addc(said, 'h');
			return;
		}
		ak_buf_addc(said, f.kind == AK_FRAME_BLANK ? 'b' : f.kind == AK_FRAME_BAD ? 'x' : 'r');
	}
}

static bool is_read(size_t i, size_t cut, const struct ak_trie *trie, struct ak_walker *w, struct ak_buf *said)
{
	struct ak_csv *csv = ak_csv_new(0);
	struct ak_arena a;

	ak_arena_init(&a);
	ak_buf_clear(said);
	ak_csv_feed(csv, cases[i].text, cut, false);
	read_rows(csv, w, trie, &a, said);
	if (!ak_str_is(ak_buf_str(said), "h")) {
		ak_csv_feed(csv, cases[i].text + cut, cases[i].n - cut, true);
		read_rows(csv, w, trie, &a, said);
	}
	ak_csv_free(csv);
	ak_arena_release(&a);
	return ak_str_is(ak_buf_str(said), cases[i].rows);
}

int main(void)
{
	struct ak_walker *w = ak_walker_new();
	struct ak_arena a;
	struct ak_trie trie;
	struct ak_buf said;
	int slot;

	ak_arena_init(&a);
	ak_buf_init(&said, 1 << 16);
	ak_trie_init(&trie, &a);
	ak_trie_add(&trie, AK_STR("/a"), AK_PICK_VALUE, &slot, NULL);
	ak_trie_seal(&trie);
	for (size_t i = 0; i < AK_COUNT(cases); i++) {
		size_t cut = 0;

		while (cut <= cases[i].n && is_read(i, cut, &trie, w, &said))
			cut++;
		if (!ok(cut > cases[i].n, cases[i].what))
			printf("# cut at %zu: %.*s\n", cut, AK_STR_FMT(ak_buf_str(&said)));
	}
	ak_buf_release(&said);
	ak_arena_release(&a);
	ak_walker_free(w);
	return done_testing();
}
