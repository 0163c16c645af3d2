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
	ak_walker_free(w);
	return done_testing();
}
