/* A walker remembers what the records before held. It must read each record as one that has seen none does. */
#include "base/ak.h"

#include <inttypes.h>

#include "read/json.h"
#include "tap.h"

static const struct {
	const char *path;
	enum ak_pick_how how;
} wanted[] = {
	{"/id", AK_PICK_VALUE},	    {"/m/*", AK_PICK_VALUE},  {"/a/[]/b", AK_PICK_VALUE},   {"/p", AK_PICK_PAYLOAD},
	{"/d", AK_PICK_DROP},	    {"/o", AK_PICK_VALUE},    {"/j|json/x", AK_PICK_VALUE}, {"/k|kv/n", AK_PICK_VALUE},
	{"/k|kv/l", AK_PICK_VALUE},
};

struct reader {
	struct ak_walker *w;
	struct ak_drift drift;
	struct ak_arena arena;
	struct ak_buf said;
};

static struct ak_trie trie;
static struct ak_arena paths;

static void reader_init(struct reader *r)
{
	r->w = ak_walker_new();
	ak_drift_init(&r->drift);
	ak_arena_init(&r->arena);
	ak_buf_init(&r->said, 1 << 24);
}

static void reader_release(struct reader *r)
{
	ak_walker_free(r->w);
	ak_drift_release(&r->drift);
	ak_arena_release(&r->arena);
	ak_buf_release(&r->said);
}

/* What a reader makes of a record: outcome, picks, and how often members without a rule were met so far. */
static struct ak_str read_one(struct reader *r, struct ak_str text)
{
	struct ak_err err = {0};
	struct ak_row row;
	enum ak_rc rc;

	ak_row_init(&row, &r->arena);
	row.drift = &r->drift;
	rc = ak_walker_walk(r->w, text, NULL, &trie, &row, &err);
	ak_buf_clear(&r->said);
	ak_buf_addf(&r->said, "%d %s %" PRIu64, (int)rc, err.reason, rc ? (uint64_t)err.offset : 0);
	for (size_t i = 0; rc == AK_OK && i < row.n; i++)
		ak_buf_addf(&r->said, " %d:%d:%u:%d:%" PRIu64 ":%.*s:%.*s", row.pick[i].slot, (int)row.pick[i].type,
			    row.pick[i].item, (int)row.pick[i].payload, row.pick[i].bytes,
			    AK_STR_FMT(row.pick[i].key), AK_STR_FMT(row.pick[i].text));
	ak_arena_clear(&r->arena);
	return ak_buf_str(&r->said);
}

static uint64_t counted(const struct ak_drift *d)
{
	uint64_t n = d->over;

	for (size_t i = 0; i < d->paths.n; i++)
		n += ((const struct ak_unknown *)d->paths.e[i].v.ptr)->count;
	return n;
}

/* Read a record with a reader that has read others; it must be as told and as a new reader has it. */
static void same(struct reader *used, struct ak_str text, const char *begins)
{
	uint64_t before = counted(&used->drift);
	struct ak_str said = read_one(used, text);
	struct reader fresh;

	reader_init(&fresh);
	ok(ak_str_eq(said, read_one(&fresh, text)) && counted(&used->drift) - before == counted(&fresh.drift),
	   "as if it were the first record");
	ok(ak_str_starts(said, ak_str_of(begins)), begins);
	reader_release(&fresh);
}

static void test_orders(void)
{
	static const struct {
		const char *text, *begins;
	} records[] = {
		{"{\"id\":\"1\",\"m\":{\"u\":1},\"x\":0,\"o\":{\"i\":2}}", "0  0 0:3:0:0:1::1 1:2:0:0:1:u:1 5:4:0:0:7::{\"i\":2}"},
		{"{\"id\":\"2\",\"m\":{\"v\":1},\"x\":0,\"o\":{\"i\":2}}", "0  0 0:3:0:0:1::2 1:2:0:0:1:v:1"},
		{"{\"id\":\"3\",\"o\":[]}", "0  0 0:3:0:0:1::3 5:5:0:0:2::[]"},
		{"{\"o\":null,\"id\":\"4\"}", "0  0 5:0:0:0:4::null 0:3:0:0:1::4"},
		{"{\"new\":1,\"id\":\"5\",\"x\":\"not a number\"}", "0  0 0:3:0:0:1::5"},
		{"{\"id\" : \"6\" , \"x\" : 1 }", "0  0 0:3:0:0:1::6"},
		{"{\"\\u0069d\":\"7\"}", "0  0 0:3:0:0:1::7"},
		{"{\"id\":1,\"m\":{},\"x\":2,\"id\":3}", "-1 json_duplicate_key 22"},
		{"{\"id\":1,\"id\":3}", "-1 json_duplicate_key 9"},
		{"{\"id\":1,\"\\u0069d\":3}", "-1 json_duplicate_key 9"},
		{"{\"x\":1,\"id\":2,\"x\":3}", "-1 json_duplicate_key 15"},
		{"{\"m\":{\"u\":1,\"v\":2,\"u\":3}}", "-1 json_duplicate_key 19"},
		{"{\"a\":[{\"b\":1,\"c\":2},{\"c\":1,\"b\":2}]}", "0  0 2:2:0:0:1::1 2:2:1:0:1::2"},
		{"{\"a\":[{\"b\":1,\"c\":2},{\"c\":1,\"b\":2,\"c\":3}]}", "-1 json_duplicate_key 34"},
		{"{\"p\":[{\"role\":\"user\",\"content\":\"hi\"}]}", "0  0 3:0:0:2:2::"},
		{"{\"p\":[{\"content\":\"hello\",\"role\":\"user\"}]}", "0  0 3:0:0:2:5::"},
		{"{\"p\":[{\"content\":\"a\\nb\\u00e9\"}],\"d\":\"\\u0041\"}", "0  0 3:0:0:2:5:: 4:3:0:0:1::"},
		{"{\"p\":\"{\\\"content\\\":\\\"four\\\"}\"}", "0  0 3:0:0:2:4::"},
		{"{\"j\":\"{\\\"x\\\":1}\"}", "0  0 6:2:0:0:1::1"},
		{"{\"j\":\"{\\\"x\\\":1,\\\"x\\\":2}\",\"x\":3}", "0  0"},
		{"{\"k\":[{\"key\":\"n\",\"value\":{\"stringValue\":\"s\"}}]}", "0  0 7:3:0:0:1::s"},
		{"{\"k\":[{\"value\":{\"intValue\":\"7\"},\"key\":\"n\"}]}", "0  0 7:3:0:0:1::7"},
		{"{\"k\":[{\"key\":\"l\",\"value\":{\"arrayValue\":{\"values\":[{\"intValue\":1},{\"intValue\":2}]}}}]}", "0  0 8:5:0:0:5::[1,2]"},
	};
	struct reader used;

	reader_init(&used);
	for (int round = 0; round < 3; round++)
		for (size_t i = 0; i < AK_COUNT(records); i++)
			same(&used, ak_str_of(records[i].text), records[i].begins);
	for (size_t i = AK_COUNT(records); i-- > 0;)
		same(&used, ak_str_of(records[i].text), records[i].begins);
	reader_release(&used);
}

/* More keys than are remembered, in two orders, with and without one that comes twice. */
static void test_many_keys(void)
{
	struct reader used;
	struct ak_buf text;

	reader_init(&used);
	ak_buf_init(&text, 1 << 20);
	for (int turn = 0; turn < 8; turn++) {
		ak_buf_clear(&text);
		ak_buf_adds(&text, "{\"m\":{");
		for (int i = 0; i < 300; i++)
			ak_buf_addf(&text, "\"key-%d\":%d,", turn & 1 ? 299 - i : i, i);
		ak_buf_addf(&text, "\"key-%d\":0},\"id\":1}", turn & 2 ? 150 : 300);
		same(&used, ak_buf_str(&text), turn & 2 ? "-1 json_duplicate_key" : "0  0 1:2");
	}
	ak_buf_release(&text);
	reader_release(&used);
}

/* A map of keys that never come again, and records whose keys come in any order. */
static void test_strangers(void)
{
	struct reader used;
	struct ak_buf text;

	reader_init(&used);
	ak_buf_init(&text, 1 << 20);
	for (int turn = 0; turn < 300; turn++) {
		ak_buf_clear(&text);
		ak_buf_addf(&text, "{\"m\":{\"id-%d\":{\"n\":1}},\"u\":{\"id-%d\":1},", turn, turn);
		ak_buf_adds(&text, turn & 1 ? "\"v\":1,\"w\":2}" : "\"w\":1,\"v\":2}");
		same(&used, ak_buf_str(&text), "0  0 1:4:0:0:7:id-");
	}
	ak_buf_release(&text);
	reader_release(&used);
}

int main(void)
{
	int slot;

	ak_arena_init(&paths);
	ak_trie_init(&trie, &paths);
	for (size_t i = 0; i < AK_COUNT(wanted); i++)
		ok(ak_trie_add(&trie, ak_str_of(wanted[i].path), wanted[i].how, &slot, NULL) == AK_OK, wanted[i].path);
	ak_trie_seal(&trie);
	test_orders();
	test_many_keys();
	test_strangers();
	ak_arena_release(&paths);
	return done_testing();
}
