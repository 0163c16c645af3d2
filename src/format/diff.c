#include "base/ak.h"

#include "base/jsonw.h"
#include "base/limits.h"
#include "format/diff.h"

struct writer {
	struct ak_buf *out;
	struct ak_buf path;
	bool first, partial;
};

static void open_list(struct writer *w, struct ak_buf *out)
{
	w->out = out;
	w->first = true;
	w->partial = false;
	ak_buf_init(&w->path, AK_MAX_RECORD_BYTES);
	ak_buf_addc(out, '[');
}

static void close_list(struct writer *w)
{
	ak_buf_addc(w->out, ']');
	ak_buf_release(&w->path);
}

static void entry(struct writer *w, const struct ak_jnode *before, const struct ak_jnode *after)
{
	bool first = true;

	ak_buf_adds(w->out, w->first ? "{" : ",{");
	w->first = false;
	if (after) {
		ak_jsonw_key(w->out, &first, "after");
		ak_jtree_write(w->out, after);
	}
	if (before) {
		ak_jsonw_key(w->out, &first, "before");
		ak_jtree_write(w->out, before);
	}
	ak_jsonw_key(w->out, &first, "path");
	ak_jsonw_string(w->out, ak_buf_str(&w->path));
	if (w->partial && !after) {
		ak_jsonw_key(w->out, &first, "unnamed");
		ak_buf_adds(w->out, "true");
	}
	ak_buf_addc(w->out, '}');
}

/* RFC 6901 3. */
static void push_segment(struct ak_buf *path, struct ak_str key)
{
	ak_buf_addc(path, '/');
	for (size_t i = 0; i < key.n; i++) {
		if (key.p[i] == '~' || key.p[i] == '/')
			ak_buf_adds(path, key.p[i] == '~' ? "~0" : "~1");
		else
			ak_buf_addc(path, key.p[i]);
	}
}

/* Compared as written, so that 1.50 equals 1.5. */
static bool same(const struct ak_jnode *a, const struct ak_jnode *b)
{
	struct ak_buf x, y;
	bool equal;

	if (a->type != b->type)
		return false;
	ak_buf_init(&x, AK_MAX_RECORD_BYTES);
	ak_buf_init(&y, AK_MAX_RECORD_BYTES);
	ak_jtree_write(&x, a);
	ak_jtree_write(&y, b);
	equal = !x.over && !y.over && ak_str_eq(ak_buf_str(&x), ak_buf_str(&y));
	ak_buf_release(&x);
	ak_buf_release(&y);
	return equal;
}

static void states(struct writer *w, const struct ak_jnode *before, const struct ak_jnode *after);

/* Both member lists are in key order. */
static void members(struct writer *w, const struct ak_jnode *b, const struct ak_jnode *a)
{
	while (b || a) {
		int order = !b ? 1 : !a ? -1 : ak_str_cmp(b->key, a->key);
		size_t n = w->path.n;

		push_segment(&w->path, order <= 0 ? b->key : a->key);
		states(w, order <= 0 ? b : NULL, order >= 0 ? a : NULL);
		w->path.n = n;
		if (order <= 0)
			b = b->next;
		if (order >= 0)
			a = a->next;
	}
}

static void states(struct writer *w, const struct ak_jnode *before, const struct ak_jnode *after)
{
	bool objects = (!before || before->type == AK_J_OBJ) && (!after || after->type == AK_J_OBJ);

	if (objects && ((before && before->child) || (after && after->child)))
		members(w, before ? before->child : NULL, after ? after->child : NULL);
	else if (!before || !after || !same(before, after))
		entry(w, before, after);
}

void ak_diff_states(struct ak_buf *out, const struct ak_jnode *before, const struct ak_jnode *after, bool partial)
{
	struct writer w;

	open_list(&w, out);
	w.partial = partial && after && after->type == AK_J_OBJ && after->child;
	states(&w, before, after);
	close_list(&w);
}

static const char *const name_words[] = {"field", "path", "key", "type", NULL};
static const char *const old_words[] = {"old", "before", "previous_value", "from", NULL};
static const char *const new_words[] = {"new", "after", "current_value", "to", NULL};

static const struct ak_jnode *member(const struct ak_jnode *n, const char *const *words)
{
	for (; n->type == AK_J_OBJ && *words; words++)
		for (const struct ak_jnode *m = n->child; m; m = m->next)
			if (ak_str_is(m->key, *words))
				return m;
	return NULL;
}

/* Something under a field's name that says neither old nor new is the new value. */
static void one_change(struct writer *w, struct ak_str name, const struct ak_jnode *change)
{
	const struct ak_jnode *old = member(change, old_words), *new = member(change, new_words);

	ak_buf_clear(&w->path);
	if (name.n && name.p[0] == '/')
		ak_buf_addstr(&w->path, name);
	else
		push_segment(&w->path, name);
	entry(w, old, old || new ? new : change);
}

static bool listed(struct writer *w, const struct ak_jnode *list)
{
	for (const struct ak_jnode *e = list->child; e; e = e->next) {
		const struct ak_jnode *name = member(e, name_words);

		if (!name || name->type != AK_J_STR)
			return false;
		one_change(w, name->text, e);
	}
	return true;
}

bool ak_diff_changes(struct ak_buf *out, const struct ak_jnode *changes)
{
	struct writer w;
	bool good = changes->type == AK_J_OBJ;

	open_list(&w, out);
	if (changes->type == AK_J_ARR)
		good = listed(&w, changes);
	for (const struct ak_jnode *m = changes->child; changes->type == AK_J_OBJ && m; m = m->next)
		one_change(&w, m->key, m);
	close_list(&w);
	return good;
}
