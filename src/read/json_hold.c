#include "base/ak.h"

#include "base/limits.h"
#include "read/json_hold.h"

void ak_hold_init(struct ak_hold *h)
{
	memset(h, 0, sizeof(*h));
	ak_arena_init(&h->text);
	ak_arena_init(&h->ctx_text);
}

void ak_hold_release(struct ak_hold *h)
{
	ak_arena_release(&h->text);
	ak_arena_release(&h->ctx_text);
	ak_free(h->e);
	ak_free(h->ctx);
	ak_hold_init(h);
}

void ak_hold_clear(struct ak_hold *h)
{
	ak_arena_clear(&h->text);
	ak_arena_clear(&h->ctx_text);
	h->n = h->next = h->nctx = 0;
	h->bytes = h->ctx_bytes = 0;
	h->ready = false;
}

size_t ak_hold_open(struct ak_hold *h, size_t parent)
{
	struct ak_hold_ctx *c;

	if (h->nctx == h->ctx_cap) {
		h->ctx_cap = h->ctx_cap ? h->ctx_cap * 2 : 16;
		h->ctx = ak_realloc(h->ctx, h->ctx_cap * sizeof(*h->ctx));
	}
	c = &h->ctx[h->nctx++];
	c->parent = parent;
	c->text = AK_STR("{}");
	c->id = ++h->ctx_serial;
	return h->nctx;
}

void ak_hold_close(struct ak_hold *h, size_t ctx, struct ak_str members)
{
	char *p;

	if (!members.n || h->ctx_bytes + members.n > AK_MAX_HELD_BYTES)
		return;
	p = ak_arena_alloc(&h->ctx_text, members.n + 3);
	p[0] = '{';
	memcpy(p + 1, members.p, members.n);
	p[members.n + 1] = '}';
	p[members.n + 2] = '\0';
	h->ctx_bytes += members.n;
	h->ctx[ctx - 1].text = ak_str_n(p, members.n + 2);
}

static void give_up(struct ak_hold *h)
{
	for (size_t i = 0; i < h->n; i++) {
		struct ak_frame *f = &h->e[i].frame;

		if (f->kind == AK_FRAME_RECORD) {
			f->kind = AK_FRAME_BAD;
			f->reason = "json_held_limit";
		}
		f->text = ak_str_n("", 0);
		f->elided = NULL;
		f->nelided = 0;
	}
	ak_arena_clear(&h->text);
	h->bytes = 0;
}

void ak_hold_add(struct ak_hold *h, const struct ak_frame *frame, size_t ctx)
{
	struct ak_held *e;

	if (h->bytes + frame->text.n > AK_MAX_HELD_BYTES)
		give_up(h);
	if (h->n == h->cap) {
		h->cap = h->cap ? h->cap * 2 : 64;
		h->e = ak_realloc(h->e, h->cap * sizeof(*h->e));
	}
	e = &h->e[h->n++];
	e->frame = *frame;
	e->ctx = ctx;
	e->frame.text = ak_arena_str(&h->text, frame->text);
	h->bytes += frame->text.n;
	if (frame->nelided) {
		size_t size = frame->nelided * sizeof(*frame->elided);

		e->frame.elided = memcpy(ak_arena_alloc(&h->text, size), frame->elided, size);
	}
}

bool ak_hold_take(struct ak_hold *h, struct ak_frame *out)
{
	const struct ak_held *e;

	if (!h->ready)
		return false;
	if (h->next == h->n) {
		ak_hold_clear(h);
		return false;
	}
	e = &h->e[h->next++];
	*out = e->frame;
	out->nctx = 0;
	out->ctx_id = e->ctx ? h->ctx[e->ctx - 1].id : 0;
	for (size_t c = e->ctx; c && out->nctx < AK_CTX_MAX; c = h->ctx[c - 1].parent)
		out->ctx[out->nctx++] = h->ctx[c - 1].text;
	return true;
}
