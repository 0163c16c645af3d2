/* CSV/TSV containers on libcsv, strict, fed physical line by physical line so that offsets are known. The libcsv cage. Plain
 * rows (read/csv_plain.h) are cut without it, to the same cells.
 *
 * Delimiter `,`, `;` or TAB found from the header line (or given); `sep=;` and blank lines above that skipped; BOM stripped; CRLF,
 * LF and quoted newlines; blank lines counted. After a broken row (unterminated quote, junk after a closing quote, wrong column count, NUL byte, invalid UTF-8,
 * cell or record over its limit) reading goes on at the next line that parses strictly with the header's column count; the
 * gap is one reject with its byte range. Unquoted blanks around cells are kept as libcsv gives them. */
#ifndef AK_READ_CSV_H
#define AK_READ_CSV_H

#include "read/json.h"
#include "read/row.h"

struct ak_csv;

#ifdef __cplusplus
extern "C" {
#endif

/* delimiter 0 = detect. */
struct ak_csv *ak_csv_new(char delimiter);
void ak_csv_free(struct ak_csv *c);
void ak_csv_feed(struct ak_csv *c, const char *p, size_t n, bool eof);
/* Header cells, once the first line is complete: AK_OK, AK_END (feed more), AK_FAIL (empty input, too many columns,
 * duplicate column names, not UTF-8). */
enum ak_rc ak_csv_header(struct ak_csv *c, const struct ak_str **cells, size_t *n, struct ak_err *err);
/* Columns are looked up in the trie once; a column without a node is unknown (drift) unless its cell is empty. `|json`
 * columns go through the walker. AK_OK: frame says record (row filled), blank or bad (reason csv_quote, csv_columns,
 * csv_nul, csv_utf8, csv_cell_too_long, csv_truncated). AK_END: feed more or done. An empty unquoted cell is AK_J_NULL.
 * Texts of picks live until the next call or feed. */
enum ak_rc ak_csv_next(struct ak_csv *c, const struct ak_trie *trie, struct ak_walker *w, struct ak_row *row,
		       struct ak_frame *out, struct ak_err *err);

#ifdef __cplusplus
}
#endif
#endif
