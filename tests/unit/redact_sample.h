/* Fake secrets for tests, put together at run time so that no file of ours holds one. */
#ifndef REDACT_SAMPLE_H
#define REDACT_SAMPLE_H

#include <stdio.h>
#include <stdlib.h>

#include "redact/redact.h"

#define AN "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
#define U64 AN "-_"
#define B64 AN "+/"
#define HEX "0123456789abcdef"
#define B32 "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"

static uint64_t sample_state = 0x9e3779b97f4a7c15;

static inline uint64_t sample_next(void)
{
	sample_state ^= sample_state << 13;
	sample_state ^= sample_state >> 7;
	sample_state ^= sample_state << 17;
	return sample_state * 0x2545f4914f6cdd1d >> 11;
}

/* n characters of an alphabet; the first and the last are letters or digits. */
static inline struct ak_str sample_fill(struct ak_arena *a, const char *alphabet, size_t n)
{
	size_t all = strlen(alphabet);
	char *p = ak_arena_alloc(a, n + 1);

	for (size_t i = 0; i < n; i++)
		do
			p[i] = alphabet[sample_next() % all];
		while ((i == 0 || i + 1 == n) && !ak_is_alnum((unsigned char)p[i]));
	p[n] = '\0';
	return ak_str_n(p, n);
}

static inline struct ak_str sample_base64(struct ak_arena *a, struct ak_str s)
{
	char *p = ak_arena_alloc(a, 4 * ((s.n + 2) / 3) + 1);

	ak_base64(s.p, s.n, p);
	return ak_str_of(p);
}

static inline struct ak_str sample_percent(struct ak_arena *a, struct ak_str s)
{
	char *p = ak_arena_alloc(a, 3 * s.n + 1);

	for (size_t i = 0; i < s.n; i++)
		snprintf(p + 3 * i, 4, "%%%02X", (unsigned char)s.p[i]);
	return ak_str_n(p, 3 * s.n);
}

static inline bool sample_holds(struct ak_str s, struct ak_str part)
{
	return part.n > 0 && s.n >= part.n && memmem(s.p, s.n, part.p, part.n) != NULL;
}

static inline struct ak_redactor *sample_redactor(const char *const *allow)
{
	static const uint8_t key[32] = {7, 1, 2, 3};
	struct ak_redact_opts o = {
		.token_key = key, .kid = "0a1b2c3d", .ip4_prefix = 24, .ip6_prefix = 48, .allow = allow};

	return ak_redactor_new(&o);
}

static inline uint64_t sample_counted(const struct ak_redact_ledger *l, int field, const char *rule,
				      enum ak_action action)
{
	uint64_t n = 0;

	for (size_t i = 0; i < l->n; i++)
		if (l->row[i].field == field && strcmp(l->row[i].rule, rule) == 0 && l->row[i].action == action)
			n += l->row[i].n;
	return n;
}

#endif
