/* Hostile texts: twice the text takes at most 2.2 times the time (SECURITY R-SEC-1), the whole way of a line through
 * the redactor: 32 and 64 MB, with AK_LONG=1. With a number of bytes as argument each text goes through once and then twice as
 * long, and its name is printed: tests/e2e/linear.t counts instructions, which no load of the machine changes.
 */
#include "base/ak.h"

#include <limits.h>
#include <malloc.h>
#include <time.h>

#include "redact_sample.h"
#include "tap.h"

/* Put together at run time: no file of ours holds what looks like a secret. */
static const struct {
	const char *head, *piece, *more; /* head, then piece and more again and again */
} texts[] = {
	{"", "sk", "-"},
	{"", "e", ""},
	{"", "ey", "J"},
	{"", "ey", "J-"},
	{"", "ey", "Jaaaaaaaaa."},
	{"", "AK", "IA"},
	{"", "AK", "IA "},
	{"", "-----BEG", "IN "},
	{"", "-----BEG", "IN A PRIVATE KEY-----\n"},
	{"", "-----BEG", "IN -----END "},
	{"", "@", ""},
	{"", "a@", ""},
	{"", "@a.b", ""},
	{"", "a@b.cc", "@"},
	{"", "x@1.2.", ""},
	{"", "\"@a.bc ", ""},
	{"", "%40", "a.bc"},
	{"", "%25", ""},
	{"%", "25", ""},
	{"", "%2525", "%41"},
	{"", "QUFB", ""},
	{"", "QUFBQUFBQUFBQUFBQUFB/", "w"},
	{"", "QUFBQUFBQUFBQUFBQUFB/", "/"},
	{"", "Ly8v", ""},
	{"", "AAAA/", ""},
	{"", "////", ""},
	{"", "UVVGQlFVRkJRVUZC", ""},
	{"", "[", ""},
	{"", "{\"a\":", ""},
	{"", "[{\"password\":\"x\"},", ""},
	{"", "\\\\", ""},
	{"", "\\u00", "5c"},
	{"", "\\\"", ""},
	{"", "&amp;", ""},
	{"", "&#38;", "amp;"},
	{"", "4111 1111 ", "1111 1111-"},
	{"", "4", ""},
	{"", "1-2 ", ""},
	{"", "12:", ""},
	{"", "1.", ""},
	{"", "2001:db8::", ""},
	{"", "DE89 3704 ", ""},
	{"", "+49 ", "30 "},
	{"", "a:b=", ""},
	{"", "tok", "en=*** "},
	{"", "tok", "en="},
	{"", "pass", "word: "},
	{"", "\"pass", "word\":\""},
	{"", "coo", "kie: a=b "},
	{"", "coo", "kie: *** "},
	{"", "Bear", "er "},
	{"", "Bas", "ic "},
	{"", "Bas", "ic QUFBQQ== "},
	{"", ":", "//"},
	{"", ":", "//a:b@"},
	{"", ":", "//a@b:"},
	{"", "T3Bl", "bkFJ"},
	{"", "+AMC", "ACDb"},
	{"", "7Q", "~"},
	{"", ".atlas", "v1."},
	{"", "mistral ", ""},
	{"", "aws/", "aws/"},
	{"", "okta-", "okta_"},
	{"", "bitbucket-", "x"},
	{"", "curl ", ""},
	{"", "curl -u ", "a:"},
	{"", "\"kty\"", ""},
	{"", "{\"kty\":", ""},
	{"{", "\"kty\",\"d\",", ""},
	{"", "\"service_", "account\""},
	{"", "12345", ":A"},
	{"", "pat", ""},
	{"", "0123456789abcdef-us", ""},
	{"", "hooks.sl", "ack.com/services/"},
	{"", "\\\\", "\\\""},
	{"", "[REDACTED:", ""},
	{"", "[REDACTED:a:00000000:", ""},
	{"", "\xe2\x80\x8b", ""},
	{"", "\xef\xbc\xa0", "a"},
	{"", "\xef\xbd\x85", "@"},
	{"", "\xff", ""},
	{"", "\x1b", "[31m"},
	{"", "s\x1bk", "-"},
	{"", "https://example.org/", "?a=b&c=d#"},
	{"", "=", ""},
	{"", " ", ""},
	{"", "ey", "J_.a"},
	{"", "AAAA", ""},
	{"", "cwBr", "AC0A"},
	{"", "\\00", "0"},
	{"", "%u00", "41"},
	{"", "\x1b[1;", ""},
	{"", "[1;1", "msk-"},
	{"", "\xc1\xb3", "\xe2\x80\x91"},
	{"", "41", ""},
	{"", "4142434445464748494a4b4c", "ff"},
	{"", "614062", "2e6363"},
	{"", "a&#64;b.cc", " "},
	{"", "YUBiLmNjIGFAYi5jYyBh", ""},
	{"", "YUBiLmNjIGFAYi5jYyBh", " "},
	{"", "10%2E0%2E0%2E1 a%40b%2Ecc", " "},
	{"", "e\xcc\x81", "@"},
};

static struct ak_redactor *redactor;

/* Some n bytes in whole pieces: what a text ends with may cost a look at all of it, and twice as much should end alike. */
static struct ak_str text_of(size_t i, size_t n)
{
	struct ak_str head = ak_str_of(texts[i].head), piece = ak_str_of(texts[i].piece),
		      more = ak_str_of(texts[i].more);
	char *p;

	n = head.n + n / (piece.n + more.n) * (piece.n + more.n);
	p = ak_alloc(n);
	for (size_t at = 0; at < n; at++) {
		size_t k = at < head.n ? 0 : (at - head.n) % (piece.n + more.n);

		p[at] = at < head.n ? head.p[at] : k < piece.n ? piece.p[k] : more.p[k - piece.n];
	}
	return ak_str_n(p, n);
}

static uint64_t now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

static uint64_t time_of(size_t i, size_t n)
{
	struct ak_str s = text_of(i, n);
	struct ak_arena a;
	uint64_t start;

	ak_arena_init(&a);
	start = now();
	ak_redact_text(redactor, s, &a, NULL);
	start = now() - start;
	ak_arena_release(&a);
	ak_free((char *)s.p);
	return start;
}

/* The best of some rounds: what else the machine does only adds time. */
static void check(size_t i, size_t n, const char *name)
{
	uint64_t once = UINT64_MAX, twice = UINT64_MAX;

	for (int k = 0; k < 12 && (k == 0 || twice * 10 > once * 22); k++) {
		uint64_t t = time_of(i, n), u = time_of(i, 2 * n);

		once = t < once ? t : once;
		twice = u < twice ? u : twice;
	}
	ok(twice * 10 <= once * 22, name);
	printf("# %zu bytes in %llu us, twice as many in %llu us\n", n, (unsigned long long)once / 1000, (unsigned long long)twice / 1000);
}

static void name_of(size_t i, char *name, size_t room)
{
	snprintf(name, room, "%s%s, again and again", texts[i].piece, texts[i].more);
	for (char *p = name; *p; p++)
		if ((unsigned char)*p < ' ' || (unsigned char)*p >= 0x7f || *p == '#' || *p == '\\')
			*p = '?';
}

int main(int argc, char **argv)
{
	size_t bytes = argc > 1 ? strtoul(argv[1], NULL, 10) : (size_t)32 << 20;

	if (argc < 2 && !getenv("AK_LONG")) {
		printf("1..0 # SKIP takes long and tells the time: only in make check-long; tests/e2e/linear.t counts instructions\n");
		return 0;
	}
	redactor = sample_redactor(NULL);
	/* Memory stays, so that the time is the program's and not that of fresh pages. */
	mallopt(M_MMAP_THRESHOLD, INT_MAX);
	mallopt(M_TRIM_THRESHOLD, INT_MAX);
	for (size_t i = 0; i < AK_COUNT(texts); i++) {
		char name[80];

		name_of(i, name, sizeof name);
		if (argc < 2) {
			check(i, bytes, name);
			continue;
		}
		time_of(i, bytes);
		time_of(i, 2 * bytes);
		puts(name);
	}
	ak_redactor_free(redactor);
	return argc < 2 ? done_testing() : 0;
}
