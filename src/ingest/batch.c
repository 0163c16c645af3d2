#include "base/ak.h"
#include "ingest/pipe.h"

void ak_chunk_free(struct ak_chunk *c)
{
	if (!c)
		return;
	ak_free(c->export_name);
	ak_free(c->name);
	ak_free(c->resume);
	ak_free(c);
}

struct ak_batch *ak_batch_new(void)
{
	struct ak_batch *b = ak_alloc_zero(1, sizeof *b);

	ak_arena_init(&b->arena);
	b->last = &b->first;
	return b;
}

void ak_batch_free(struct ak_batch *b)
{
	if (!b)
		return;
	for (struct ak_item *i = b->first; i; i = i->next) {
		if (!i->stats)
			continue;
		ak_ledger_release(&i->stats->ledger);
		ak_free(i->stats);
	}
	ak_arena_release(&b->arena);
	ak_free(b);
}

struct ak_item *ak_batch_add(struct ak_batch *b, enum ak_item_kind kind)
{
	struct ak_item *i = ak_arena_zero(&b->arena, sizeof *i);

	i->kind = kind;
	*b->last = i;
	b->last = &i->next;
	return i;
}
