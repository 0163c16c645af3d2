/* The cells of a sheet, row by row, and a mark of a row by which sheet and CSV are compared without keeping either. */
#ifndef AK_PACKET_SHEET_CELLS_H
#define AK_PACKET_SHEET_CELLS_H

#include <jansson.h>

#include "base/buf.h"
#include "packet/book_parts.h"

struct ak_sheet_cells {
	struct ak_str left; /* what is not read yet */
	unsigned row;	    /* number of the row that was read last, from 1 */
	uint64_t mark;	    /* of its cells */
	size_t cells;	    /* that are not empty */
	bool odd;	    /* the row is not byte for byte as packet/book_parts.c writes these cells */
	struct ak_sheet *again;
	bool broken;	    /* what follows is no row as packet/workbook.c writes it */
};

#ifdef __cplusplus
extern "C" {
#endif

/* Equal rows have equal marks in one process. Of texts ("" is no cell), and of a row of a CSV as ak_table_row gives it. */
uint64_t ak_cells_mark(const char *const *cells, size_t n);
uint64_t ak_cells_mark_row(const json_t *row);

/* xml: of the sheet, borrowed; false when it does not begin as `again` does, which is borrowed and in which rows are written again. */
bool ak_sheet_cells_open(struct ak_sheet_cells *c, struct ak_str xml, struct ak_sheet *again);
/* The next row; false behind the last one, or when it is broken. */
bool ak_sheet_cells_next(struct ak_sheet_cells *c);
/* Behind the last row: does the sheet end as it is written, and does nothing follow? */
bool ak_sheet_cells_end(struct ak_sheet_cells *c);

#ifdef __cplusplus
}
#endif
#endif
