/* Going on after a broken value: at the next line that starts with a bracket, or, inside a container of records, at the
 * next element. */
#include "base/ak.h"

#include "read/json_framer.h"

bool ak_fr_line_fits(struct ak_framer *f)
{
	size_t i = f->pos;
	bool in_object = f->leaf.scan.objects & 1;

	while (i && ak_fr_blank(f->buf.p[i - 1]))
		i--;
	if (!i)
		return true;
	return in_object ? f->buf.p[i - 1] == ':' : f->buf.p[i - 1] == '[' || f->buf.p[i - 1] == ',';
}

static enum ak_step bad_until(struct ak_framer *f, size_t end)
{
	uint64_t from = f->bad_offset;

	f->leaf.on = false;
	f->resync = AK_RESYNC_NONE;
	f->pos = end;
	return ak_fr_emit(f, AK_FRAME_BAD, "json_syntax", end, end, from);
}

/* Only an array of records can be taken up again; anything else broken around records loses the rest. */
static bool in_records(const struct ak_framer *f)
{
	const struct ak_fr_level *l = f->nlevels ? &f->level[f->nlevels - 1] : NULL;

	return l && !l->object && (l->node->record || l->node == f->root);
}

/* An undecided object is a record of the array around it: its own level is given up. */
static void drop_undecided(struct ak_framer *f)
{
	while (f->nlevels && f->level[f->nlevels - 1].undecided) {
		f->bad_offset = f->level[f->nlevels - 1].offset;
		f->nlevels--;
	}
}

/* Where the line of a broken top-level value ends, if the value ran on into lines that start with an object of their
 * own, as after `{"a":`; 0 = it did not. An indented bracket is part of a value that is printed over several lines, and
 * where long strings were left out offsets are known no more. */
static size_t broken_line(const struct ak_framer *f)
{
	const struct ak_fr_level *l = &f->level[0];
	size_t start = f->nlevels ? l->start : f->leaf.start;
	const char *nl;

	if (f->nelided || (f->nlevels ? !l->undecided || l->too_large : !f->leaf.on || f->leaf.dropped))
		return 0;
	nl = memchr(f->buf.p + start, '\n', f->pos - start);
	return nl && nl + 1 < f->buf.p + f->buf.n && nl[1] == '{' ? (size_t)(nl - f->buf.p) : 0;
}

bool ak_fr_line_again(struct ak_framer *f, enum ak_step *step)
{
	size_t line = broken_line(f);

	if (!line)
		return false;
	f->bad_offset = f->nlevels ? f->level[0].offset : f->leaf.offset;
	drop_undecided(f);
	f->line_mode = ak_fr_offset(f, f->pos);
	*step = bad_until(f, line);
	return true;
}

enum ak_step ak_fr_problem(struct ak_framer *f)
{
	size_t line = f->leaf.on ? f->leaf.line : 0;
	enum ak_step step;

	if (ak_fr_line_again(f, &step))
		return step;

	f->bad_offset = f->leaf.on ? f->leaf.offset : ak_fr_offset(f, f->pos);
	if (f->leaf.on && f->leaf.role == AK_LEAF_MEMBER)
		f->bad_offset = ak_fr_offset(f, f->leaf.start);
	drop_undecided(f);
	f->nelided = 0;
	if (f->nlevels) {
		f->leaf.on = false;
		f->resync = AK_RESYNC_ELEMENT;
		return AK_STEP_GO;
	}
	if (line && !f->leaf.dropped) {
		f->line_mode = ak_fr_offset(f, f->pos);
		return bad_until(f, line);
	}
	f->leaf.on = false;
	f->resync = AK_RESYNC_LINE;
	return AK_STEP_GO;
}

/* A newline, then blanks, then a bracket. */
static enum ak_step resync_line(struct ak_framer *f)
{
	const char *p = f->buf.p;

	for (; f->pos < f->buf.n; f->pos++) {
		size_t next = f->pos + 1;
		if (p[f->pos] != '\n')
			continue;
		while (next < f->buf.n && ak_fr_blank(p[next]))
			next++;
		if (next == f->buf.n)
			return AK_STEP_MORE;
		if (p[next] == '{' || p[next] == '[')
			return bad_until(f, f->pos);
	}
	return AK_STEP_MORE;
}

static size_t skip_blanks(const struct ak_framer *f, size_t i)
{
	while (i < f->buf.n && ak_fr_blank(f->buf.p[i]))
		i++;
	return i;
}

/* `}` `,` `{`: the end of an element and the start of the next one, as far as brackets tell. */
static enum ak_step resync_element(struct ak_framer *f)
{
	for (; f->pos < f->buf.n; f->pos++) {
		size_t comma, next, end = f->pos + 1;
		enum ak_step step;
		if (f->buf.p[f->pos] != '}')
			continue;
		comma = skip_blanks(f, end);
		next = comma < f->buf.n ? skip_blanks(f, comma + 1) : f->buf.n;
		if (comma == f->buf.n || (f->buf.p[comma] == ',' && next == f->buf.n))
			return AK_STEP_MORE;
		if (f->buf.p[comma] != ',' || f->buf.p[next] != '{' || !in_records(f))
			continue;
		step = bad_until(f, end);
		f->pos = next;
		f->level[f->nlevels - 1].state = AK_LV_NEXT;
		return step;
	}
	return AK_STEP_MORE;
}

enum ak_step ak_fr_resync_run(struct ak_framer *f)
{
	return f->resync == AK_RESYNC_LINE ? resync_line(f) : resync_element(f);
}
