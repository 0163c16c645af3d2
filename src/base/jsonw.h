/* Writing JSON as RFC 8785 (JCS) on the evidence domain: ASCII keys, no reals, integers within +-(2^53-1), valid UTF-8.
 * Two forms: a streaming writer for hot paths (keys must be given in order) and a Jansson tree serialiser. */
#ifndef AK_BASE_JSONW_H
#define AK_BASE_JSONW_H

#include <jansson.h>

#include "base/buf.h"
#include "base/err.h"

#ifdef __cplusplus
extern "C" {
#endif

/* From here on Jansson's memory is ak_alloc's: it would leave members out in silence. */
void ak_json_use_alloc(void);
/* A JSON string literal with JCS escapes (\b \t \n \f \r \" \\ and \u00xx lower case); the text must be UTF-8. */
void ak_jsonw_string(struct ak_buf *b, struct ak_str s);
void ak_jsonw_int(struct ak_buf *b, int64_t v);
/* `,` when needed, then the key and ':'. *first is cleared. */
void ak_jsonw_key(struct ak_buf *b, bool *first, const char *key);

/* Canonical bytes of a tree: members sorted by UTF-16 code units. A real number, an integer outside 2^53-1 or a string
 * with NUL is AK_FAIL (AK_EXIT_BUG class: our own documents never hold one). */
enum ak_rc ak_jcs(const json_t *v, struct ak_buf *b, struct ak_err *err);
/* The same values for people: two-space indent, members sorted, final newline; hidden characters
 * (text.h) escaped. */
enum ak_rc ak_json_pretty(const json_t *v, struct ak_buf *b, struct ak_err *err);
/* Parse a document of our own (packet.json, datapackage.json): duplicates rejected; messages never echo input. */
enum ak_rc ak_json_parse(struct ak_str text, json_t **out, struct ak_err *err);
void ak_json_decref(json_t **v); /* cleanup attribute target */

#ifdef __cplusplus
}
#endif
#endif
