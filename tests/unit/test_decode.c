/* What the scanner reads below an encoding, byte for byte, and where each byte came from. */
#include "base/ak.h"

#include "redact/decode.h"
#include "redact/email.h"
#include "redact/personal.h"
#include "redact/scan.h"
#include "redact_sample.h"
#include "tap.h"

static const struct {
	const char *in, *out; /* NULL: nothing to decode */
	size_t last;	      /* where the last byte of `out` stood */
} cases[] = {
	{"a%41b", "aAb", 4},
	{"%2541", "%41", 4},
	{"\\x41\\u0042\\u{43}", "ABC", 10},
	{"&#65;&#x42;&amp;", "AB&", 11},
	{"s\xe2\x80\x8bk", "sk", 4},
	{"\xef\xbc\xa1", "A", 0},
	{"\xc2\xad"
	 "a",
	 "a", 2},
	{"a\\/b\\\"c\\\\d", "a/b\"c\\d", 9},
	{"a\\nb", "a\nb", 3},
	{"&#65&#x42", "AB", 4},
	{"a&equals;b&sol;", "a=b/", 10},
	{"\xe2\x81\xa0"
	 "a\xef\xb8\x8f"
	 "b",
	 "ab", 7},
	{"\\uff21", "A", 0},
	{"%u0041", "A", 0},
	{"%u004", NULL, 0},
	{"a\\163\\153b", "askb", 9},
	{"\\463\\48\\18", NULL, 0},
	{"\\U00000073\\U0000006b", "sk", 10},
	{"\xc1\xb3k", "sk", 2},
	{"\xe0\x81\xb3k", "sk", 3},
	{"%c1%b3", "\xc1\xb3", 3},
	{"sk\xe2\x80\x91v\xe2\x88\x92\\u2013", "sk-v--", 9},
	{"a\xf3\xa0\x80\xa0"
	 "b",
	 "ab", 5},
	{"e\xcc\x81k", "ek", 3},
	{"\xf0\x9d\x90\x80\xf0\x9d\x91\x8e\xf0\x9d\x9f\x8f", "Aa1", 8},
	{"\xf0\x9d\x9a\xa8", NULL, 0},
	{"a\xc2\xa0" "b\xe3\x80\x82" "c\xe2\x80\xaf" "d\xef\xb9\xab", "a b.c d@", 12},
	{"\\xc0\\xad", "\xc0\xad", 4},
	{"\033[31", NULL, 0},
	{"\033]0;x", NULL, 0},
	{"\\u004", NULL, 0},
	/* A lead byte takes no ASCII with it: what stands behind it keeps its left boundary. */
	{"\xef\xfc(key", NULL, 0},
	{"\xef\xbc(key", NULL, 0},
	{"\xef(\xa8key", NULL, 0},
	{"\xef\xbc", NULL, 0},
};

static const struct {
	const char *in, *out; /* NULL: nothing in it */
	size_t end;
} hexes[] = {
	{"4142434445464748494a4b4c", "ABCDEFGHIJKL", 24},
	{"4142434445464748494A4B4C4", "ABCDEFGHIJKL", 24},
	{"ff4142434445464748494a4b4cff41", "ABCDEFGHIJKL", 26},
	{"4142434445464748494a4b", NULL, 22},
	{"4142434445ff464748494a4b4c4d", NULL, 28},
	{"", NULL, 0},
};

static void hex(struct ak_arena *a)
{
	for (size_t i = 0; i < AK_COUNT(hexes); i++) {
		struct ak_str text = {NULL, 0};
		size_t at = 0;
		bool any = ak_decode_hex(ak_str_of(hexes[i].in), &at, a, &text);

		is_str(any ? text : ak_str_n(NULL, 0), hexes[i].out, hexes[i].in);
		ok(!any || at == hexes[i].end, "and its end");
	}
}

/* The three bytes of a group that base64 makes of the characters of digests: why redact/encoded.c does not look into those. */
static const char *const of_digests[3] = {"kosw{\x7f", "GMNOW]^_gmnow}~\x7f", "456789:;<=>Z[\\]^_tuvwxyz{|}~\x7f"};

static uint64_t random_number(void)
{
	static uint64_t state = 11;

	state = state * 6364136223846793005u + 1442695040888963407u;
	return state >> 33;
}

static void digests_decode_to_those(void)
{
	static const char digits[] = "0123456789abcdef-";
	static const unsigned most = sizeof(digits) - 1;
	int64_t others = 0, low = 0;

	for (unsigned i = 0; i < most * most * most * most; i++) {
		const char *g[4] = {digits + i % most, digits + i / most % most, digits + i / most / most % most,
				    digits + i / most / most / most};
		unsigned v = 0, bytes[3];

		for (int k = 0; k < 4; k++)
			v = v << 6 | (unsigned)ak_base64_value(*g[k]);
		for (int k = 0; k < 3; k++)
			bytes[k] = v >> (16 - 8 * k) & 255;
		if (bytes[0] >= 0x80 || bytes[1] >= 0x80 || bytes[2] >= 0x80 || bytes[2] < ' ')
			continue;
		low++;
		for (int k = 0; k < 3; k++)
			others += !strchr(of_digests[k], (int)bytes[k]);
	}
	is_int(others, 0, "of a digest base64 makes no other bytes");
	ok(low > 100, "of some groups it makes ASCII");
}

static void such_text_hides_nothing(struct ak_arena *a)
{
	struct ak_redactor *r = sample_redactor(NULL);
	int64_t found = 0;

	for (int i = 0; i < 100000; i++) {
		char text[90];
		struct ak_str s = {text, 12 + (size_t)i % (sizeof(text) - 12)};
		struct ak_personal_hit h;
		struct ak_unescaped u;
		struct ak_hits hits;
		size_t from, to;

		for (size_t k = 0; k < s.n; k++) {
			const char *set = of_digests[(k + (size_t)i) % 3];

			text[k] = set[random_number() % strlen(set)];
		}
		ak_arena_clear(a);
		ak_scan(&r->scanner, s, true, a, &hits);
		found += hits.n > 0 || ak_email_find(r, s, 0, &from, &to) || ak_personal_find(r, s, 0, AK_FIND_TEXT, &h) ||
			 ak_decode_escapes(s, a, &u);
	}
	is_int(found, 0, "no secret, no address, no escape in them");
	ak_redactor_free(r);
}

/* No word that the scanner looks for is spelled by them. */
static void no_word_of_them(void)
{
	struct ak_scanner sc;
	int64_t spelled = 0;

	ak_scan_init(&sc);
	for (uint16_t i = 0; i < sc.bucket[256]; i++)
		for (size_t turn = 0; turn < 3; turn++) {
			size_t n = sc.order[i].n < 4 ? sc.order[i].n : 4, k = 0;

			while (k < n && strchr(of_digests[(k + turn) % 3], sc.order[i].literal[k]))
				k++;
			spelled += k == n;
		}
	is_int(spelled, 0, "no secret begins like them");
	ok(sc.bucket[256] > 100, "beginnings looked at");
	ak_scan_release(&sc);
}

int main(void)
{
	struct ak_arena a;

	digests_decode_to_those();
	no_word_of_them();

	ak_arena_init(&a);
	such_text_hides_nothing(&a);
	hex(&a);
	for (size_t i = 0; i < AK_COUNT(cases); i++) {
		struct ak_unescaped u = {.text = {NULL, 0}};
		bool any = ak_decode_escapes(ak_str_of(cases[i].in), &a, &u);

		is_str(u.text, cases[i].out, cases[i].in);
		is_int(any ? u.at[u.text.n - 1] : 0, (int64_t)cases[i].last, "and its place");
		is_int(any ? u.at[u.text.n] : 0, any ? (int64_t)strlen(cases[i].in) : 0, "and the end");
	}
	ak_arena_release(&a);
	return done_testing();
}
