/* Memory that is freed all at once: one arena per record batch and one per command. Not thread safe; an arena belongs
 * to whoever holds the batch. */
#ifndef AK_BASE_ARENA_H
#define AK_BASE_ARENA_H

#include "base/ak.h"

struct ak_arena_block;

struct ak_arena {
	struct ak_arena_block *head;
	size_t used; /* bytes handed out since the last clear */
};

#ifdef __cplusplus
extern "C" {
#endif

void ak_arena_init(struct ak_arena *a);
/* Forget everything but keep one block for reuse. */
void ak_arena_clear(struct ak_arena *a);
void ak_arena_release(struct ak_arena *a);
/* 16-byte aligned, not zeroed. Never NULL. */
void *ak_arena_alloc(struct ak_arena *a, size_t n);
void *ak_arena_zero(struct ak_arena *a, size_t n);
/* Copy; a NUL follows the copy. */
struct ak_str ak_arena_str(struct ak_arena *a, struct ak_str s);
struct ak_str ak_arena_printf(struct ak_arena *a, const char *fmt, ...) AK_PRINTF(2, 3);
/* NUL-terminated copy. */
char *ak_arena_z(struct ak_arena *a, struct ak_str s);

#ifdef __cplusplus
}
#endif
#endif
