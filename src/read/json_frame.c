#include "base/ak.h"

#include "read/json_framer.h"

/* Bytes before pos that are kept although nobody needs their text: enough to see what a line ended with. */
enum { LOOK_BACK = 64 };

struct ak_framer *ak_framer_new(const struct ak_frame_plan *plan)
{
	struct ak_framer *f = ak_alloc_zero(1, sizeof(*f));

	ak_arena_init(&f->arena);
	f->has_more = -1;
	f->root = ak_plan_build(plan, &f->arena, &f->bare);
	f->empty_records = plan->empty_records;
	f->no_ctx = plan->no_ctx;
	f->around = plan->around;
	ak_buf_init(&f->buf, SIZE_MAX);
	ak_hold_init(&f->hold);
	for (size_t i = 0; i < AK_FR_LEVELS; i++) {
		ak_buf_init(&f->level[i].members, AK_MAX_HELD_BYTES);
		ak_buf_init(&f->level[i].keys, AK_MAX_HELD_BYTES);
	}
	return f;
}

void ak_framer_free(struct ak_framer *f)
{
	if (!f)
		return;
	for (size_t i = 0; i < AK_FR_LEVELS; i++) {
		ak_buf_release(&f->level[i].members);
		ak_buf_release(&f->level[i].keys);
	}
	ak_hold_release(&f->hold);
	ak_buf_release(&f->buf);
	ak_free(f->elided);
	ak_arena_release(&f->arena);
	ak_free(f);
}

int ak_framer_has_more(const struct ak_framer *f)
{
	return f->has_more;
}

static size_t smaller(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* The first byte that is still needed. */
static size_t keep_from(const struct ak_framer *f)
{
	size_t keep = f->pos > LOOK_BACK ? f->pos - LOOK_BACK : 0;

	if (f->resync && ak_fr_holds(f, f->bad_offset) && f->buf.n - ak_fr_pos(f, f->bad_offset) <= AK_MAX_RECORD_BYTES)
		keep = smaller(keep, ak_fr_pos(f, f->bad_offset));
	if (f->leaf.on && !f->leaf.dropped)
		keep = smaller(keep, f->leaf.start);
	for (size_t i = 0; i < f->nlevels; i++) {
		const struct ak_fr_level *l = &f->level[i];

		if (l->undecided && !l->too_large)
			keep = smaller(keep, l->start);
		if (l->object && (l->state == AK_LV_COLON || l->state == AK_LV_VALUE))
			keep = smaller(keep, l->key);
	}
	return keep;
}

static void shift(size_t *pos, size_t by)
{
	*pos = *pos > by ? *pos - by : 0;
}

static void compact(struct ak_framer *f)
{
	size_t by = keep_from(f);

	if (!by)
		return;
	memmove(f->buf.p, f->buf.p + by, f->buf.n - by);
	f->buf.n -= by;
	f->base += by;
	f->pos -= by;
	shift(&f->leaf.start, by);
	shift(&f->leaf.value, by);
	shift(&f->leaf.line, by);
	shift(&f->leaf.scan.string_at, by);
	for (size_t i = 0; i < f->nlevels; i++) {
		shift(&f->level[i].start, by);
		shift(&f->level[i].key, by);
	}
	for (size_t i = 0; i < f->nelided; i++)
		f->elided[i].at = f->elided[i].at > by ? f->elided[i].at - by : 0;
}

void ak_framer_feed(struct ak_framer *f, const char *p, size_t n, bool eof)
{
	compact(f);
	ak_buf_add(&f->buf, p, n);
	f->eof = eof;
}

/* Elided strings of buf[start..end), with positions in that slice. */
static void take_elided(struct ak_framer *f, size_t start, size_t end, struct ak_frame *out)
{
	size_t n = 0, first = 0;

	while (first < f->nelided && f->elided[first].at < start)
		first++;
	while (first + n < f->nelided && f->elided[first + n].at < end)
		f->elided[first + n++].at -= start;
	out->elided = n ? f->elided + first : NULL;
	out->nelided = n;
	f->nelided = 0;
}

static enum ak_step hand_out(struct ak_framer *f, struct ak_frame *frame)
{
	if (f->nobjects && !f->no_ctx) {
		size_t i = f->nlevels;

		while (!f->level[i - 1].object)
			i--;
		ak_hold_add(&f->hold, frame, f->level[i - 1].ctx);
		ak_fr_part(f);
		return AK_STEP_GO;
	}
	f->out = *frame;
	return AK_STEP_FRAME;
}

enum ak_step ak_fr_emit(struct ak_framer *f, enum ak_frame_kind kind, const char *reason, size_t start, size_t end,
			uint64_t offset)
{
	struct ak_frame frame = {.kind = kind, .reason = reason, .offset = offset, .text = AK_STR("")};

	frame.length = ak_fr_offset(f, end) - offset;
	if (kind == AK_FRAME_RECORD) {
		frame.text = ak_str_n(f->buf.p + start, end - start);
		take_elided(f, start, end, &frame);
	} else if (kind == AK_FRAME_BAD) {
		if (ak_fr_holds(f, offset))
			frame.text = ak_str_n(f->buf.p + ak_fr_pos(f, offset), end - ak_fr_pos(f, offset));
		f->nelided = 0;
	}
	return hand_out(f, &frame);
}

enum ak_step ak_fr_emit_empty(struct ak_framer *f, uint64_t offset, uint64_t length)
{
	struct ak_frame frame = {.kind = AK_FRAME_RECORD, .text = AK_STR("{}"), .empty = true};

	frame.offset = offset;
	frame.length = length;
	return hand_out(f, &frame);
}

/* A byte order mark at the very start. False: not known yet. */
static bool skip_mark(struct ak_framer *f)
{
	static const char mark[] = "\xEF\xBB\xBF";
	size_t n = f->buf.n;

	if (n < 3 && !f->eof && (!n || memcmp(f->buf.p, mark, n) == 0))
		return false;
	if (n >= 3 && memcmp(f->buf.p, mark, 3) == 0)
		f->pos = 3;
	f->line_offset = f->pos;
	f->begun = true;
	return true;
}

/* Between top-level values. */
static enum ak_step run_top(struct ak_framer *f)
{
	enum ak_step step;

	if (!f->begun && !skip_mark(f))
		return AK_STEP_MORE;
	while (f->pos < f->buf.n && ak_fr_blank(f->buf.p[f->pos])) {
		bool blank_line = f->buf.p[f->pos] == '\n' && !f->line_used;
		uint64_t line = f->line_offset;
		size_t end = f->pos;

		if (f->buf.p[f->pos++] != '\n')
			continue;
		f->line_used = false;
		f->line_offset = ak_fr_offset(f, f->pos);
		if (blank_line)
			return ak_fr_emit(f, AK_FRAME_BLANK, NULL, end, end, line);
	}
	if (f->pos == f->buf.n)
		return AK_STEP_MORE;
	f->nelided = 0;
	if (ak_fr_line(f, &step) || ak_fr_stray(f, &step)) {
		f->line_used |= step != AK_STEP_MORE;
		return step;
	}
	f->line_used = true;
	ak_fr_value(f, f->root, AK_LEAF_RECORD);
	return AK_STEP_GO;
}

static enum ak_step run(struct ak_framer *f)
{
	if (f->resync)
		return ak_fr_resync_run(f);
	if (f->leaf.on)
		return ak_fr_leaf_run(f);
	if (f->nlevels)
		return ak_fr_level_run(f);
	return run_top(f);
}

/* The stream has ended where it should not: one bad frame for what is open. */
static enum ak_step truncated(struct ak_framer *f)
{
	uint64_t from = f->resync ? f->bad_offset : f->leaf.on ? f->leaf.offset : ak_fr_offset(f, f->pos);
	const char *why = f->resync ? "json_syntax" : "json_truncated";
	enum ak_step step;

	if (ak_fr_line_again(f, &step))
		return step;
	for (size_t i = f->nlevels; i-- > 0;)
		if (f->level[i].undecided && !f->resync)
			from = f->level[i].offset;
	step = ak_fr_emit(f, AK_FRAME_BAD, why, f->buf.n, f->buf.n, from);
	f->pos = f->buf.n;
	f->leaf.on = false;
	f->resync = AK_RESYNC_NONE;
	f->line_used = true;
	ak_fr_abandon(f);
	return step;
}

/* All bytes are there and looked at. */
static enum ak_step finish(struct ak_framer *f)
{
	if (f->leaf.on && f->leaf.scalar && !f->nlevels)
		return ak_fr_leaf_done(f);
	if (f->leaf.on || f->nlevels || f->resync)
		return truncated(f);
	if (!f->line_used && ak_fr_offset(f, f->buf.n) > f->line_offset) {
		f->line_used = true;
		return ak_fr_emit(f, AK_FRAME_BLANK, NULL, f->buf.n, f->buf.n, f->line_offset);
	}
	return AK_STEP_MORE;
}

enum ak_rc ak_framer_next(struct ak_framer *f, struct ak_frame *out)
{
	for (;;) {
		enum ak_step step;

		if (ak_hold_take(&f->hold, out))
			return AK_OK;
		if (f->parted)
			ak_fr_rejoin(f);
		step = run(f);
		if (step == AK_STEP_MORE && f->eof)
			step = finish(f);
		if (step == AK_STEP_FRAME)
			*out = f->out;
		if (step == AK_STEP_FRAME)
			return AK_OK;
		if (step == AK_STEP_MORE)
			return AK_END;
	}
}
