#include "base/ak.h"
#include "packet/book_parts.h"

#include <jansson.h>

#include "base/decimal.h"
#include "base/jsonget.h"
#include "packet/workbook.h"

#define MAIN "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
#define OFFICE "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
#define OPC "http://schemas.openxmlformats.org/package/2006/"
#define TYPE "application/vnd.openxmlformats-officedocument.spreadsheetml."
#define XML "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n"

#define WHOLE INT64_C(9007199254740992)

enum { NAME_CHARS = 31 };

static const char styles[] = XML "<styleSheet xmlns=\"" MAIN "\"><fonts count=\"2\"><font><sz val=\"11\"/><name val=\"Calibri\"/></font>"
				 "<font><b/><sz val=\"11\"/><name val=\"Calibri\"/></font></fonts>"
				 "<fills count=\"2\"><fill><patternFill patternType=\"none\"/></fill><fill><patternFill patternType=\"gray125\"/></fill></fills>"
				 "<borders count=\"1\"><border><left/><right/><top/><bottom/><diagonal/></border></borders>"
				 "<cellStyleXfs count=\"1\"><xf numFmtId=\"0\" fontId=\"0\" fillId=\"0\" borderId=\"0\"/></cellStyleXfs>"
				 "<cellXfs count=\"2\"><xf numFmtId=\"0\" fontId=\"0\" fillId=\"0\" borderId=\"0\" xfId=\"0\"/>"
				 "<xf numFmtId=\"0\" fontId=\"1\" fillId=\"0\" borderId=\"0\" xfId=\"0\" applyFont=\"1\"/></cellXfs>"
				 "<cellStyles count=\"1\"><cellStyle name=\"Normal\" xfId=\"0\" builtinId=\"0\"/></cellStyles></styleSheet>";

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

static void text_cell(struct ak_sheet *s, size_t column, const char *z, bool head)
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

static void number_cell(struct ak_sheet *s, size_t column, int64_t n)
{
	ak_buf_adds(&s->xml, "<c r=\"");
	add_place(&s->xml, column, s->rows + 1);
	ak_buf_addf(&s->xml, "\"><v>%lld</v></c>", (long long)n);
}

void ak_sheet_cell(struct ak_sheet *s, size_t column, const char *z)
{
	int64_t n;
	struct ak_err ignored = {0};

	if (s->integer[column] && ak_dec_int(ak_str_of(z), false, &n, &ignored) == AK_OK && n >= -WHOLE && n <= WHOLE)
		number_cell(s, column, n);
	else if (*z)
		text_cell(s, column, z, false);
}

void ak_sheet_row(struct ak_sheet *s) { ak_buf_addf(&s->xml, "<row r=\"%u\">", s->rows + 1); }

void ak_sheet_row_end(struct ak_sheet *s)
{
	ak_buf_adds(&s->xml, "</row>\n");
	s->rows++;
}

/* ---- sheets ---- */

static void begin_sheet(struct ak_sheet *s, const char *const *heads, size_t n, int width)
{
	ak_buf_init(&s->xml, 2 * AK_SHEET_BYTES + AK_SHEET_ROW_BYTES);
	s->columns = n;
	ak_buf_adds(&s->xml, XML "<worksheet xmlns=\"" MAIN "\"><sheetViews><sheetView workbookViewId=\"0\">"
				 "<pane ySplit=\"1\" topLeftCell=\"A2\" activePane=\"bottomLeft\" state=\"frozen\"/></sheetView></sheetViews>");
	ak_buf_addf(&s->xml, "<cols><col min=\"1\" max=\"%zu\" width=\"%d\" customWidth=\"1\"/></cols><sheetData>\n", n, width);
	ak_sheet_row(s);
	for (size_t i = 0; i < n; i++)
		text_cell(s, i, heads[i], true);
	ak_sheet_row_end(s);
}

void ak_sheet_end(struct ak_sheet *s)
{
	ak_buf_adds(&s->xml, "</sheetData><autoFilter ref=\"A1:");
	add_place(&s->xml, s->columns - 1, s->rows);
	ak_buf_adds(&s->xml, "\"/></worksheet>");
}

bool ak_sheet_of(struct ak_sheet *s, const json_t *table)
{
	const char *names[AK_SHEET_COLUMNS] = {"(no column is shown)"};
	json_t *column;
	size_t n = 0, i;

	*s = (struct ak_sheet){.rows = 0};
	json_array_foreach(json_object_get(table, "columns"), i, column) {
		if (n == AK_COUNT(names))
			return false;
		s->integer[n] = strcmp(ak_jtxt(column, "type", ""), "integer") == 0;
		names[n++] = ak_jtxt(column, "name", "");
	}
	begin_sheet(s, names, n ? n : 1, 18);
	return true;
}

void ak_sheet_list(struct ak_sheet *s)
{
	static const char *const heads[] = {"sheet", "what it shows", "rows here", "rows in all", "all of them in"};

	*s = (struct ak_sheet){.rows = 0};
	begin_sheet(s, heads, AK_COUNT(heads), 24);
}

void ak_sheet_list_add(struct ak_sheet *s, const json_t *table, unsigned rows)
{
	const char *name = ak_jtxt(table, "name", "");
	char path[100];

	snprintf(path, sizeof path, "%sdata/tables/%s.csv", json_is_true(json_object_get(table, "annex")) ? "annex: " : "", name);
	ak_sheet_row(s);
	text_cell(s, 0, name, false);
	text_cell(s, 1, ak_jtxt(table, "title", ""), false);
	number_cell(s, 2, rows);
	number_cell(s, 3, json_integer_value(json_object_get(table, "count")));
	text_cell(s, 4, path, false);
	ak_sheet_row_end(s);
}

/* ---- what holds them together ---- */

void ak_book_parts_init(struct ak_book_parts *b)
{
	*b = (struct ak_book_parts){.n = 0};
	ak_buf_init(&b->sheets, AK_SHEET_BYTES);
	ak_buf_init(&b->relations, AK_SHEET_BYTES);
	ak_buf_init(&b->types, AK_SHEET_BYTES);
	ak_book_parts_name(b, "contents");
}

void ak_book_parts_release(struct ak_book_parts *b)
{
	ak_buf_release(&b->sheets);
	ak_buf_release(&b->relations);
	ak_buf_release(&b->types);
}

void ak_book_parts_name(struct ak_book_parts *w, const char *name)
{
	unsigned number = ++w->n;

	ak_buf_addf(&w->sheets, "<sheet name=\"%.*s\" sheetId=\"%u\" r:id=\"rId%u\"/>", NAME_CHARS, name, number, number);
	ak_buf_addf(&w->relations, "<Relationship Id=\"rId%u\" Type=\"" OFFICE "/worksheet\" Target=\"worksheets/sheet%u.xml\"/>", number, number);
	ak_buf_addf(&w->types, "<Override PartName=\"/xl/worksheets/sheet%u.xml\" ContentType=\"" TYPE "worksheet+xml\"/>", number);
}

const char *ak_sheet_path(unsigned number, char out[40])
{
	snprintf(out, 40, "xl/worksheets/sheet%u.xml", number);
	return out;
}

const char *ak_book_part(const struct ak_book_parts *b, size_t i, struct ak_buf *out)
{
	const struct {
		const char *name, *before;
		const struct ak_buf *middle;
		const char *after;
	} parts[] = {
		{"xl/workbook.xml", XML "<workbook xmlns=\"" MAIN "\" xmlns:r=\"" OFFICE "\"><bookViews><workbookView/></bookViews><sheets>", &b->sheets,
		 "</sheets></workbook>"},
		{"xl/_rels/workbook.xml.rels", XML "<Relationships xmlns=\"" OPC "relationships\">", &b->relations, "</Relationships>"},
		{"xl/styles.xml", styles, NULL, ""},
		{"_rels/.rels", XML "<Relationships xmlns=\"" OPC "relationships\"><Relationship Id=\"rId1\" Type=\"" OFFICE
			      "/officeDocument\" Target=\"xl/workbook.xml\"/></Relationships>", NULL, ""},
		{"[Content_Types].xml", XML "<Types xmlns=\"" OPC "content-types\"><Default Extension=\"rels\""
				      " ContentType=\"application/vnd.openxmlformats-package.relationships+xml\"/><Default Extension=\"xml\" ContentType=\"application/xml\"/>"
				      "<Override PartName=\"/xl/workbook.xml\" ContentType=\"" TYPE "sheet.main+xml\"/>"
				      "<Override PartName=\"/xl/styles.xml\" ContentType=\"" TYPE "styles+xml\"/>", &b->types, "</Types>"},
	};

	if (i >= AK_COUNT(parts))
		return NULL;
	ak_buf_clear(out);
	ak_buf_adds(out, parts[i].before);
	if (parts[i].middle)
		ak_buf_addstr(out, ak_buf_str(parts[i].middle));
	if (parts[i].middle == &b->relations)
		ak_buf_addf(out, "<Relationship Id=\"rId%u\" Type=\"" OFFICE "/styles\" Target=\"styles.xml\"/>", b->n + 1);
	ak_buf_adds(out, parts[i].after);
	return parts[i].name;
}
