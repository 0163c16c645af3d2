/* Parts of what the dashboard's template shows, made of its document. Internal to report/. */
#ifndef AK_REPORT_DASHBOARD_VIEW_H
#define AK_REPORT_DASHBOARD_VIEW_H

#include "base/buf.h"
#include "report/dashboard.h"

#ifdef __cplusplus
extern "C" {
#endif

/* A layer of one of the document's reports by its name; NULL: it has none. */
const json_t *ak_view_layer(const json_t *doc, const char *report, const char *name);
/* "1,234" */
json_t *ak_view_number(uint64_t n);
const char *ak_view_command(const json_t *doc, const char *part);
/* The buffer's text; releases it. */
json_t *ak_view_text(struct ak_buf *b);
/* "7.59 USD estimated (of 2,112)", of each amount and currency that records of the row have; "-". */
json_t *ak_view_amounts(const json_t *row);

json_t *ak_view_list(const json_t *doc, const json_t *list);
json_t *ak_view_errors(const json_t *doc);
json_t *ak_view_cost(const json_t *doc);
json_t *ak_view_coverage(const json_t *doc);
json_t *ak_view_sources(const json_t *doc);
json_t *ak_view_checks(const json_t *doc);

#ifdef __cplusplus
}
#endif
#endif
