/* Cells of a CSV row, character by character. Internal to read/. */
#ifndef AK_READ_CSV_CELL_H
#define AK_READ_CSV_CELL_H

#include "base/buf.h"

enum ak_csv_state { AK_CELL_START, AK_CELL_BARE, AK_CELL_QUOTED, AK_CELL_AFTER };

#ifdef __cplusplus
extern "C" {
#endif

/* RFC 4180 by states; a quote inside an unquoted cell is an ordinary character, as spreadsheets read it. */
enum ak_csv_state ak_csv_state(char delimiter, enum ak_csv_state s, char ch);
/* libcsv refuses quotes inside unquoted cells: such cells are quoted for it. False when there was none. */
bool ak_csv_requote(char delimiter, struct ak_str row, struct ak_buf *out);
/* The delimiter that a header line has most of: `,`, `;` or TAB. */
char ak_csv_guess_delimiter(struct ak_str line);
/* The line by which spreadsheets are told the delimiter, `sep=;`, with its end; 0 = another line. */
char ak_csv_said_delimiter(struct ak_str line);
/* A line of bytes, whatever quotes there are, ends at s.p[i]: a line feed, or a carriage return that none follows. Whether one follows
 * is not known of the last byte, so there none ends before eof. */
bool ak_csv_ends_line(struct ak_str s, size_t i, bool eof);
/* Behind that end, from `from` on; 0 = more bytes are needed. */
size_t ak_csv_line_end(struct ak_str s, size_t from, bool eof);
bool ak_csv_is_blank(struct ak_str s);

#ifdef __cplusplus
}
#endif
#endif
