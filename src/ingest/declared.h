/* No secret comes into the workspace by what people declare: policy.yaml, mapping files, options (SECURITY R-SEC-3, DECISIONS
 * 15). Nothing is replaced there, since digests and line numbers are cited: ingest is refused instead. */
#ifndef AK_INGEST_DECLARED_H
#define AK_INGEST_DECLARED_H

#include "conf/yaml.h"
#include "ingest/ingest.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Policy and options of a run. AK_FAIL with AK_EXIT_REFUSED names the line or option and the kind, never the value. */
enum ak_rc ak_declared_check(const struct ak_ingest_opts *o, struct ak_err *err);
/* The same of a file as it was read: its bytes, and every key and value as they are without quotes, escapes and folded lines. */
enum ak_rc ak_declared_yaml(const struct ak_redactor *r, const struct ak_yaml *y, struct ak_str text, struct ak_err *err);
/* The same of one file that is stored whole; name is how it is called. */
enum ak_rc ak_declared_text(const struct ak_redactor *r, const char *name, struct ak_str text, struct ak_err *err);

#ifdef __cplusplus
}
#endif
#endif
