#include "base/ak.h"
#include "packet/workbook.h"

#include <xlsxwriter.h>

#include "base/buf.h"
#include "base/decimal.h"
#include "base/fs.h"
#include "packet/checks.h"

#define CHUNK ((size_t)64 << 10)
#define ROW_BYTES ((size_t)16 << 20)
#define BOOK_BYTES ((size_t)256 << 20)
#define CELL_TEXT 32767 /* bytes; the format bounds characters */
#define WHOLE INT64_C(9007199254740992)

struct ak_workbook {
	struct ak_fs_temp temp;
	lxw_workbook *book;
	lxw_worksheet *list;
	lxw_format *head;
	uint32_t listed;
	char *folder;
};

/* What the library says of itself is no use to who builds a packet. */
static enum ak_rc failed(lxw_error e, struct ak_err *err)
{
	if (e == LXW_ERROR_MEMORY_MALLOC_FAILED)
		ak_out_of_memory();
	return ak_fail(err, AK_EXIT_IO, "cannot write %s: %s", AK_WORKBOOK_PATH, lxw_strerror(e));
}

static lxw_error heads(struct ak_workbook *w, lxw_worksheet *sheet, const char *const *names, size_t n, double width)
{
	lxw_error e = worksheet_set_column(sheet, 0, (lxw_col_t)(n - 1), width, NULL);

	for (size_t i = 0; i < n && e == LXW_NO_ERROR; i++)
		e = worksheet_write_string(sheet, 0, (lxw_col_t)i, names[i], w->head);
	worksheet_freeze_panes(sheet, 1, 0);
	return e;
}

enum ak_rc ak_workbook_new(const char *folder, int64_t time, struct ak_workbook **out, struct ak_err *err)
{
	static const char *const names[] = {"sheet", "what it shows", "rows here", "rows in all", "all of them in"};
	struct ak_workbook *w = ak_alloc_zero(1, sizeof *w);
	AK_CLEANUP(ak_free_charp) char *target = ak_fs_join(folder, "evidence.xlsx");
	lxw_doc_properties made = {.title = "Evidence", .author = "auditkit", .created = (time_t)time};
	lxw_error e;

	*out = w;
	w->folder = ak_strdup(folder);
	w->temp.fd = -1;
	if (ak_fs_temp_open(&w->temp, target, 0600, err) != AK_OK)
		return AK_FAIL;
	w->book = workbook_new_opt(w->temp.path, &(lxw_workbook_options){.constant_memory = LXW_TRUE, .tmpdir = w->folder});
	if (!w->book)
		return ak_fail(err, AK_EXIT_IO, "cannot make %s", AK_WORKBOOK_PATH);
	w->head = workbook_add_format(w->book);
	w->list = workbook_add_worksheet(w->book, "contents");
	if (!w->head || !w->list)
		ak_out_of_memory();
	format_set_bold(w->head);
	workbook_set_properties(w->book, &made);
	e = heads(w, w->list, names, AK_COUNT(names), 24);
	return e == LXW_NO_ERROR ? AK_OK : failed(e, err);
}

static lxw_error cell(lxw_worksheet *sheet, uint32_t row, size_t col, const char *text, bool integer)
{
	int64_t n;
	struct ak_err ignored = {0};

	if (integer && ak_dec_int(ak_str_of(text), false, &n, &ignored) == AK_OK && n >= -WHOLE && n <= WHOLE)
		return worksheet_write_number(sheet, row, (lxw_col_t)col, (double)n, NULL);
	if (strlen(text) > CELL_TEXT)
		return worksheet_write_string(sheet, row, (lxw_col_t)col, "(longer than a cell may be: see the CSV)", NULL);
	return worksheet_write_string(sheet, row, (lxw_col_t)col, text, NULL);
}

struct sheet {
	lxw_worksheet *sheet;
	bool integer[64];
	uint32_t rows; /* with the head */
	lxw_error e;
};

/* Rows that are whole, at most so many; the rest stays in text. */
static void take_rows(struct sheet *s, struct ak_str *text)
{
	json_t *row, *v;
	size_t i;

	while (s->e == LXW_NO_ERROR && s->rows <= AK_SHEET_ROWS && text->n && (row = ak_table_row(text)) != NULL) {
		json_array_foreach(row, i, v)
			if (s->rows && json_is_string(v) && s->e == LXW_NO_ERROR)
				s->e = cell(s->sheet, s->rows, i, json_string_value(v), i < AK_COUNT(s->integer) && s->integer[i]);
		s->rows++;
		json_decref(row);
	}
}

/* Bytes up to the last line end: a row with line ends in a cell is not whole there, and waits. */
static enum ak_rc read_rows(struct sheet *s, const struct ak_bag_file *csv, struct ak_err *err)
{
	struct ak_buf text;
	uint64_t at = 0;
	size_t n = 1;
	enum ak_rc rc = AK_OK;

	ak_buf_init(&text, ROW_BYTES + CHUNK);
	while (rc == AK_OK && n && s->rows <= AK_SHEET_ROWS && s->e == LXW_NO_ERROR && !text.over) {
		char chunk[4096];
		struct ak_str left;

		rc = ak_bag_file_read(csv, at, chunk, sizeof chunk, &n, err);
		at += n;
		ak_buf_add(&text, chunk, rc == AK_OK ? n : 0);
		if (!text.n || (n && text.n < CHUNK))
			continue;
		left = ak_buf_str(&text);
		take_rows(s, &left);
		memmove(text.p, left.p, left.n);
		text.n = left.n;
	}
	ak_buf_release(&text);
	return rc;
}

static lxw_error list(struct ak_workbook *w, const json_t *table, uint32_t rows)
{
	const char *name = json_string_value(json_object_get(table, "name"));
	uint32_t at = ++w->listed;
	lxw_error e = worksheet_write_string(w->list, at, 0, name, NULL);
	char path[100];

	snprintf(path, sizeof path, "data/tables/%s.csv", name);
	if (e == LXW_NO_ERROR)
		e = worksheet_write_string(w->list, at, 1, json_string_value(json_object_get(table, "title")), NULL);
	if (e == LXW_NO_ERROR)
		e = worksheet_write_number(w->list, at, 2, rows, NULL);
	if (e == LXW_NO_ERROR)
		e = worksheet_write_number(w->list, at, 3, (double)json_integer_value(json_object_get(table, "count")), NULL);
	return e == LXW_NO_ERROR ? worksheet_write_string(w->list, at, 4, path, NULL) : e;
}

enum ak_rc ak_workbook_add(struct ak_workbook *w, const json_t *table, const struct ak_bag_file *csv, struct ak_err *err)
{
	const json_t *columns = json_object_get(table, "columns");
	const char *names[64] = {"(no column is shown)"};
	struct sheet s = {.sheet = workbook_add_worksheet(w->book, json_string_value(json_object_get(table, "name")))};
	size_t n = 0;
	json_t *column;
	size_t i;

	if (!s.sheet)
		ak_out_of_memory();
	json_array_foreach((json_t *)columns, i, column) {
		if (n == AK_COUNT(names))
			break;
		s.integer[n] = strcmp(json_string_value(json_object_get(column, "type")), "integer") == 0;
		names[n++] = json_string_value(json_object_get(column, "name"));
	}
	s.e = heads(w, s.sheet, names, n ? n : 1, 18);
	if (n && s.e == LXW_NO_ERROR && read_rows(&s, csv, err) != AK_OK)
		return AK_FAIL;
	if (s.e == LXW_NO_ERROR && s.rows > 1)
		s.e = worksheet_autofilter(s.sheet, 0, 0, s.rows - 1, (lxw_col_t)(n - 1));
	if (s.e == LXW_NO_ERROR)
		s.e = list(w, table, s.rows ? s.rows - 1 : 0);
	return s.e == LXW_NO_ERROR ? AK_OK : failed(s.e, err);
}

enum ak_rc ak_workbook_end(struct ak_workbook *w, struct ak_bag *bag, struct ak_err *err)
{
	lxw_workbook *book = w->book;
	struct ak_buf bytes;
	lxw_error e;
	enum ak_rc rc;

	w->book = NULL;
	if ((e = workbook_close(book)) != LXW_NO_ERROR)
		return failed(e, err);
	ak_buf_init(&bytes, BOOK_BYTES);
	rc = ak_fs_slurp(w->temp.path, BOOK_BYTES, &bytes, err);
	if (rc == AK_OK)
		rc = ak_bag_add(bag, AK_WORKBOOK_PATH, ak_buf_str(&bytes), err);
	ak_buf_release(&bytes);
	return rc;
}

void ak_workbook_free(struct ak_workbook *w)
{
	if (!w)
		return;
	if (w->book)
		lxw_workbook_free(w->book);
	ak_fs_temp_release(&w->temp);
	ak_free(w->folder);
	ak_free(w);
}
