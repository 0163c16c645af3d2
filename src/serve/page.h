/* The pages' template and their one style sheet, whose digest the policy of every answer names. */
#ifndef AK_SERVE_PAGE_H
#define AK_SERVE_PAGE_H

#include <jansson.h>

#include "base/buf.h"
#include "base/err.h"

struct ak_pages {
	struct ak_buf html, css;
	char style_hash[48]; /* base64 of SHA-256 */
};

#ifdef __cplusplus
extern "C" {
#endif

/* From the data folder or as they were compiled in; those of a workspace are not asked, since it may be somebody else's. */
enum ak_rc ak_pages_load(struct ak_pages *p, const char *data_dir, struct ak_err *err);
void ak_pages_release(struct ak_pages *p);
/* data gets the style sheet. */
enum ak_rc ak_pages_render(const struct ak_pages *p, json_t *data, struct ak_buf *out, struct ak_err *err);

#ifdef __cplusplus
}
#endif
#endif
