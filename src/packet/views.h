/* For whom a packet is: which sections come first, what is left out and which request lists are answered. Data, not code:
 * templates/view-NAME.yaml, and those of the workspace before ours. A view says nothing that another one does not. */
#ifndef AK_PACKET_VIEWS_H
#define AK_PACKET_VIEWS_H

#include <jansson.h>

#include "base/buf.h"
#include "base/err.h"

#define AK_VIEW_DEFAULT "vendor-risk"

struct ak_view {
	const char *name, *title, *audience;
	unsigned tokens; /* classes of tokens that are withheld, a bit each (packet/rekey.h) */
	/* private */
	json_t *root;
};

#ifdef __cplusplus
extern "C" {
#endif

/* Of WORKSPACE/templates, DATA_DIR/templates, else ours. AK_EXIT_USAGE: there is none of that name, or a mistake in it.
 * ak_view_release, safe on a zeroed struct. */
enum ak_rc ak_view_load(const char *workspace, const char *data_dir, const char *name, struct ak_view *out, struct ak_err *err);
void ak_view_release(struct ak_view *v);
/* Names of the views that are compiled in, with blanks between them. */
void ak_view_names(struct ak_buf *out);

/* v may be NULL: nothing is left out. */
bool ak_view_leaves_column(const struct ak_view *v, const char *column);
/* Of records, where they stand row by row. */
bool ak_view_leaves_field(const struct ak_view *v, const char *column);
/* Whether it wants the records of a kind row by row, in the annex. */
bool ak_view_rows(const struct ak_view *v, const char *kind);
bool ak_view_leaves_table(const struct ak_view *v, const char *table);
/* Fields of records that are left out go from the trace: from its hops, and where their values stand in its sentences. */
void ak_view_hide_trace(const struct ak_view *v, json_t *trace);
/* An array of objects with a member id, in the order of the view; those that it does not name follow as they stood. */
json_t *ak_view_in_order(const struct ak_view *v, const json_t *sections);
/* The request lists it answers, an array of names. Borrowed. */
const json_t *ak_view_lists(const struct ak_view *v);
/* {name, title, audience, leaves_out: {columns, fields, tables, tokens}} of packet.json. */
json_t *ak_view_document(const struct ak_view *v);

#ifdef __cplusplus
}
#endif
#endif
