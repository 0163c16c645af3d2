/* What the pages of `serve` show, as documents for the template (templates/serve.html.mustache), which escapes: nothing here writes
 * markup. */
#ifndef AK_SERVE_VIEW_H
#define AK_SERVE_VIEW_H

#include <jansson.h>

#include "query/search.h"
#include "serve/form.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The form as it is filled in: {layers: [{name, plural, on}], main, more: [{name, label, help, values: [{value, id}]}], more_on, ...}. */
json_t *ak_view_form(const struct ak_form *f);
/* Heads of the columns: the six of `search`, and those of the layer when it is one. */
json_t *ak_view_heads(unsigned kinds);
/* A record of ak_search_record: {href, cells: [{head, text, find}]}; up: the way to the first page. */
json_t *ak_view_row(const json_t *record, unsigned kinds, const char *up);
/* [{kind, n, exact, witnesses, entries, href}], and *none: the layers without a match, as text. */
json_t *ak_view_counts(const struct ak_search_count counts[AK_K_COUNT], const struct ak_form *f, json_t **none);
/* A record of ak_query_record. */
json_t *ak_view_record(const json_t *record, const char *up);
/* Of queries.json: [{name, version, saved, says, params: [{name}]}]. */
json_t *ak_view_saved(const json_t *queries);

#ifdef __cplusplus
}
#endif
#endif
