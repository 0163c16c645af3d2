#include "base/ak.h"

#include "read/json_framer.h"

void ak_fr_leaf_begin(struct ak_framer *f, enum ak_leaf_role role, size_t start)
{
	char c = f->buf.p[f->pos];

	memset(&f->leaf, 0, sizeof(f->leaf));
	f->leaf.on = true;
	f->leaf.scalar = c != '{' && c != '[' && c != '"';
	f->leaf.role = role;
	f->leaf.start = start;
	f->leaf.value = f->pos;
	f->leaf.offset = ak_fr_offset(f, start);
}

/* Inside containers a scalar ends at a blank or at what closes or separates; at the top it has its line. */
static enum ak_step run_scalar(struct ak_framer *f)
{
	const char *p = f->buf.p + f->pos, *end = f->buf.p + f->buf.n;

	if (f->nlevels)
		while (p < end && !ak_fr_blank(*p) && *p != ',' && *p != ']' && *p != '}')
			p++;
	else
		p = p + ak_str_find(ak_str_n(p, (size_t)(end - p)), '\n');
	f->pos = (size_t)(p - f->buf.p);
	if (p == end)
		return AK_STEP_MORE;
	/* A closing bracket where a value belongs. */
	if (f->nlevels && f->pos == f->leaf.value)
		return ak_fr_problem(f);
	return ak_fr_leaf_done(f);
}

/* Leave out what the string that began at string_at holds up to `end`. */
static void elide(struct ak_framer *f, size_t end, bool *more)
{
	size_t from = f->leaf.scan.string_at + 1, n = end - from;
	struct ak_elided *last = f->nelided ? &f->elided[f->nelided - 1] : NULL;

	if (!last || last->at != f->leaf.scan.string_at) {
		if (f->nelided == f->elided_cap) {
			f->elided_cap = f->elided_cap ? f->elided_cap * 2 : 8;
			f->elided = ak_realloc(f->elided, f->elided_cap * sizeof(*f->elided));
		}
		last = &f->elided[f->nelided++];
		last->at = f->leaf.scan.string_at;
		last->len = 0;
	}
	last->len += n;
	memmove(f->buf.p + from, f->buf.p + end, f->buf.n - end);
	f->buf.n -= n;
	f->pos -= n;
	f->left_out += n;
	f->left_out_to = ak_fr_offset(f, f->pos);
	f->leaf.line = 0;
	*more = true;
}

/* The string that is open, or was just closed, is one that has been shortened already. */
static bool shortened(const struct ak_framer *f)
{
	return f->nelided && f->elided[f->nelided - 1].at == f->leaf.scan.string_at;
}

/* Out of bytes inside a leaf: let go of what need not be kept. */
static void trim_leaf(struct ak_framer *f)
{
	size_t limit = f->leaf.role == AK_LEAF_RECORD ? AK_MAX_RECORD_BYTES : AK_MAX_STRING_BYTES;
	bool ignored;

	if (f->leaf.scan.in_string) {
		size_t held = f->pos - f->leaf.scan.string_at - 1;

		if (held > AK_MAX_STRING_BYTES || (held && shortened(f)))
			elide(f, f->pos, &ignored);
	}
	if (f->pos - f->leaf.start > limit)
		f->leaf.dropped = true;
	for (size_t i = 0; i < f->nlevels; i++)
		if (f->level[i].undecided && f->pos - f->level[i].start > AK_MAX_RECORD_BYTES)
			f->level[i].too_large = true;
}

static enum ak_step at_line(struct ak_framer *f)
{
	bool fits = ak_fr_line_fits(f);

	if (!f->nlevels && !f->leaf.line && !f->leaf.dropped)
		f->leaf.line = f->pos - 1;
	if (!fits || (!f->nlevels && f->leaf.offset < f->line_mode))
		return ak_fr_problem(f);
	f->leaf.scan.accept = true;
	return AK_STEP_GO;
}

enum ak_step ak_fr_leaf_run(struct ak_framer *f)
{
	struct ak_scan *s = &f->leaf.scan;
	bool cut = false;

	if (f->leaf.scalar)
		return run_scalar(f);
	switch (ak_scan_run(s, f->buf.p, &f->pos, f->buf.n, AK_MAX_STRING_BYTES)) {
	case AK_SCAN_MORE:
		trim_leaf(f);
		return AK_STEP_MORE;
	case AK_SCAN_STRING:
		elide(f, f->pos - 1, &cut);
		break;
	case AK_SCAN_LINE:
		return at_line(f);
	case AK_SCAN_BROKEN:
		return ak_fr_problem(f);
	case AK_SCAN_DONE:
		break;
	}
	return s->depth ? AK_STEP_GO : ak_fr_leaf_done(f);
}

enum ak_step ak_fr_leaf_done(struct ak_framer *f)
{
	struct ak_fr_leaf *l = &f->leaf;
	enum ak_step step = AK_STEP_GO;
	size_t end = f->pos;

	l->on = false;
	if (l->role != AK_LEAF_RECORD)
		return ak_fr_level_took(f);
	while (end > l->start && ak_fr_blank(f->buf.p[end - 1]))
		end--;
	if (l->dropped || end - l->start > AK_MAX_RECORD_BYTES)
		step = ak_fr_emit(f, AK_FRAME_BAD, "json_too_large", l->start, end, l->offset);
	else
		step = ak_fr_emit(f, AK_FRAME_RECORD, NULL, l->start, end, l->offset);
	if (f->nlevels)
		f->level[f->nlevels - 1].state = AK_LV_AFTER;
	return step;
}
