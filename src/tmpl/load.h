/* Where a template comes from: who keeps one of that name in the workspace or the data folder has changed ours. */
#ifndef AK_TMPL_LOAD_H
#define AK_TMPL_LOAD_H

#include "base/buf.h"
#include "base/err.h"

#define AK_TEMPLATE_BYTES ((size_t)64 << 20)

#ifdef __cplusplus
extern "C" {
#endif

/* Append the first of WORKSPACE/templates/FILE, DATA_DIR/templates/FILE and the one that was compiled in. Folders may be NULL.
 * AK_EXIT_IO, AK_EXIT_INPUT; a name that nobody has is a bug. */
enum ak_rc ak_template_load(const char *workspace, const char *data_dir, const char *file, struct ak_buf *out, struct ak_err *err);
/* The one that was compiled in; empty where there is none. */
struct ak_str ak_template_ours(const char *file);

#ifdef __cplusplus
}
#endif
#endif
