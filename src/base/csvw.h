/* Writing CSV: RFC 4180, UTF-8, CRLF, header always, formula guard on text cells (SECURITY R-OUT-1). */
#ifndef AK_BASE_CSVW_H
#define AK_BASE_CSVW_H

#include "base/buf.h"

struct ak_csvw {
	struct ak_buf *out;
	bool in_row;
	uint64_t guarded; /* cells that got a leading ' */
};

#ifdef __cplusplus
extern "C" {
#endif

void ak_csvw_init(struct ak_csvw *w, struct ak_buf *out);
/* A text cell: first byte (also after blanks, quotes or a BOM) one of = + - @ TAB CR LF NUL | or a full-width = + - @
 * gets a leading '; a leading ' is doubled; so the guard reverses. p == NULL is a missing value (empty cell). */
void ak_csvw_text(struct ak_csvw *w, struct ak_str s);
/* A typed number: written bare. */
void ak_csvw_number(struct ak_csvw *w, struct ak_str s);
void ak_csvw_end(struct ak_csvw *w);

#ifdef __cplusplus
}
#endif
#endif
