/* Reports that list rows (report/list.h) as text: their sentences, then a table per list. */
#ifndef AK_CMD_LIST_TEXT_H
#define AK_CMD_LIST_TEXT_H

#include "cmd/cmd.h"

/* columns: "member[:head][!d]" by blanks; ! = right, a number with thousands; d = the day of a time; m = a time to the minute. */
struct ak_list_table {
	const char *member, *title, *columns;
};

/* tables end with member NULL; at most `top` rows of each are printed, the others are counted. */
void ak_list_print(struct ak_io *io, const json_t *doc, const struct ak_list_table *tables, size_t top);
/* What the kinds of record behind a report do not prove by themselves (F217). */
void ak_alone_print(struct ak_io *io, const json_t *doc);

#endif
