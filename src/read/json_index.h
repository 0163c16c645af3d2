/* Where the tokens of a JSON text begin: brackets, colons, commas, and the first byte of each string, number or word. The
 * text is UTF-8 when that is done, its strings are closed and hold no control character; all else is for the walker to
 * check. A token ends where blanks before the next one begin. */
#ifndef AK_READ_JSON_INDEX_H
#define AK_READ_JSON_INDEX_H

#include "base/ak.h"

struct ak_json_index; /* one per text that is walked at a time: its positions are kept inside */

enum ak_json_flaw {
	AK_JSON_FLAW_NONE,
	AK_JSON_FLAW_EMPTY,   /* nothing but blanks */
	AK_JSON_FLAW_UTF8,    /* not UTF-8 */
	AK_JSON_FLAW_CONTROL, /* a control character in a string */
	AK_JSON_FLAW_OPEN     /* the last string is not closed */
};

#ifdef __cplusplus
extern "C" {
#endif

struct ak_json_index *ak_json_index_new(void);
void ak_json_index_free(struct ak_json_index *x);
/* Find the n tokens of a text shorter than 4 GB: (*at)[0..n) and, behind them, its length. They live until the next call. No
 * byte behind the text is read. */
enum ak_json_flaw ak_json_index_run(struct ak_json_index *x, struct ak_str text, const uint32_t **at, uint32_t *n);

#ifdef __cplusplus
}
#endif
#endif
