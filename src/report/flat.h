/* A report's document as the lists that are in it, for what is no page: CSV, JSON lines, and the sheet on a list's completeness.
 *
 * A list is a member that is an array of objects, `rows` first; of `layers` the rows of all layers, each with its layer, source and
 * query; rows that lie across its buckets come as one more row, with `apart`: across. Gaps and sentences are no lists. */
#ifndef AK_REPORT_FLAT_H
#define AK_REPORT_FLAT_H

#include <jansson.h>

#include "base/csvw.h"
#include "base/err.h"

#ifdef __cplusplus
extern "C" {
#endif

/* {name: [row]}; the caller's. */
json_t *ak_flat_lists(const json_t *doc);
size_t ak_flat_count(const json_t *lists);
/* {list: how many rows}; the caller's. */
json_t *ak_flat_counts(const json_t *lists);
/* One RFC 8785 line a row; with several lists each row says in `list` which it is of. */
enum ak_rc ak_flat_lines(const json_t *lists, struct ak_buf *out, struct ak_err *err);
/* One line a row under one head. A member of a member is a column `a.b`; amounts of a currency are `cost.EUR.billed.sum`; other lists
 * in a row are JSON. Numbers are bare, texts are guarded against spreadsheets (base/csvw.h). */
enum ak_rc ak_flat_csv(const json_t *lists, struct ak_buf *out, struct ak_err *err);

/* One cell of it; v may be NULL. */
enum ak_rc ak_flat_cell(struct ak_csvw *w, const json_t *v, struct ak_err *err);

#ifdef __cplusplus
}
#endif
#endif
