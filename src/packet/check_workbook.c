/* The workbook against the tables: every cell of every sheet, and the list of sheets. What is read is what packet/workbook.c writes, parts
 * stored as they are; anything else in it is an answer too. */
#include "base/ak.h"
#include "packet/check_workbook.h"

#include <stdio.h>

#include "base/jsonget.h"
#include "packet/sheet_cells.h"
#include "packet/table.h"
#include "packet/workbook.h"

#define SHEET "xl/worksheets/sheet"

enum { NAME_CHARS = 31, LOCAL_BYTES = 30 };

struct book {
	struct ak_checked *p;
	struct ak_str zip;
	char why[160]; /* first difference */
	size_t cells, sheets;
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

/* The part of that name: parts follow each other, each behind its own head. */
static bool part(const struct book *b, const char *name, struct ak_str *out)
{
	const struct ak_str z = b->zip;

	for (size_t at = 0; at + LOCAL_BYTES <= z.n && memcmp(z.p + at, "PK\3\4", 4) == 0;) {
		const char *h = z.p + at;
		size_t n = le(h + 26, 2), extra = le(h + 28, 2), size = le(h + 18, 4), begin = at + LOCAL_BYTES + n + extra;

		if (le(h + 6, 2) & 8 || le(h + 8, 2) != 0 || le(h + 22, 4) != size || begin > z.n || size > z.n - begin)
			return false;
		if (ak_str_is(ak_str_n(h + LOCAL_BYTES, n), name)) {
			*out = ak_str_n(z.p + begin, size);
			return true;
		}
		at = begin + size;
	}
	return false;
}

static const json_t *shown(const struct ak_checked *p, const struct ak_str name)
{
	json_t *section, *t;
	size_t i, k;

	json_array_foreach(p->sections, i, section)
		json_array_foreach(json_object_get(section, "tables"), k, t) {
			struct ak_str own = ak_str_of(ak_jtxt(t, "name", ""));

			if (ak_str_eq(ak_str_n(own.p, own.n < NAME_CHARS ? own.n : NAME_CHARS), name))
				return t;
		}
	return NULL;
}

/* One sheet of a table. *n: its rows below the head. */
static void sheet(struct book *b, const json_t *table, struct ak_str xml, size_t *n)
{
	const char *name = ak_jtxt(table, "name", "");
	const struct ak_table_scan *scan;
	struct ak_sheet_cells c;
	char file[140];
	size_t rows;

	snprintf(file, sizeof file, "data/tables/%.100s.csv", name);
	scan = ak_check_table(b->p, file);
	*n = 0;
	if (!scan && json_is_true(json_object_get(table, "annex"))) {
		if (ak_sheet_cells_open(&c, xml))
			while (ak_sheet_cells_next(&c))
				*n += c.row > 1;
		return;
	}
	if (!scan || !ak_sheet_cells_open(&c, xml)) {
		differs(b, name, 1, scan ? "is not as auditkit writes a sheet" : "no table of the packet has that name");
		return;
	}
	rows = !json_array_size(json_object_get(table, "columns")) ? 0 : scan->rows < AK_SHEET_ROWS ? scan->rows : AK_SHEET_ROWS;
	while (!*b->why && ak_sheet_cells_next(&c)) {
		uint64_t want = c.row == 1 ? scan->head_cells : *n < scan->ncells && *n < rows ? scan->cells[*n] : 0;

		if (c.row == 1 && !json_array_size(json_object_get(table, "columns")))
			continue;
		if (c.row > 1 && *n >= rows)
			differs(b, name, c.row, "has no such row in the CSV");
		else if (c.mark != want)
			differs(b, name, c.row, "has a cell that is another one in the CSV");
		*n += c.row > 1;
		b->cells += c.cells;
	}
	if (!*b->why && c.broken)
		differs(b, name, c.row + 1, "is not as auditkit writes a row");
	if (!*b->why && *n < rows && xml.n < AK_SHEET_BYTES)
		differs(b, name, (unsigned)*n + 2, "is missing");
	b->sheets++;
}

/* The list that the first sheet is: name, title, rows here, rows in all, where all of them are. */
static void list(struct book *b, const json_t *const *tables, const size_t *rows, size_t n)
{
	static const char *const heads[] = {"sheet", "what it shows", "rows here", "rows in all", "all of them in"};
	struct ak_sheet_cells c;
	struct ak_str xml;
	size_t i = 0;

	if (!part(b, SHEET "1.xml", &xml) || !ak_sheet_cells_open(&c, xml)) {
		differs(b, "contents", 1, "is missing");
		return;
	}
	while (!*b->why && ak_sheet_cells_next(&c)) {
		const json_t *t = c.row > 1 && i < n ? tables[i] : NULL;
		char here[24], all[24], path[160];
		const char *cells[] = {ak_jtxt(t, "name", ""), ak_jtxt(t, "title", ""), here, all, path};

		snprintf(here, sizeof here, "%zu", t ? rows[i] : 0);
		snprintf(all, sizeof all, "%llu", (unsigned long long)ak_jnum(t, "count"));
		snprintf(path, sizeof path, "%sdata/tables/%.100s.csv", json_is_true(json_object_get(t, "annex")) ? "annex: " : "", cells[0]);
		if (c.row > 1 && !t)
			differs(b, "contents", c.row, "names no table of the packet");
		else if (c.mark != ak_cells_mark(t ? cells : heads, 5))
			differs(b, "contents", c.row, "says something else than the packet");
		i += c.row > 1;
		b->cells += c.cells;
	}
	if (!*b->why && (c.broken || i != n))
		differs(b, "contents", c.row + 1, c.broken ? "is not as auditkit writes a row" : "is missing");
}

/* Sheets in their order, by the names that workbook.xml gives them: the second one is sheet2.xml. */
static void sheets(struct book *b, struct ak_str names)
{
	enum { MOST = 400 };
	const json_t **tables = ak_alloc_zero(MOST, sizeof *tables);
	size_t *rows = ak_alloc_zero(MOST, sizeof *rows), n = 0, all = 0, i;
	static const char mark[] = "<sheet name=\"";
	json_t *section, *t;
	unsigned number = 0;

	for (size_t at = 0; at + sizeof mark <= names.n && !*b->why; at++) {
		struct ak_str name, xml;
		char file[48];

		if (memcmp(names.p + at, mark, sizeof mark - 1) != 0)
			continue;
		at += sizeof mark - 1;
		name = ak_str_n(names.p + at, ak_str_find(ak_str_n(names.p + at, names.n - at), '"'));
		if (++number == 1)
			continue;
		snprintf(file, sizeof file, SHEET "%u.xml", number);
		if (n == MOST || !(tables[n] = shown(b->p, name)) || !part(b, file, &xml)) {
			char own[40];

			snprintf(own, sizeof own, "%.*s", (int)(name.n < NAME_CHARS ? name.n : NAME_CHARS), name.p);
			differs(b, own, 1, "no table of the packet has that name, or the sheet is missing");
			break;
		}
		sheet(b, tables[n], xml, &rows[n]);
		n++;
	}
	json_array_foreach(b->p->sections, i, section) {
		size_t k;

		json_array_foreach(json_object_get(section, "tables"), k, t)
			all++;
	}
	if (!*b->why && n != all)
		differs(b, "contents", (unsigned)n + 2, "a table of the packet has no sheet");
	if (!*b->why)
		list(b, tables, rows, n);
	ak_free(rows);
	ak_free(tables);
}

const char *ak_check_workbook(struct ak_checked *p, char *why, size_t size, size_t *cells)
{
	struct book b = {.p = p, .zip = ak_check_text(p, AK_WORKBOOK_PATH)};
	struct ak_str names;

	*cells = 0;
	if (!b.zip.p)
		return NULL; /* packets had none once: completeness knows what should be there */
	if (!part(&b, "xl/workbook.xml", &names))
		snprintf(b.why, sizeof b.why, "%s: is not as auditkit writes a workbook", AK_WORKBOOK_PATH);
	else
		sheets(&b, names);
	*cells = b.cells;
	snprintf(why, size, "%s", b.why);
	return *why ? why : NULL;
}
