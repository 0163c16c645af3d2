/* nst/JSONTestSuite in single-document mode: 95 y_ accepted but for two with duplicate keys, 188 n_ refused with a reason,
 * 35 i_ written down. */
#include "base/ak.h"

#include "read/json.h"
#include "shared.h"
#include "tap.h"

static struct ak_walker *walker;

static enum ak_rc walk_file(const char *dir, const char *name, struct ak_err *err)
{
	AK_CLEANUP(ak_free_charp) char *path = ak_fs_join(dir, name);
	struct ak_arena arena;
	struct ak_trie trie;
	struct ak_row row;
	struct ak_buf text;
	struct ak_str body;
	enum ak_rc rc;

	ak_arena_init(&arena);
	ak_trie_init(&trie, &arena);
	ak_trie_seal(&trie);
	ak_row_init(&row, &arena);
	ak_buf_init(&text, 1 << 24);
	rc = ak_fs_slurp(path, 1 << 23, &text, err);
	body = ak_buf_str(&text);
	if (ak_str_starts(body, AK_STR("\xEF\xBB\xBF"))) /* the framer takes the mark off */
		body = ak_str_n(body.p + 3, body.n - 3);
	if (rc == AK_OK)
		rc = ak_walker_walk(walker, body, NULL, &trie, &row, err);
	ak_buf_release(&text);
	ak_arena_release(&arena);
	return rc;
}

static bool is_duplicate_case(const char *name) { return strncmp(name, "y_object_duplicated_key", 23) == 0; }

static void judge(const char *dir, const char *name)
{
	struct ak_err err = {0};
	enum ak_rc rc = walk_file(dir, name, &err);

	if (name[0] == 'y' && is_duplicate_case(name))
		ok(rc == AK_REJECT && strcmp(err.reason, "json_duplicate_key") == 0, name);
	else if (name[0] == 'y')
		ok(rc == AK_OK, name);
	else if (name[0] == 'n')
		ok(rc == AK_REJECT && err.reason[0] && err.msg[0], name);
	else
		printf("# %s: %s %s\n", name, rc == AK_OK ? "accepted" : "refused", err.reason);
}

int main(void)
{
	char *base = shared_dir("json-test-suite"), *dir, **names = NULL;
	struct ak_err err = {0};
	size_t n = 0, y = 0, no = 0;

	if (!base)
		return 0;
	dir = ak_fs_join(base, "test_parsing");
	walker = ak_walker_new();
	ok(ak_fs_list(dir, &names, &n, &err) == AK_OK, "the suite is there");
	for (size_t i = 0; i < n; i++) {
		y += names[i][0] == 'y';
		no += names[i][0] == 'n';
		judge(dir, names[i]);
	}
	is_int((int64_t)y, 95, "y_ files");
	is_int((int64_t)no, 188, "n_ files");
	ak_fs_list_free(names);
	ak_walker_free(walker);
	ak_free(dir);
	ak_free(base);
	return done_testing();
}
