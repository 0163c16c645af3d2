#include "base/ak.h"
#include "packet/sheet_cells.h"

#include <stdio.h>

#include "base/map.h"
#include "packet/workbook.h"

#define ROW_BYTES ((size_t)32 << 20)

static void add(struct ak_buf *b, size_t column, struct ak_str text)
{
	if (!text.n)
		return;
	ak_buf_addle(b, column, 4);
	ak_buf_addle(b, text.n, 8);
	ak_buf_addstr(b, text);
}

static uint64_t done(struct ak_buf *b)
{
	uint64_t mark = b->over ? 0 : ak_hash(b->n ? b->p : "", b->n);

	ak_buf_release(b);
	return mark;
}

uint64_t ak_cells_mark(const char *const *cells, size_t n)
{
	struct ak_buf b;

	ak_buf_init(&b, ROW_BYTES);
	for (size_t i = 0; i < n; i++)
		add(&b, i, ak_str_of(cells[i]));
	return done(&b);
}

uint64_t ak_cells_mark_row(const json_t *row)
{
	struct ak_buf b;
	json_t *cell;
	size_t i;

	ak_buf_init(&b, ROW_BYTES);
	json_array_foreach((json_t *)row, i, cell)
		if (json_is_string(cell)) {
			struct ak_str s = ak_str_of(json_string_value(cell));

			add(&b, i, s.n > AK_CELL_BYTES ? ak_str_of(AK_CELL_TOO_LONG) : s);
		}
	return done(&b);
}

/* ---- reading ---- */

static bool take(struct ak_str *s, const char *word)
{
	size_t n = strlen(word);

	if (s->n < n || memcmp(s->p, word, n) != 0)
		return false;
	*s = ak_str_n(s->p + n, s->n - n);
	return true;
}

/* Up to a word, which is taken too. */
static bool until(struct ak_str *s, const char *word, struct ak_str *before)
{
	size_t n = strlen(word);

	for (size_t i = 0; i + n <= s->n; i++)
		if (s->p[i] == *word && memcmp(s->p + i, word, n) == 0) {
			*before = ak_str_n(s->p, i);
			*s = ak_str_n(s->p + i + n, s->n - i - n);
			return true;
		}
	return false;
}

/* "_x000D_" is a character, "_x005F_" the underscore before what only looks so. */
static size_t escaped(struct ak_str s, size_t at, struct ak_buf *out)
{
	unsigned c = 0;

	if (s.n - at < 7 || s.p[at] != '_' || s.p[at + 1] != 'x' || s.p[at + 6] != '_')
		return 0;
	for (size_t i = at + 2; i < at + 6; i++) {
		unsigned char d = (unsigned char)s.p[i];

		if (!ak_is_hex(d))
			return 0;
		c = c << 4 | (unsigned)(ak_is_digit(d) ? d - '0' : (d | 0x20) - 'a' + 10);
	}
	if (c >= 0xfffe)
		ak_buf_adds(out, c == 0xfffe ? "\xef\xbf\xbe" : "\xef\xbf\xbf");
	else if (c < 0x80)
		ak_buf_addc(out, (char)c);
	else
		return 0;
	return 7;
}

static void unescape(struct ak_str s, struct ak_buf *out)
{
	static const struct {
		const char *word;
		char c;
	} entities[] = {{"&amp;", '&'}, {"&lt;", '<'}, {"&gt;", '>'}, {"&quot;", '"'}};

	for (size_t i = 0, n; i < s.n; i += n) {
		n = s.p[i] == '_' ? escaped(s, i, out) : 0;
		for (size_t k = 0; !n && s.p[i] == '&' && k < AK_COUNT(entities); k++)
			if (s.n - i >= strlen(entities[k].word) && memcmp(s.p + i, entities[k].word, strlen(entities[k].word)) == 0) {
				ak_buf_addc(out, entities[k].c);
				n = strlen(entities[k].word);
			}
		if (!n) {
			ak_buf_addc(out, s.p[i]);
			n = 1;
		}
	}
}

/* "AB12": the column from 0, and the row. */
static bool place(struct ak_str s, size_t *column, unsigned *row)
{
	size_t i = 0;

	*column = 0;
	for (; i < s.n && i < 3 && ak_is_upper((unsigned char)s.p[i]); i++)
		*column = *column * 26 + (size_t)(s.p[i] - 'A') + 1;
	if (!*column || i == s.n)
		return false;
	--*column;
	*row = 0;
	for (; i < s.n && ak_is_digit((unsigned char)s.p[i]) && *row < 10000000; i++)
		*row = *row * 10 + (unsigned)(s.p[i] - '0');
	return i == s.n;
}

/* Writes the cell again, too. */
static void note(struct ak_sheet_cells *c, size_t column, struct ak_buf *plain, struct ak_buf *marks)
{
	add(marks, column, ak_buf_str(plain));
	ak_buf_addc(plain, '\0');
	c->broken = c->broken || plain->over;
	if (!c->broken)
		ak_sheet_cell(c->again, column, plain->p);
	ak_buf_release(plain);
}

static bool cell(struct ak_sheet_cells *c, struct ak_str *s, size_t *next, struct ak_buf *marks)
{
	struct ak_str at, attributes, text;
	struct ak_buf plain;
	unsigned row;
	size_t column;

	if (!take(s, "<c r=\"") || !until(s, "\"", &at) || !place(at, &column, &row) || row != c->row || column < *next || column >= c->again->columns || !until(s, ">", &attributes))
		return false;
	*next = column + 1;
	c->cells++;
	ak_buf_init(&plain, ROW_BYTES);
	if (take(s, "<v>") && until(s, "</v></c>", &text))
		ak_buf_addstr(&plain, text);
	else if (take(s, "<is><t") && until(s, ">", &attributes) && until(s, "</t></is></c>", &text))
		unescape(text, &plain);
	else
		return false; /* nothing was added to it */
	note(c, column, &plain, marks);
	return true;
}

bool ak_sheet_cells_open(struct ak_sheet_cells *c, struct ak_str xml, struct ak_sheet *again)
{
	struct ak_str head = ak_buf_str(&again->xml);

	*c = (struct ak_sheet_cells){.again = again, .row = again->rows};
	if (!ak_str_starts(xml, head))
		return false;
	c->left = ak_str_n(xml.p + head.n, xml.n - head.n);
	return true;
}

bool ak_sheet_cells_end(struct ak_sheet_cells *c)
{
	ak_buf_clear(&c->again->xml);
	ak_sheet_end(c->again);
	return ak_str_eq(c->left, ak_buf_str(&c->again->xml));
}

bool ak_sheet_cells_next(struct ak_sheet_cells *c)
{
	struct ak_buf marks;
	struct ak_str number, s = c->left;
	char want[16];
	size_t next = 0;

	if (take(&s, "</sheetData>"))
		return false;
	c->cells = 0;
	snprintf(want, sizeof want, "%u", c->row + 1);
	if (!take(&s, "<row r=\"") || !until(&s, "\">", &number) || !ak_str_is(number, want)) {
		c->broken = true;
		return false;
	}
	c->row++;
	ak_buf_clear(&c->again->xml);
	ak_sheet_row(c->again);
	ak_buf_init(&marks, ROW_BYTES);
	while (!c->broken && !take(&s, "</row>\n"))
		if (!cell(c, &s, &next, &marks))
			c->broken = true;
	ak_sheet_row_end(c->again);
	c->mark = done(&marks);
	c->odd = !ak_str_eq(ak_str_n(c->left.p, c->left.n - s.n), ak_buf_str(&c->again->xml));
	c->left = s;
	return !c->broken;
}
