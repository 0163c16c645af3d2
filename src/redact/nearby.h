/* Secrets without a shape of their own: forty letters and digits are one beside the word that says whose they are, and an
 * id everywhere else. The CONTEXT rows of redact/detectors.def. */
#ifndef AK_REDACT_NEARBY_H
#define AK_REDACT_NEARBY_H

#include "redact/detector.h"

#define AK_NEARBY_DISTANCE 48 /* bytes between the word and the value */

#ifdef __cplusplus
extern "C" {
#endif

/* A word of the CONTEXT stands from `at` to `end`. True with the range of the value beside it. */
bool ak_nearby_match(const struct ak_detector *d, struct ak_str s, size_t floor, size_t at, size_t end, size_t *from,
		     size_t *to);
/* The kind of a value with a secret's name: of the first CONTEXT that has a word in the name and takes the value, else
 * "named_secret". */
const char *ak_nearby_kind(const struct ak_detector *rows, size_t n, struct ak_str name, struct ak_str value);
/* The next of words with blanks between them; takes it off *rest. False at the end. */
bool ak_nearby_word(struct ak_str *rest, struct ak_str *word);

#ifdef __cplusplus
}
#endif
#endif
