#include "base/ak.h"
#include "packet/workbook.h"

#include "packet/book_parts.h"
#include "packet/checks.h"
#include "packet/zip_store.h"

#define CHUNK ((size_t)64 << 10)

struct ak_workbook {
	struct ak_zip_store zip;
	struct ak_sheet list; /* sheet 1, written last */
	struct ak_book_parts parts;
};

static enum ak_rc end_sheet(struct ak_workbook *w, struct ak_sheet *s, unsigned number, struct ak_err *err)
{
	char name[40];
	enum ak_rc rc = AK_OK;

	ak_sheet_end(s);
	if (s->xml.over)
		rc = ak_fail(err, AK_EXIT_LIMIT, "a sheet of %s is too large", AK_WORKBOOK_PATH);
	if (rc == AK_OK)
		rc = ak_zip_store_add(&w->zip, ak_sheet_path(number, name), ak_buf_str(&s->xml), err);
	ak_buf_release(&s->xml);
	return rc;
}

enum ak_rc ak_workbook_new(struct ak_bag *bag, struct ak_workbook **out, struct ak_err *err)
{
	struct ak_workbook *w = ak_alloc_zero(1, sizeof *w);

	*out = w;
	ak_book_parts_init(&w->parts);
	ak_sheet_list(&w->list);
	return ak_zip_store_open(&w->zip, bag, AK_WORKBOOK_PATH, err);
}

/* Rows that are whole, at most so many; the rest stays in text. */
static void take_rows(struct ak_sheet *s, struct ak_str *text, bool *head)
{
	json_t *row, *v;
	size_t i;

	while (s->rows <= AK_SHEET_ROWS && s->xml.n < AK_SHEET_BYTES && text->n && (row = ak_table_row(text)) != NULL) {
		if (!*head) {
			ak_sheet_row(s);
			json_array_foreach(row, i, v)
				if (json_is_string(v) && i < s->columns)
					ak_sheet_cell(s, i, json_string_value(v));
			ak_sheet_row_end(s);
		}
		*head = false;
		json_decref(row);
	}
}

/* Bytes up to the last line end: a row with line ends in a cell is not whole there, and waits. */
static enum ak_rc read_rows(struct ak_sheet *s, const struct ak_bag_file *csv, struct ak_err *err)
{
	struct ak_buf text;
	uint64_t at = 0;
	size_t n = 1;
	bool head = true;
	enum ak_rc rc = AK_OK;

	ak_buf_init(&text, AK_SHEET_ROW_BYTES + CHUNK);
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

enum ak_rc ak_workbook_add(struct ak_workbook *w, const json_t *table, const struct ak_bag_file *csv, struct ak_err *err)
{
	struct ak_sheet s;
	enum ak_rc rc = AK_OK;

	if (!ak_sheet_of(&s, table))
		return ak_fail(err, AK_EXIT_BUG, "a table of more than %d columns", AK_SHEET_COLUMNS);
	ak_book_parts_name(&w->parts, json_string_value(json_object_get(table, "name")));
	if (json_array_size(json_object_get(table, "columns")))
		rc = read_rows(&s, csv, err);
	ak_sheet_list_add(&w->list, table, s.rows - 1);
	if (rc == AK_OK)
		return end_sheet(w, &s, w->parts.n, err);
	ak_buf_release(&s.xml);
	return rc;
}

enum ak_rc ak_workbook_end(struct ak_workbook *w, struct ak_err *err)
{
	enum ak_rc rc = end_sheet(w, &w->list, 1, err);
	const char *name;
	struct ak_buf part;

	ak_buf_init(&part, 2 * AK_SHEET_BYTES);
	for (size_t i = 0; rc == AK_OK && (name = ak_book_part(&w->parts, i, &part)) != NULL; i++)
		rc = ak_zip_store_add(&w->zip, name, ak_buf_str(&part), err);
	ak_buf_release(&part);
	return rc == AK_OK ? ak_zip_store_end(&w->zip, err) : rc;
}

void ak_workbook_free(struct ak_workbook *w)
{
	if (!w)
		return;
	ak_buf_release(&w->list.xml);
	ak_book_parts_release(&w->parts);
	ak_zip_store_release(&w->zip);
	ak_free(w);
}
