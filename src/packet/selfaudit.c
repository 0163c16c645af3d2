#include "base/ak.h"
#include "packet/selfaudit.h"

#include "base/arena.h"
#include "base/crypto.h"
#include "packet/sieve.h"
#include "redact/marker.h"

/* Base64 of: a digest; key type and key; key id and signature. */
static const struct {
	size_t chars, bytes;
} random_words[] = {{92, 68}, {44, 33}, {44, 32}};

static bool is_note(const char *path)
{
	static const char folder[] = "data/integrity/", json[] = ".json";
	size_t n = strlen(path);

	return strncmp(path, folder, sizeof folder - 1) == 0 && n > sizeof json &&
	       strcmp(path + n - (sizeof json - 1), json) != 0;
}

/* The random part at the end of a word: all of it, or what follows a '+' in a verifier key. */
static size_t random_end(struct ak_str word)
{
	uint8_t raw[96];

	for (size_t i = 0; i < AK_COUNT(random_words); i++) {
		size_t chars = random_words[i].chars, n;

		if (word.n < chars || (word.n > chars && word.p[word.n - chars - 1] != '+'))
			continue;
		if (ak_unbase64(ak_str_n(word.p + word.n - chars, chars), raw, sizeof raw, &n) &&
		    n == random_words[i].bytes)
			return chars;
	}
	return 0;
}

static void blank_random(char *p, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		size_t from = i, part;

		while (i < n && p[i] != ' ' && p[i] != '\n')
			i++;
		part = random_end(ak_str_n(p + from, i - from));
		memset(p + i - part, ' ', part);
	}
}

uint64_t ak_selfaudit_lines(struct ak_str bytes)
{
	uint64_t n = 0;

	for (size_t i = 0; i < bytes.n; i++)
		n += bytes.p[i] == '\n';
	return n;
}

/* What would stand there after redaction names the fingerprint. */
static void fingerprint(const struct ak_redactor *r, struct ak_str from, char out[AK_TOKEN_HEX + 1])
{
	struct ak_arena arena;
	struct ak_str safe;
	size_t end;

	ak_arena_init(&arena);
	safe = ak_redact_text(r, ak_str_n(from.p, ak_str_find(from, '\n')), &arena, NULL);
	end = ak_marker_end(safe, 0);
	if (end)
		memcpy(out, safe.p + end - 1 - AK_TOKEN_HEX, AK_TOKEN_HEX);
	ak_arena_release(&arena);
}

struct asked {
	const struct ak_redactor *r;
	struct ak_selfaudit_hit *hit;
};

static bool let(void *ctx, const char *kind, struct ak_str value)
{
	struct asked *q = ctx;

	(void)kind;
	return ak_redact_allowed(q->r, value, q->hit->fingerprint);
}

static bool look(const struct ak_redactor *r, struct ak_str bytes, struct ak_selfaudit_hit *out)
{
	struct asked q = {r, out};
	const struct ak_sieve sieve = {let, &q};
	struct ak_sieve_hit second;
	size_t at;

	memset(out, 0, sizeof *out);
	if (ak_redact_scan(r, bytes, &at, &out->kind)) {
		fingerprint(r, ak_str_n(bytes.p + at, bytes.n - at), out->fingerprint);
		out->line = ak_selfaudit_lines(ak_str_n(bytes.p, at)) + 1;
		return true;
	}
	if (!ak_sieve(&sieve, bytes, &second))
		return false;
	out->kind = second.kind;
	out->line = second.line;
	return true;
}

bool ak_selfaudit(const struct ak_redactor *r, const char *path, struct ak_str bytes, struct ak_selfaudit_hit *out)
{
	char *copy;
	bool found;

	if (!is_note(path))
		return look(r, bytes, out);
	copy = ak_strndup(bytes.p, bytes.n);
	blank_random(copy, bytes.n);
	found = look(r, ak_str_n(copy, bytes.n), out);
	ak_free(copy);
	return found;
}

static enum ak_rc no_canary(const struct ak_selfaudit *a, const char *path, uint64_t lines, struct ak_str bytes, struct ak_err *err)
{
	struct ak_canary_hit hit;

	if (!a->canaries || !ak_canaries_find(a->canaries, bytes, &hit))
		return AK_OK;
	ak_hint(err, "no packet was written; look for it in policy.yaml, responses.yaml and the templates first, then in the records");
	return ak_fail(err, AK_EXIT_VERIFY, "self-audit: %s line %llu would hold the value of line %zu of --canary-hashes", path,
		       (unsigned long long)(lines + hit.line), hit.listed);
}

enum ak_rc ak_selfaudit_pass(const struct ak_selfaudit *a, const char *path, uint64_t lines, struct ak_str bytes, struct ak_err *err)
{
	struct ak_selfaudit_hit hit;

	if (!ak_selfaudit(a->redactor, path, bytes, &hit))
		return no_canary(a, path, lines, bytes, err);
	ak_hint(err,
		"no packet was written; look for it in policy.yaml, responses.yaml and the templates first, then in "
		"the records%s%s%s",
		*hit.fingerprint ? "; if it is no secret: auditkit redact allow " : "", hit.fingerprint,
		*hit.fingerprint ? " --reason TEXT" : "");
	return ak_fail(err, AK_EXIT_VERIFY, "self-audit: %s line %llu would hold a value of kind %s", path,
		       (unsigned long long)(lines + hit.line), hit.kind);
}
