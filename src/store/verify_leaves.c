/* Second thread of verify: leaves from values, roots from leaves, the chain of contents, signatures of checkpoints. */
#include "base/ak.h"
#include "store/verifying.h"

static void check_record(struct ak_leaves *l, const struct ak_check_item *i)
{
	struct ak_hashes h = i->hashes;

	if (!i->rec) {
		l->gap = true;
		return;
	}
	ak_leaf_chain(l->contents, &i->hashes);
	ak_columns_check_record(l->columns, i->rec, i->seq, i->file->id, i->file->source_id, i->dated, i->time_us);
	ak_leaf_packed(l->leafer, i->file->format, i->file->id, i->rec, &h);
	if (memcmp(h.leaf, i->hashes.leaf, 32) != 0)
		ak_verify_broken(l->out, "record %s:%lld (number %llu of its file, table %s) does not match its leaf: it was changed",
				 i->file->source, (long long)i->seq, (unsigned long long)i->rec->rec_no, ak_kinds[i->rec->kind].name);
	else if (i->odd_time)
		ak_verify_broken(l->out, "record %s:%lld has a sort key without a time", i->file->source, (long long)i->seq);
}

/* The entry of a source file states the chain of contents up to it. */
static void check_contents(struct ak_leaves *l, const struct ak_check_item *i)
{
	static const struct ak_str name = {"\"contents\":\"", 12};
	const char *at = memmem(i->body.p, i->body.n, name.p, name.n);
	uint8_t said[32];

	if (!at || (size_t)(i->body.p + i->body.n - at) < name.n + 64 || !ak_unhex(ak_str_n(at + name.n, 64), said, sizeof said)) {
		ak_verify_broken(l->out, "entry %lld (source_file) states no chain of contents", (long long)i->seq);
		return;
	}
	if (!l->gap && memcmp(said, l->contents, 32) != 0)
		ak_verify_broken(l->out, "the digest or identity of a record before entry %lld (source_file) was changed",
				 (long long)i->seq);
	memcpy(l->contents, said, sizeof said);
	l->gap = false;
}

static void check_entry(struct ak_leaves *l, const struct ak_check_item *i)
{
	uint8_t want[32];

	if (i->whole)
		ak_leaf_entry(i->kind, i->body, i->hashes.salt, want);
	if (!i->whole || memcmp(want, i->hashes.leaf, 32) != 0)
		ak_verify_broken(l->out, "entry %lld (%s) does not match its leaf: it was changed", (long long)i->seq, i->kind);
	else if (strcmp(i->kind, "source_file") == 0)
		check_contents(l, i);
}

/* A checkpoint of this size must have this root, and be signed. */
static void check_point(struct ak_leaves *l, const struct ak_check_item *i)
{
	uint8_t root[32];
	char text[64];
	struct ak_str signed_text;
	struct ak_checkpoint cp;
	struct ak_err ignored = {0};

	ak_merkle_root(&l->tree, root);
	ak_base64(root, 32, text);
	l->out->checkpoints++;
	l->out->last_checkpoint = (int64_t)l->tree.size;
	if (!ak_str_is(i->root, text))
		ak_verify_broken(l->out, "checkpoint %llu has another root: history before it was rewritten",
				 (unsigned long long)l->tree.size);
	else if (ak_note_verify(i->note, &l->key, &signed_text, &ignored) != AK_OK ||
		 ak_checkpoint_parse(signed_text, &cp, &ignored) != AK_OK || cp.size != l->tree.size || memcmp(cp.root, root, 32) != 0)
		ak_verify_broken(l->out, "checkpoint %llu is not signed by this workspace's log key", (unsigned long long)l->tree.size);
}

static void check(struct ak_leaves *l, const struct ak_check_item *i)
{
	switch (i->what) {
	case AK_CHECK_RECORD:
		check_record(l, i);
		break;
	case AK_CHECK_ENTRY:
		check_entry(l, i);
		break;
	case AK_CHECK_POINT:
		check_point(l, i);
		return;
	case AK_CHECK_BREAK:
		ak_verify_broken(l->out, "%s", i->said);
		return;
	}
	ak_merkle_append(&l->tree, i->hashes.leaf);
}

void *ak_verify_leaves(void *leaves)
{
	struct ak_leaves *l = leaves;
	bool end = false;

	while (!end) {
		struct ak_check_part *part = ak_queue_pop(&l->pipe->full);

		for (const struct ak_check_item *i = part->first; i; i = i->next)
			check(l, i);
		end = part->end;
		ak_queue_push(&l->pipe->idle, part);
	}
	return NULL;
}
