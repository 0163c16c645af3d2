/* Hostile texts: twice the text takes at most 2.2 times the time (SECURITY R-SEC-1), the whole way of a line through
 * the redactor: 32 and 64 MB, with AK_LONG=1. Short texts outgrow the machine's caches on the way: at most three times.
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

static const struct ak_redactor *redactor;

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
static void check(size_t i, size_t n, unsigned tenths)
{
	uint64_t once = UINT64_MAX, twice = UINT64_MAX;
	char name[80];

	for (int k = 0; k < 12 && (k == 0 || twice * 10 > once * tenths); k++) {
		uint64_t t = time_of(i, n), u = time_of(i, 2 * n);

		once = t < once ? t : once;
		twice = u < twice ? u : twice;
	}
	snprintf(name, sizeof name, "%s%s, again and again", texts[i].piece, texts[i].more);
	for (char *p = name; *p; p++)
		if ((unsigned char)*p < ' ' || (unsigned char)*p >= 0x7f || *p == '#')
			*p = '?';
	if (!ok(twice * 10 <= once * tenths, name) || getenv("AK_LONG"))
		printf("# %zu bytes in %llu us, twice as many in %llu us\n", n, (unsigned long long)once / 1000,
		       (unsigned long long)twice / 1000);
}

int main(void)
{
	struct ak_redactor *r = sample_redactor(NULL);
	bool all = getenv("AK_LONG") != NULL;

	redactor = r;
	/* Memory stays, so that the time is the program's and not that of fresh pages. */
	mallopt(M_MMAP_THRESHOLD, INT_MAX);
	mallopt(M_TRIM_THRESHOLD, INT_MAX);
	for (size_t i = 0; i < AK_COUNT(texts); i++)
		check(i, all ? (size_t)32 << 20 : (size_t)128 << 10, all ? 22 : 30);
	ak_redactor_free(r);
	return done_testing();
}
