/* What tags and comments had split, and on which line. */
#include "base/ak.h"

#include "base/buf.h"
#include "packet/untag.h"
#include "tap.h"

static const struct {
	const char *text, *with_quotes, *without; /* "" = no line of it is joined */
} cases[] = {
	{"sk-pro<b></b>j-1", "sk-proj-1\n", "sk-proj-1\n"},
	{"one\nsk-<!-- > -->proj\nlast", "\nsk-proj\n\n", "\nsk-proj\n\n"},
	{"a<i\ntitle='x'>b</i>\nc<u>d", "ab\n\ncd\n", "ab\n\ncd\n"}, /* at the line where it begins, the next one at its own */
	{"a<b title=\">\">c", "ac\n", "a\">c\n"},
	{"a<b \">c", "", "ac\n"},
	{"a<!-->b<!--->c<!-- --!>d", "abcd\n", "abcd\n"},
	{"<td>12</td><td>34</td>", "", ""},
	{"<td><code>12</code></td>\n<TD>34</TD>", "", ""},
	{"12<br/>34<p class=x>56</P>78", "", ""},
	{"12<table-x>34", "1234\n", "1234\n"},
	{"the <b>word</b> alone", "", ""},
	{"1 < 2, a <3 and 4<5>6", "", ""},
	{"a<b", "", ""},
	{"a<!-- b", "", ""},
	{"<", "", ""},
	{"", "", ""},
};

static void long_ones(void)
{
	static const char *const pieces[] = {"<", "<a", "<!--", "<a \"", "</", "x<b></b>", "<!-- --"};
	struct ak_buf text, out;

	ak_buf_init(&text, 1 << 22);
	ak_buf_init(&out, 1 << 22);
	for (size_t i = 0; i < AK_COUNT(pieces); i++) {
		ak_buf_clear(&text);
		while (text.n < 1 << 21)
			ak_buf_adds(&text, pieces[i]);
		for (int quotes = 0; quotes < 2; quotes++)
			(void)ak_untag(ak_buf_str(&text), quotes, &out);
	}
	ok(out.n < text.n, "two megabytes of what begins and never ends, in no time");
	ak_buf_release(&text);
	ak_buf_release(&out);
}

int main(void)
{
	struct ak_buf out;

	ak_buf_init(&out, 4096);
	for (size_t i = 0; i < AK_COUNT(cases); i++)
		for (int quotes = 0; quotes < 2; quotes++) {
			const char *want = quotes ? cases[i].with_quotes : cases[i].without;
			bool some = ak_untag(ak_str_of(cases[i].text), quotes, &out);

			char name[100];

			snprintf(name, sizeof name, "case %zu%s", i + 1, quotes ? ", quotes" : "");
			ok(some == (*want != '\0') && (!some || ak_str_is(ak_buf_str(&out), want)), name);
		}
	ak_buf_release(&out);
	long_ones();
	return done_testing();
}
