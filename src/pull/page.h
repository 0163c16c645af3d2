/* What a page says of itself: how many records it has, whether more follow, and how they are asked for. Records are ingest's to
 * read; nothing of them is kept here. */
#ifndef AK_PULL_PAGE_H
#define AK_PULL_PAGE_H

#include "base/arena.h"

/* One thing to find, by JSON pointer; `[]` as a segment is every element of an array. */
struct ak_page_find {
	const char *path;  /* NULL = not asked for */
	struct ak_str text; /* of the first scalar there: a string's text, or number and word as written; p NULL = none, or null */
	uint64_t elements; /* when it is an array */
	bool there;
	/* called with every string or number found there; may be NULL */
	void (*each)(void *ctx, struct ak_str text);
	void *ctx;
};

#ifdef __cplusplus
extern "C" {
#endif

/* Walk the page once. False unless it is one whole JSON value: a body that was cut short is not. Texts live in the arena or in
 * the page. */
bool ak_page_read(struct ak_str page, struct ak_page_find *find, size_t n, struct ak_arena *a);

#ifdef __cplusplus
}
#endif
#endif
