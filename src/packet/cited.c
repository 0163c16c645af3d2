#include "base/ak.h"
#include "packet/cited.h"

#include "base/crypto.h"
#include "base/note.h"

struct ak_cited {
	struct ak_sha256 *sha;
	uint64_t n, next; /* the least that may follow */
	bool odd;	  /* one is no number, comes twice or is not behind the one before */
};

struct ak_cited *ak_cited_new(void)
{
	struct ak_cited *c = ak_alloc_zero(1, sizeof *c);

	c->sha = ak_sha256_new();
	ak_sha256_start(c->sha);
	return c;
}

void ak_cited_free(struct ak_cited *c)
{
	if (!c)
		return;
	ak_sha256_free(c->sha);
	ak_free(c);
}

void ak_cited_add(struct ak_cited *c, uint64_t seq)
{
	c->n++;
	if (seq < c->next || seq == UINT64_MAX) {
		c->odd = true;
		return;
	}
	c->next = seq + 1;
	ak_sha256_add(c->sha, &seq, sizeof seq);
}

void ak_cited_add_text(struct ak_cited *c, struct ak_str citation)
{
	size_t at = citation.n;
	uint64_t seq;

	while (at && citation.p[at - 1] != ':')
		at--;
	if (at < 2 || !ak_note_number(ak_str_n(citation.p + at, citation.n - at), &seq))
		seq = UINT64_MAX;
	ak_cited_add(c, seq);
}

uint64_t ak_cited_count(const struct ak_cited *c) { return c->n; }

bool ak_cited_equal(const struct ak_cited *a, const struct ak_cited *b)
{
	uint8_t x[32], y[32];

	ak_sha256_peek(a->sha, x);
	ak_sha256_peek(b->sha, y);
	return !a->odd && !b->odd && a->n == b->n && memcmp(x, y, sizeof x) == 0;
}
