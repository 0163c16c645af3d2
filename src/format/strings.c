#include "base/ak.h"
#include "format/strings.h"

#include "base/limits.h"
#include "format/jtree.h"

struct walk {
	const struct ak_mapping *m;
	struct ak_arena arena;
	struct ak_buf path;
	ak_string_fn *fn;
	void *ctx;
	unsigned decoded; /* levels of JSON in strings */
};

/* ---- paths ---- */

/* The next segment of a path, without what decodes it; false at the end. */
static bool segment(struct ak_str *rest, struct ak_str *out)
{
	size_t n;

	if (!rest->n)
		return false;
	*rest = ak_str_n(rest->p + 1, rest->n - 1);
	n = ak_str_find(*rest, '/');
	*out = ak_str_n(rest->p, n);
	*rest = ak_str_n(rest->p + n, rest->n - n);
	out->n = ak_str_find(*out, '|');
	return true;
}

/* Is path this pattern or below it? */
static bool is_below(struct ak_str path, struct ak_str pattern)
{
	struct ak_str want, have;

	while (segment(&pattern, &want))
		if (!segment(&path, &have) || (!ak_str_is(want, "*") && !ak_str_eq(want, have)))
			return false;
	return true;
}

static bool is_payload(const struct walk *w)
{
	const char *pattern;
	int role;

	for (size_t i = 0; (pattern = ak_mapping_payload_path(w->m, i, &role)); i++)
		if (is_below(ak_buf_str(&w->path), ak_str_of(pattern)))
			return true;
	return false;
}

bool ak_strings_is_read(const struct ak_mapping *m, enum ak_field_id f, struct ak_str path)
{
	const char *rule = ak_mapping_rule_text(m, f);

	for (const char *at = rule; at && *at; at += strcspn(at, " ,") ? strcspn(at, " ,") : 1)
		if (strcspn(at, " ,") == path.n && memcmp(at, path.p, path.n) == 0)
			return true;
	return false;
}

static void cut(struct walk *w, size_t n)
{
	w->path.n = n;
	w->path.p[n] = '\0';
}

/* False for a key that looks like a value: it is never printed. */
static bool add_key(struct walk *w, struct ak_str key)
{
	size_t before = w->path.n + 1;

	ak_buf_addc(&w->path, '/');
	ak_drift_key(&w->path, key);
	return w->path.n > before && w->path.p[before] != '{';
}

/* ---- values ---- */

static void node(struct walk *w, const struct ak_jnode *n);

static void text(struct walk *w, struct ak_str s)
{
	const struct ak_jnode *inner = NULL;
	size_t mark = w->path.n;

	if (s.n && (s.p[0] == '{' || s.p[0] == '[') && w->decoded < AK_MAX_JSON_IN_STRING)
		inner = ak_jtree_parse(s, &w->arena);
	if (!inner) {
		w->fn(w->ctx, ak_buf_str(&w->path), s);
		return;
	}
	ak_buf_adds(&w->path, "|json");
	w->decoded++;
	node(w, inner);
	w->decoded--;
	cut(w, mark);
}

static const struct ak_jnode *member(const struct ak_jnode *o, const char *key)
{
	for (const struct ak_jnode *c = o->type == AK_J_OBJ ? o->child : NULL; c; c = c->next)
		if (ak_str_is(c->key, key))
			return c;
	return NULL;
}

/* {"key": "a", "value": {"stringValue": "x"}} stands for a: x. */
static bool key_value(struct walk *w, const struct ak_jnode *n)
{
	const struct ak_jnode *key = member(n, "key"), *value = member(n, "value"), *inner;
	size_t mark = w->path.n;

	if (!key || !value || key->type != AK_J_STR)
		return false;
	inner = member(value, "stringValue");
	ak_buf_adds(&w->path, "|kv");
	if (add_key(w, key->text) && !is_payload(w))
		node(w, inner ? inner : value);
	cut(w, mark);
	return true;
}

static void node(struct walk *w, const struct ak_jnode *n)
{
	size_t mark = w->path.n;

	if (n->type == AK_J_STR)
		text(w, n->text);
	for (const struct ak_jnode *c = n->type == AK_J_OBJ ? n->child : NULL; c; c = c->next) {
		if (add_key(w, c->key) && !is_payload(w))
			node(w, c);
		cut(w, mark);
	}
	for (const struct ak_jnode *c = n->type == AK_J_ARR ? n->child : NULL; c; c = c->next) {
		if (key_value(w, c))
			continue;
		ak_buf_adds(&w->path, "/[]");
		node(w, c);
		cut(w, mark);
	}
}

/* ---- streams ---- */

static void begin(struct walk *w, const struct ak_mapping *m, ak_string_fn *fn, void *ctx)
{
	*w = (struct walk){.m = m, .fn = fn, .ctx = ctx};
	ak_arena_init(&w->arena);
	ak_buf_init(&w->path, SIZE_MAX);
	ak_buf_adds(&w->path, "");
}

static void end(struct walk *w)
{
	ak_arena_release(&w->arena);
	ak_buf_release(&w->path);
}

size_t ak_strings_json(const struct ak_mapping *m, struct ak_str text_, size_t most, ak_string_fn *fn, void *ctx,
		       void (*next)(void *ctx))
{
	struct ak_framer *framer = ak_framer_new(ak_mapping_plan(m));
	struct ak_frame f;
	struct walk w;
	size_t n = 0;

	begin(&w, m, fn, ctx);
	ak_framer_feed(framer, text_.p, text_.n, false);
	while (n < most && ak_framer_next(framer, &f) == AK_OK) {
		const struct ak_jnode *root;
		ak_arena_clear(&w.arena);
		if (f.kind != AK_FRAME_RECORD || !(root = ak_jtree_parse(f.text, &w.arena)))
			continue;
		n++;
		ak_buf_clear(&w.path);
		ak_buf_adds(&w.path, "");
		node(&w, root);
		next(ctx);
	}
	ak_framer_free(framer);
	end(&w);
	return n;
}

/* A trie that picks every column. */
static bool columns(struct ak_csv *csv, struct ak_trie *t, const struct ak_str **cells, size_t *n)
{
	struct ak_err ignored = {0};
	struct ak_buf path;
	int slot;
	bool good = ak_csv_header(csv, cells, n, &ignored) == AK_OK;

	ak_buf_init(&path, SIZE_MAX);
	for (size_t i = 0; i < *n && good; i++) {
		ak_buf_clear(&path);
		ak_buf_addc(&path, '/');
		ak_buf_addstr(&path, (*cells)[i]);
		good = !memchr((*cells)[i].p, '/', (*cells)[i].n) && ak_trie_add(t, ak_buf_str(&path), AK_PICK_VALUE, &slot, &ignored) == AK_OK;
	}
	ak_buf_release(&path);
	ak_trie_seal(t);
	return good;
}

static void row(struct walk *w, const struct ak_row *r, const struct ak_str *cells, size_t ncells)
{
	for (size_t i = 0; i < r->n; i++) {
		const struct ak_pick *p = &r->pick[i];
		ak_buf_clear(&w->path);
		if (p->slot >= 0 && (size_t)p->slot < ncells && p->type == AK_J_STR && add_key(w, cells[p->slot]) && !is_payload(w))
			text(w, p->text);
	}
}

size_t ak_strings_csv(const struct ak_mapping *m, struct ak_str text_, size_t most, ak_string_fn *fn, void *ctx,
		      void (*next)(void *ctx))
{
	struct ak_csv *csv = ak_csv_new(0);
	struct ak_walker *walker = ak_walker_new();
	const struct ak_str *cells = NULL;
	struct ak_arena names, values;
	struct ak_trie trie;
	struct ak_frame f = {.kind = AK_FRAME_RECORD};
	struct ak_err ignored = {0};
	struct ak_row r;
	struct walk w;
	size_t n = 0, ncells = 0;
	enum ak_rc rc;

	begin(&w, m, fn, ctx);
	ak_arena_init(&names);
	ak_arena_init(&values);
	ak_trie_init(&trie, &names);
	ak_csv_feed(csv, text_.p, text_.n, false);
	if (columns(csv, &trie, &cells, &ncells))
		do {
			ak_arena_clear(&values);
			ak_arena_clear(&w.arena);
			ak_row_init(&r, &values);
			rc = ak_csv_next(csv, &trie, walker, &r, &f, &ignored);
			if (rc != AK_OK || f.kind != AK_FRAME_RECORD)
				continue;
			n++;
			row(&w, &r, cells, ncells);
			next(ctx);
		} while (n < most && (rc == AK_OK || rc == AK_REJECT));
	ak_walker_free(walker);
	ak_csv_free(csv);
	ak_arena_release(&names);
	ak_arena_release(&values);
	end(&w);
	return n;
}
