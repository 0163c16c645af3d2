/* The text of each part of data/evidence.xlsx: one declaration by which packet/workbook.c writes them and packet/check_workbook.c looks
 * whether a packet has these bytes and no others. Internal to packet/. */
#ifndef AK_PACKET_BOOK_PARTS_H
#define AK_PACKET_BOOK_PARTS_H

#include <jansson.h>

#include "base/buf.h"

#define AK_SHEET_COLUMNS 64
#define AK_SHEET_ROW_BYTES ((size_t)16 << 20)

struct ak_sheet {
	struct ak_buf xml;
	size_t columns;
	unsigned rows; /* with the head */
	bool integer[AK_SHEET_COLUMNS];
};

/* Sheets by name, and what names them: the first is the list of the others. */
struct ak_book_parts {
	struct ak_buf sheets, relations, types;
	unsigned n;
};

#ifdef __cplusplus
extern "C" {
#endif

/* The beginning of a sheet with its head; its xml is the caller's to release. table: {columns: [{name, type}]}; false: it has too many,
 * and there is nothing to release. */
bool ak_sheet_of(struct ak_sheet *s, const json_t *table);
/* Of the sheet that lists the others, to which one is added: {name, title, count, annex}, so many rows in the workbook. */
void ak_sheet_list(struct ak_sheet *s);
void ak_sheet_list_add(struct ak_sheet *s, const json_t *table, unsigned rows);
/* A row: its beginning, its cells by column ("" is none), its end. */
void ak_sheet_row(struct ak_sheet *s);
void ak_sheet_cell(struct ak_sheet *s, size_t column, const char *z);
void ak_sheet_row_end(struct ak_sheet *s);
void ak_sheet_end(struct ak_sheet *s);
/* The part that is sheet `number`, from 1. Returns out. */
const char *ak_sheet_path(unsigned number, char out[40]);

/* With the list as the first sheet. */
void ak_book_parts_init(struct ak_book_parts *b);
void ak_book_parts_release(struct ak_book_parts *b);
void ak_book_parts_name(struct ak_book_parts *b, const char *name);
/* The i-th of the parts behind the sheets, once all of these are named: its path, its text in place of what out held. NULL behind the
 * last one. */
const char *ak_book_part(const struct ak_book_parts *b, size_t i, struct ak_buf *out);

#ifdef __cplusplus
}
#endif
#endif
