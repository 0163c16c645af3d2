/* Tokens: one form for one value, and no two values for one token. AK_TOKENS=10000000 is the long form (160 MB, 20 s). */
#include "base/ak.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/compose.h"
#include "redact/redactor.h"
#include "tap.h"

static struct ak_arena arena;

static struct ak_redactor *redactor(uint8_t first)
{
	uint8_t key[32] = {first};
	struct ak_redact_opts o = {.token_key = key, .kid = "0badcafe", .ip4_prefix = 24, .ip6_prefix = 48};

	return ak_redactor_new(&o);
}

static struct ak_str token(const struct ak_redactor *r, enum ak_type type, const char *value)
{
	return ak_redact_token(r, type, ak_str_of(value), &arena);
}

static void test_forms(const struct ak_redactor *r)
{
	static const struct { enum ak_type type; const char *a, *b; bool same; } rows[] = {
		{AK_T_PERSON, "anna@example.org", " Anna@EXAMPLE.Org ", true},
		{AK_T_PERSON, "anna@example.org", "mailto:anna@example.org", true},
		{AK_T_PERSON, "anna@example.org", "Anna <anna@example.org>", true},
		{AK_T_PERSON, "anna@example.org", "anna%40example.org", true},
		{AK_T_PERSON, "anna@example.org", "anna+x@example.org", false},
		{AK_T_PERSON, "anna@example.org", "anna@example.com", false},
		{AK_T_PERSON, "user-11", "\tuser-11\n", true},
		{AK_T_PERSON, "user-11", "USER-11", false},
		{AK_T_PERSON, "J\xc3\xb6rg", "Jo\xcc\x88rg", true},
		{AK_T_PERSON, "J\xc3\x96RG@example.org", "JO\xcc\x88RG@example.org", true},
		{AK_T_PERSON, "j\xc3\xb6rg@example.org", "JO\xcc\x88RG@example.org", false},
		{AK_T_PERSON, "j\xc3\xb6rg@example.org", "jo\xcc\x88rg@EXAMPLE.org", true},
		{AK_T_PERSON, "Jorg", "J\xc3\xb6rg", false},
		{AK_T_TOKEN, "Caf\xc3\xa9 7", "Cafe\xcc\x81 7", true},
		{AK_T_IP, "2001:db8::7", "2001:0DB8:0:0:0:0:0:7", true},
		{AK_T_IP, "2001:db8::7", "[2001:db8::7]:443", true},
		{AK_T_IP, "203.0.113.9", "::ffff:203.0.113.9", true},
		{AK_T_IP, "203.0.113.9", "203.0.113.9:8080", true},
		{AK_T_IP, "203.0.113.9", "203.0.113.90", false},
		{AK_T_KEY, "brindle-key-1", "Bearer brindle-key-1", true},
		{AK_T_KEY, "abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad", true},
		{AK_T_KEY, "abc", "BA7816BF8F01CFEA414140DE5DAE2223B00361A396177A9CB410FF61F20015AD", true},
	};

	for (size_t i = 0; i < AK_COUNT(rows); i++) {
		struct ak_str a = token(r, rows[i].type, rows[i].a), b = token(r, rows[i].type, rows[i].b);

		ok(a.n > AK_TOKEN_HEX && b.n > AK_TOKEN_HEX, "two tokens");
		ok(ak_str_eq(a, b) == rows[i].same, rows[i].same ? "one value" : "two values");
	}
}

static void test_domains(const struct ak_redactor *r)
{
	struct ak_redactor *other = redactor(2);
	struct ak_str user = token(r, AK_T_PERSON, "4711"), id = token(r, AK_T_TOKEN, "4711");

	ok(memcmp(user.p + 5, id.p + 3, AK_TOKEN_HEX) != 0, "a value of another class is another token");
	ok(!ak_str_eq(user, token(other, AK_T_PERSON, "4711")), "and under another key");
	ak_redactor_free(other);
}

static void test_compose(void)
{
	static const struct { const char *in, *want; } rows[] = {
		{"plain", "plain"},
		{"o\xcc\x88", "\xc3\xb6"},
		{"a\xcc\xa3\xcc\x82", "\xe1\xba\xad"},		     /* dot below, then circumflex */
		{"\xce\xb1\xcc\x81", "\xce\xac"},		     /* Greek */
		{"\xd0\xb8\xcc\x86", "\xd0\xb9"},		     /* Cyrillic */
		{"q\xcc\x88", "q\xcc\x88"},			     /* there is none of q */
		{"\xcc\x88o", "\xcc\x88o"},			     /* a mark in front */
		{"o\xcc\x88\xff", "o\xcc\x88\xff"},		     /* not UTF-8 */
		{"\xf0\x9f\x99\x82o\xcc\x88", "\xf0\x9f\x99\x82\xc3\xb6"}, /* beyond U+FFFF */
	};

	for (size_t i = 0; i < AK_COUNT(rows); i++)
		is_str(ak_compose(ak_str_of(rows[i].in), &arena), rows[i].want, "composed");
}

struct slot { uint64_t w[2]; };

static int by_bytes(const void *a, const void *b) { return memcmp(a, b, sizeof(struct slot)); }

static void test_collisions(const struct ak_redactor *r)
{
	const char *asked = getenv("AK_TOKENS");
	size_t n = asked ? strtoul(asked, NULL, 10) : 100000, same = 0;
	struct slot *all = ak_alloc_zero(n, sizeof *all);
	char name[48];

	for (size_t i = 0; i < n; i++) {
		struct ak_str t;

		ak_arena_clear(&arena);
		snprintf(name, sizeof name, "user%zu@example.org", i);
		t = token(r, AK_T_PERSON, name);
		if (t.n != 6 + AK_TOKEN_HEX || !ak_unhex(ak_str_n(t.p + 6, AK_TOKEN_HEX), (uint8_t *)&all[i], sizeof *all))
			ok(false, "a token");
	}
	qsort(all, n, sizeof *all, by_bytes);
	for (size_t i = 1; i < n; i++)
		same += by_bytes(&all[i - 1], &all[i]) == 0;
	snprintf(name, sizeof name, "%zu tokens, no two alike", n);
	ok(same == 0, name);
	ak_free(all);
}

int main(void)
{
	struct ak_redactor *r = redactor(1);

	ak_arena_init(&arena);
	test_forms(r);
	test_domains(r);
	test_compose();
	test_collisions(r);
	ak_redactor_free(r);
	ak_arena_release(&arena);
	return done_testing();
}
