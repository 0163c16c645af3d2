/* JSON texts that fuzzing found to be read in another way than RFC 8259 says. */
#include "base/ak.h"

#include "read/json.h"
#include "tap.h"

static enum ak_rc walk(struct ak_walker *w, const char *text, struct ak_err *err)
{
	struct ak_arena arena;
	struct ak_trie trie;
	struct ak_row row;
	enum ak_rc rc;

	ak_arena_init(&arena);
	ak_trie_init(&trie, &arena);
	ak_trie_seal(&trie);
	ak_row_init(&row, &arena);
	rc = ak_walker_walk(w, ak_str_of(text), NULL, &trie, &row, err);
	ak_arena_release(&arena);
	return rc;
}

/* A string followed by a colon where a value stands, and what comes behind it. */
static void test_second_colon(struct ak_walker *w)
{
	static const char *const bad[] = {"{\"a\":\"b\":[1],\"c\":2}", "[\"a\":[{\"b\":1}],2]", "[{\"a\":\"b\":1},\"c\":3}]",
					  "{\"a\":\"b\":{\"x\":tru},\"c\":2}"};

	for (size_t i = 0; i < AK_COUNT(bad); i++) {
		struct ak_err err = {0};

		ok(walk(w, bad[i], &err) == AK_REJECT && strcmp(err.reason, "json_syntax") == 0, bad[i]);
	}
}

/* Key-value lists in key-value lists are containers like others. */
static void test_kv_depth(struct ak_walker *w)
{
	static const int levels[] = {10, 20, 200000};
	struct ak_arena arena;
	struct ak_trie trie;
	struct ak_buf text;
	int slot;

	ak_arena_init(&arena);
	ak_trie_init(&trie, &arena);
	ok(ak_trie_add(&trie, AK_STR("/a|kv/x"), AK_PICK_VALUE, &slot, NULL) == AK_OK, "a key-value list");
	ak_trie_seal(&trie);
	ak_buf_init(&text, 1 << 24);
	for (size_t i = 0; i < AK_COUNT(levels); i++) {
		struct ak_err err = {0};
		struct ak_row row;
		enum ak_rc rc;

		ak_row_init(&row, &arena);
		ak_buf_clear(&text);
		ak_buf_adds(&text, "{\"a\":");
		for (int n = 0; n < levels[i]; n++)
			ak_buf_adds(&text, "[{\"key\":\"x\",\"value\":{\"kvlistValue\":{\"values\":");
		ak_buf_adds(&text, "[]");
		for (int n = 0; n < levels[i]; n++)
			ak_buf_adds(&text, "}}}]");
		ak_buf_adds(&text, "}");
		rc = ak_walker_walk(w, ak_buf_str(&text), NULL, &trie, &row, &err);
		ok(i == 0 ? rc == AK_OK : rc == AK_REJECT && strcmp(err.reason, "json_too_deep") == 0, "levels of lists");
	}
	ak_buf_release(&text);
	ak_arena_release(&arena);
}

/* No byte behind a text is read: a text that ends with its memory, at each length around the kernel's blocks. */
static void test_ends(struct ak_walker *w)
{
	for (size_t n = 2; n < 200; n++) {
		char *text = ak_alloc(n);
		struct ak_arena arena;
		struct ak_trie trie;
		struct ak_row row;

		memset(text, 'x', n);
		text[0] = text[n - 1] = '"';
		ak_arena_init(&arena);
		ak_trie_init(&trie, &arena);
		ak_trie_seal(&trie);
		ak_row_init(&row, &arena);
		ok(ak_walker_walk(w, ak_str_n(text, n), NULL, &trie, &row, NULL) == AK_OK, "a string");
		ok(ak_walker_walk(w, ak_str_n(text, n - 1), NULL, &trie, &row, NULL) == AK_REJECT, "cut short");
		ak_arena_release(&arena);
		ak_free(text);
	}
}

int main(void)
{
	static const char *const good[] = {"true", " \t\r\n1 \t\r\n", "\"\"\n", "[1] "}, *const bad[] = {
												 "true\f",  "1\x1a",
												 "\"x\"\v", "null\f\f",
												 "[1]\f",   "{}\x1a",
												 "1 2",	    "\ftrue"};
	struct ak_walker *w = ak_walker_new();

	for (size_t i = 0; i < AK_COUNT(good); i++) {
		struct ak_err err = {0};

		ok(walk(w, good[i], &err) == AK_OK, "blanks around a value");
	}
	for (size_t i = 0; i < AK_COUNT(bad); i++) {
		struct ak_err err = {0};

		ok(walk(w, bad[i], &err) == AK_REJECT && err.reason[0], "a control character is no blank");
	}
	test_second_colon(w);
	test_kv_depth(w);
	test_ends(w);
	ak_walker_free(w);
	return done_testing();
}
