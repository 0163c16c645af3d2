/* Sets of bytes looked at by vectors, against their definition byte by byte. */
#include "base/ak.h"

#include "redact/charset.h"
#include "tap.h"

enum { LONGEST = 70 };

static bool is_plain_byte(char c)
{
	return ak_is_alnum((unsigned char)c) || (c && strchr("_-./:+=", c));
}

static bool is_base64_byte(char c)
{
	return ak_is_alnum((unsigned char)c) || (c && strchr("_-/+", c));
}

/* Every byte at every place of texts of every length. */
static void odd_one_out(void)
{
	char text[LONGEST];
	int64_t plain = 0, run = 0, any = 0, looked = 0;

	for (size_t n = 1; n <= LONGEST; n++)
		for (size_t at = 0; at < n; at++)
			for (int c = 0; c < 256; c++, looked++) {
				struct ak_str s = {text, n};

				memset(text, 'a' + (int)(at % 26), n);
				text[at] = (char)c;
				plain += ak_charset_is_plain(s) != is_plain_byte((char)c);
				run += ak_charset_run64(s, 0) != (is_base64_byte((char)c) ? n : at);
				any += ak_charset_any(s, AK_CS_ESCAPE) != ak_charset_has(AK_CS_ESCAPE, (char)c);
			}
	is_int(plain, 0, "plain texts");
	is_int(run, 0, "runs of what base64 is made of");
	is_int(any, 0, "a member of a set");
	is_int(looked, INT64_C(256) * LONGEST * (LONGEST + 1) / 2, "texts looked at");
	ok(ak_charset_is_plain(ak_str_n("", 0)), "nothing is plain");
}

static size_t longest_run(struct ak_str s)
{
	size_t most = 0, run = 0;

	for (size_t i = 0; i < s.n; i++) {
		run = is_base64_byte(s.p[i]) ? run + 1 : 0;
		most = run > most ? run : most;
	}
	return most;
}

static void runs(void)
{
	uint64_t state = 3;
	int64_t differ = 0, found = 0;

	for (int i = 0; i < 20000; i++) {
		char text[LONGEST];
		struct ak_str s = {text, (size_t)i % LONGEST};
		size_t n = 1 + (size_t)i % 31;
		bool want;

		for (size_t k = 0; k < s.n; k++) {
			state = state * 6364136223846793005u + 1442695040888963407u;
			text[k] = (state >> 33) % 16 ? 'x' : '.';
		}
		want = longest_run(s) >= n;
		differ += ak_charset_has_run(s, AK_SET_ANY64, n) != want;
		found += want;
	}
	is_int(differ, 0, "a run of so many");
	ok(found > 1000 && found < 19000, "some had one");
}

static bool is_digest_byte(char c)
{
	return c == '-' || (ak_is_hex((unsigned char)c) && !ak_is_upper((unsigned char)c));
}

/* Byte by byte. */
static size_t digest_tail(struct ak_str s)
{
	size_t i = s.n;

	while (i > 0 && is_digest_byte(s.p[i - 1]))
		i--;
	return i;
}

static size_t hex_end(struct ak_str s, size_t at)
{
	while (at < s.n && ak_is_hex((unsigned char)s.p[at]))
		at++;
	return at;
}

static size_t hex_find(struct ak_str s, size_t at, size_t n)
{
	for (; at < s.n; at++)
		if (hex_end(s, at) - at >= n)
			return at;
	return s.n;
}

static void digests(void)
{
	static const char alphabet[] = "0123456789abcdefABCDEF-g@G/`:";
	int64_t tails = 0, finds = 0, ends = 0, found = 0;
	uint64_t state = 5;

	for (int i = 0; i < 200000; i++) {
		char text[LONGEST];
		struct ak_str s = {text, (size_t)i % LONGEST};
		size_t n = 16 + (size_t)i % 17, at = s.n ? (size_t)i % 7 % s.n : 0, want;

		for (size_t k = 0; k < s.n; k++) {
			state = state * 6364136223846793005u + 1442695040888963407u;
			text[k] = alphabet[(state >> 33) % ((state >> 53) % 32 ? 16 : sizeof(alphabet) - 1)];
		}
		want = hex_find(s, at, n);
		finds += ak_charset_hex_find(s, at, n) != want;
		tails += ak_charset_digest_tail(s) != digest_tail(s);
		ends += ak_charset_hex_end(s, at) != hex_end(s, at);
		found += want < s.n;
	}
	is_int(tails, 0, "a digest at the end");
	is_int(finds, 0, "so many hex digits");
	is_int(ends, 0, "the end of hex digits");
	ok(found > 10000 && found < 190000, "some had so many");
}

/* Every byte at every place of a digest. */
static void odd_digit(void)
{
	char text[LONGEST];
	int64_t tails = 0, ends = 0;

	for (size_t n = 1; n <= LONGEST; n++)
		for (size_t at = 0; at < n; at++)
			for (int c = 0; c < 256; c++) {
				struct ak_str s = {text, n};

				memset(text, "09af"[at % 4], n);
				text[at] = (char)c;
				tails += ak_charset_digest_tail(s) != digest_tail(s);
				ends += ak_charset_hex_end(s, 0) != hex_end(s, 0);
			}
	is_int(tails, 0, "one that is no digit of a digest");
	is_int(ends, 0, "one that is no hex digit");
}

int main(void)
{
	odd_one_out();
	runs();
	digests();
	odd_digit();
	return done_testing();
}
