#include "base/ak.h"
#include "packet/canaries.h"

#include <stdlib.h>

#include "base/buf.h"
#include "base/crypto.h"
#include "base/map.h"
#include "packet/sieve.h"

enum {
	SHORTEST = 4,
	LONGEST = 512,
	RUNS = 8,
	DEPTH = 2,
	DECODED_LEAST = 12,
	READABLE = 8,
	MEMO = 1 << 18,
	UNFOLDED_MAX = 1 << 26
};

struct listed {
	uint8_t digest[AK_SHA256_LEN];
	size_t line;
};

struct ak_canaries {
	struct listed *at; /* by digest */
	size_t n;
	uint64_t *memo; /* hashes of texts that were looked up and are none: packets repeat themselves */
	const struct listed *hit;
	int depth;
};

static int by_digest(const void *a, const void *b)
{
	return memcmp(((const struct listed *)a)->digest, ((const struct listed *)b)->digest, AK_SHA256_LEN);
}

static enum ak_rc add_line(struct ak_canaries *c, const char *name, struct ak_str line, size_t number,
			   struct ak_err *err)
{
	struct ak_str hex = ak_str_trim(line);

	if (!hex.n || *hex.p == '#')
		return AK_OK;
	c->at = ak_realloc(c->at, (c->n + 1) * sizeof *c->at);
	c->at[c->n].line = number;
	if (hex.n == 2 * (size_t)AK_SHA256_LEN && ak_unhex(hex, c->at[c->n].digest, AK_SHA256_LEN)) {
		c->n++;
		return AK_OK;
	}
	ak_hint(err, "one SHA-256 a line in hex: printf %%s SECRET | sha256sum");
	return ak_fail(err, AK_EXIT_USAGE, "%s:%zu: this is no SHA-256", name, number);
}

enum ak_rc ak_canaries_parse(const char *name, struct ak_str text, struct ak_canaries **out, struct ak_err *err)
{
	struct ak_canaries *c = ak_alloc_zero(1, sizeof *c);
	enum ak_rc rc = AK_OK;
	size_t number = 0;

	while (rc == AK_OK && text.n) {
		size_t n = ak_str_find(text, '\n');

		rc = add_line(c, name, ak_str_n(text.p, n), ++number, err);
		n += n < text.n;
		text = ak_str_n(text.p + n, text.n - n);
	}
	if (rc == AK_OK && !c->n) {
		ak_hint(err, "one SHA-256 a line in hex: printf %%s SECRET | sha256sum");
		rc = ak_fail(err, AK_EXIT_USAGE, "'%s' lists nothing", name);
	}
	if (rc != AK_OK) {
		ak_canaries_free(c);
		return rc;
	}
	ak_sort(c->at, c->n, sizeof *c->at, by_digest);
	c->memo = ak_alloc_zero(MEMO, sizeof *c->memo);
	*out = c;
	return AK_OK;
}

void ak_canaries_free(struct ak_canaries *c)
{
	if (!c)
		return;
	ak_free(c->at);
	ak_free(c->memo);
	ak_free(c);
}

static void try_text(struct ak_canaries *c, struct ak_str s)
{
	struct listed wanted;
	uint64_t hash;

	if (s.n < SHORTEST || s.n > LONGEST || c->hit)
		return;
	hash = ak_hash(s.p, s.n);
	if (c->memo[hash % MEMO] == hash)
		return;
	ak_sha256(s.p, s.n, wanted.digest);
	c->hit = ak_bsearch(&wanted, c->at, c->n, sizeof *c->at, by_digest);
	if (!c->hit)
		c->memo[hash % MEMO] = hash;
}

static bool in_run(char ch)
{
	return ak_is_alnum((unsigned char)ch) || (unsigned char)ch >= 0x80;
}

/* From the run that begins at `from`: it alone, with the next one, and so on. */
static void try_runs(struct ak_canaries *c, struct ak_str s, size_t from)
{
	size_t i = from;

	for (int runs = 0; runs < RUNS && i < s.n && i - from <= LONGEST; runs++) {
		while (i < s.n && in_run(s.p[i]))
			i++;
		try_text(c, ak_str_n(s.p + from, i - from));
		while (i < s.n && !in_run(s.p[i]))
			i++;
	}
}

/* Pieces between the signs that a kind of piece ends with. */
static void try_pieces(struct ak_canaries *c, struct ak_str s, const char *ends)
{
	for (size_t i = 0, from = 0; i <= s.n; i++) {
		if (i < s.n && !strchr(ends, s.p[i] ? s.p[i] : ' '))
			continue;
		try_text(c, ak_str_trim(ak_str_n(s.p + from, i - from)));
		from = i + 1;
	}
}

static void look_at(struct ak_canaries *c, struct ak_str s);

static bool encoded(char ch)
{
	return ak_is_alnum((unsigned char)ch) || strchr("+/-_=", ch ? ch : ' ');
}

static void try_encoded(struct ak_canaries *c, struct ak_str s, struct ak_buf *room)
{
	for (size_t i = 0, n; i < s.n && !c->hit; i += n + 1) {
		for (n = 0; i + n < s.n && encoded(s.p[i + n]);)
			n++;
		for (size_t k = 0; n >= DECODED_LEAST && k < 6 && !c->hit; k++)
			if (ak_sieve_decode(ak_str_n(s.p + i, n), k < 4 ? k : k - 4, k >= 4, READABLE, room))
				look_at(c, ak_buf_str(room));
	}
}

static void look_at(struct ak_canaries *c, struct ak_str s)
{
	static const char *const ends[] = {
		"", "\n", ",\n", "\"\n", "'`\n", "<>\n", "|\n", " \t\n\"',;()[]{}<>|", " \n", ":=& \n\"'"};
	struct ak_buf room;

	for (size_t i = 0; i < s.n && !c->hit; i++)
		if (in_run(s.p[i]) && (!i || !in_run(s.p[i - 1])))
			try_runs(c, s, i);
	for (size_t k = 0; k < AK_COUNT(ends) && !c->hit; k++)
		try_pieces(c, s, ends[k]);
	if (c->hit || c->depth == DEPTH)
		return;
	c->depth++;
	ak_buf_init(&room, UNFOLDED_MAX);
	try_encoded(c, s, &room);
	if (!c->hit && ak_sieve_unfold(s, &room))
		look_at(c, ak_buf_str(&room));
	ak_buf_release(&room);
	c->depth--;
}

bool ak_canaries_find(struct ak_canaries *c, struct ak_str text, struct ak_canary_hit *out)
{
	c->hit = NULL;
	for (size_t i = 0, line = 1, n; i < text.n; i += n + 1, line++) {
		n = ak_str_find(ak_str_n(text.p + i, text.n - i), '\n');
		look_at(c, ak_str_n(text.p + i, n));
		if (c->hit) {
			*out = (struct ak_canary_hit){line, c->hit->line};
			return true;
		}
	}
	return false;
}
