#include "base/ak.h"

#include "base/csvw.h"
#include "tap.h"

static struct ak_buf buf;
static struct ak_csvw w;

static struct ak_str one_cell(struct ak_str s)
{
	ak_buf_clear(&buf);
	ak_csvw_init(&w, &buf);
	ak_csvw_text(&w, s);
	return ak_buf_str(&buf);
}

static void rows(void)
{
	ak_buf_clear(&buf);
	ak_csvw_init(&w, &buf);
	ak_csvw_text(&w, AK_STR("name"));
	ak_csvw_text(&w, AK_STR("cost"));
	ak_csvw_text(&w, AK_STR("note"));
	ak_csvw_end(&w);
	ak_csvw_text(&w, AK_STR("a \"b\", c"));
	ak_csvw_number(&w, AK_STR("-0.02"));
	ak_csvw_text(&w, ak_str_n(NULL, 0));
	ak_csvw_end(&w);
	ak_csvw_text(&w, AK_STR(""));
	ak_csvw_number(&w, ak_str_n(NULL, 0));
	ak_csvw_text(&w, AK_STR("two\r\nlines"));
	ak_csvw_end(&w);
	is_str(ak_buf_str(&buf),
	       "name,cost,note\r\n"
	       "\"a \"\"b\"\", c\",-0.02,\r\n"
	       "\"\",,\"two\r\nlines\"\r\n",
	       "rows of RFC 4180");
	is_int((int64_t)w.guarded, 0, "numbers and plain text are not guarded");
}

static const struct {
	struct ak_str cell;
	const char *want;
} guards[] = {
	{{"=1+1", 4}, "'=1+1"},
	{{"+cmd|x", 6}, "'+cmd|x"},
	{{"-2+3", 4}, "'-2+3"},
	{{"@SUM(1)", 7}, "'@SUM(1)"},
	{{"|calc", 5}, "'|calc"},
	{{"\t=1", 3}, "\"'\t=1\""},
	{{"\r=1", 3}, "\"'\r=1\""},
	{{"\n=1", 3}, "\"'\n=1\""},
	{{"\0=1", 3}, NULL},
	{{"  =1", 4}, "'  =1"},
	{{"\"=1", 3}, "\"'\"\"=1\""},
	{{" \" =1", 5}, "\"' \"\" =1\""},
	{{"\xEF\xBB\xBF=1", 5}, "'\xEF\xBB\xBF=1"},
	{{"\xC2\xA0=1", 4}, "'\xC2\xA0=1"},
	{{"\xEF\xBC\x9D"
	  "1",
	  4},
	 "'\xEF\xBC\x9D"
	 "1"},
	{{"\xEF\xBC\x8B"
	  "1",
	  4},
	 "'\xEF\xBC\x8B"
	 "1"},
	{{"\xEF\xBC\x8D"
	  "1",
	  4},
	 "'\xEF\xBC\x8D"
	 "1"},
	{{"\xEF\xBC\xA0"
	  "1",
	  4},
	 "'\xEF\xBC\xA0"
	 "1"},
	{{"'quoted", 7}, "''quoted"},
	{{"''", 2}, "'''"},
	{{"=HYPERLINK(\"http://example.org\",\"x\")", 36}, "\"'=HYPERLINK(\"\"http://example.org\"\",\"\"x\"\")\""},
};

static void guarded(void)
{
	static const char *const plain[] = {"a=1", "1-2", "user@example.org", "gpt=4", "\xEF\xBC\x8C", "x|y", "10.5"};

	for (size_t i = 0; i < AK_COUNT(guards); i++) {
		struct ak_str got = one_cell(guards[i].cell);

		if (guards[i].want)
			is_str(got, guards[i].want, guards[i].want);
		else
			ok(ak_str_eq(got, AK_STR("'\0=1")), "NUL first");
		is_int((int64_t)w.guarded, 1, "counted");
	}
	for (size_t i = 0; i < AK_COUNT(plain); i++) {
		is_str(one_cell(ak_str_of(plain[i])), plain[i], "plain text stays");
		is_int((int64_t)w.guarded, 0, "not counted");
	}
	is_str(one_cell(AK_STR(";=1")), "\";=1\"", "quoted for readers that split at ;");
	is_str(one_cell(AK_STR("a\n=1")), "\"a\n=1\"", "a new line before =");
	is_str(one_cell(AK_STR(" a ")), "\" a \"", "blanks at the ends");
	is_str(one_cell(AK_STR("   ")), "\"   \"", "blanks only");
}

/* Undo RFC 4180 quotes, then one leading ': the cell as it was. */
static void reversed(void)
{
	bool same = true;

	for (size_t i = 0; i < AK_COUNT(guards); i++) {
		struct ak_str got = one_cell(guards[i].cell);
		char cell[64];
		size_t n = 0;
		bool quoted = got.n && got.p[0] == '"';

		for (size_t j = quoted; j < got.n - quoted; j++) {
			cell[n++] = got.p[j];
			j += quoted && got.p[j] == '"';
		}
		same = same && n && cell[0] == '\'' && ak_str_eq(ak_str_n(cell + 1, n - 1), guards[i].cell);
	}
	ok(same, "every guarded cell reverses");
}

int main(void)
{
	ak_buf_init(&buf, 1 << 16);
	rows();
	guarded();
	reversed();
	ak_buf_release(&buf);
	return done_testing();
}
