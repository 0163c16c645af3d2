/* Bars and lines of characters, for a terminal. They stand beside figures and never in place of them. */
#ifndef AK_CHART_TERM_H
#define AK_CHART_TERM_H

#include "base/buf.h"

#ifdef __cplusplus
extern "C" {
#endif

/* value/whole of so many cells, in eighths of a cell with block characters, else in whole cells of '#'. What is above zero
 * has at least the least mark, and only the whole fills all cells; what is not above zero has none. */
void ak_term_bar(struct ak_buf *out, double value, double whole, size_t cells, bool blocks);
/* One mark a value from zero to the largest, `?` where `known` (may be NULL: all are) says that there is none; zero has a
 * mark of its own. More values than cells: neighbours are added up, the last mark may stand for fewer. Returns how many
 * values a mark stands for. */
size_t ak_term_spark(struct ak_buf *out, const double *value, const bool *known, size_t n, size_t cells, bool blocks);

#ifdef __cplusplus
}
#endif
#endif
