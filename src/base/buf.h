/* A growable byte buffer with a maximum it must be given at birth. After an append that would pass the maximum the
 * buffer is `over` and ignores further appends: check once at the end. Content is always followed by a NUL byte. */
#ifndef AK_BASE_BUF_H
#define AK_BASE_BUF_H

#include <stdarg.h>

#include "base/ak.h"

struct ak_buf {
	char *p; /* NULL while empty */
	size_t n, cap, max;
	bool over;
};

#ifdef __cplusplus
extern "C" {
#endif

void ak_buf_init(struct ak_buf *b, size_t max);
/* Keep the memory, drop the content and the `over` flag. */
void ak_buf_clear(struct ak_buf *b);
void ak_buf_release(struct ak_buf *b);
char *ak_buf_grow(struct ak_buf *b, size_t n); /* ak_buf_room when the buffer is full */
/* Room for n more bytes; NULL when over. Commit by b->n += used; ak_buf_str and the next append put the NUL back. */
static inline char *ak_buf_room(struct ak_buf *b, size_t n)
{
	return !b->over && n < b->cap - b->n && n <= b->max - b->n ? b->p + b->n : ak_buf_grow(b, n);
}
static inline void ak_buf_add(struct ak_buf *b, const void *p, size_t n)
{
	char *to = ak_buf_room(b, n);

	if (!to)
		return;
	if (n)
		memcpy(to, p, n);
	to[n] = '\0';
	b->n += n;
}
static inline void ak_buf_addc(struct ak_buf *b, char c)
{
	if (b->n + 1 < b->cap && b->n < b->max && !b->over) {
		b->p[b->n++] = c;
		b->p[b->n] = '\0';
	} else {
		ak_buf_add(b, &c, 1);
	}
}
void ak_buf_adds(struct ak_buf *b, const char *z);
void ak_buf_addstr(struct ak_buf *b, struct ak_str s);
void ak_buf_addf(struct ak_buf *b, const char *fmt, ...) AK_PRINTF(2, 3);
void ak_buf_vaddf(struct ak_buf *b, const char *fmt, va_list ap) AK_PRINTF(2, 0);
/* A number in so many bytes, the lowest first. */
static inline void ak_buf_addle(struct ak_buf *b, uint64_t v, int bytes)
{
	for (int i = 0; i < bytes; i++)
		ak_buf_addc(b, (char)(v >> 8 * i));
}
/* Lower-case hex of n bytes. */
void ak_buf_addhex(struct ak_buf *b, const void *p, size_t n);
/* A view of the content, never NULL; dies at the next append. */
struct ak_str ak_buf_str(const struct ak_buf *b);
/* Hand the NUL-terminated content over to the caller (ak_free); the buffer is empty again. Never NULL. */
char *ak_buf_detach(struct ak_buf *b);

#ifdef __cplusplus
}
#endif
#endif
