/* Memory that is freed all at once: one arena per record batch and one per command. Not thread safe; an arena belongs
 * to whoever holds the batch. */
#ifndef AK_BASE_ARENA_H
#define AK_BASE_ARENA_H

#include "base/ak.h"

#define AK_ARENA_ALIGN 16

struct ak_arena_block {
	struct ak_arena_block *next;
	size_t cap, used;
	char data[] __attribute__((aligned(AK_ARENA_ALIGN)));
};

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
void *ak_arena_more(struct ak_arena *a, size_t n); /* ak_arena_alloc when the block is full */
/* 16-byte aligned, not zeroed. Never NULL. */
static inline void *ak_arena_alloc(struct ak_arena *a, size_t n)
{
	struct ak_arena_block *b = a->head;
	size_t take = (n + AK_ARENA_ALIGN - 1) & ~(size_t)(AK_ARENA_ALIGN - 1);
	void *p;

	if (!b || take < n || b->cap - b->used < take)
		return ak_arena_more(a, n);
	p = b->data + b->used;
	b->used += take;
	a->used += take;
	return p;
}
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
