#include "base/ak.h"
#include "check/finding.h"

#include <stdio.h>

#include "base/buf.h"
#include "base/crypto.h"
#include "base/decimal.h"
#include "base/jsonw.h"

/* Findings of one run that are told apart by number; beyond them equal ones keep one id. */
#define MOST_SEEN 1000000

static const struct {
	const char *rule, *facts, *sizes;
} known[] = {
#define FACTS(rule, facts, sizes) {rule, facts, sizes},
#include "check/facts.def"
#undef FACTS
};

/* The next name of a list, parted by blanks; false at its end. */
static bool next(const char **list, char parted_by, char name[64])
{
	size_t n;

	while (**list == parted_by)
		++*list;
	for (n = 0; (*list)[n] && (*list)[n] != parted_by; n++)
		if (n == 63)
			AK_BUG("a name of facts.def is too long");
	memcpy(name, *list, n);
	name[n] = '\0';
	*list += n;
	return n > 0;
}

static const json_t *member(const json_t *finding, const char *dotted)
{
	char name[64];

	while (finding && next(&dotted, '.', name))
		finding = json_object_get(finding, name);
	return finding;
}

/* "litellm-prod:1288" says where a record stands in this ledger: only its source is of the finding. */
static void without_places(struct ak_buf *out, const char *text, const json_t *cites)
{
	while (*text) {
		const char *cite = NULL, *colon;
		size_t n = 0, i;
		json_t *c;

		json_array_foreach((json_t *)cites, i, c) {
			size_t len = json_string_length(c);

			if (len > n && strncmp(text, json_string_value(c), len) == 0 && !ak_is_digit((unsigned char)text[len])) {
				cite = json_string_value(c);
				n = len;
			}
		}
		colon = cite ? strrchr(cite, ':') : NULL;
		if (colon)
			ak_buf_add(out, cite, (size_t)(colon - cite));
		else
			ak_buf_addc(out, *text);
		text += colon ? n : 1;
	}
}

static bool is_word(char c) { return ak_is_alnum((unsigned char)c) || c == '_' || c == '-' || (unsigned char)c >= 128; }

/* A text without what stands in it as a number or a time; names that hold digits stay. */
static void words(struct ak_buf *out, const char *text)
{
	bool inside = false;

	while (*text) {
		size_t n = inside || !ak_is_digit((unsigned char)*text) ? 0 : strspn(text, "0123456789.,:+-TZ%");

		if (n && (!is_word(text[n]) || text[n] == '-')) {
			ak_buf_addc(out, '#');
			text += n;
			continue;
		}
		inside = is_word(*text);
		ak_buf_addc(out, *text++);
	}
}

static int bits(uint64_t n)
{
	int k = 0;

	for (; n; n >>= 1)
		k++;
	return k;
}

/* As a power of two: of an integer, of the whole part of a decimal, of each member. */
static void size_of(struct ak_buf *out, const json_t *v)
{
	struct ak_dec_parts d;
	const char *name;
	json_t *x;

	json_object_foreach((json_t *)v, name, x) {
		ak_buf_addf(out, "%s ", name);
		size_of(out, x);
	}
	if (json_is_integer(v)) {
		json_int_t n = json_integer_value(v);

		ak_buf_addf(out, "%s%d ", n < 0 ? "-" : "", bits(n < 0 ? -(uint64_t)n : (uint64_t)n));
	}
	if (json_is_string(v) && ak_dec_lex(ak_str_of(json_string_value(v)), false, &d)) {
		uint64_t n = 0;

		for (int i = 0; i < d.n + d.exp10 && i < 18; i++)
			n = n * 10 + (i < d.n ? (uint64_t)(d.digits[i] - '0') : 0);
		/* beyond 18 digits the places say how large it is */
		ak_buf_addf(out, "%s%d/%d ", d.neg ? "-" : "", bits(n), d.n + d.exp10 > 18 ? (int)(d.n + d.exp10) : 0);
	}
}

static void add_fact(struct ak_buf *b, const char *name, const json_t *v, const json_t *cites)
{
	struct ak_err ignored = {0};

	ak_buf_addf(b, "%s=", name);
	if (json_is_string(v))
		without_places(b, json_string_value(v), cites);
	else if (v && ak_jcs(v, b, &ignored) != AK_OK)
		ak_buf_adds(b, "?");
	ak_buf_addc(b, '\n');
}

/* It begins with a letter: no reader of YAML takes it for a number. */
static void name_by(const uint8_t *digest, char id[AK_FINDING_ID])
{
	ak_hex(digest, 8, id);
	id[0] = (char)('a' + digest[0] % 6);
}

void ak_finding_id(const char *rule, const char *facts, const char *sizes, const json_t *finding, char id[AK_FINDING_ID])
{
	const json_t *cites = json_object_get(finding, "cites"), *text = json_object_get(finding, "text");
	uint8_t digest[AK_SHA256_LEN];
	struct ak_buf b;
	char name[64];

	for (size_t i = 0; !facts && i < AK_COUNT(known); i++)
		if (strcmp(known[i].rule, rule) == 0) {
			facts = known[i].facts;
			sizes = known[i].sizes;
		}
	ak_buf_init(&b, SIZE_MAX / 2);
	ak_buf_addf(&b, "auditkit.finding/1\n%s\n", rule);
	add_fact(&b, "subject", json_object_get(finding, "subject"), cites);
	if (!facts && json_is_string(text))
		words(&b, json_string_value(text));
	while (facts && next(&facts, ' ', name))
		add_fact(&b, name, member(finding, name), cites);
	for (sizes = sizes ? sizes : "affected"; next(&sizes, ' ', name); ak_buf_addc(&b, '\n')) {
		ak_buf_addf(&b, "%s~", name);
		size_of(&b, member(finding, name));
	}
	ak_sha256(b.p, b.n, digest);
	name_by(digest, id);
	ak_buf_release(&b);
}

void ak_finding_apart(struct ak_map *seen, char id[AK_FINDING_ID])
{
	struct ak_map_entry *e = ak_map_get(seen, ak_str_of(id));
	uint8_t digest[AK_SHA256_LEN];
	char again[64];

	if (!e && seen->n < MOST_SEEN)
		ak_map_put(seen, ak_str_of(id), NULL)->v.num = 1;
	if (!e)
		return;
	snprintf(again, sizeof again, "%s\n%lld", id, (long long)++e->v.num);
	ak_sha256(again, strlen(again), digest);
	name_by(digest, id);
}
