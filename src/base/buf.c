#include "base/ak.h"

#include <stdio.h>

#include "base/buf.h"
#include "base/crypto.h"

enum { FIRST_CAP = 64 };

void ak_buf_init(struct ak_buf *b, size_t max)
{
	memset(b, 0, sizeof(*b));
	/* One byte is needed for the NUL. */
	b->max = max < SIZE_MAX ? max : SIZE_MAX - 1;
}

void ak_buf_clear(struct ak_buf *b)
{
	b->n = 0;
	b->over = false;
	if (b->p)
		b->p[0] = '\0';
}

void ak_buf_release(struct ak_buf *b)
{
	ak_free(b->p);
	ak_buf_init(b, b->max);
}

static void grow(struct ak_buf *b, size_t need)
{
	size_t cap = b->cap ? b->cap : FIRST_CAP;

	while (cap < need)
		cap = cap > SIZE_MAX / 2 ? need : cap * 2;
	if (cap > b->max + 1)
		cap = b->max + 1;
	b->p = ak_realloc(b->p, cap);
	b->cap = cap;
}

char *ak_buf_grow(struct ak_buf *b, size_t n)
{
	if (b->over || n > b->max - b->n) {
		b->over = true;
		return NULL;
	}
	if (b->cap < b->n + n + 1)
		grow(b, b->n + n + 1);
	return b->p + b->n;
}

void ak_buf_adds(struct ak_buf *b, const char *z)
{
	ak_buf_add(b, z, strlen(z));
}

void ak_buf_addstr(struct ak_buf *b, struct ak_str s)
{
	ak_buf_add(b, s.p, s.n);
}

void ak_buf_addf(struct ak_buf *b, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	ak_buf_vaddf(b, fmt, ap);
	va_end(ap);
}

void ak_buf_vaddf(struct ak_buf *b, const char *fmt, va_list ap)
{
	va_list again;
	char *to;
	int n;

	va_copy(again, ap);
	n = vsnprintf(NULL, 0, fmt, again);
	va_end(again);
	if (n < 0)
		AK_BUG("format string");
	to = ak_buf_room(b, (size_t)n);
	if (!to)
		return;
	vsnprintf(to, (size_t)n + 1, fmt, ap);
	b->n += (size_t)n;
}

void ak_buf_addhex(struct ak_buf *b, const void *p, size_t n)
{
	char *to = n > SIZE_MAX / 2 ? NULL : ak_buf_room(b, 2 * n);

	if (!to) {
		b->over = true;
		return;
	}
	ak_hex(p, n, to);
	b->n += 2 * n;
}

struct ak_str ak_buf_str(const struct ak_buf *b)
{
	if (!b->p)
		return ak_str_n("", 0);
	b->p[b->n] = '\0';
	return ak_str_n(b->p, b->n);
}

char *ak_buf_detach(struct ak_buf *b)
{
	char *p = b->p ? b->p : ak_alloc(1);

	p[b->n] = '\0';
	ak_buf_init(b, b->max);
	return p;
}
