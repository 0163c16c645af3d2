#include "base/ak.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/arena.h"

enum { FIRST_BLOCK = 8192, LARGEST_BLOCK = 1 << 20 };

void ak_arena_init(struct ak_arena *a)
{
	memset(a, 0, sizeof(*a));
}

void ak_arena_clear(struct ak_arena *a)
{
	struct ak_arena_block *keep = NULL, *next;

	for (struct ak_arena_block *b = a->head; b; b = next) {
		next = b->next;
		if (keep && keep->cap >= b->cap) {
			ak_free(b);
		} else {
			ak_free(keep);
			keep = b;
		}
	}
	if (keep) {
		keep->next = NULL;
		keep->used = 0;
	}
	a->head = keep;
	a->used = 0;
}

void ak_arena_release(struct ak_arena *a)
{
	ak_arena_clear(a);
	ak_free(a->head);
	ak_arena_init(a);
}

/* A block with room for n bytes. A large one goes behind the head, so that the head's rest stays in use. */
static struct ak_arena_block *new_block(struct ak_arena *a, size_t n)
{
	size_t cap = a->head ? a->head->cap * 2 : FIRST_BLOCK;
	struct ak_arena_block *b;

	if (cap > LARGEST_BLOCK)
		cap = LARGEST_BLOCK;
	if (n > cap)
		cap = n;
	b = ak_alloc(sizeof(*b) + cap);
	b->cap = cap;
	b->used = 0;
	if (a->head && n > LARGEST_BLOCK / 4) {
		b->next = a->head->next;
		a->head->next = b;
	} else {
		b->next = a->head;
		a->head = b;
	}
	return b;
}

void *ak_arena_more(struct ak_arena *a, size_t n)
{
	struct ak_arena_block *b;

	if (n > SIZE_MAX / 2)
		AK_BUG("arena request too large");
	n = (n + AK_ARENA_ALIGN - 1) & ~(size_t)(AK_ARENA_ALIGN - 1);
	b = new_block(a, n);
	b->used = n;
	a->used += n;
	return b->data;
}

void *ak_arena_zero(struct ak_arena *a, size_t n)
{
	void *p = ak_arena_alloc(a, n);

	if (n)
		memset(p, 0, n);
	return p;
}

char *ak_arena_z(struct ak_arena *a, struct ak_str s)
{
	char *p = ak_arena_alloc(a, s.n + 1);

	if (s.n)
		memcpy(p, s.p, s.n);
	p[s.n] = '\0';
	return p;
}

struct ak_str ak_arena_str(struct ak_arena *a, struct ak_str s)
{
	return ak_str_n(ak_arena_z(a, s), s.n);
}

struct ak_str ak_arena_printf(struct ak_arena *a, const char *fmt, ...)
{
	va_list ap;
	char *p;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	if (n < 0)
		AK_BUG("format string");
	p = ak_arena_alloc(a, (size_t)n + 1);
	va_start(ap, fmt);
	vsnprintf(p, (size_t)n + 1, fmt, ap);
	va_end(ap);
	return ak_str_n(p, (size_t)n);
}
