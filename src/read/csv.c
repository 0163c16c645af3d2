/* CSV on libcsv. Physical lines are cut first, so that offsets are known and a broken row can be left behind. */
#include "base/ak.h"
#include "read/csv.h"

#include <csv.h>

#include "base/limits.h"
#include "base/text.h"
#include "read/csv_cell.h"
#include "read/csv_plain.h"

#define ROW_BYTES AK_MAX_RECORD_BYTES

/* What is passed over after a broken row. */
struct gap {
	bool open, whole; /* whole: all its bytes are still in buf, from pos on */
	bool at_line;     /* `at` is the start of a line that has not been looked at */
	size_t at;
	uint64_t from, end; /* in the stream; end: without the last line end */
	const char *why;
};

struct ak_csv {
	struct ak_buf buf;
	size_t pos;          /* start of the row that comes next */
	uint64_t base;       /* stream offset of buf[0] */
	bool eof, begun, header_done;
	struct gap gap;
	char delimiter;
	struct csv_parser parser;
	/* the row that libcsv is giving */
	struct ak_arena cells;
	struct ak_str *cell;
	bool *null;
	size_t n, cap, rows;
	bool too_many;
	/* header */
	struct ak_arena header_arena;
	struct ak_str *header;
	size_t ncols, nbound; /* nbound: those that the trie asks for */
	const struct ak_trie *trie;
	const struct ak_tnode **node;
	bool *deep; /* columns whose cells the walker looks into */
	uint64_t rec_no;
};

static void start_parser(struct ak_csv *c)
{
	if (csv_init(&c->parser, CSV_STRICT | CSV_STRICT_FINI | CSV_EMPTY_IS_NULL) != 0)
		AK_BUG("libcsv does not start");
	csv_set_realloc_func(&c->parser, ak_realloc);
	csv_set_free_func(&c->parser, ak_free);
}

struct ak_csv *ak_csv_new(char delimiter)
{
	struct ak_csv *c = ak_alloc_zero(1, sizeof *c);

	ak_buf_init(&c->buf, SIZE_MAX);
	ak_arena_init(&c->cells);
	ak_arena_init(&c->header_arena);
	c->delimiter = delimiter;
	start_parser(c);
	return c;
}

void ak_csv_free(struct ak_csv *c)
{
	if (!c)
		return;
	csv_free(&c->parser);
	ak_buf_release(&c->buf);
	ak_arena_release(&c->cells);
	ak_arena_release(&c->header_arena);
	ak_free(c->cell);
	ak_free(c->null);
	ak_free(c->node);
	ak_free(c->deep);
	ak_free(c);
}

void ak_csv_feed(struct ak_csv *c, const char *p, size_t n, bool eof)
{
	if (c->pos) {
		memmove(c->buf.p, c->buf.p + c->pos, c->buf.n - c->pos);
		c->buf.n -= c->pos;
		c->base += c->pos;
		c->gap.at -= c->gap.open ? c->pos : 0;
		c->pos = 0;
	}
	ak_buf_add(&c->buf, p, n);
	c->eof = eof;
}

/* ---- one row through libcsv ---- */

static void on_cell(void *text, size_t n, void *ctx)
{
	struct ak_csv *c = ctx;

	if (c->n > AK_MAX_CSV_COLUMNS) {
		c->too_many = true;
		return;
	}
	if (c->n == c->cap) {
		c->cap = c->cap ? 2 * c->cap : 64;
		c->cell = ak_realloc(c->cell, c->cap * sizeof *c->cell);
		c->null = ak_realloc(c->null, c->cap * sizeof *c->null);
	}
	c->null[c->n] = !text;
	c->cell[c->n++] = text ? ak_arena_str(&c->cells, ak_str_n(text, n)) : AK_STR("");
}

static void on_row(int last, void *ctx)
{
	(void)last;
	((struct ak_csv *)ctx)->rows++;
}

static bool parse_strict(struct ak_csv *c, struct ak_str row)
{
	bool good;

	ak_arena_clear(&c->cells);
	c->n = c->rows = 0;
	c->too_many = false;
	csv_set_delim(&c->parser, (unsigned char)c->delimiter);
	good = csv_parse(&c->parser, row.p, row.n, on_cell, on_row, c) == row.n;
	good = csv_fini(&c->parser, on_cell, on_row, c) == 0 && good;
	if (!good) {
		csv_free(&c->parser);
		start_parser(c);
	}
	return good && c->rows <= 1;
}

/* ---- physical lines ---- */

/* End of the row that starts at from (behind its line end); 0 = more bytes are needed. *closed: not inside a quote there. */
static size_t row_end(const struct ak_csv *c, size_t from, bool *closed)
{
	const struct ak_str all = ak_buf_str(&c->buf);
	enum ak_csv_state s = AK_CELL_START;
	size_t i;

	for (i = from; i < all.n; i++) {
		if (s != AK_CELL_QUOTED && ak_csv_ends_line(all, i, c->eof))
			break;
		s = ak_csv_state(c->delimiter, s, all.p[i]);
	}
	*closed = s != AK_CELL_QUOTED;
	if (i < c->buf.n)
		return i + 1;
	return c->eof ? c->buf.n : 0;
}

/* Parse buf[from..to), which should be exactly one row. */
static bool parse_row(struct ak_csv *c, size_t from, size_t to)
{
	struct ak_str row = ak_str_n(c->buf.p + from, to - from);
	struct ak_buf again;
	bool good = parse_strict(c, row);

	if (good || ak_str_find(row, '"') == row.n)
		return good;
	ak_buf_init(&again, 4 * ROW_BYTES);
	good = ak_csv_requote(c->delimiter, row, &again) && parse_strict(c, ak_buf_str(&again));
	ak_buf_release(&again);
	return good;
}

static size_t line_end(const struct ak_csv *c, size_t from) { return ak_csv_line_end(ak_buf_str(&c->buf), from, c->eof); }

static bool is_blank(const struct ak_csv *c, size_t from, size_t to) { return ak_csv_is_blank(ak_str_n(c->buf.p + from, to - from)); }

/* ---- header ---- */

static enum ak_rc bad_header(struct ak_err *err, const char *what, const char *hint)
{
	ak_hint(err, "%s", hint);
	return ak_fail(err, AK_EXIT_INPUT, "csv %s", what);
}

static enum ak_rc check_header(struct ak_csv *c, struct ak_err *err)
{
	if (c->too_many || c->n > AK_MAX_CSV_COLUMNS)
		return bad_header(err, "header has more columns than the limit",
				  "export fewer columns; `auditkit limits` prints the bound");
	for (size_t i = 0; i < c->n; i++) {
		if (ak_utf8_valid(c->cell[i]) != c->cell[i].n || memchr(c->cell[i].p, 0, c->cell[i].n))
			return bad_header(err, "header is not UTF-8 text",
					  "export as UTF-8, or convert the file: iconv -f latin1 -t UTF-8");
		for (size_t k = 0; k < i; k++)
			if (ak_str_eq(c->cell[i], c->cell[k])) {
				ak_hint(err, "rename or leave out one of them: which one counts is not ours to guess");
				return ak_fail(err, AK_EXIT_INPUT, "csv header names column %zu and column %zu alike", k + 1, i + 1);
			}
	}
	return AK_OK;
}

/* Blank lines, and one that says the delimiter, stand before the header of some exports. */
static void skip_to_header(struct ak_csv *c)
{
	for (size_t end = line_end(c, c->pos); end > c->pos; end = line_end(c, c->pos)) {
		char delimiter = ak_csv_said_delimiter(ak_str_n(c->buf.p + c->pos, end - c->pos));

		if (!delimiter && !is_blank(c, c->pos, end))
			return;
		c->delimiter = delimiter ? delimiter : c->delimiter;
		c->pos = end;
	}
}

static enum ak_rc take_header(struct ak_csv *c, struct ak_err *err)
{
	bool closed;
	size_t end;
	enum ak_rc rc;

	if (!c->begun && c->buf.n >= 3 && memcmp(c->buf.p, "\xEF\xBB\xBF", 3) == 0)
		c->pos = 3;
	if (!c->begun && c->buf.n < 3 && !c->eof)
		return AK_END;
	c->begun = true;
	skip_to_header(c);
	if (c->eof && is_blank(c, c->pos, c->buf.n))
		return bad_header(err, "file is empty: no header line",
				  "export again; an export without rows still has its header line");
	if (!c->delimiter) {
		end = line_end(c, c->pos);
		if (!end && c->buf.n - c->pos <= ROW_BYTES)
			return AK_END;
		end = end ? end : c->buf.n;
		c->delimiter = ak_csv_guess_delimiter(ak_str_n(c->buf.p + c->pos, end - c->pos));
	}
	end = row_end(c, c->pos, &closed);
	if (!end && c->buf.n - c->pos > ROW_BYTES)
		return bad_header(err, "header line is longer than a record may be", "is it a CSV file? name its --format");
	if (!end)
		return AK_END;
	if (!closed || !parse_row(c, c->pos, end) || !c->n)
		return bad_header(err, "header line cannot be read", "the first line names the columns: mend its quotes");
	if ((rc = check_header(c, err)) != AK_OK)
		return rc;
	c->header = ak_arena_alloc(&c->header_arena, c->n * sizeof *c->header);
	for (size_t i = 0; i < c->n; i++)
		c->header[i] = ak_arena_str(&c->header_arena, c->cell[i]);
	c->ncols = c->n;
	c->pos = end;
	c->header_done = true;
	return AK_OK;
}

enum ak_rc ak_csv_header(struct ak_csv *c, const struct ak_str **cells, size_t *n, struct ak_err *err)
{
	enum ak_rc rc = c->header_done ? AK_OK : take_header(c, err);

	if (rc == AK_OK) {
		*cells = c->header;
		*n = c->ncols;
	}
	return rc;
}

/* ---- rows ---- */

static const char *cell_problem(const struct ak_csv *c)
{
	if (c->too_many || c->n != c->ncols)
		return "csv_columns";
	for (size_t i = 0; i < c->n; i++) {
		if (c->cell[i].n > AK_MAX_CSV_CELL_BYTES)
			return "csv_cell_too_long";
		if (memchr(c->cell[i].p, 0, c->cell[i].n))
			return "csv_nul";
		if (ak_utf8_valid(c->cell[i]) != c->cell[i].n)
			return "csv_utf8";
	}
	return NULL;
}

static void frame_of(struct ak_csv *c, struct ak_frame *out, enum ak_frame_kind kind, size_t from, size_t to, const char *why)
{
	memset(out, 0, sizeof *out);
	out->kind = kind;
	out->reason = why;
	out->offset = c->base + from;
	out->length = to - from;
	out->text = ak_str_n(c->buf.p + from, to - from);
}

static size_t without_line_end(const struct ak_csv *c, size_t from, size_t to)
{
	while (to > from && (c->buf.p[to - 1] == '\n' || c->buf.p[to - 1] == '\r'))
		to--;
	return to;
}

/* ---- after a broken row: the next physical line that is a row by itself; the gap is one reject ---- */

/* A gap that is too long to be kept goes on without its bytes. */
static void gap_forget(struct ak_csv *c)
{
	if (c->gap.at - c->pos > ROW_BYTES) {
		c->pos = c->gap.at;
		c->gap.whole = false;
	}
}

static void gap_pass(struct ak_csv *c, size_t end)
{
	size_t text = without_line_end(c, c->gap.at, end);

	if (text > c->gap.at)
		c->gap.end = c->base + text;
	c->gap.at = end;
	gap_forget(c);
}

static enum ak_rc gap_close(struct ak_csv *c, struct ak_frame *out)
{
	uint64_t length = c->gap.end - c->gap.from;

	frame_of(c, out, AK_FRAME_BAD, c->pos, c->pos + (c->gap.whole ? (size_t)length : 0), c->gap.why);
	out->offset = c->gap.from;
	out->length = length;
	c->gap.open = false;
	c->pos = c->gap.at;
	return AK_OK;
}

static bool is_row(struct ak_csv *c, size_t from, size_t to)
{
	return !is_blank(c, from, to) && parse_row(c, from, to) && c->n == c->ncols;
}

/* All bytes but a last carriage return, which may end a line or not. */
static size_t before_return(const struct ak_csv *c)
{
	return c->buf.n - (c->gap.at < c->buf.n && c->buf.p[c->buf.n - 1] == '\r');
}

/* AK_END: more bytes are needed. */
static enum ak_rc gap_run(struct ak_csv *c, struct ak_frame *out)
{
	for (;;) {
		size_t end = line_end(c, c->gap.at);
		if (c->gap.at >= c->buf.n && c->eof)
			return gap_close(c, out);
		if (end && c->gap.at_line && is_row(c, c->gap.at, end))
			return gap_close(c, out);
		if (!end && c->gap.at_line && c->buf.n - c->gap.at <= ROW_BYTES)
			return AK_END;
		/* A line that is too long for a row is passed as it comes. */
		c->gap.at_line = end != 0;
		gap_pass(c, end ? end : before_return(c));
		if (!end)
			return AK_END;
	}
}

static enum ak_rc resync(struct ak_csv *c, const char *why, struct ak_frame *out)
{
	c->gap = (struct gap){.open = true, .whole = true, .at = c->pos, .from = c->base + c->pos, .why = why};
	c->gap.end = c->gap.from;
	return gap_run(c, out);
}

static void pick_null(const struct ak_tnode *n, struct ak_row *row)
{
	if (n->slot >= 0 && n->how == AK_PICK_VALUE)
		ak_row_add(row, (struct ak_pick){.slot = n->slot, .type = AK_J_NULL, .text = AK_STR("")});
	else if (n->slot >= 0 && n->how == AK_PICK_PAYLOAD)
		ak_row_add(row, (struct ak_pick){.slot = n->slot, .payload = AK_PAY_ABSENT});
}

/* What the walker would pick from a cell that it need not look into. */
static void pick_text(const struct ak_tnode *n, struct ak_str column, struct ak_str cell, struct ak_row *row)
{
	bool kept = n->how == AK_PICK_VALUE;

	if (n->slot >= 0 && (kept || cell.n))
		ak_row_add(row, (struct ak_pick){.slot = n->slot, .type = AK_J_STR, .text = kept ? cell : AK_STR(""),
						 .key = column, .bytes = cell.n});
}

static enum ak_rc pick_cells(struct ak_csv *c, struct ak_walker *w, struct ak_row *row, struct ak_err *err)
{
	enum ak_rc rc = AK_OK;

	for (size_t i = 0; i < c->ncols && rc == AK_OK; i++) {
		const struct ak_tnode *n = c->node[i];
		if (n && c->null[i])
			pick_null(n, row);
		else if (n && c->deep[i])
			rc = ak_walker_walk_text(w, c->cell[i], n, c->header[i], row, err);
		else if (n)
			pick_text(n, c->header[i], c->cell[i], row);
		else if (row->drift && c->cell[i].n)
			ak_drift_count(row->drift, AK_STR(""), c->header[i], AK_J_STR, c->cell[i].n, row->rec_no);
	}
	return rc;
}

static bool is_deep(const struct ak_tnode *n)
{
	return n && (n->how == AK_PICK_PAYLOAD || (n->json && (n->child || n->iter || n->any)));
}

static void bind_columns(struct ak_csv *c, const struct ak_trie *trie)
{
	if (c->trie == trie)
		return;
	c->trie = trie;
	c->node = ak_realloc(c->node, (c->ncols + 1) * sizeof *c->node);
	c->deep = ak_realloc(c->deep, (c->ncols + 1) * sizeof *c->deep);
	c->nbound = 0;
	for (size_t i = 0; i < c->ncols; i++) {
		c->node[i] = ak_trie_child(trie->root, c->header[i]);
		c->deep[i] = is_deep(c->node[i]);
		c->nbound += c->node[i] != NULL;
	}
}

static bool cut_short(const struct ak_csv *c, size_t end) { return c->eof && end == c->buf.n && c->buf.p[end - 1] != '\n'; }

/* Most rows; what is not plain is left to libcsv. */
static bool plain_row(struct ak_csv *c, struct ak_frame *out)
{
	size_t end, n = ak_csv_plain(c->buf.p + c->pos, c->buf.n - c->pos, c->delimiter, c->cell, c->ncols, &end);

	if (!n)
		return false;
	for (size_t i = 0; i < c->ncols; i++)
		c->null[i] = !c->cell[i].n;
	frame_of(c, out, AK_FRAME_RECORD, c->pos, c->pos + n, NULL);
	c->pos += n + end;
	return true;
}

static enum ak_rc any_row(struct ak_csv *c, struct ak_walker *w, struct ak_row *row, struct ak_frame *out, struct ak_err *err)
{
	const char *why;
	bool closed;
	size_t end;

	if (c->pos >= c->buf.n || !(end = row_end(c, c->pos, &closed))) {
		if (c->buf.n - c->pos <= ROW_BYTES)
			return AK_END;
		return resync(c, "csv_quote", out);
	}
	if (is_blank(c, c->pos, end)) {
		frame_of(c, out, AK_FRAME_BLANK, c->pos, end, NULL);
		c->pos = end;
		return AK_OK;
	}
	if (!closed || !parse_row(c, c->pos, end))
		return resync(c, cut_short(c, end) && !closed && line_end(c, c->pos) >= c->buf.n ? "csv_truncated" : "csv_quote",
			      out);
	why = cell_problem(c);
	frame_of(c, out, why ? AK_FRAME_BAD : AK_FRAME_RECORD, c->pos, without_line_end(c, c->pos, end), why);
	if (why && c->n < c->ncols && cut_short(c, end))
		out->reason = "csv_truncated";
	c->pos = end;
	row->rec_no = ++c->rec_no;
	return why ? AK_OK : pick_cells(c, w, row, err);
}

enum ak_rc ak_csv_next(struct ak_csv *c, const struct ak_trie *trie, struct ak_walker *w, struct ak_row *row,
		       struct ak_frame *out, struct ak_err *err)
{
	enum ak_rc rc = c->header_done ? AK_OK : take_header(c, err);

	if (rc != AK_OK)
		return rc;
	bind_columns(c, trie);
	if (!c->nbound)
		return bad_header(err, "header names no column that this format reads",
				  "name another --format (`auditkit formats show ID` lists its columns); cells are "
				  "parted by commas, semicolons or tabs");
	if (c->gap.open)
		return gap_run(c, out);
	if (plain_row(c, out)) {
		row->rec_no = ++c->rec_no;
		return pick_cells(c, w, row, err);
	}
	return any_row(c, w, row, out, err);
}
