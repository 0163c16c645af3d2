#include "base/ak.h"

#include "read/json_framer.h"

static struct ak_fr_level *top(struct ak_framer *f) { return &f->level[f->nlevels - 1]; }

static size_t outer_ctx(const struct ak_framer *f)
{
	for (size_t i = f->nlevels; i-- > 0;)
		if (f->level[i].object && f->level[i].ctx)
			return f->level[i].ctx;
	return 0;
}

/* The object is on the way to records: its members become their context. */
static void decide(struct ak_framer *f, struct ak_fr_level *l)
{
	if (!l->undecided)
		return;
	l->undecided = false;
	f->nobjects++;
	f->nelided = 0;
	if (!f->no_ctx)
		l->ctx = ak_hold_open(&f->hold, outer_ctx(f));
}

static void push(struct ak_framer *f, const struct ak_plan_node *node, bool object)
{
	struct ak_fr_level *l = &f->level[f->nlevels++];
	struct ak_buf members = l->members, keys = l->keys;

	memset(l, 0, sizeof(*l));
	l->members = members;
	ak_buf_clear(&l->members);
	l->keys = keys;
	ak_buf_clear(&l->keys);
	l->object = object;
	l->node = node;
	l->start = f->pos;
	l->offset = ak_fr_offset(f, f->pos);
	l->undecided = object;
	if (object && node != f->root)
		decide(f, l);
	f->pos++;
}

static bool is_way(const struct ak_plan_node *node, char c)
{
	return node && ((c == '{' && node->child) || (c == '[' && node->iter));
}

void ak_fr_value(struct ak_framer *f, const struct ak_plan_node *node, enum ak_leaf_role other)
{
	char c = f->buf.p[f->pos];

	if (f->nlevels >= AK_FR_LEVELS)
		ak_fr_leaf_begin(f, AK_LEAF_SKIP, f->pos);
	else if (node == f->root && c == '[' && !f->nlevels)
		push(f, node, false);
	else if (node && node->record)
		ak_fr_leaf_begin(f, AK_LEAF_RECORD, f->pos);
	else if (is_way(node, c))
		push(f, c == '[' ? node->iter : node, c == '{');
	else if (other == AK_LEAF_MEMBER)
		ak_fr_leaf_begin(f, AK_LEAF_MEMBER, top(f)->key);
	else
		ak_fr_leaf_begin(f, AK_LEAF_RECORD, f->pos);
}

static void after_value(struct ak_framer *f)
{
	if (f->nlevels)
		top(f)->state = AK_LV_AFTER;
}

/* What the outermost page held may go out when nothing around it is open any more. */
static void release_page(struct ak_framer *f)
{
	if (f->nobjects)
		return;
	if (f->hold.n)
		f->hold.ready = true;
	else
		ak_hold_clear(&f->hold);
}

/* The outermost object ends; a record that stands alone is no page, whatever its members are called. */
static void end_page(struct ak_framer *f, bool page)
{
	int more = ak_page_says_more(&f->page);

	if (page && more >= 0)
		f->has_more = more;
	f->page = (struct ak_page_says){.told = false};
}

static enum ak_step close_object(struct ak_framer *f)
{
	struct ak_fr_level *l = top(f);
	size_t start = l->start, end = f->pos;
	uint64_t offset = l->offset;
	bool undecided = l->undecided, too_large = l->too_large || end - start > AK_MAX_RECORD_BYTES;

	if (!undecided) {
		if (l->ctx)
			ak_hold_close(&f->hold, l->ctx, ak_buf_str(&l->members));
		f->nobjects--;
	}
	if (l->node == f->root)
		end_page(f, !undecided);
	f->nlevels--;
	after_value(f);
	release_page(f);
	if (!undecided)
		return AK_STEP_GO;
	if (!f->bare)
		return ak_fr_emit(f, AK_FRAME_BAD, "json_no_records", start, end, offset);
	if (too_large)
		return ak_fr_emit(f, AK_FRAME_BAD, "json_too_large", start, end, offset);
	return ak_fr_emit(f, AK_FRAME_RECORD, NULL, start, end, offset);
}

static enum ak_step close_array(struct ak_framer *f)
{
	struct ak_fr_level *l = top(f);
	bool empty = f->empty_records && !l->any && l->node->record;
	uint64_t offset = l->offset;
	enum ak_step step = AK_STEP_GO;

	if (empty)
		step = ak_fr_emit_empty(f, offset, ak_fr_offset(f, f->pos) - offset);
	f->nlevels--;
	after_value(f);
	return step;
}

static enum ak_step run_array(struct ak_framer *f, char c)
{
	struct ak_fr_level *l = top(f);

	if (c == ']' && l->state != AK_LV_NEXT) {
		f->pos++;
		return close_array(f);
	}
	if (l->state == AK_LV_AFTER) {
		if (c != ',')
			return ak_fr_problem(f);
		f->pos++;
		l->state = AK_LV_NEXT;
		return AK_STEP_GO;
	}
	l->any = true;
	f->nelided = 0;
	ak_fr_value(f, l->node, AK_LEAF_RECORD);
	return AK_STEP_GO;
}

static enum ak_step member_value(struct ak_framer *f, char c)
{
	struct ak_fr_level *l = top(f);

	if (l->child && (c == 'n' || is_way(l->child, c) || l->child->record))
		decide(f, l);
	ak_fr_value(f, l->child, AK_LEAF_MEMBER);
	return AK_STEP_GO;
}

static enum ak_step run_object(struct ak_framer *f, char c)
{
	struct ak_fr_level *l = top(f);

	if (l->state == AK_LV_VALUE)
		return member_value(f, c);
	if (c == '}' && (l->state == AK_LV_FIRST || l->state == AK_LV_AFTER)) {
		f->pos++;
		return close_object(f);
	}
	if (l->state == AK_LV_COLON && c == ':') {
		f->pos++;
		l->state = AK_LV_VALUE;
		return AK_STEP_GO;
	}
	if (l->state == AK_LV_AFTER && c == ',') {
		f->pos++;
		l->state = AK_LV_NEXT;
		return AK_STEP_GO;
	}
	if ((l->state != AK_LV_FIRST && l->state != AK_LV_NEXT) || c != '"')
		return ak_fr_problem(f);
	ak_fr_leaf_begin(f, AK_LEAF_KEY, f->pos);
	return AK_STEP_GO;
}

enum ak_step ak_fr_level_run(struct ak_framer *f)
{
	while (f->pos < f->buf.n && ak_fr_blank(f->buf.p[f->pos]))
		f->pos++;
	if (f->pos == f->buf.n)
		return AK_STEP_MORE;
	return top(f)->object ? run_object(f, f->buf.p[f->pos]) : run_array(f, f->buf.p[f->pos]);
}

static void took_key(struct ak_framer *f, struct ak_fr_level *l)
{
	struct ak_str key = ak_str_n(f->buf.p + f->leaf.start + 1, f->pos - f->leaf.start - 2);

	l->key = f->leaf.start;
	l->child = ak_plan_child(l->node, key);
	l->says = l->node == f->root ? ak_page_says_key(key) : NULL;
	l->state = AK_LV_COLON;
}

static void took_member(struct ak_framer *f, struct ak_fr_level *l)
{
	struct ak_str text = ak_str_n(f->buf.p + f->leaf.start, f->pos - f->leaf.start);

	if (l->says && !f->leaf.dropped)
		ak_page_says_member(&f->page, l->says, ak_str_n(f->buf.p + f->leaf.value, f->pos - f->leaf.value));
	if (!f->leaf.dropped && text.n <= AK_MAX_STRING_BYTES && !f->no_ctx) {
		if (l->members.n)
			ak_buf_addc(&l->members, ',');
		ak_buf_addstr(&l->members, text);
		if (f->around)
			ak_fr_part_saw(l, text);
	}
	if (!l->undecided)
		f->nelided = 0;
	l->state = AK_LV_AFTER;
}

enum ak_step ak_fr_level_took(struct ak_framer *f)
{
	struct ak_fr_level *l = top(f);

	if (f->leaf.role == AK_LEAF_KEY)
		took_key(f, l);
	else if (f->leaf.role == AK_LEAF_MEMBER)
		took_member(f, l);
	else
		l->state = AK_LV_AFTER;
	return AK_STEP_GO;
}

void ak_fr_abandon(struct ak_framer *f)
{
	for (; f->nlevels; f->nlevels--) {
		struct ak_fr_level *l = top(f);
		if (l->object && l->ctx)
			ak_hold_close(&f->hold, l->ctx, ak_buf_str(&l->members));
	}
	f->nobjects = 0;
	release_page(f);
}
