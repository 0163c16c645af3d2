#include "base/ak.h"
#include "redact/veiled.h"

#include "base/buf.h"
#include "redact/charset.h"
#include "redact/decode.h"
#include "redact/email.h"
#include "redact/personal.h"

enum { LEAST_BUDGET = 4096 };

/* A find: its place in the layer at hand, and what it is when decoded. finder: NULL = an e-mail address. */
struct veil {
	size_t from, to;
	struct ak_str text;
	const struct ak_finder *finder;
};

struct veils {
	struct veil *v; /* in order, never overlapping */
	size_t n, cap;
};

struct look {
	const struct ak_redactor *r;
	struct ak_arena *a;
	size_t budget; /* bytes that may still be decoded; what is beyond, the look for secrets has taken whole */
	bool personal;
};

static void push(const struct look *c, struct veils *l, struct veil v)
{
	if (l->n == l->cap) {
		size_t cap = l->cap ? 2 * l->cap : 4;
		struct veil *more = ak_arena_alloc(c->a, cap * sizeof(*more));

		if (l->n)
			memcpy(more, l->v, l->n * sizeof(*more));
		l->v = more;
		l->cap = cap;
	}
	l->v[l->n++] = v;
}

/* Both in order. One that overlaps another is left to the next round: replacing goes on until nothing changes. */
static void unite(const struct look *c, struct veils *l, const struct veils *more)
{
	struct veils all = {0};

	if (!more->n)
		return;
	for (size_t i = 0, k = 0; i < l->n || k < more->n;) {
		bool first = k == more->n || (i < l->n && l->v[i].from <= more->v[k].from);
		const struct veil *next = first ? &l->v[i++] : &more->v[k++];

		if (!all.n || next->from >= all.v[all.n - 1].to)
			push(c, &all, *next);
	}
	*l = all;
}

static void layer(struct look *c, struct ak_str s, int depth, struct veils *l);

static void as_it_stands(const struct look *c, struct ak_str s, struct veils *l)
{
	struct veils others = {0};
	struct ak_personal_hit h;
	size_t from, to;

	for (size_t at = 0; ak_email_find(c->r, s, at, &from, &to); at = to)
		push(c, l, (struct veil){from, to, ak_str_n(s.p + from, to - from), NULL});
	for (size_t at = 0; c->personal && ak_personal_find(c->r, s, at, AK_FIND_TEXT, &h); at = h.to)
		push(c, &others, (struct veil){h.from, h.to, ak_str_n(s.p + h.from, h.to - h.from), h.finder});
	unite(c, l, &others);
}

static void below_escapes(struct look *c, struct ak_str s, int depth, struct veils *l)
{
	struct ak_unescaped u;
	struct veils sub = {0};

	if (!ak_decode_escapes(s, c->a, &u))
		return;
	layer(c, u.text, depth + 1, &sub);
	for (size_t i = 0; i < sub.n; i++) {
		sub.v[i].from = u.at[sub.v[i].from];
		sub.v[i].to = u.at[sub.v[i].to];
	}
	unite(c, l, &sub);
}

struct below {
	struct look *c;
	struct veils *l;
	int depth;
};

static bool below_run(void *ctx, struct ak_str text, size_t from, size_t to)
{
	struct below *b = ctx;
	struct veils sub = {0};

	layer(b->c, text, b->depth + 1, &sub);
	if (sub.n)
		push(b->c, b->l, (struct veil){from, to, sub.v[0].text, sub.v[0].finder});
	return sub.n > 0;
}

static void below_runs(struct look *c, struct ak_str s, int depth, struct veils *l)
{
	struct veils found = {0};

	ak_decode_runs(c->r->scanner.shifts, s, c->a, below_run, &(struct below){c, &found, depth});
	unite(c, l, &found);
}

static void layer(struct look *c, struct ak_str s, int depth, struct veils *l)
{
	if (depth > AK_SCAN_DEPTH || (depth > 0 && s.n > c->budget))
		return;
	c->budget -= depth > 0 ? s.n : 0;
	if (depth > 0)
		as_it_stands(c, s, l);
	if (ak_charset_any(s, AK_CS_ESCAPE))
		below_escapes(c, s, depth, l);
	if (ak_charset_has_run(s, AK_SET_ANY64, AK_DECODE_RUN - 1))
		below_runs(c, s, depth, l);
}

static void look(struct look *c, struct ak_str s, struct veils *out)
{
	c->budget = s.n * AK_SCAN_EXPANSION + LEAST_BUDGET;
	*out = (struct veils){0};
	layer(c, s, 0, out);
}

/* Some run of the text decodes to bytes of ASCII: of ids that are no text, few. */
static bool any_run(void *ctx, struct ak_str text, size_t from, size_t to)
{
	*(bool *)ctx |= text.n > 0 && from < to;
	return true;
}

bool ak_veiled_may(const struct ak_redactor *r, struct ak_str s)
{
	struct ak_arena a;
	bool any = false;

	if (!ak_charset_is_plain(s) && ak_charset_any(s, AK_CS_ESCAPE))
		return true;
	if (s.n < AK_DECODE_RUN - 1 || !ak_charset_has_run(s, AK_SET_ANY64, AK_DECODE_RUN - 1))
		return false;
	ak_arena_init(&a);
	ak_decode_runs(r->scanner.shifts, s, &a, any_run, &any);
	ak_arena_release(&a);
	return any;
}

static struct ak_str mark_of(const struct ak_pass *p, const struct veil *v)
{
	return v->finder ? ak_personal_mark(p, v->finder, v->text) : ak_email_mark(p, v->text);
}

struct ak_str ak_veiled_replace(const struct ak_pass *p, struct ak_str s, bool personal)
{
	struct look c = {.r = p->r, .a = p->a, .personal = personal};
	struct ak_str mark;
	struct veils l;
	struct ak_buf b;
	size_t at = 0;

	if (ak_pass_knows_bare(p, s) || !ak_veiled_may(p->r, s))
		return s;
	look(&c, s, &l);
	if (!l.n)
		return s;
	ak_buf_init(&b, SIZE_MAX);
	for (size_t i = 0; i < l.n; i++) {
		mark = mark_of(p, &l.v[i]);
		if (!mark.p)
			continue;
		ak_buf_add(&b, s.p + at, l.v[i].from - at);
		ak_buf_addstr(&b, mark);
		at = l.v[i].to;
	}
	ak_buf_add(&b, s.p + at, s.n - at);
	s = at ? ak_arena_str(p->a, ak_buf_str(&b)) : s;
	ak_buf_release(&b);
	return s;
}

bool ak_veiled_email(const struct ak_redactor *r, struct ak_str s, size_t *from, size_t *to)
{
	struct ak_arena a;
	struct look c = {.r = r, .a = &a};
	struct veils l;

	if (!ak_veiled_may(r, s))
		return false;
	ak_arena_init(&a);
	look(&c, s, &l);
	if (l.n) {
		*from = l.v[0].from;
		*to = l.v[0].to;
	}
	ak_arena_release(&a);
	return l.n > 0;
}
