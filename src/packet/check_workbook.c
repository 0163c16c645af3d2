/* The workbook against the tables, and byte for byte against what packet/workbook.c would write of them: of rows the cells are compared
 * with the CSV and written again, every other byte is made anew by packet/book_parts.c and packet/zip_store.c. What a spreadsheet program
 * shows can so be nothing else than the packet's tables: no other part, no second sheet of a name, no format, no hidden column. */
#include "base/ak.h"
#include "packet/check_workbook.h"

#include <stdio.h>

#include "base/jsonget.h"
#include "packet/book_parts.h"
#include "packet/sheet_cells.h"
#include "packet/table.h"
#include "packet/workbook.h"
#include "packet/zip_store.h"

enum { NAME_CHARS = 31, LOCAL_BYTES = 30, MOST = 400 };

struct book {
	struct ak_checked *p;
	struct ak_str zip;
	struct ak_zip_store store; /* what it would be; `at`: read so far */
	struct ak_book_parts parts;
	const json_t *tables[MOST]; /* of the second sheet and so on */
	size_t rows[MOST], n;
	char why[200];	/* first difference */
	char head[200]; /* the same of what stands between the parts, which says less */
	size_t cells;
};

static uint32_t le(const char *p, size_t n)
{
	uint32_t v = 0;

	for (size_t i = n; i-- > 0;)
		v = v << 8 | (unsigned char)p[i];
	return v;
}

static void differs(struct book *b, const char *sheet, unsigned row, const char *what)
{
	if (!*b->why)
		snprintf(b->why, sizeof b->why, "%s: sheet %.40s, row %u: %s", AK_WORKBOOK_PATH, sheet, row, what);
}

static void part_differs(struct book *b, const char *name, const char *what)
{
	if (!*b->why)
		snprintf(b->why, sizeof b->why, "%s: its part %.60s %s; read data/tables instead", AK_WORKBOOK_PATH, name, what);
}

/* The bytes of the part at zip.p + at, and where they end; false when it is none that is stored as it is. */
static bool stored(struct ak_str z, uint64_t at, struct ak_str *name, struct ak_str *bytes, uint64_t *end)
{
	const char *h = z.p + at;
	size_t n, extra, size;

	if (at > z.n || z.n - at < LOCAL_BYTES || memcmp(h, "PK\3\4", 4) != 0)
		return false;
	n = le(h + 26, 2);
	extra = le(h + 28, 2);
	size = le(h + 18, 4);
	at += LOCAL_BYTES;
	if (le(h + 6, 2) & 8 || le(h + 8, 2) != 0 || le(h + 22, 4) != size || z.n - at < n + extra || z.n - at - n - extra < size)
		return false;
	*name = ak_str_n(h + LOCAL_BYTES, n);
	*bytes = ak_str_n(h + LOCAL_BYTES + n + extra, size);
	*end = at + n + extra + size;
	return true;
}

/* The next part, which must have that name. */
static bool next_part(struct book *b, const char *name, struct ak_str *out)
{
	struct ak_str is;
	struct ak_buf head;
	uint64_t end;

	if (!stored(b->zip, b->store.at, &is, out, &end) || !ak_str_is(is, name)) {
		part_differs(b, name, "is not where auditkit writes it");
		return false;
	}
	ak_buf_init(&head, 1024);
	ak_zip_store_head(&b->store, name, *out, &head);
	if (!*b->head && !ak_str_eq(ak_buf_str(&head), ak_str_n(b->zip.p + b->store.at, (size_t)(out->p - b->zip.p) - (size_t)b->store.at)))
		snprintf(b->head, sizeof b->head, "%s: its part %.60s is not packed as auditkit packs it", AK_WORKBOOK_PATH, name);
	ak_buf_release(&head);
	b->store.at = end;
	return true;
}

/* A table of the packet by the name of its sheet that is none of the sheets before. */
static const json_t *shown(const struct book *b, const struct ak_str name)
{
	json_t *section, *t;
	size_t i, k;

	json_array_foreach(b->p->sections, i, section)
		json_array_foreach(json_object_get(section, "tables"), k, t) {
			struct ak_str own = ak_str_of(ak_jtxt(t, "name", ""));
			bool before = false;

			for (size_t j = 0; j < b->n; j++)
				before = before || b->tables[j] == t;
			if (!before && ak_str_eq(ak_str_n(own.p, own.n < NAME_CHARS ? own.n : NAME_CHARS), name))
				return t;
		}
	return NULL;
}

/* Of the table's CSV; of one that stands in the annex as its section counts them. */
static size_t rows_of(const json_t *table, const struct ak_table_scan *scan)
{
	uint64_t rows = scan ? scan->rows : ak_jnum(table, "count");

	return !json_array_size(json_object_get(table, "columns")) ? 0 : rows < AK_SHEET_ROWS ? (size_t)rows : AK_SHEET_ROWS;
}

static bool head_fits(const json_t *table, const struct ak_table_scan *scan)
{
	const char *names[AK_SHEET_COLUMNS];
	json_t *column;
	size_t i, n = 0;

	json_array_foreach(json_object_get(table, "columns"), i, column)
		if (n < AK_COUNT(names))
			names[n++] = ak_jtxt(column, "name", "");
	return !n || ak_cells_mark(names, n) == scan->head_cells;
}

/* One sheet of a table. *n: its rows below the head. The rows of a table in the annex are compared with nothing: only with how a row is
 * written, and with their number. */
static void sheet(struct book *b, const json_t *table, struct ak_str xml, struct ak_sheet *again, size_t *n)
{
	const char *name = ak_jtxt(table, "name", "");
	bool apart = json_is_true(json_object_get(table, "annex"));
	const struct ak_table_scan *scan;
	struct ak_sheet_cells c;
	char file[140];
	size_t rows;

	snprintf(file, sizeof file, "data/tables/%.100s.csv", name);
	scan = ak_check_table(b->p, file);
	rows = rows_of(table, scan);
	if (!scan && !apart)
		differs(b, name, 1, "no table of the packet has that name");
	else if (!ak_sheet_cells_open(&c, xml, again))
		differs(b, name, 1, "the sheet or its first row is not as auditkit writes it");
	else if (scan && !head_fits(table, scan))
		differs(b, name, 1, "has a cell that is another one in the CSV");
	b->cells += scan ? again->columns : 0;
	while (!*b->why && ak_sheet_cells_next(&c)) {
		if (*n >= rows)
			differs(b, name, c.row, "has no such row in the CSV");
		else if (scan && (*n >= scan->ncells || c.mark != scan->cells[*n]))
			differs(b, name, c.row, "has a cell that is another one in the CSV");
		else if (c.odd)
			differs(b, name, c.row, "is not as auditkit writes a row");
		++*n;
		b->cells += scan ? c.cells : 0;
	}
	if (!*b->why && c.broken)
		differs(b, name, c.row + 1, "is not as auditkit writes a row");
	if (!*b->why && *n < rows && xml.n < AK_SHEET_BYTES)
		differs(b, name, (unsigned)*n + 2, "is missing");
	if (!*b->why && !ak_sheet_cells_end(&c))
		differs(b, name, c.row, "what follows its last row is not as auditkit writes it");
}

/* The next sheet is the one of that table. */
static void table(struct book *b, const json_t *t)
{
	struct ak_sheet again;
	struct ak_str xml;
	char path[40];

	b->tables[b->n] = t;
	ak_book_parts_name(&b->parts, ak_jtxt(t, "name", ""));
	if (!next_part(b, ak_sheet_path(b->parts.n, path), &xml))
		return;
	if (!ak_sheet_of(&again, t)) {
		differs(b, ak_jtxt(t, "name", ""), 1, "has more columns than a table of a packet");
		return;
	}
	sheet(b, t, xml, &again, &b->rows[b->n++]);
	ak_buf_release(&again.xml);
}

/* Where two texts part: the row of the first that holds it, from 1. */
static unsigned row_of_difference(struct ak_str a, struct ak_str b)
{
	unsigned row = 0;

	for (size_t i = 0; i < a.n && i < b.n && a.p[i] == b.p[i]; i++)
		row += i >= 4 && memcmp(a.p + i - 4, "<row", 4) == 0;
	return row ? row : 1;
}

/* The sheet that lists the others. */
static void list(struct book *b)
{
	struct ak_sheet want;
	struct ak_str xml;
	char path[40];

	ak_sheet_list(&want);
	for (size_t i = 0; i < b->n; i++)
		ak_sheet_list_add(&want, b->tables[i], (unsigned)b->rows[i]);
	ak_sheet_end(&want);
	if (next_part(b, ak_sheet_path(1, path), &xml) && !ak_str_eq(xml, ak_buf_str(&want.xml)))
		differs(b, "contents", row_of_difference(xml, ak_buf_str(&want.xml)), "says something else than the packet");
	b->cells += 5 * (b->n + 1);
	ak_buf_release(&want.xml);
}

/* Parts that are the same in every workbook of these sheets, and the directory behind them. */
static void others(struct book *b)
{
	struct ak_buf want;
	struct ak_str bytes;
	const char *name;

	ak_buf_init(&want, 2 * AK_SHEET_BYTES);
	for (size_t i = 0; !*b->why && (name = ak_book_part(&b->parts, i, &want)) != NULL; i++)
		if (next_part(b, name, &bytes) && !ak_str_eq(bytes, ak_buf_str(&want)))
			part_differs(b, name, "is not as auditkit writes it");
	ak_buf_release(&want);
	ak_zip_store_tail(&b->store);
	if (!*b->why && *b->head)
		snprintf(b->why, sizeof b->why, "%s", b->head);
	if (!*b->why && !ak_str_eq(ak_buf_str(&b->store.directory), ak_str_n(b->zip.p + b->store.at, b->zip.n - (size_t)b->store.at)))
		snprintf(b->why, sizeof b->why, "%s: what stands behind its last part is not as auditkit writes it; read data/tables instead", AK_WORKBOOK_PATH);
}

/* Of what workbook.xml says only the order is taken: it is compared as a whole once the sheets are known. */
static bool names_of(const struct book *b, struct ak_str *out)
{
	struct ak_str name;
	uint64_t at = 0;

	while (stored(b->zip, at, &name, out, &at))
		if (ak_str_is(name, "xl/workbook.xml"))
			return true;
	return false;
}

static void in_order(struct book *b, struct ak_str names)
{
	static const char mark[] = "<sheet name=\"";
	bool first = true;

	for (size_t at = 0; at + sizeof mark <= names.n && !*b->why; at++) {
		struct ak_str name;
		const json_t *t;
		char own[40];

		if (memcmp(names.p + at, mark, sizeof mark - 1) != 0)
			continue;
		at += sizeof mark - 1;
		name = ak_str_n(names.p + at, ak_str_find(ak_str_n(names.p + at, names.n - at), '"'));
		if (first) {
			first = false;
			continue;
		}
		t = b->n < MOST ? shown(b, name) : NULL;
		snprintf(own, sizeof own, "%.*s", (int)(name.n < NAME_CHARS ? name.n : NAME_CHARS), name.p);
		if (t)
			table(b, t);
		else
			differs(b, own, 1, "no table of the packet has that name, or it has two sheets");
	}
}

/* Every table has a sheet, in the order of datapackage.json, in which those of the annex have no place. */
static void all_there(struct book *b)
{
	json_t *package = ak_check_json(b->p, "data/datapackage.json"), *resources = json_object_get(package, "resources"), *section;
	size_t i, k = 0, all = 0;

	json_array_foreach(b->p->sections, i, section)
		all += json_array_size(json_object_get(section, "tables"));
	if (b->n != all)
		differs(b, "contents", (unsigned)b->n + 2, "a table of the packet has no sheet");
	for (i = 0; i < b->n; i++) {
		const char *name = ak_jtxt(b->tables[i], "name", "");

		if (!json_is_true(json_object_get(b->tables[i], "annex")) && strcmp(ak_jtxt(json_array_get(resources, k++), "name", ""), name) != 0)
			differs(b, name, 1, "the sheets are not in the order of data/datapackage.json");
	}
	json_decref(package);
}

static void look(struct book *b)
{
	struct ak_str names;

	ak_zip_store_init(&b->store, AK_WORKBOOK_PATH);
	ak_book_parts_init(&b->parts);
	if (names_of(b, &names))
		in_order(b, names);
	else
		part_differs(b, "xl/workbook.xml", "is not as auditkit writes it");
	if (!*b->why)
		all_there(b);
	if (!*b->why)
		list(b);
	if (!*b->why)
		others(b);
	ak_book_parts_release(&b->parts);
	ak_zip_store_release(&b->store);
}

const char *ak_check_workbook(struct ak_checked *p, char *why, size_t size, size_t *cells)
{
	struct book *b = ak_alloc_zero(1, sizeof *b);

	b->p = p;
	b->zip = ak_check_text(p, AK_WORKBOOK_PATH);
	if (b->zip.p) /* completeness knows that each packet has one */
		look(b);
	*cells = b->cells;
	snprintf(why, size, "%s", b->why);
	ak_free(b);
	return *why ? why : NULL;
}
