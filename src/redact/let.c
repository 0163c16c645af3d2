/* What the allow-list lets through. Who builds a packet notes it, by SHA-256, since who verifies the packet has no key. */
#include "base/ak.h"
#include "redact/redactor.h"

#include <pthread.h>
#include <stdlib.h>

struct ak_let_list {
	pthread_mutex_t lock;
	struct ak_let *row;
	size_t n, cap;
};

static void add(struct ak_let_list *l, const struct ak_let *let)
{
	for (size_t i = 0; i < l->n; i++)
		if (strcmp(l->row[i].sha256, let->sha256) == 0)
			return;
	if (l->n == l->cap) {
		l->cap = l->cap ? l->cap * 2 : 8;
		l->row = ak_realloc(l->row, l->cap * sizeof(l->row[0]));
	}
	l->row[l->n++] = *let;
}

static void note(struct ak_let_list *l, const struct ak_let *let)
{
	pthread_mutex_lock(&l->lock);
	add(l, let);
	pthread_mutex_unlock(&l->lock);
}

static int by_sha256(const void *a, const void *b) { return strcmp(((const struct ak_let *)a)->sha256, ((const struct ak_let *)b)->sha256); }

static void digest(struct ak_str value, char out[2 * AK_SHA256_LEN + 1])
{
	uint8_t sum[AK_SHA256_LEN];

	ak_sha256(value.p, value.n, sum);
	ak_hex(sum, sizeof sum, out);
}

bool ak_redactor_lets(const struct ak_redactor *r, struct ak_str value, char fingerprint[AK_TOKEN_HEX + 1])
{
	struct ak_let let;
	bool allowed;

	allowed = ak_redactor_allows(r, value, fingerprint);
	if (!(allowed ? r->noted != NULL : *r->allow_sha256 != NULL))
		return allowed;
	digest(value, let.sha256);
	if (allowed) {
		memcpy(let.fingerprint, fingerprint, sizeof let.fingerprint);
		note(r->noted, &let);
	}
	for (char **p = r->allow_sha256; *p && !allowed; p++)
		allowed = strcmp(*p, let.sha256) == 0;
	return allowed;
}

void ak_redact_note_allowed(struct ak_redactor *r)
{
	if (r->noted)
		return;
	r->noted = ak_alloc_zero(1, sizeof(*r->noted));
	pthread_mutex_init(&r->noted->lock, NULL);
}

size_t ak_redact_noted(const struct ak_redactor *r, const struct ak_let **out)
{
	if (r->noted && r->noted->n)
		ak_sort(r->noted->row, r->noted->n, sizeof r->noted->row[0], by_sha256);
	*out = r->noted ? r->noted->row : NULL;
	return r->noted ? r->noted->n : 0;
}

void ak_redactor_forget_noted(struct ak_redactor *r)
{
	if (r->noted) {
		ak_free(r->noted->row);
		pthread_mutex_destroy(&r->noted->lock);
	}
	ak_free(r->noted);
	r->noted = NULL;
}
