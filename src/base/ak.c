#include "base/ak.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* Literal numbers of enum ak_exit: err.h is above this file. */
enum { EXIT_CODE_BUG = 70, EXIT_CODE_LIMIT = 71 };

void ak_bug(const char *file, int line, const char *what)
{
	dprintf(STDERR_FILENO, "auditkit: bug at %s:%d: %s\n", file, line, what);
	_exit(EXIT_CODE_BUG);
}

void ak_out_of_memory(void)
{
	static const char msg[] = "auditkit: out of memory\n";
	ssize_t done = write(STDERR_FILENO, msg, sizeof(msg) - 1);

	(void)done;
	_exit(EXIT_CODE_LIMIT);
}

void *ak_alloc(size_t n)
{
	void *p = malloc(n ? n : 1);

	if (!p)
		ak_out_of_memory();
	return p;
}

void *ak_alloc_zero(size_t count, size_t size)
{
	void *p = calloc(count ? count : 1, size ? size : 1);

	if (!p)
		ak_out_of_memory();
	return p;
}

void *ak_realloc(void *p, size_t n)
{
	void *q = realloc(p, n ? n : 1);

	if (!q)
		ak_out_of_memory();
	return q;
}

void ak_free(void *p)
{
	free(p);
}

char *ak_strdup(const char *s)
{
	return ak_strndup(s, strlen(s));
}

char *ak_strndup(const char *s, size_t n)
{
	char *p = ak_alloc(n + 1);

	if (n)
		memcpy(p, s, n);
	p[n] = '\0';
	return p;
}

void ak_free_charp(char **p)
{
	ak_free(*p);
	*p = NULL;
}

int ak_str_cmp(struct ak_str a, struct ak_str b)
{
	size_t n = a.n < b.n ? a.n : b.n;
	int c = n ? memcmp(a.p, b.p, n) : 0;

	return c ? c : (a.n > b.n) - (a.n < b.n);
}

bool ak_str_eq_fold(struct ak_str a, struct ak_str b)
{
	if (a.n != b.n)
		return false;
	for (size_t i = 0; i < a.n; i++)
		if (ak_lower(a.p[i]) != ak_lower(b.p[i]))
			return false;
	return true;
}

bool ak_str_holds_fold(struct ak_str s, const char *word)
{
	struct ak_str w = ak_str_of(word);

	for (size_t i = 0; i + w.n <= s.n; i++)
		if (ak_str_eq_fold(ak_str_n(s.p + i, w.n), w))
			return true;
	return false;
}

static bool is_blank(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

struct ak_str ak_str_trim(struct ak_str s)
{
	while (s.n && is_blank(s.p[0])) {
		s.p++;
		s.n--;
	}
	while (s.n && is_blank(s.p[s.n - 1]))
		s.n--;
	return s;
}

size_t ak_str_find(struct ak_str s, char c)
{
	const char *hit = s.n ? memchr(s.p, c, s.n) : NULL;

	return hit ? (size_t)(hit - s.p) : s.n;
}
