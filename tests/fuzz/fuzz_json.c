/* JSON framing and walking. Promises: frames come in order, lie inside the input and do not overlap; a record is the
 * slice it says; the pieces that the input comes in do not matter; what the walker accepts is what Jansson accepts.
 * Input: a byte for the plan, one for the size of the pieces (0 = one piece), then the stream. */
#include "base/ak.h"

#include <inttypes.h>
#include <jansson.h>

#include "fuzz.h"
#include "read/json.h"

static const struct ak_str pages[] = {AK_STR("/data/[]/results/[]")}, two[] = {AK_STR("/a/[]"), AK_STR("/b/c/[]")},
			   list[] = {AK_STR("/[]")};
static const struct ak_frame_plan plans[] = {
	{.bare = true},
	{pages, 1, true, true, false, false},
	{pages, 1, false, false, true, false},
	{two, 2, true, false, false, false},
	{two, 2, false, true, true, false},
	{list, 1, true, true, false, false},
	{.bare = true, .no_ctx = true},
};

struct walk {
	struct ak_walker *w;
	struct ak_trie trie, nothing;
	struct ak_arena paths, arena;
	struct ak_buf said[2]; /* frames and picks of the two passes */
};

static struct walk *walk;

static struct walk *walk_new(void)
{
	static const struct {
		const char *path;
		enum ak_pick_how how;
	} wanted[] = {
		{"/id", AK_PICK_VALUE},
		{"/a/[]/b", AK_PICK_VALUE},
		{"/m/*", AK_PICK_VALUE},
		{"/p", AK_PICK_PAYLOAD},
		{"/d", AK_PICK_DROP},
		{"/j|json/x", AK_PICK_VALUE},
		{"/attributes|kv/k", AK_PICK_VALUE},
		{"/o", AK_PICK_VALUE},
	};
	struct walk *k = ak_alloc_zero(1, sizeof *k);
	int slot;

	k->w = ak_walker_new();
	ak_arena_init(&k->paths);
	ak_arena_init(&k->arena);
	ak_trie_init(&k->trie, &k->paths);
	for (size_t i = 0; i < AK_COUNT(wanted); i++)
		HOLDS(ak_trie_add(&k->trie, ak_str_of(wanted[i].path), wanted[i].how, &slot, NULL) == AK_OK);
	ak_trie_seal(&k->trie);
	ak_trie_init(&k->nothing, &k->paths);
	ak_trie_seal(&k->nothing);
	for (int i = 0; i < 2; i++)
		ak_buf_init(&k->said[i], 1 << 26);
	return k;
}

/* Jansson refuses numbers that do not fit a C type and keys with NUL, and a NUL byte ends its text; otherwise both read
 * RFC 8259. */
static void compare(struct ak_str text, enum ak_rc rc, const struct ak_err *err)
{
	static const char *const limits[] = {"json_too_deep", "json_too_many", "json_string_too_long"};
	json_error_t e;
	json_t *doc = json_loadb(text.p, text.n, JSON_DECODE_ANY | JSON_ALLOW_NUL | JSON_REJECT_DUPLICATES, &e);
	bool limited = false;

	for (size_t i = 0; i < AK_COUNT(limits); i++)
		limited |= rc == AK_REJECT && strcmp(err->reason, limits[i]) == 0;
	if (rc == AK_OK)
		HOLDS(doc || json_error_code(&e) == json_error_numeric_overflow ||
		      json_error_code(&e) == json_error_null_byte_in_key);
	else if (!limited && ak_str_find(text, '\0') == text.n)
		HOLDS(!doc);
	json_decref(doc);
}

static void walk_record(struct walk *k, const struct ak_frame *f, struct ak_buf *said)
{
	struct ak_row row;
	struct ak_err err = {0};
	enum ak_rc rc;
	bool valid;

	ak_row_init(&row, &k->arena);
	rc = ak_walker_walk(k->w, f->text, f, &k->nothing, &row, &err);
	HOLDS(rc == AK_OK || rc == AK_REJECT);
	HOLDS(!row.n);
	compare(f->text, rc, &err);
	valid = rc == AK_OK;
	/* What is wanted may have another shape: `|kv` refuses pairs without a key. */
	rc = ak_walker_walk(k->w, f->text, f, &k->trie, &row, &err);
	HOLDS(rc == AK_REJECT || (rc == AK_OK && valid));
	if (rc == AK_REJECT)
		fuzz_rejected(&err);
	for (size_t i = 0; rc == AK_OK && i < row.n; i++)
		ak_buf_addf(said, " %d:%d:%u:%d:%" PRIu64 ":%.*s", row.pick[i].slot, (int)row.pick[i].type,
			    row.pick[i].item, (int)row.pick[i].payload, row.pick[i].bytes,
			    AK_STR_FMT(row.pick[i].text));
	ak_arena_clear(&k->arena);
}

static void one(struct walk *k, const struct ak_frame *f, struct ak_str in, uint64_t *end, struct ak_buf *said)
{
	HOLDS(f->offset >= *end && f->offset + f->length <= in.n);
	*end = f->offset + f->length;
	HOLDS((f->kind == AK_FRAME_BAD) == (f->reason != NULL));
	ak_buf_addf(said, "\n%d %s %" PRIu64 "+%" PRIu64, (int)f->kind, f->reason ? f->reason : "", f->offset,
		    f->length);
	if (f->kind != AK_FRAME_RECORD)
		return;
	if (!f->empty && !f->nelided)
		HOLDS(ak_str_eq(f->text, ak_str_n(in.p + f->offset, f->length)));
	for (size_t i = 0; i < f->nctx; i++)
		ak_buf_addf(said, " ctx %.*s", AK_STR_FMT(f->ctx[i]));
	walk_record(k, f, said);
}

static void pass(struct walk *k, const struct ak_frame_plan *plan, struct ak_str in, size_t step, struct ak_buf *said)
{
	struct ak_framer *f = ak_framer_new(plan);
	struct ak_frame frame;
	size_t at = 0;
	uint64_t end = 0;

	ak_buf_clear(said);
	do {
		size_t n = in.n - at < step ? in.n - at : step;

		ak_framer_feed(f, in.p + at, n, at + n == in.n);
		at += n;
		while (ak_framer_next(f, &frame) == AK_OK)
			one(k, &frame, in, &end, said);
	} while (at < in.n);
	ak_buf_addf(said, "\n%d", ak_framer_has_more(f));
	ak_framer_free(f);
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct fuzz_in in = {p, n};
	const struct ak_frame_plan *plan = &plans[fuzz_byte(&in) % AK_COUNT(plans)];
	size_t step = fuzz_byte(&in);
	struct ak_str text = fuzz_rest(&in);

	if (!walk)
		walk = walk_new();
	pass(walk, plan, text, text.n ? text.n : 1, &walk->said[0]);
	if (step) {
		pass(walk, plan, text, step, &walk->said[1]);
		HOLDS(ak_str_eq(ak_buf_str(&walk->said[0]), ak_buf_str(&walk->said[1])));
	}
	return 0;
}
