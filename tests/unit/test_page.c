/* What a page says of itself, and what is no page. */
#include "base/ak.h"

#include <stdio.h>

#include "base/buf.h"
#include "pull/page.h"
#include "tap.h"

static struct ak_arena arena;

enum { RECORDS, NEXT, MORE, FINDS };

static bool read_page(const char *text, struct ak_page_find f[FINDS])
{
	memset(f, 0, FINDS * sizeof *f);
	f[RECORDS].path = "/data";
	f[NEXT].path = "/paging/next";
	f[MORE].path = "/has_more";
	return ak_page_read(ak_str_of(text), f, FINDS, &arena);
}

static void count_id(void *ctx, struct ak_str id)
{
	struct ak_buf *b = ctx;

	ak_buf_addstr(b, id);
	ak_buf_addc(b, ' ');
}

static void ids(void)
{
	struct ak_buf b;
	struct ak_page_find f = {.path = "/data/[]/id", .each = count_id, .ctx = &b};

	ak_buf_init(&b, 1000);
	ok(ak_page_read(AK_STR("{\"data\":[{\"id\":\"a\",\"x\":{\"id\":\"no\"}},{\"id\":7},{\"id\":null},{\"id\":\"b\\u0063\"}],\"id\":\"no\"}"), &f, 1, &arena),
	   "a list of ids");
	is_str(ak_buf_str(&b), "a 7 bc ", "each of them, and no other");
	ak_buf_release(&b);
}

static void depth(void)
{
	struct ak_page_find f[FINDS];
	char deep[400] = "";

	for (size_t i = 0; i < 70; i++)
		deep[i] = '[';
	for (size_t i = 70; i < 140; i++)
		deep[i] = ']';
	ok(!read_page(deep, f), "too deep is no page");
	ok(read_page("[[[[[[[[[[]]]]]]]]]]", f), "deep is one");
}

int main(void)
{
	static const char *const broken[] = {
		"", " ", "{", "{\"data\":[", "{\"data\":[{\"id\":1}", "{\"data\":[1,]}", "{\"data\":[,1]}", "{\"data\":[1 2]}", "{\"data\" 1}", "{\"a\":1,}",
		"{1:2}", "{\"a\":1}{\"b\":2}", "{\"a\":1}]", "[1}", "{\"a\":1]", "{\"a\":tru}", "{\"a\":01}", "{\"a\":\"x}", "\xff", "{\"a\":\"\xff\"}", "x", "]", ",",
	};
	struct ak_page_find f[FINDS];
	char name[80];

	ak_arena_init(&arena);
	ok(read_page("{\"data\":[{\"data\":[1,2]},2,3],\"paging\":{\"next\":\"a\\/b\"},\"has_more\":true}", f), "a page");
	is_int((int64_t)f[RECORDS].elements, 3, "its records, not those inside them");
	is_str(f[NEXT].text, "a/b", "where it goes on");
	is_str(f[MORE].text, "true", "that it goes on");
	ok(read_page("{\"data\":[],\"paging\":{\"next\":null},\"has_more\":false}", f), "the last page");
	ok(f[RECORDS].there && !f[RECORDS].elements && f[NEXT].there && !f[NEXT].text.p, "no records, no next");
	ok(read_page("{\"error\":{}}", f) && !f[RECORDS].there, "another document has no records");
	ok(read_page("{\"data\":{\"data\":[1]}}", f) && !f[RECORDS].there, "nor has one whose records are an object");
	ok(read_page("{\"x\":{\"has_more\":true},\"has_more\":false}", f), "the same name further down");
	is_str(f[MORE].text, "false", "is another member");
	for (size_t i = 0; i < AK_COUNT(broken); i++) {
		snprintf(name, sizeof name, "no page: %zu", i);
		ok(!read_page(broken[i], f), name);
	}
	ids();
	depth();
	ak_arena_release(&arena);
	return done_testing();
}
