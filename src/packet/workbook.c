#include "base/ak.h"
#include "packet/workbook.h"

#include "base/decimal.h"
#include "packet/checks.h"
#include "packet/zip_store.h"

#define MAIN "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
#define OFFICE "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
#define OPC "http://schemas.openxmlformats.org/package/2006/"
#define TYPE "application/vnd.openxmlformats-officedocument.spreadsheetml."
#define XML "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n"

#define CHUNK ((size_t)64 << 10)
#define ROW_BYTES ((size_t)16 << 20)
#define WHOLE INT64_C(9007199254740992)

enum { COLUMNS = 64, NAME_CHARS = 31 };

static const char styles[] = XML "<styleSheet xmlns=\"" MAIN "\"><fonts count=\"2\"><font><sz val=\"11\"/><name val=\"Calibri\"/></font>"
				 "<font><b/><sz val=\"11\"/><name val=\"Calibri\"/></font></fonts>"
				 "<fills count=\"2\"><fill><patternFill patternType=\"none\"/></fill><fill><patternFill patternType=\"gray125\"/></fill></fills>"
				 "<borders count=\"1\"><border><left/><right/><top/><bottom/><diagonal/></border></borders>"
				 "<cellStyleXfs count=\"1\"><xf numFmtId=\"0\" fontId=\"0\" fillId=\"0\" borderId=\"0\"/></cellStyleXfs>"
				 "<cellXfs count=\"2\"><xf numFmtId=\"0\" fontId=\"0\" fillId=\"0\" borderId=\"0\" xfId=\"0\"/>"
				 "<xf numFmtId=\"0\" fontId=\"1\" fillId=\"0\" borderId=\"0\" xfId=\"0\" applyFont=\"1\"/></cellXfs>"
				 "<cellStyles count=\"1\"><cellStyle name=\"Normal\" xfId=\"0\" builtinId=\"0\"/></cellStyles></styleSheet>";

struct sheet {
	struct ak_buf xml;
	size_t columns;
	unsigned rows; /* with the head */
	bool integer[COLUMNS];
};

struct ak_workbook {
	struct ak_zip_store zip;
	struct sheet list; /* sheet 1, written last */
	struct ak_buf sheets, relations, types;
	unsigned n;
};

/* ---- cells ---- */

static bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\n'; }

/* Is it what the format reads as an escaped character, "_x000D_"? */
static bool looks_escaped(const char *z)
{
	if (z[0] != '_' || z[1] != 'x')
		return false;
	for (int i = 2; i < 6; i++)
		if (!ak_is_hex((unsigned char)z[i]))
			return false;
	return z[6] == '_';
}

/* Characters that XML has no place for are _xHHHH_. */
static void add_text(struct ak_buf *b, const char *z)
{
	for (; *z; z++) {
		unsigned char c = (unsigned char)*z;

		if (c == '&')
			ak_buf_adds(b, "&amp;");
		else if (c == '<')
			ak_buf_adds(b, "&lt;");
		else if (c == '>')
			ak_buf_adds(b, "&gt;");
		else if (c == '"')
			ak_buf_adds(b, "&quot;");
		else if (looks_escaped(z))
			ak_buf_adds(b, "_x005F_");
		else if (c < ' ' && c != '\t' && c != '\n')
			ak_buf_addf(b, "_x%04X_", c);
		else if (strncmp(z, "\xef\xbf\xbe", 3) == 0 || strncmp(z, "\xef\xbf\xbf", 3) == 0)
			ak_buf_adds(b, z[2] == '\xbe' ? "_xFFFE_" : "_xFFFF_"), z += 2;
		else
			ak_buf_addc(b, (char)c);
	}
}

static void add_place(struct ak_buf *b, size_t column, unsigned row)
{
	if (column >= 26)
		ak_buf_addc(b, (char)('A' + column / 26 - 1));
	ak_buf_addf(b, "%c%u", 'A' + (int)(column % 26), row);
}

static void text_cell(struct sheet *s, size_t column, const char *z, bool head)
{
	size_t n = strlen(z);

	if (n > AK_CELL_BYTES)
		z = AK_CELL_TOO_LONG;
	ak_buf_adds(&s->xml, "<c r=\"");
	add_place(&s->xml, column, s->rows + 1);
	ak_buf_addf(&s->xml, "\"%s t=\"inlineStr\"><is><t%s>", head ? " s=\"1\"" : "", n && (is_blank(z[0]) || is_blank(z[strlen(z) - 1])) ? " xml:space=\"preserve\"" : "");
	add_text(&s->xml, z);
	ak_buf_adds(&s->xml, "</t></is></c>");
}

static void number_cell(struct sheet *s, size_t column, int64_t n)
{
	ak_buf_adds(&s->xml, "<c r=\"");
	add_place(&s->xml, column, s->rows + 1);
	ak_buf_addf(&s->xml, "\"><v>%lld</v></c>", (long long)n);
}

static void cell(struct sheet *s, size_t column, const char *z)
{
	int64_t n;
	struct ak_err ignored = {0};

	if (s->integer[column] && ak_dec_int(ak_str_of(z), false, &n, &ignored) == AK_OK && n >= -WHOLE && n <= WHOLE)
		number_cell(s, column, n);
	else if (*z)
		text_cell(s, column, z, false);
}

static void begin_row(struct sheet *s) { ak_buf_addf(&s->xml, "<row r=\"%u\">", s->rows + 1); }

static void end_row(struct sheet *s)
{
	ak_buf_adds(&s->xml, "</row>\n");
	s->rows++;
}

/* ---- sheets ---- */

static void begin_sheet(struct sheet *s, const char *const *heads, size_t n, int width)
{
	ak_buf_init(&s->xml, 2 * AK_SHEET_BYTES + ROW_BYTES);
	s->columns = n;
	ak_buf_adds(&s->xml, XML "<worksheet xmlns=\"" MAIN "\"><sheetViews><sheetView workbookViewId=\"0\">"
				 "<pane ySplit=\"1\" topLeftCell=\"A2\" activePane=\"bottomLeft\" state=\"frozen\"/></sheetView></sheetViews>");
	ak_buf_addf(&s->xml, "<cols><col min=\"1\" max=\"%zu\" width=\"%d\" customWidth=\"1\"/></cols><sheetData>\n", n, width);
	begin_row(s);
	for (size_t i = 0; i < n; i++)
		text_cell(s, i, heads[i], true);
	end_row(s);
}

static enum ak_rc end_sheet(struct ak_workbook *w, struct sheet *s, unsigned number, struct ak_err *err)
{
	char name[40];
	enum ak_rc rc = AK_OK;

	ak_buf_adds(&s->xml, "</sheetData><autoFilter ref=\"A1:");
	add_place(&s->xml, s->columns - 1, s->rows);
	ak_buf_adds(&s->xml, "\"/></worksheet>");
	snprintf(name, sizeof name, "xl/worksheets/sheet%u.xml", number);
	if (s->xml.over)
		rc = ak_fail(err, AK_EXIT_LIMIT, "a sheet of %s is too large", AK_WORKBOOK_PATH);
	if (rc == AK_OK)
		rc = ak_zip_store_add(&w->zip, name, ak_buf_str(&s->xml), err);
	ak_buf_release(&s->xml);
	return rc;
}

static void name_sheet(struct ak_workbook *w, const char *name)
{
	unsigned number = ++w->n;

	ak_buf_addf(&w->sheets, "<sheet name=\"%.*s\" sheetId=\"%u\" r:id=\"rId%u\"/>", NAME_CHARS, name, number, number);
	ak_buf_addf(&w->relations, "<Relationship Id=\"rId%u\" Type=\"" OFFICE "/worksheet\" Target=\"worksheets/sheet%u.xml\"/>", number, number);
	ak_buf_addf(&w->types, "<Override PartName=\"/xl/worksheets/sheet%u.xml\" ContentType=\"" TYPE "worksheet+xml\"/>", number);
}

enum ak_rc ak_workbook_new(struct ak_bag *bag, struct ak_workbook **out, struct ak_err *err)
{
	static const char *const heads[] = {"sheet", "what it shows", "rows here", "rows in all", "all of them in"};
	struct ak_workbook *w = ak_alloc_zero(1, sizeof *w);
	struct ak_buf *const parts[] = {&w->sheets, &w->relations, &w->types};

	*out = w;
	for (size_t i = 0; i < AK_COUNT(parts); i++)
		ak_buf_init(parts[i], AK_SHEET_BYTES);
	begin_sheet(&w->list, heads, AK_COUNT(heads), 24);
	name_sheet(w, "contents");
	return ak_zip_store_open(&w->zip, bag, AK_WORKBOOK_PATH, err);
}

/* Rows that are whole, at most so many; the rest stays in text. */
static void take_rows(struct sheet *s, struct ak_str *text, bool *head)
{
	json_t *row, *v;
	size_t i;

	while (s->rows <= AK_SHEET_ROWS && s->xml.n < AK_SHEET_BYTES && text->n && (row = ak_table_row(text)) != NULL) {
		if (!*head) {
			begin_row(s);
			json_array_foreach(row, i, v)
				if (json_is_string(v) && i < s->columns)
					cell(s, i, json_string_value(v));
			end_row(s);
		}
		*head = false;
		json_decref(row);
	}
}

/* Bytes up to the last line end: a row with line ends in a cell is not whole there, and waits. */
static enum ak_rc read_rows(struct sheet *s, const struct ak_bag_file *csv, struct ak_err *err)
{
	struct ak_buf text;
	uint64_t at = 0;
	size_t n = 1;
	bool head = true;
	enum ak_rc rc = AK_OK;

	ak_buf_init(&text, ROW_BYTES + CHUNK);
	while (rc == AK_OK && n && s->rows <= AK_SHEET_ROWS && s->xml.n < AK_SHEET_BYTES && !text.over) {
		char chunk[4096];
		struct ak_str left;

		rc = ak_bag_file_read(csv, at, chunk, sizeof chunk, &n, err);
		at += n;
		ak_buf_add(&text, chunk, rc == AK_OK ? n : 0);
		if (!text.n || (n && text.n < CHUNK))
			continue;
		left = ak_buf_str(&text);
		take_rows(s, &left, &head);
		memmove(text.p, left.p, left.n);
		text.n = left.n;
	}
	ak_buf_release(&text);
	return rc;
}

static void list(struct sheet *s, const json_t *table, unsigned rows)
{
	const char *name = json_string_value(json_object_get(table, "name"));
	char path[100];

	snprintf(path, sizeof path, "%sdata/tables/%s.csv", json_is_true(json_object_get(table, "annex")) ? "annex: " : "", name);
	begin_row(s);
	text_cell(s, 0, name, false);
	text_cell(s, 1, json_string_value(json_object_get(table, "title")), false);
	number_cell(s, 2, rows);
	number_cell(s, 3, json_integer_value(json_object_get(table, "count")));
	text_cell(s, 4, path, false);
	end_row(s);
}

enum ak_rc ak_workbook_add(struct ak_workbook *w, const json_t *table, const struct ak_bag_file *csv, struct ak_err *err)
{
	const char *names[COLUMNS] = {"(no column is shown)"};
	struct sheet s = {.rows = 0};
	json_t *column;
	size_t n = 0, i;
	enum ak_rc rc = AK_OK;

	json_array_foreach(json_object_get(table, "columns"), i, column) {
		if (n == AK_COUNT(names))
			return ak_fail(err, AK_EXIT_BUG, "a table of more than %d columns", COLUMNS);
		s.integer[n] = strcmp(json_string_value(json_object_get(column, "type")), "integer") == 0;
		names[n++] = json_string_value(json_object_get(column, "name"));
	}
	name_sheet(w, json_string_value(json_object_get(table, "name")));
	begin_sheet(&s, names, n ? n : 1, 18);
	if (n)
		rc = read_rows(&s, csv, err);
	list(&w->list, table, s.rows - 1);
	if (rc == AK_OK)
		return end_sheet(w, &s, w->n, err);
	ak_buf_release(&s.xml);
	return rc;
}

static enum ak_rc add_part(struct ak_workbook *w, const char *name, struct ak_err *err, const char *before, const struct ak_buf *middle, const char *after)
{
	struct ak_buf b;
	enum ak_rc rc;

	ak_buf_init(&b, AK_SHEET_BYTES);
	ak_buf_adds(&b, before);
	if (middle)
		ak_buf_addstr(&b, ak_buf_str(middle));
	ak_buf_adds(&b, after);
	rc = ak_zip_store_add(&w->zip, name, ak_buf_str(&b), err);
	ak_buf_release(&b);
	return rc;
}

enum ak_rc ak_workbook_end(struct ak_workbook *w, struct ak_err *err)
{
	enum ak_rc rc = end_sheet(w, &w->list, 1, err);

	if (rc == AK_OK)
		rc = add_part(w, "xl/workbook.xml", err, XML "<workbook xmlns=\"" MAIN "\" xmlns:r=\"" OFFICE "\"><bookViews><workbookView/></bookViews><sheets>",
			      &w->sheets, "</sheets></workbook>");
	ak_buf_addf(&w->relations, "<Relationship Id=\"rId%u\" Type=\"" OFFICE "/styles\" Target=\"styles.xml\"/>", w->n + 1);
	if (rc == AK_OK)
		rc = add_part(w, "xl/_rels/workbook.xml.rels", err, XML "<Relationships xmlns=\"" OPC "relationships\">", &w->relations, "</Relationships>");
	if (rc == AK_OK)
		rc = add_part(w, "xl/styles.xml", err, styles, NULL, "");
	if (rc == AK_OK)
		rc = add_part(w, "_rels/.rels", err, XML "<Relationships xmlns=\"" OPC "relationships\"><Relationship Id=\"rId1\" Type=\"" OFFICE
					      "/officeDocument\" Target=\"xl/workbook.xml\"/></Relationships>", NULL, "");
	if (rc == AK_OK)
		rc = add_part(w, "[Content_Types].xml", err, XML "<Types xmlns=\"" OPC "content-types\"><Default Extension=\"rels\""
					      " ContentType=\"application/vnd.openxmlformats-package.relationships+xml\"/><Default Extension=\"xml\" ContentType=\"application/xml\"/>"
					      "<Override PartName=\"/xl/workbook.xml\" ContentType=\"" TYPE "sheet.main+xml\"/>"
					      "<Override PartName=\"/xl/styles.xml\" ContentType=\"" TYPE "styles+xml\"/>", &w->types, "</Types>");
	return rc == AK_OK ? ak_zip_store_end(&w->zip, err) : rc;
}

void ak_workbook_free(struct ak_workbook *w)
{
	if (!w)
		return;
	ak_buf_release(&w->list.xml);
	ak_buf_release(&w->sheets);
	ak_buf_release(&w->relations);
	ak_buf_release(&w->types);
	ak_zip_store_release(&w->zip);
	ak_free(w);
}
