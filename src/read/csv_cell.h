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

#ifdef __cplusplus
}
#endif
#endif
