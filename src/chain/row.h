/* Putting a chain's row together. Internal to chain/. */
#ifndef AK_CHAIN_ROW_H
#define AK_CHAIN_ROW_H

#include <jansson.h>

#include "base/ak.h"
#include "base/buf.h"
#include "base/decimal.h"

#ifdef __cplusplus
extern "C" {
#endif

const char *ak_chain_text(const json_t *o, const char *member); /* NULL when absent */
/* The value of a member that holds JSON as text; a new reference, an empty array when there is none. */
json_t *ak_chain_list(const json_t *o, const char *member);
/* Add a citation to row.cites, once; NULL adds nothing. */
void ak_chain_cite(json_t *row, const char *cite);
/* All citations (member `cite`) of a list. */
void ak_chain_cite_all(json_t *row, const json_t *list);
/* {what, text} to the list `member` of the row. */
void ak_chain_say(json_t *row, const char *member, const char *what, const char *fmt, ...) AK_PRINTF(4, 5);
/* Two identifiers that are both there and equal. */
bool ak_chain_same(const char *a, const char *b);
/* One of the words, NULL-terminated; NULL is none. */
bool ak_chain_is(const char *text, const char *const *words);
/* One of the words stands in the text, whatever its case. */
bool ak_chain_has(const char *text, const char *const *words);
/* Without its sign. */
struct ak_str ak_chain_abs(const char *amount);
/* "1 d 02:03:04.500" of a difference in microseconds, its sign dropped. */
const char *ak_chain_span(int64_t us, char buf[48]);
/* Microseconds of a stored time; false when there is none. */
bool ak_chain_us(const char *time, int64_t *us);

#ifdef __cplusplus
}
#endif
#endif
