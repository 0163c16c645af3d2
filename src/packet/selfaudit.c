#include "base/ak.h"
#include "packet/selfaudit.h"

#include "base/buf.h"
#include "base/crypto.h"
#include "model/field.h"
#include "packet/sieve.h"
#include "packet/untag.h"
#include "redact/marker.h"
#include "redact/names.h"

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

struct asked {
	const struct ak_selfaudit *a;
	struct ak_selfaudit_hit *hit;
};

static size_t told(const struct ak_selfaudit *a) { return a->only ? a->told : SIZE_MAX; }

static bool is_id(void *ctx, struct ak_str s, size_t from, size_t to)
{
	const struct asked *q = ctx;

	return ak_ids_hold(q->a->ids, told(q->a), s, from, to);
}

static bool let(void *ctx, const struct ak_sieve_find *f)
{
	struct asked *q = ctx;

	return ak_redact_allowed(q->a->redactor, ak_str_n(f->text.p + f->from, f->to - f->from), q->hit->fingerprint) ||
	       (f->personal && ak_ids_hold(q->a->ids, told(q->a), f->text, f->from, f->to));
}

static bool look(const struct ak_selfaudit *a, struct ak_str bytes, struct ak_selfaudit_hit *out)
{
	struct asked q = {a, out};
	const struct ak_sieve sieve = {let, &q, 0};
	struct ak_audit_find first;
	struct ak_sieve_hit second;

	memset(out, 0, sizeof *out);
	if (ak_redact_audit(a->redactor, bytes, is_id, &q, &first)) {
		out->kind = first.kind;
		out->personal = first.personal;
		out->line = ak_selfaudit_lines(ak_str_n(bytes.p, first.from)) + 1;
		memcpy(out->fingerprint, first.fingerprint, sizeof out->fingerprint);
		return true;
	}
	if (!ak_sieve(&sieve, bytes, &second))
		return false;
	out->kind = second.kind;
	out->personal = second.personal;
	out->line = second.line;
	return true;
}

static bool is_page(const char *path)
{
	const char *dot = strrchr(path, '.');

	return dot && (strcmp(dot, ".html") == 0 || strcmp(dot, ".md") == 0);
}

typedef bool look_fn(const struct ak_selfaudit *a, struct ak_str bytes, void *out);

/* The same of a page without its tags: twice, where readers may differ on what a tag is. */
static bool look_untagged(const struct ak_selfaudit *a, struct ak_str bytes, look_fn *how, void *out)
{
	struct ak_buf text[2];
	bool found = false, both;

	ak_buf_init(&text[0], bytes.n + 1);
	ak_buf_init(&text[1], bytes.n + 1);
	if (ak_untag(bytes, true, &text[0]))
		found = how(a, ak_buf_str(&text[0]), out);
	both = !found && ak_untag(bytes, false, &text[1]) && !ak_str_eq(ak_buf_str(&text[0]), ak_buf_str(&text[1]));
	if (both)
		found = how(a, ak_buf_str(&text[1]), out);
	ak_buf_release(&text[0]);
	ak_buf_release(&text[1]);
	return found;
}

static bool look_for(const struct ak_selfaudit *a, struct ak_str bytes, void *out) { return look(a, bytes, out); }

bool ak_selfaudit(const struct ak_selfaudit *a, const char *path, struct ak_str bytes, struct ak_selfaudit_hit *out)
{
	char *copy;
	bool found;

	if (!is_note(path))
		return look(a, bytes, out) || (is_page(path) && look_untagged(a, bytes, look_for, out));
	copy = ak_strndup(bytes.p, bytes.n);
	blank_random(copy, bytes.n);
	found = look(a, ak_str_n(copy, bytes.n), out);
	ak_free(copy);
	return found;
}

bool ak_selfaudit_names(const char *column) { return ak_name_class(ak_str_of(column)) >= AK_NAME_WEAK; }

bool ak_selfaudit_cell(const struct ak_selfaudit *a, const char *column, struct ak_str cell, struct ak_selfaudit_hit *out)
{
	struct ak_buf pair;
	bool found;

	if (ak_marker_is_token(cell))
		return false;
	ak_buf_init(&pair, cell.n + strlen(column) + 16);
	ak_buf_addf(&pair, "\"%s\": \"%.*s\"", column, AK_STR_FMT(cell));
	found = look(a, ak_buf_str(&pair), out);
	ak_buf_release(&pair);
	return found;
}

/* Every such number has at least this many digits. */
enum { DIGITS = 9 };

void ak_selfaudit_typed(const struct ak_selfaudit *a, struct ak_str value)
{
	struct ak_selfaudit_hit hit;
	size_t digits = 0;

	for (size_t i = 0; i < value.n; i++)
		digits += ak_is_digit((unsigned char)value.p[i]);
	if (a->ids && digits >= DIGITS && !ak_marker_is_token(value) && look(a, value, &hit) && hit.personal)
		ak_ids_add(a->ids, value);
}

void ak_selfaudit_field(const struct ak_selfaudit *a, const char *name, const json_t *value)
{
	static const bool typed[AK_T_COUNT] = {
		[AK_T_ID] = true, [AK_T_TIME] = true, [AK_T_INT] = true, [AK_T_DEC] = true,
	};
	int f = ak_field_find(ak_str_of(name));

	if (f >= 0 && typed[ak_fields[f].type] && json_is_string(value))
		ak_selfaudit_typed(a, ak_str_n(json_string_value(value), json_string_length(value)));
}

void ak_selfaudit_fields(const struct ak_selfaudit *a, const json_t *doc)
{
	const char *name;
	json_t *v;
	size_t i;

	json_object_foreach((json_t *)doc, name, v) {
		ak_selfaudit_field(a, name, v);
		ak_selfaudit_fields(a, v);
	}
	json_array_foreach((json_t *)doc, i, v)
		ak_selfaudit_fields(a, v);
}

static bool canary(const struct ak_selfaudit *a, struct ak_str bytes, void *hit) { return ak_canaries_find(a->canaries, bytes, hit); }

static enum ak_rc no_canary(const struct ak_selfaudit *a, const char *path, uint64_t lines, struct ak_str bytes, struct ak_err *err)
{
	struct ak_canary_hit hit;

	if (!a->canaries || !(canary(a, bytes, &hit) || (is_page(path) && look_untagged(a, bytes, canary, &hit))))
		return AK_OK;
	ak_hint(err, "no packet was written; look for it in policy.yaml, responses.yaml and the templates first, then in the records");
	return ak_fail(err, AK_EXIT_VERIFY, "self-audit: %s line %llu would hold the value of line %zu of --canary-hashes", path,
		       (unsigned long long)(lines + hit.line), hit.listed);
}

enum ak_rc ak_selfaudit_fail(const char *path, uint64_t lines, const struct ak_selfaudit_hit *hit, struct ak_err *err)
{
	ak_hint(err,
		"no packet was written; look for it in policy.yaml, responses.yaml and the templates first, then in "
		"the records%s%s%s",
		*hit->fingerprint ? "; if it is no secret: auditkit redact allow " : "", hit->fingerprint,
		*hit->fingerprint ? " --reason TEXT" : "");
	return ak_fail(err, AK_EXIT_VERIFY, "self-audit: %s line %llu would hold a value of kind %s%s", path,
		       (unsigned long long)(lines + hit->line), hit->kind, hit->from);
}

/* Statements of a section name the line of policy.yaml that they repeat, in the same object. */
static void declared_at(struct ak_str bytes, struct ak_selfaudit_hit *hit)
{
	static const char mark[] = "\"policy.yaml:";
	size_t at = 0, end, digits = 0;

	for (uint64_t line = 1; line < hit->line && at < bytes.n; line++)
		at += ak_str_find(ak_str_n(bytes.p + at, bytes.n - at), '\n') + 1;
	for (end = at; end < bytes.n && bytes.p[end] != '}';)
		end++;
	while (at > 0 && at < bytes.n && bytes.p[at] != '{')
		at--;
	if (at >= bytes.n || bytes.p[at] != '{')
		return;
	for (; at + sizeof mark - 1 < end; at++)
		if (memcmp(bytes.p + at, mark, sizeof mark - 1) == 0) {
			at += sizeof mark - 1;
			while (at + digits < end && digits < 9 && ak_is_digit((unsigned char)bytes.p[at + digits]))
				digits++;
			snprintf(hit->from, sizeof hit->from, ", from policy.yaml:%.*s", (int)digits, bytes.p + at);
			return;
		}
}

enum ak_rc ak_selfaudit_pass(const struct ak_selfaudit *a, const char *path, uint64_t lines, struct ak_str bytes, struct ak_err *err)
{
	struct ak_selfaudit_hit hit;

	if (!ak_selfaudit(a, path, bytes, &hit))
		return no_canary(a, path, lines, bytes, err);
	if (strncmp(path, "data/0", 6) == 0)
		declared_at(bytes, &hit);
	return ak_selfaudit_fail(path, lines, &hit, err);
}
