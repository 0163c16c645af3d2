/* First include of every file: the vocabulary all rooms share.
 *
 * Return codes: functions that can fail return enum ak_rc. Negative codes are passed up unchanged and looked at in
 * two places only: ingest (AK_REJECT becomes a diagnostic) and cli (exit code). Out-parameters are written only on
 * success, except struct ak_err, which is written only on failure.
 *
 * Text is carried as struct ak_str: a view with a length, not NUL-terminated, NUL is data. */
#ifndef AK_BASE_AK_H
#define AK_BASE_AK_H

#ifdef HAVE_CONFIG_H
#include <config.h>
#endif

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum ak_rc {
	AK_OK = 0,
	AK_END = 1,	/* nothing more to give; not an error */
	AK_REJECT = -1, /* this record cannot be stored; the run goes on */
	AK_FAIL = -2	/* this operation failed; struct ak_err says why */
};

struct ak_str {
	const char *p;
	size_t n;
};

#ifdef __cplusplus
#define AK_STR(lit) (ak_str{(lit), sizeof(lit) - 1})
#else
#define AK_STR(lit) ((struct ak_str){("" lit), sizeof(lit) - 1})
#endif
#define AK_STR_FMT(s) (int)(s).n, (s).p /* for "%.*s"; cuts at INT_MAX, use for messages only */

#define AK_CLEANUP(fn) __attribute__((cleanup(fn)))
#define AK_PRINTF(f, a) __attribute__((format(printf, f, a)))
#define AK_MUST_CHECK __attribute__((warn_unused_result))
#define AK_NORETURN __attribute__((noreturn))
#define AK_COUNT(a) (sizeof(a) / sizeof((a)[0]))

#ifdef __cplusplus
extern "C" {
#endif

/* The impossible happened: prints file, line and what, never data, and exits 70. */
#define AK_BUG(what) ak_bug(__FILE__, __LINE__, (what))
AK_NORETURN void ak_bug(const char *file, int line, const char *what);

/* Memory is gone: prints one line and exits 71 without flushing anything half-done (SQLite transactions and temp files make
 * that safe). Also for libraries that say so in their own way. */
AK_NORETURN void ak_out_of_memory(void);

/* Allocation that does not return NULL: ak_out_of_memory on failure. The only malloc callers outside libraries. */
void *ak_alloc(size_t n) __attribute__((malloc, alloc_size(1), returns_nonnull));
void *ak_alloc_zero(size_t count, size_t size) __attribute__((malloc, alloc_size(1, 2), returns_nonnull));
void *ak_realloc(void *p, size_t n) __attribute__((alloc_size(2), returns_nonnull));
void ak_free(void *p);
char *ak_strdup(const char *s) __attribute__((malloc, returns_nonnull));
char *ak_strndup(const char *s, size_t n) __attribute__((malloc, returns_nonnull));

/* Cleanup attribute target for char * locals. */
void ak_free_charp(char **p);

static inline struct ak_str ak_str_of(const char *z)
{
	struct ak_str s = {z, z ? strlen(z) : 0};
	return s;
}

static inline struct ak_str ak_str_n(const char *p, size_t n)
{
	struct ak_str s = {p, n};
	return s;
}

/* qsort and bsearch of no rows: a list that never got one is NULL, which those must not be given. */
static inline void ak_sort(void *base, size_t n, size_t size, int (*order)(const void *, const void *))
{
	if (n > 1)
		qsort(base, n, size, order);
}

static inline void *ak_bsearch(const void *key, const void *base, size_t n, size_t size, int (*order)(const void *, const void *))
{
	return n ? bsearch(key, base, n, size, order) : NULL;
}

static inline bool ak_str_eq(struct ak_str a, struct ak_str b)
{
	return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

static inline bool ak_str_is(struct ak_str a, const char *z)
{
	return ak_str_eq(a, ak_str_of(z));
}

static inline bool ak_str_starts(struct ak_str a, struct ak_str prefix)
{
	return a.n >= prefix.n && (prefix.n == 0 || memcmp(a.p, prefix.p, prefix.n) == 0);
}

/* Byte order (memcmp), shorter first. */
int ak_str_cmp(struct ak_str a, struct ak_str b);
/* ASCII case folded equality; the locale is never asked. */
bool ak_str_eq_fold(struct ak_str a, struct ak_str b);
/* Whether the word stands anywhere in it, ASCII case folded. */
bool ak_str_holds_fold(struct ak_str s, const char *word);
/* Without leading and trailing ASCII blanks. */
struct ak_str ak_str_trim(struct ak_str s);
/* Position of the byte, or s.n. */
size_t ak_str_find(struct ak_str s, char c);

static inline bool ak_is_digit(unsigned char c)
{
	return c >= '0' && c <= '9';
}
static inline bool ak_is_lower(unsigned char c)
{
	return c >= 'a' && c <= 'z';
}
static inline bool ak_is_upper(unsigned char c)
{
	return c >= 'A' && c <= 'Z';
}
static inline bool ak_is_alnum(unsigned char c)
{
	return ak_is_digit(c) || ak_is_lower(c) || ak_is_upper(c);
}
static inline bool ak_is_hex(unsigned char c)
{
	return ak_is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}
static inline char ak_lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
}
/* What a digit of base16 stands for, in either case; -1 for any other character. */
static inline int ak_hex_value(char c)
{
	if (ak_is_digit((unsigned char)c))
		return c - '0';
	return ak_is_hex((unsigned char)c) ? ak_lower(c) - 'a' + 10 : -1;
}
/* The same for base64, in both alphabets of RFC 4648. */
static inline int ak_base64_value(char c)
{
	if (ak_is_upper((unsigned char)c))
		return c - 'A';
	if (ak_is_lower((unsigned char)c))
		return c - 'a' + 26;
	if (ak_is_digit((unsigned char)c))
		return c - '0' + 52;
	return c == '+' || c == '-' ? 62 : c == '/' || c == '_' ? 63 : -1;
}

#ifdef __cplusplus
}
#endif
#endif
