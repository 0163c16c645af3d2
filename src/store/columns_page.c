/* How a column is written. Numbers are LEB128 (7 bits a byte, the lowest first), signed ones folded (0, -1, 1, -2, ...).
 *
 *   INT, TIME  per record: 0 = no value, else 1 + folded difference to the value before
 *   DEC   per record: 0 = no value; 1 + s (s <= 36): digits behind the point, then the folded digits; 256: length, then the text
 *   TEXT  number of values, each as length and bytes in the order they came; then a byte w: 0 = all records have the first value;
 *         else per record 1 + index of its value or 0 = none, in w bytes (1 or 2, the lower first)
 *
 * A column that no record has a value of has no page. */
#include "base/ak.h"
#include "store/columns.h"

struct reader {
	const unsigned char *p, *end;
	bool bad;
};

static void put(struct ak_buf *out, uint64_t v)
{
	unsigned char bytes[10];
	size_t n = 0;

	for (; v >= 0x80; v >>= 7)
		bytes[n++] = (unsigned char)(v | 0x80);
	bytes[n++] = (unsigned char)v;
	ak_buf_add(out, bytes, n);
}

static uint64_t get(struct reader *r)
{
	uint64_t v = 0;

	for (int shift = 0; shift < 64; shift += 7) {
		if (r->p == r->end)
			break;
		v |= (uint64_t)(*r->p & 0x7f) << shift;
		if (!(*r->p++ & 0x80))
			return v;
	}
	r->bad = true;
	return 0;
}

static struct ak_str get_text(struct reader *r)
{
	uint64_t n = get(r);
	struct ak_str s = {(const char *)r->p, (size_t)n};

	if (n > (uint64_t)(r->end - r->p)) {
		r->bad = true;
		return ak_str_n("", 0);
	}
	r->p += n;
	return s;
}

static uint64_t fold(int64_t v) { return ((uint64_t)v << 1) ^ (v < 0 ? UINT64_MAX : 0); }
static int64_t unfold(uint64_t v) { return (int64_t)(v >> 1) ^ -(int64_t)(v & 1); }

static bool any_number(const struct ak_columns *c, enum ak_column col)
{
	for (size_t i = 0; c->number[col] && i < c->n; i++)
		if (c->number[col][i] != AK_COLUMN_NONE)
			return true;
	return false;
}

/* ---- writing ---- */

/* Differences wrap round like the values themselves: no value is too far from the one before. */
static void write_ints(const struct ak_columns *c, enum ak_column col, struct ak_buf *out)
{
	uint64_t before = 0;

	for (size_t i = 0; i < c->n; i++) {
		int64_t v = c->number[col][i];
		uint64_t folded = fold((int64_t)((uint64_t)v - before));

		if (v == AK_COLUMN_NONE) {
			put(out, 0);
			continue;
		}
		/* The one difference that leaves no room for its 1. */
		if (folded == UINT64_MAX)
			AK_BUG("a number is out of the bounds that its type has");
		put(out, 1 + folded);
		before = (uint64_t)v;
	}
}

static void write_decimals(const struct ak_columns *c, enum ak_column col, struct ak_buf *out)
{
	for (size_t i = 0; i < c->n; i++) {
		int64_t v = c->number[col][i];

		put(out, v == AK_COLUMN_NONE ? 0 : 1u + c->scale[col][i]);
		if (v == AK_COLUMN_NONE)
			continue;
		if (c->scale[col][i] != AK_COLUMN_WIDE) {
			put(out, fold(v));
			continue;
		}
		put(out, c->wide[v].n);
		ak_buf_addstr(out, c->wide[v]);
	}
}

static bool all_first(const struct ak_columns *c, enum ak_column col)
{
	for (size_t i = 0; i < c->n; i++)
		if (c->row[col][i] != 1)
			return false;
	return true;
}

static void write_texts(const struct ak_columns *c, enum ak_column col, struct ak_buf *out)
{
	size_t width;

	put(out, c->ntext[col]);
	for (size_t i = 0; i < c->ntext[col]; i++) {
		put(out, c->text[col][i].n);
		ak_buf_addstr(out, c->text[col][i]);
	}
	width = all_first(c, col) ? 0 : c->ntext[col] < 256 ? 1 : 2;
	ak_buf_addc(out, (char)width);
	for (size_t i = 0; i < c->n && width; i++) {
		const unsigned char low_high[2] = {(unsigned char)c->row[col][i], (unsigned char)(c->row[col][i] >> 8)};

		ak_buf_add(out, low_high, width);
	}
}

void ak_columns_encode(const struct ak_columns *c, enum ak_column col, struct ak_buf *out)
{
	enum ak_column_kind kind = ak_columns[col].kind;

	if (kind == AK_COL_IS_TEXT) {
		if (c->ntext[col])
			write_texts(c, col, out);
	} else if (any_number(c, col)) {
		(kind == AK_COL_IS_DEC ? write_decimals : write_ints)(c, col, out);
	}
}

/* ---- reading ---- */

static void read_ints(struct ak_columns *c, enum ak_column col, struct reader *r)
{
	uint64_t before = 0;

	for (size_t i = 0; i < c->n; i++) {
		uint64_t v = get(r);

		if (v)
			before += (uint64_t)unfold(v - 1);
		c->number[col][i] = v ? (int64_t)before : AK_COLUMN_NONE;
	}
}

static void read_wide(struct ak_columns *c, enum ak_column col, size_t i, struct reader *r)
{
	if ((c->nwide & (c->nwide - 1)) == 0)
		c->wide = ak_realloc(c->wide, (c->nwide ? 2 * c->nwide : 1) * sizeof *c->wide);
	c->number[col][i] = (int64_t)c->nwide;
	c->wide[c->nwide++] = get_text(r);
}

static void read_decimals(struct ak_columns *c, enum ak_column col, struct reader *r)
{
	for (size_t i = 0; i < c->n; i++) {
		uint64_t v = get(r);

		c->number[col][i] = AK_COLUMN_NONE;
		c->scale[col][i] = (uint8_t)(v - 1);
		if (v == 1u + AK_COLUMN_WIDE)
			read_wide(c, col, i, r);
		else if (v > 1u + AK_MAX_DEC_SCALE)
			r->bad = true;
		else if (v)
			c->number[col][i] = unfold(get(r));
	}
}

static void read_texts(struct ak_columns *c, enum ak_column col, struct reader *r)
{
	uint64_t n = get(r);
	size_t each;

	if (n > c->n || r->bad) {
		r->bad = true;
		return;
	}
	for (size_t i = 0; i < n; i++)
		c->text[col][i] = get_text(r);
	c->ntext[col] = (size_t)n;
	each = r->p < r->end ? *r->p++ : 3;
	if (!n || each > 2 || (size_t)(r->end - r->p) != each * c->n) {
		r->bad = true;
		return;
	}
	for (size_t i = 0; i < c->n; i++, r->p += each) {
		c->row[col][i] = (uint16_t)(each == 0 ? 1 : each == 1 ? r->p[0] : r->p[0] | r->p[1] << 8);
		r->bad |= c->row[col][i] > n;
	}
}

void ak_columns_texts_open(struct ak_columns_texts *t, struct ak_str page)
{
	struct reader r = {(const unsigned char *)page.p, (const unsigned char *)page.p + page.n, false};
	uint64_t n = get(&r);

	*t = (struct ak_columns_texts){.left = n, .p = r.p, .end = r.end};
}

bool ak_columns_texts_next(struct ak_columns_texts *t, struct ak_str *text)
{
	struct reader r = {t->p, t->end, false};

	if (!t->left)
		return false;
	*text = get_text(&r);
	t->p = r.p;
	t->left = r.bad ? 0 : t->left - 1;
	return !r.bad;
}

/* Room for a column that is read; it needs no slots. */
static void make_room(struct ak_columns *c, enum ak_column col)
{
	enum ak_column_kind kind = ak_columns[col].kind;

	if (kind == AK_COL_IS_TEXT && !c->row[col]) {
		c->row[col] = ak_alloc_zero(AK_COLUMNS_ROWS, sizeof *c->row[col]);
		c->text[col] = ak_alloc(AK_COLUMNS_ROWS * sizeof *c->text[col]);
	}
	if (kind != AK_COL_IS_TEXT && !c->number[col])
		c->number[col] = ak_alloc(AK_COLUMNS_ROWS * sizeof *c->number[col]);
	if (kind == AK_COL_IS_DEC && !c->scale[col])
		c->scale[col] = ak_alloc_zero(AK_COLUMNS_ROWS, sizeof *c->scale[col]);
}

bool ak_columns_decode(struct ak_columns *c, enum ak_column col, struct ak_str data)
{
	static void (*const read[])(struct ak_columns *, enum ak_column, struct reader *) = {
		[AK_COL_IS_TEXT] = read_texts, [AK_COL_IS_INT] = read_ints, [AK_COL_IS_DEC] = read_decimals,
		[AK_COL_IS_TIME] = read_ints};
	struct reader r = {(const unsigned char *)data.p, (const unsigned char *)data.p + data.n, false};

	make_room(c, col);
	read[ak_columns[col].kind](c, col, &r);
	return !r.bad && r.p == r.end;
}
