/* The usual row of a CSV file: no quotes, nothing odd. Found and cut in one pass, its cells lying in the text as they are. */
#ifndef AK_READ_CSV_PLAIN_H
#define AK_READ_CSV_PLAIN_H

#include "base/ak.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Cut the row that begins at p into exactly n cells. Returns the bytes up to its line end (0x0A or 0x0D 0x0A), which is *end
 * bytes long. 0: not such a row, or not all of it is there, and nothing is said of it: a quote, a NUL, a lone 0x0D, a blank at
 * the edge of a cell, invalid UTF-8, another number of cells, nothing in any cell, a cell over its limit. */
size_t ak_csv_plain(const char *p, size_t bytes, char delimiter, struct ak_str *cell, size_t n, size_t *end);

#ifdef __cplusplus
}
#endif
#endif
