#include "base/ak.h"

#include "base/text.h"
#include "tap.h"

static void valid(void)
{
	/* Well-formed prefix lengths by table 3-7 of the Unicode standard. */
	static const struct {
		struct ak_str s;
		int64_t prefix;
		const char *name;
	} cases[] = {
		{{"", 0}, 0, "empty"},
		{{"plain text, longer than a word", 30}, 30, "ASCII"},
		{{"eight by\xC3\xA9teight by", 19}, 19, "words around a character"},
		{{"\0\x7F", 2}, 2, "NUL and DEL"},
		{{"\xC2\x80\xDF\xBF", 4}, 4, "two bytes"},
		{{"\xE0\xA0\x80\xEF\xBF\xBF", 6}, 6, "three bytes"},
		{{"\xF0\x90\x80\x80\xF4\x8F\xBF\xBF", 8}, 8, "four bytes"},
		{{"abcdefgh\x80", 9}, 8, "lone continuation"},
		{{"a\xC0\x80", 3}, 1, "overlong NUL"},
		{{"a\xC1\xBF", 3}, 1, "overlong in two"},
		{{"a\xE0\x9F\xBF", 4}, 1, "overlong in three"},
		{{"a\xF0\x8F\xBF\xBF", 5}, 1, "overlong in four"},
		{{"a\xED\xA0\x80", 4}, 1, "high surrogate"},
		{{"a\xED\xBF\xBF", 4}, 1, "low surrogate"},
		{{"a\xED\x9F\xBF", 4}, 4, "last before the surrogates"},
		{{"a\xF4\x90\x80\x80", 5}, 1, "above U+10FFFF"},
		{{"a\xF5\x80\x80\x80", 5}, 1, "no such lead byte"},
		{{"a\xFF", 2}, 1, "FF"},
		{{"ab\xE2\x82", 4}, 2, "cut in three"},
		{{"ab\xF0\x9F\x98", 5}, 2, "cut in four"},
		{{"ab\xC3", 3}, 2, "cut in two"},
		{{"ab\xC3(", 4}, 2, "no continuation"},
	};

	for (size_t i = 0; i < AK_COUNT(cases); i++)
		is_int((int64_t)ak_utf8_valid(cases[i].s), cases[i].prefix, cases[i].name);
}

static void decoding(void)
{
	struct ak_str s = AK_STR("a\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80\xC3");
	static const uint32_t want[] = {'a', 0xE9, 0x20AC, 0x1F600, 0xFFFD};
	size_t i = 0;

	for (size_t k = 0; k < AK_COUNT(want); k++)
		is_int(ak_utf8_next(s, &i), want[k], "code point");
	is_int((int64_t)i, (int64_t)s.n, "all was read");
}

/* Every code point: encoded here, decoded there, valid as a whole, and cut short it is not. */
static void all_points(void)
{
	bool good = true;

	for (uint32_t c = 0x80; c <= 0x10FFFF; c++) {
		int n = c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
		bool surrogate = c >= 0xD800 && c < 0xE000;
		uint32_t left = c;
		size_t i = 0;
		char p[4];
		struct ak_str s = ak_str_n(p, (size_t)n);

		for (int k = n; k-- > 1; left >>= 6)
			p[k] = (char)(0x80 | (left & 0x3F));
		p[0] = (char)((0xF00U >> n) | left);

		good = good && ak_utf8_valid(s) == (surrogate ? 0 : s.n) && ak_utf8_valid(ak_str_n(p, s.n - 1)) == 0;
		good = good && ak_utf8_next(s, &i) == (surrogate ? 0xFFFD : c);
	}
	ok(good, "every code point");
}

static void is_safe(struct ak_str s, const char *want, const char *name)
{
	struct ak_buf b;

	ak_buf_init(&b, 1000);
	ak_text_safe(&b, s);
	is_str(ak_buf_str(&b), want, name);
	ok(ak_text_is_safe(s) == ak_str_is(s, want), "is_safe agrees");
	ak_buf_release(&b);
}

static void safety(void)
{
	is_safe(AK_STR("na\xC3\xAFve \xE6\xBC\xA2 \xF0\x9F\x98\x80 \\x"),
		"na\xC3\xAFve \xE6\xBC\xA2 \xF0\x9F\x98\x80 \\x", "text of people stays");
	is_safe(AK_STR(""), "", "nothing");
	is_safe(AK_STR("a\n\t\0b\x1b[31m\x7F"), "a\\u{a}\\u{9}\\u{0}b\\u{1b}[31m\\u{7f}", "C0 and DEL");
	is_safe(AK_STR("\xC2\x9B"
		       "1m\xC2\x80"),
		"\\u{9b}1m\\u{80}", "C1");
	is_safe(AK_STR("a\x9B"
		       "b\xFF\xC3"),
		"a\\x9bb\\xff\\xc3", "invalid bytes, also raw C1");
	is_safe(AK_STR("\xE2\x80\xAE\xE2\x81\xA6\xE2\x80\x8F"), "\\u{202e}\\u{2066}\\u{200f}", "bidi");
	is_safe(AK_STR("\xE2\x80\x8B\xE2\x80\x8D\xE2\x81\xA0\xEF\xBB\xBF"), "\\u{200b}\\u{200d}\\u{2060}\\u{feff}",
		"zero width");
	is_safe(AK_STR("\xE2\x80\xA8\xE2\x80\xA9"), "\\u{2028}\\u{2029}", "separators");
	is_safe(AK_STR("\xF3\xA0\x81\x81"), "\\u{e0041}", "tags");
	is_safe(AK_STR("\xED\xA0\x80"), "\\xed\\xa0\\x80", "surrogates");
	ok(!ak_text_is_hidden(0xA0) && !ak_text_is_hidden(0x200A) && !ak_text_is_hidden(0x2010) &&
		   !ak_text_is_hidden(0x2027) && !ak_text_is_hidden(0x202F) && !ak_text_is_hidden(0x2070),
	   "neighbours are seen");
}

static void width(void)
{
	is_int(ak_text_width(AK_STR("plain")), 5, "ASCII");
	is_int(ak_text_width(AK_STR("na\xC3\xAFve")), 5, "accent");
	is_int(ak_text_width(AK_STR("e\xCC\x81")), 1, "combining accent");
	is_int(ak_text_width(AK_STR("\xE6\xBC\xA2\xE5\xAD\x97")), 4, "Han");
	is_int(ak_text_width(AK_STR("\xED\x95\x9C")), 2, "Hangul syllable");
	is_int(ak_text_width(AK_STR("\xE1\x84\x92\xE1\x85\xA1\xE1\x86\xAB")), 2, "the same in letters");
	is_int(ak_text_width(AK_STR("\xEF\xBC\xA1")), 2, "full width");
	is_int(ak_text_width(AK_STR("\xF0\x9F\x98\x80")), 2, "emoji");
	is_int(ak_text_width(AK_STR("a\xE2\x80\x8B"
				    "b")),
	       2, "zero-width space");
	is_int(ak_text_width(AK_STR("\xF0\xA0\x80\x80")), 2, "supplementary ideograph");
	is_int(ak_text_width(AK_STR("\xE2\x82\xAC\xD0\x96")), 2, "narrow");
	is_int(ak_text_width(AK_STR("a\tb")), 2, "controls take none");
}

static void distance(void)
{
	static const char *const names[] = {"ingest", "verify", "export", "report", "redact", NULL};
	char longer[65];

	is_int(ak_text_distance(AK_STR("kitten"), AK_STR("sitting")), 3, "kitten, sitting");
	is_int(ak_text_distance(AK_STR("ab"), AK_STR("ba")), 1, "transposition");
	is_int(ak_text_distance(AK_STR("ca"), AK_STR("abc")), 3, "no letter is edited twice");
	is_int(ak_text_distance(AK_STR(""), AK_STR("abc")), 3, "from nothing");
	is_int(ak_text_distance(AK_STR("same"), AK_STR("same")), 0, "same");
	memset(longer, 'a', sizeof(longer));
	is_int(ak_text_distance(ak_str_n(longer, 64), AK_STR("")), 64, "64 bytes");
	is_int(ak_text_distance(ak_str_n(longer, 65), AK_STR("a")), 99, "65 bytes");
	is_str(ak_str_of(ak_text_nearest(AK_STR("ingset"), names)), "ingest", "did you mean");
	is_str(ak_str_of(ak_text_nearest(AK_STR("rexport"), names)), "export", "the nearest of two");
	is_str(ak_str_of(ak_text_nearest(AK_STR("redact"), names)), "redact", "itself");
	ok(!ak_text_nearest(AK_STR("xyz"), names), "nothing near");
	ok(!ak_text_nearest(AK_STR(""), names), "nothing near nothing");
}

int main(void)
{
	valid();
	decoding();
	all_points();
	safety();
	width();
	distance();
	return done_testing();
}
