#include "base/ak.h"

#include "format/diff.h"
#include "tap.h"

/* Expected lists come from a Python model (json with Decimal, keys sorted by UTF-8 bytes). */
static const struct {
	const char *before, *after, *want;
} updates[] = {
	{"{\"a\":\"x\",\"b\":1,\"c\":2}", "{\"b\":null,\"rotated\":true}",
	 "[{\"before\":\"x\",\"path\":\"/a\",\"unnamed\":true},{\"after\":null,\"before\":1,\"path\":\"/b\"},{\"before\":2,\"path\":\"/c\",\"unnamed\":true},"
	 "{\"after\":true,\"path\":\"/rotated\"}]"},
	{"{\"a\":\"x\"}", "{}", "[{\"before\":\"x\",\"path\":\"/a\"}]"},
	{"{\"a\":\"x\"}", NULL, "[{\"before\":\"x\",\"path\":\"/a\"}]"},
}, states[] = {
	{"{\"a\":1,\"b\":{\"c\":[1,2],\"d\":\"x\"},\"e\":null}",
	 "{\"a\":1.0,\"b\":{\"c\":[2,1],\"d\":\"x\"},\"f\":true}",
	 "[{\"after\":[2,1],\"before\":[1,2],\"path\":\"/b/c\"},{\"before\":null,\"path\":\"/e\"},"
	 "{\"after\":true,\"path\":\"/f\"}]"},
	{"{\"a/b\":{\"~\":1}}", "{\"a/b\":{\"~\":0.10}}", "[{\"after\":\"0.1\",\"before\":1,\"path\":\"/a~1b/~0\"}]"},
	{NULL, "{\"max\":{\"rpm\":100,\"tpm\":9007199254740993}}",
	 "[{\"after\":100,\"path\":\"/max/rpm\"},{\"after\":\"9007199254740993\",\"path\":\"/max/tpm\"}]"},
	{"{\"role\":\"owner\",\"n\":{}}", NULL,
	 "[{\"before\":{},\"path\":\"/n\"},{\"before\":\"owner\",\"path\":\"/role\"}]"},
	{"{\"a\":{\"b\":1}}", "{\"a\":[1]}", "[{\"after\":[1],\"before\":{\"b\":1},\"path\":\"/a\"}]"},
	{"{\"x\":1, \"y\" : [ ] }", "{\"y\":[],\"x\":1}", "[]"},
	{"[1,2]", "[1,2,3]", "[{\"after\":[1,2,3],\"before\":[1,2],\"path\":\"\"}]"},
	{"{\"u\":\"\\u00e9\\ud83d\\ude00\\n\"}", "{\"u\":\"e\"}",
	 "[{\"after\":\"e\",\"before\":\"\xc3\xa9\xf0\x9f\x98\x80\\n\",\"path\":\"/u\"}]"},
};

static const struct {
	const char *list, *want; /* want NULL: refused */
} changes[] = {
	{"[{\"field\":\"limit\",\"old\":1,\"new\":2},{\"path\":\"/a/"
	 "b\",\"previous_value\":\"x\",\"current_value\":null}]",
	 "[{\"after\":2,\"before\":1,\"path\":\"/limit\"},{\"after\":null,\"before\":\"x\",\"path\":\"/a/b\"}]"},
	{"{\"role\":{\"from\":\"viewer\",\"to\":\"owner\"},\"tag\":\"x\"}",
	 "[{\"after\":\"owner\",\"before\":\"viewer\",\"path\":\"/role\"},{\"after\":\"x\",\"path\":\"/tag\"}]"},
	{"[]", "[]"},
	{"[{\"old\":1,\"new\":2}]", NULL},
	{"[1]", NULL},
	{"\"text\"", NULL},
};

/* RFC 8259, and what evidence does not allow. */
static const char *const no_json[] = {
	"",	   "{",	       "[1,]",	      "{\"a\":1,}",  "{\"a\" 1}",   "{a:1}",
	"01",	   "+1",       "1.",	      ".5",	     "tru",	    "\"a",
	"\"\\x\"", "\"\t\"",   "\"\\ud800\"", "\"\\udc00\"", "\"\\u12g4\"", "{\"a\":1,\"a\":2}",
	"1 2",	   "\"\xff\"", "[1}",	      "{\"a\":1]",   "\"\\",
};

static struct ak_jnode *parse(const char *text, struct ak_arena *a)
{
	return text ? ak_jtree_parse(ak_str_of(text), a) : NULL;
}

static void depth(struct ak_arena *a)
{
	char text[2 * 70];

	memset(text, '[', 65);
	memset(text + 65, ']', 65);
	ok(!ak_jtree_parse(ak_str_n(text, 130), a), "65 levels are refused");
	ok(ak_jtree_parse(ak_str_n(text + 1, 128), a), "64 levels are not");
}

int main(void)
{
	struct ak_arena a;
	struct ak_buf b;

	ak_arena_init(&a);
	ak_buf_init(&b, 1 << 16);
	for (size_t i = 0; i < AK_COUNT(states); i++) {
		ak_buf_clear(&b);
		ak_diff_states(&b, parse(states[i].before, &a), parse(states[i].after, &a), false);
		is_str(ak_buf_str(&b), states[i].want, "states");
	}
	for (size_t i = 0; i < AK_COUNT(updates); i++) {
		ak_buf_clear(&b);
		ak_diff_states(&b, parse(updates[i].before, &a), parse(updates[i].after, &a), true);
		is_str(ak_buf_str(&b), updates[i].want, "updates");
	}
	for (size_t i = 0; i < AK_COUNT(changes); i++) {
		ak_buf_clear(&b);
		ok(ak_diff_changes(&b, parse(changes[i].list, &a)) == !!changes[i].want,
		   "changes understood or refused");
		if (changes[i].want)
			is_str(ak_buf_str(&b), changes[i].want, "changes");
	}
	for (size_t i = 0; i < AK_COUNT(no_json); i++)
		ok(!parse(no_json[i], &a), "no JSON is refused");
	depth(&a);
	ak_buf_release(&b);
	ak_arena_release(&a);
	return done_testing();
}
