/* Memory for SQLite. It asks for thousands of pieces when it opens a database, each of which costs the address
 * sanitizer more than the work done with it. These cost little and are poisoned alike: what lies behind a piece, in
 * front of it, and all of it once it was given back, until as many others of its size class have been. */
#ifndef FUZZ_SQLITE_HEAP_H
#define FUZZ_SQLITE_HEAP_H

#include <sqlite3.h>

#include "fuzz.h"

#if defined(__SANITIZE_ADDRESS__)
#define HEAP_POISONED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define HEAP_POISONED 1
#endif
#endif
#ifdef HEAP_POISONED
#include <sanitizer/asan_interface.h>
#define HEAP_RAW __attribute__((no_sanitize_address))
#else
#define ASAN_POISON_MEMORY_REGION(p, n) ((void)(p), (void)(n))
#define ASAN_UNPOISON_MEMORY_REGION(p, n) ((void)(p), (void)(n))
#define HEAP_RAW
#endif

/* In front of what is given out, poisoned with the rest. */
struct heap_piece {
	size_t size;
	struct heap_piece *next;
};

enum { HEAP_FIRST = 6, HEAP_CLASSES = 32, HEAP_WAIT = 16, HEAP_SLAB = 1 << 20, HEAP_SLABS = 1 << 10 };

/* Class i: pieces of 2^(HEAP_FIRST + i) bytes with their head. Oldest first. */
static struct heap_class {
	struct heap_piece *oldest, *newest;
	size_t waiting;
} heap_classes[HEAP_CLASSES];

/* What the pieces are cut from. The list is for the leak sanitizer, which reads nothing that is poisoned. */
static char *heap_slabs[HEAP_SLABS], *heap_next;
static size_t heap_slabs_n, heap_left;

/* n is at most SQLite's limit, below 2^31. */
static inline unsigned heap_class_of(size_t n)
{
	unsigned bits = 64 - (unsigned)__builtin_clzll(n + sizeof(struct heap_piece) - 1);

	return bits > HEAP_FIRST ? bits - HEAP_FIRST : 0;
}

static struct heap_piece *heap_new_piece(size_t bytes)
{
	void *p;

	if (heap_left < bytes) {
		heap_left = bytes > HEAP_SLAB ? bytes : HEAP_SLAB;
		HOLDS(heap_slabs_n < HEAP_SLABS);
		heap_next = heap_slabs[heap_slabs_n++] = ak_alloc(heap_left);
	}
	p = heap_next;
	heap_next += bytes;
	heap_left -= bytes;
	return p;
}

HEAP_RAW static void *heap_alloc(int n)
{
	unsigned class = heap_class_of((size_t)n);
	struct heap_class *c = &heap_classes[class];
	size_t bytes = (size_t)1 << (HEAP_FIRST + class);
	struct heap_piece *p = c->oldest;

	/* Large ones are few. */
	if (p && c->waiting > (bytes > HEAP_SLAB / 8 ? 1 : HEAP_WAIT)) {
		c->oldest = p->next;
		c->waiting--;
	} else {
		p = heap_new_piece(bytes);
	}
	p->size = (size_t)n;
	ASAN_POISON_MEMORY_REGION(p, bytes);
	ASAN_UNPOISON_MEMORY_REGION(p + 1, (size_t)n);
	return p + 1;
}

HEAP_RAW static int heap_size(void *given)
{
	return given ? (int)((struct heap_piece *)given - 1)->size : 0;
}

HEAP_RAW static void heap_free(void *given)
{
	struct heap_piece *p = (struct heap_piece *)given - 1;
	struct heap_class *c = &heap_classes[heap_class_of(p->size)];

	ASAN_POISON_MEMORY_REGION(given, p->size);
	p->next = NULL;
	if (c->waiting)
		c->newest->next = p;
	else
		c->oldest = p;
	c->newest = p;
	c->waiting++;
}

static void *heap_realloc(void *given, int n)
{
	size_t was = (size_t)heap_size(given);
	void *p = heap_alloc(n);

	memcpy(p, given, was < (size_t)n ? was : (size_t)n);
	heap_free(given);
	return p;
}

static int heap_roundup(int n)
{
	return (n + 7) & ~7;
}

static int heap_init(void *nothing)
{
	(void)nothing;
	return SQLITE_OK;
}

static void heap_shutdown(void *nothing)
{
	(void)nothing;
}

/* Before SQLite is used. It counts what it has out: sqlite3_memory_used tells a leak. */
static inline void heap_use(void)
{
	static const sqlite3_mem_methods methods = {heap_alloc,	  heap_free, heap_realloc,  heap_size,
						    heap_roundup, heap_init, heap_shutdown, NULL};

	HOLDS(sqlite3_config(SQLITE_CONFIG_MALLOC, &methods) == SQLITE_OK);
}

#endif
