/* A page larger than what may be held: its records go out in parts. What a mapping reads of a page (the bounds of a bucket, say)
 * mostly stands before the records; only a page that tells it behind them must be held whole. */
#include "base/ak.h"

#include "read/json_framer.h"
#include "read/trie.h"

#define PART_BYTES (AK_MAX_HELD_BYTES / 2)
#define AGAIN_BYTES (AK_MAX_HELD_BYTES / 16) /* held more before it is tried again */

static bool picks(const struct ak_tnode *n)
{
	const struct ak_tnode *c;

	if (!n || n->how == AK_PICK_DROP)
		return false;
	for (c = n->child; c && !picks(c); c = c->next)
		;
	return n->slot >= 0 || c || picks(n->iter) || picks(n->any);
}

void ak_fr_part_saw(struct ak_fr_level *l, struct ak_str member)
{
	size_t n = ak_str_find(ak_str_n(member.p + 1, member.n - 1), '"');
	struct ak_str key = ak_str_n(member.p + 1, n);

	if (ak_str_find(key, '\\') < key.n)
		return;
	ak_buf_addstr(&l->keys, key);
	ak_buf_addc(&l->keys, '\n'); /* stands in no key of JSON as it is written */
}

static bool saw(const struct ak_fr_level *l, struct ak_str key)
{
	struct ak_str rest = ak_buf_str(&l->keys);

	while (rest.n) {
		size_t n = ak_str_find(rest, '\n');

		if (ak_str_eq(ak_str_n(rest.p, n), key))
			return true;
		rest = ak_str_n(rest.p + n + 1, rest.n - n - 1);
	}
	return false;
}

/* Are the members that are picked of this object among those read so far? */
static bool is_known(const struct ak_tnode *root, const struct ak_fr_level *l)
{
	const struct ak_tnode *c;

	if (root->slot >= 0 || picks(root->iter) || picks(root->any))
		return false;
	for (c = root->child; c && (!picks(c) || saw(l, c->key)); c = c->next)
		;
	return !c;
}

static bool all_known(const struct ak_framer *f)
{
	size_t around = 1;

	for (size_t i = f->nlevels; i-- > 0;) {
		const struct ak_fr_level *l = &f->level[i];

		if (l->object && l->ctx && around <= AK_CTX_MAX && !is_known(f->around[around++].root, l))
			return false;
	}
	return true;
}

void ak_fr_part(struct ak_framer *f)
{
	if (f->hold.bytes < f->part_tried) /* of an earlier page */
		f->part_tried = 0;
	if (!f->around || f->hold.bytes < PART_BYTES || f->hold.bytes < f->part_tried + AGAIN_BYTES)
		return;
	f->part_tried = f->hold.bytes;
	if (!all_known(f))
		return;
	for (size_t i = 0; i < f->nlevels; i++)
		if (f->level[i].object && f->level[i].ctx)
			ak_hold_close(&f->hold, f->level[i].ctx, ak_buf_str(&f->level[i].members));
	f->hold.ready = f->parted = true;
}

void ak_fr_rejoin(struct ak_framer *f)
{
	size_t outer = 0;

	f->parted = false;
	f->part_tried = 0;
	for (size_t i = 0; i < f->nlevels; i++)
		if (f->level[i].object && f->level[i].ctx)
			outer = f->level[i].ctx = ak_hold_open(&f->hold, outer);
}
