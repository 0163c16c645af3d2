#include "base/ak.h"
#include "packet/selfaudit.h"

#include "base/crypto.h"

/* Base64 of: a digest; key type and key; key id and signature. */
static const struct {
	size_t chars, bytes;
} random_words[] = {{92, 68}, {44, 33}, {44, 32}};

static bool is_note(const char *path)
{
	static const char folder[] = "data/integrity/", json[] = ".json";
	size_t n = strlen(path);

	return strncmp(path, folder, sizeof folder - 1) == 0 && n > sizeof json && strcmp(path + n - (sizeof json - 1), json) != 0;
}

/* The random part at the end of a word: all of it, or what follows a '+' in a verifier key. */
static size_t random_end(struct ak_str word)
{
	uint8_t raw[96];

	for (size_t i = 0; i < AK_COUNT(random_words); i++) {
		size_t chars = random_words[i].chars, n;

		if (word.n < chars || (word.n > chars && word.p[word.n - chars - 1] != '+'))
			continue;
		if (ak_unbase64(ak_str_n(word.p + word.n - chars, chars), raw, sizeof raw, &n) && n == random_words[i].bytes)
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

bool ak_selfaudit(const struct ak_redactor *r, const char *path, struct ak_str bytes, size_t *at, const char **kind)
{
	char *copy;
	bool found;

	if (!is_note(path))
		return ak_redact_scan(r, bytes, at, kind);
	copy = ak_strndup(bytes.p, bytes.n);
	blank_random(copy, bytes.n);
	found = ak_redact_scan(r, ak_str_n(copy, bytes.n), at, kind);
	ak_free(copy);
	return found;
}

enum ak_rc ak_selfaudit_pass(const struct ak_redactor *r, const char *path, uint64_t from, struct ak_str bytes, struct ak_err *err)
{
	const char *kind = NULL;
	size_t at = 0;

	if (!ak_selfaudit(r, path, bytes, &at, &kind))
		return AK_OK;
	ak_hint(err, "nothing was written; look for it in policy.yaml, responses.yaml and the templates first");
	return ak_fail(err, AK_EXIT_VERIFY, "self-audit: %s would hold a value of kind %s at byte %llu", path, kind ? kind : "?",
		       (unsigned long long)(from + at));
}
