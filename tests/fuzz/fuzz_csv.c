/* CSV. Promises: rows come in order, lie inside the input and do not overlap; the pieces that the input comes in do not
 * matter. Input: a byte for the delimiter, one for the size of the pieces (0 = one piece), then the file. */
#include "base/ak.h"

#include <inttypes.h>

#include "fuzz.h"
#include "read/csv.h"

struct table {
	struct ak_walker *w;
	struct ak_trie trie;
	struct ak_arena paths, arena;
	struct ak_buf said[2]; /* rows of the two passes */
};

static struct table *table;

static struct table *table_new(void)
{
	static const char *const wanted[] = {"/id", "/a", "/j|json/x", "/m|json/*"};
	struct table *t = ak_alloc_zero(1, sizeof *t);
	int slot;

	t->w = ak_walker_new();
	ak_arena_init(&t->paths);
	ak_arena_init(&t->arena);
	ak_trie_init(&t->trie, &t->paths);
	for (size_t i = 0; i < AK_COUNT(wanted); i++)
		HOLDS(ak_trie_add(&t->trie, ak_str_of(wanted[i]), AK_PICK_VALUE, &slot, NULL) == AK_OK);
	HOLDS(ak_trie_add(&t->trie, AK_STR("/p"), AK_PICK_PAYLOAD, &slot, NULL) == AK_OK);
	HOLDS(ak_trie_add(&t->trie, AK_STR("/d"), AK_PICK_DROP, &slot, NULL) == AK_OK);
	ak_trie_seal(&t->trie);
	for (int i = 0; i < 2; i++)
		ak_buf_init(&t->said[i], 1 << 26);
	return t;
}

static bool header(struct ak_csv *csv, struct ak_buf *said, bool *failed)
{
	const struct ak_str *cell;
	struct ak_err err = {0};
	size_t n = 0;
	enum ak_rc rc = ak_csv_header(csv, &cell, &n, &err);

	HOLDS(rc == AK_OK || rc == AK_END || rc == AK_FAIL);
	*failed = rc == AK_FAIL;
	if (rc == AK_FAIL)
		fuzz_failed(&err, AK_EXIT_INPUT);
	for (size_t i = 0; rc == AK_OK && i < n; i++)
		ak_buf_addf(said, "[%.*s]", AK_STR_FMT(cell[i]));
	return rc == AK_OK;
}

/* false: no row can be read, since the header names no column that is asked for. */
static bool rows(struct table *t, struct ak_csv *csv, struct ak_str in, uint64_t *end, struct ak_buf *said)
{
	struct ak_frame f;
	struct ak_row row;
	struct ak_err err = {0};
	enum ak_rc rc;

	ak_row_init(&row, &t->arena);
	while ((rc = ak_csv_next(csv, &t->trie, t->w, &row, &f, &err)) != AK_END) {
		if (rc == AK_FAIL) {
			fuzz_failed(&err, AK_EXIT_INPUT);
			return false;
		}
		HOLDS(rc == AK_OK || rc == AK_REJECT);
		if (rc == AK_REJECT)
			fuzz_rejected(&err);
		HOLDS(f.offset >= *end && f.offset + f.length <= in.n);
		*end = f.offset + f.length;
		ak_buf_addf(said, "\n%d %d %s %" PRIu64 "+%" PRIu64, (int)rc, (int)f.kind, f.reason ? f.reason : "",
			    f.offset, f.length);
		for (size_t i = 0; rc == AK_OK && f.kind == AK_FRAME_RECORD && i < row.n; i++)
			ak_buf_addf(said, " %d:%d:%.*s", row.pick[i].slot, (int)row.pick[i].type,
				    AK_STR_FMT(row.pick[i].text));
		ak_arena_clear(&t->arena);
		ak_row_init(&row, &t->arena);
		ak_err_clear(&err);
	}
	return true;
}

static void pass(struct table *t, char delimiter, struct ak_str in, size_t step, struct ak_buf *said)
{
	struct ak_csv *csv = ak_csv_new(delimiter);
	bool begun = false, failed = false;
	uint64_t end = 0;
	size_t at = 0;

	ak_buf_clear(said);
	do {
		size_t n = in.n - at < step ? in.n - at : step;

		ak_csv_feed(csv, in.p + at, n, at + n == in.n);
		at += n;
		begun = begun || header(csv, said, &failed);
		if (begun && !failed)
			failed = !rows(t, csv, in, &end, said);
	} while (at < in.n && !failed);
	HOLDS(begun || failed);
	ak_csv_free(csv);
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct fuzz_in in = {p, n};
	char delimiter = "\0,;\t"[fuzz_byte(&in) % 4];
	size_t step = fuzz_byte(&in);
	struct ak_str text = fuzz_rest(&in);

	if (!table)
		table = table_new();
	pass(table, delimiter, text, text.n ? text.n : 1, &table->said[0]);
	if (step) {
		pass(table, delimiter, text, step, &table->said[1]);
		HOLDS(ak_str_eq(ak_buf_str(&table->said[0]), ak_buf_str(&table->said[1])));
	}
	return 0;
}
