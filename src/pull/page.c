#include "base/ak.h"
#include "pull/page.h"

#include "base/buf.h"
#include "base/limits.h"
#include "read/json_index.h"
#include "read/json_text.h"

#define PATH_MAX_BYTES 200 /* longer ones are nobody's */

struct walk {
	const char *base;
	const uint32_t *at;
	uint32_t n, i;
	unsigned depth;
	struct ak_buf path;
	struct ak_page_find *find;
	size_t nfind;
	struct ak_arena *a;
};

static char token(const struct walk *w) { return w->i < w->n ? w->base[w->at[w->i]] : '\0'; }

static struct ak_str token_text(const struct walk *w)
{
	return ak_str_trim(ak_str_n(w->base + w->at[w->i], w->at[w->i + 1] - w->at[w->i]));
}

static bool is_here(const struct walk *w, const struct ak_page_find *f)
{
	return f->path && !w->path.over && ak_str_is(ak_buf_str(&w->path), f->path);
}

/* The text between quotes, unescaped; p NULL when that cannot be. */
static struct ak_str string_of(const struct walk *w, struct ak_str t)
{
	struct ak_str inner = ak_str_n(t.p + 1, t.n - 2), none = {0};
	char *out;
	size_t n;

	if (!memchr(inner.p, '\\', inner.n))
		return inner;
	if (!ak_json_measure(inner, &n))
		return none;
	out = ak_arena_alloc(w->a, inner.n + 1);
	return ak_json_unescape(inner, out, &n) ? ak_str_n(out, n) : none;
}

static bool is_string(struct ak_str t) { return t.n >= 2 && t.p[0] == '"' && t.p[t.n - 1] == '"'; }

static bool is_scalar(struct ak_str t)
{
	return is_string(t) || ak_json_is_number(t) || ak_str_is(t, "true") || ak_str_is(t, "false") ||
	       ak_str_is(t, "null");
}

static bool scalar(struct walk *w)
{
	struct ak_str t = token_text(w);

	if (!is_scalar(t))
		return false;
	for (size_t i = 0; i < w->nfind; i++) {
		struct ak_page_find *f = &w->find[i];
		struct ak_str value;

		if (!is_here(w, f))
			continue;
		value = is_string(t) ? string_of(w, t) : ak_str_is(t, "null") ? ak_str_n(NULL, 0) : t;
		if (!f->there)
			f->text = value;
		f->there = true;
		if (f->each && value.p)
			f->each(f->ctx, value);
	}
	w->i++;
	return true;
}

static bool value(struct walk *w);

/* A segment more for what is inside; keys with escapes or slashes are named by no pointer. */
static bool below(struct walk *w, struct ak_str key)
{
	size_t n = w->path.n;
	bool fits = n + key.n + 1 < PATH_MAX_BYTES, ok;

	ak_buf_addc(&w->path, '/');
	ak_buf_addstr(&w->path, fits ? key : AK_STR("~"));
	ok = value(w);
	w->path.n = n;
	return ok;
}

static bool object(struct walk *w)
{
	w->i++;
	if (token(w) == '}')
		return w->i++, true;
	for (;;) {
		struct ak_str key = w->i < w->n ? token_text(w) : ak_str_n(NULL, 0);

		if (!is_string(key))
			return false;
		w->i++;
		if (token(w) != ':')
			return false;
		w->i++;
		if (!below(w, ak_str_n(key.p + 1, key.n - 2)))
			return false;
		if (token(w) == '}')
			return w->i++, true;
		if (token(w) != ',')
			return false;
		w->i++;
	}
}

static bool array(struct walk *w)
{
	uint64_t n = 0;

	w->i++;
	while (token(w) != ']' || n == 0) {
		if (token(w) == ']')
			break;
		if (!below(w, AK_STR("[]")))
			return false;
		n++;
		if (token(w) == ']')
			break;
		if (token(w) != ',')
			return false;
		w->i++;
		if (token(w) == ']')
			return false;
	}
	w->i++;
	for (size_t i = 0; i < w->nfind; i++)
		if (is_here(w, &w->find[i])) {
			w->find[i].elements += n;
			w->find[i].there = true;
		}
	return true;
}

static bool value(struct walk *w)
{
	char c = token(w);
	bool ok;

	if (c != '{' && c != '[')
		return w->i < w->n && scalar(w);
	if (++w->depth > AK_MAX_JSON_DEPTH)
		return false;
	ok = c == '{' ? object(w) : array(w);
	w->depth--;
	return ok;
}

bool ak_page_read(struct ak_str page, struct ak_page_find *find, size_t n, struct ak_arena *a)
{
	struct ak_json_index *x = ak_json_index_new();
	struct walk w = {.base = page.p, .find = find, .nfind = n, .a = a};
	bool whole;

	ak_buf_init(&w.path, 65536);
	whole = page.n && ak_json_index_run(x, page, &w.at, &w.n) == AK_JSON_FLAW_NONE && value(&w) && w.i == w.n;
	ak_buf_release(&w.path);
	ak_json_index_free(x);
	return whole;
}
