/* Records that wait until the objects around them are complete, because members that come later belong to their context
 * too (DECISIONS 19). One page at a time: filled while the page is read, then emptied frame by frame. */
#ifndef AK_READ_JSON_HOLD_H
#define AK_READ_JSON_HOLD_H

#include "base/arena.h"
#include "base/buf.h"
#include "read/json.h"

/* An object around records. */
struct ak_hold_ctx {
	size_t parent;      /* index plus one, 0 = none */
	struct ak_str text; /* its members without the container, as a JSON object; set when it is closed */
	uint64_t id;
};

struct ak_held {
	struct ak_frame frame; /* ctx not filled in */
	size_t ctx;            /* index plus one of the innermost object */
};

struct ak_hold {
	struct ak_arena text, ctx_text; /* apart: the texts of records can be given up early */
	struct ak_held *e;
	size_t n, cap, next;
	struct ak_hold_ctx *ctx;
	size_t nctx, ctx_cap;
	size_t bytes, ctx_bytes;
	uint64_t ctx_serial;
	bool ready; /* the page is complete: e[next..n) may be taken */
};

void ak_hold_init(struct ak_hold *h);
void ak_hold_release(struct ak_hold *h);
/* Forget everything, for the next page. */
void ak_hold_clear(struct ak_hold *h);
/* A new object inside parent (index plus one, 0 = none); index plus one of it. */
size_t ak_hold_open(struct ak_hold *h, size_t parent);
/* Its text, from members "k":v joined with commas; copied. */
void ak_hold_close(struct ak_hold *h, size_t ctx, struct ak_str members);
/* Copy a frame with its text. When the records held pass HELD_BYTES, all so far become bad frames (json_held_limit). */
void ak_hold_add(struct ak_hold *h, const struct ak_frame *frame, size_t ctx);
/* The next frame of a ready page; false when it is empty, which also clears it. */
bool ak_hold_take(struct ak_hold *h, struct ak_frame *out);

#endif
