/* A record that was found as a row of six cells: what `search` prints and the page of `serve` shows. */
#ifndef AK_SEARCH_ROW_H
#define AK_SEARCH_ROW_H

#include <jansson.h>

#include "base/ak.h"

enum ak_row_cell { AK_ROW_RECORD, AK_ROW_TIME, AK_ROW_USER, AK_ROW_ACTION, AK_ROW_RESOURCE, AK_ROW_ADDRESS, AK_ROW_CELLS };

extern const char *const ak_row_heads[AK_ROW_CELLS];

#ifdef __cplusplus
extern "C" {
#endif

/* The cells of a record of ak_search_record, made safe for people, "-" where nothing is; ak_free each. */
void ak_row_cells(const json_t *record, char *cell[AK_ROW_CELLS]);
/* The whole value that a cell shows the beginning of, as it is stored; NULL. */
const char *ak_row_value(const json_t *record, enum ak_row_cell cell);
/* A value as a cell shows it: tokens are long and say nothing by their end, eight of their digits tell them apart on a page. NULL is
 * "-"; ak_free. */
char *ak_row_shown(const char *value);

#ifdef __cplusplus
}
#endif
#endif
