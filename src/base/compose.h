/* Letters and their marks as one code point: NFC of UAX 15 for a letter of any script followed by marks of U+0300 to U+036F
 * in canonical order, which is how file systems and keyboards split accents. Other compositions (Hangul, Indic marks) are left
 * as they are; so is text that is not UTF-8. */
#ifndef AK_BASE_COMPOSE_H
#define AK_BASE_COMPOSE_H

#include "base/arena.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The text itself when there is nothing to compose, else in the arena. */
struct ak_str ak_compose(struct ak_str s, struct ak_arena *a);

#ifdef __cplusplus
}
#endif
#endif
