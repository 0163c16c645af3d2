/* data/evidence.xlsx: the tables of a packet for people, a sheet each and a first one that lists them. Constant strings and whole
 * numbers only: what a double cannot hold exactly, decimals, times and ids are text, and no text is a formula. Of long tables the
 * first AK_SHEET_ROWS rows, and the list says of how many. Source: ECMA-376, Office Open XML; parts of the zip are stored, not
 * compressed, so that the bytes depend on no library and whoever looks for secrets reads the cells as they are. */
#ifndef AK_PACKET_WORKBOOK_H
#define AK_PACKET_WORKBOOK_H

#include <jansson.h>

#include "packet/bag.h"

#define AK_SHEET_ROWS 5000
#define AK_SHEET_BYTES ((size_t)32 << 20) /* a sheet takes no further row beyond */
#define AK_CELL_BYTES 32767		   /* of a text; the format bounds characters */
#define AK_CELL_TOO_LONG "(longer than a cell may be: see the CSV)"
#define AK_WORKBOOK_PATH "data/evidence.xlsx"

struct ak_workbook;

#ifdef __cplusplus
extern "C" {
#endif

/* An empty one in the bag, which grows with each table. */
enum ak_rc ak_workbook_new(struct ak_bag *bag, struct ak_workbook **out, struct ak_err *err);
/* table: {name, title, columns: [{name, type}], count}; its rows are read back from csv, guards against formulas taken off. */
enum ak_rc ak_workbook_add(struct ak_workbook *w, const json_t *table, const struct ak_bag_file *csv, struct ak_err *err);
/* The list and what holds it together. */
enum ak_rc ak_workbook_end(struct ak_workbook *w, struct ak_err *err);
void ak_workbook_free(struct ak_workbook *w);

#ifdef __cplusplus
}
#endif
#endif
