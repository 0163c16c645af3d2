/* A CSV of a packet in passing, whatever its size: its first rows are kept to be compared with the section that shows them, of the
 * others is kept what their cells are. Internal to packet/. */
#ifndef AK_PACKET_TABLE_SCAN_H
#define AK_PACKET_TABLE_SCAN_H

#include <jansson.h>

#include "base/buf.h"
#include "packet/cited.h"
#include "packet/selfaudit.h"

struct ak_table_scan {
	struct ak_buf shown; /* the header and the first AK_TABLE_SHOWN rows, as they stand */
	size_t rows;	     /* below the header */
	size_t sums, wrong;  /* rows that are not in `shown` and should add up; those of them that do not */
	bool broken;	     /* not in the dialect of base/csvw.h, or a row has not as many cells as the header */
	uint64_t leak;	     /* line of what looks like a secret or an e-mail address, 0 = none */
	uint64_t head_cells, *cells; /* marks of the head and of the first AK_SHEET_ROWS rows, for the workbook (packet/sheet_cells.h) */
	size_t ncells;
	bool want_rows;	     /* keep: */
	uint64_t *mark;	     /* per row, whose pseudonyms count as equal; equal rows have equal marks in one process */
	size_t marks;
	struct ak_cited *cited; /* NULL, or the records that its rows cite in their first cell (packet/check_leaves.h) */
	/* how it is read */
	const struct ak_selfaudit *audit;
	char *name, *table;   /* of the file, of the table */
	uint64_t lines;	      /* that were looked at for it */
	struct ak_buf tail;   /* bytes of a row whose end has not come */
	size_t at;	      /* of the tail: looked at for the end of a row */
	bool quoted;	      /* a quote is open there */
	json_t *header;	      /* NULL before the first row */
	uint8_t *not_of_type; /* per column: bits of the types that a cell of it is not */
	bool *secret;	      /* per column: its head may make a secret of a cell */
};

#ifdef __cplusplus
extern "C" {
#endif

/* name: of the file. audit is borrowed. */
struct ak_table_scan *ak_table_scan_new(const char *name, const struct ak_selfaudit *audit);
void ak_table_scan_free(struct ak_table_scan *s);
/* The next bytes, then the end of the file. */
void ak_table_scan_feed(struct ak_table_scan *s, const char *p, size_t n);
void ak_table_scan_end(struct ak_table_scan *s);
/* Whether every cell of a column is missing or of a Table Schema type. */
bool ak_table_scan_fits(const struct ak_table_scan *s, size_t column, const char *type);
/* A text without its pseudonyms (kind:32 hex digits): the kinds stay. Appended. */
void ak_table_blank(struct ak_str text, struct ak_buf *out);
/* What adds up in each row of a table, NULL when it is none of those; *parts: names separated by a blank. */
const char *ak_table_sum(const char *table, const char **parts);

#ifdef __cplusplus
}
#endif
#endif
