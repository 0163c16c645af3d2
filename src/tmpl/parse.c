#include "base/ak.h"

#include "tmpl/parse.h"

enum { MAX_OPEN = 64 };

struct parser {
	const char *name;
	struct ak_str text;
	size_t pos; /* next byte to look at */
	struct ak_str open, close;
	size_t section[MAX_OPEN]; /* nodes of the sections not closed yet */
	size_t depth;
	struct ak_nodes *nodes;
	struct ak_err *err;
};

/* One tag as it stands in the text. */
struct tag {
	size_t at, after; /* byte range from the opening delimiter to behind the closing one */
	char sigil;	  /* one of # ^ / > ! = { & or a blank for a plain value */
	struct ak_str body;
};

static enum ak_rc error_at(const struct parser *p, size_t pos, const char *what)
{
	unsigned line = 1;
	size_t n = 0;
	for (size_t i = 0; i < pos; i++)
		line += p->text.p[i] == '\n';
	while (n < 40 && pos + n < p->text.n && p->text.p[pos + n] != '\n' && !(n && p->text.p[pos + n - 1] == '}' && p->text.p[pos + n] != '}'))
		n++;
	return ak_fail(p->err, AK_EXIT_USAGE, "%s:%u: %s: %.*s", p->name, line, what, (int)n, p->text.p + pos);
}

/* Position of the needle at or after from, or the length of the text. */
static size_t find(struct ak_str text, size_t from, struct ak_str needle)
{
	while (from + needle.n <= text.n) {
		const char *hit = memchr(text.p + from, needle.p[0], text.n - from - needle.n + 1);
		if (!hit)
			break;
		if (memcmp(hit, needle.p, needle.n) == 0)
			return (size_t)(hit - text.p);
		from = (size_t)(hit - text.p) + 1;
	}
	return text.n;
}

static struct ak_str slice(struct ak_str s, size_t from, size_t to)
{
	return ak_str_n(s.p + from, to - from);
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

static bool is_space(char c)
{
	return is_blank(c) || c == '\n' || c == '\r';
}

static struct ak_str trim(struct ak_str s)
{
	for (; s.n && is_space(s.p[0]); s.n--)
		s.p++;
	while (s.n && is_space(s.p[s.n - 1]))
		s.n--;
	return s;
}

static struct ak_node *push(struct parser *p, enum ak_node_kind kind, struct ak_str text)
{
	struct ak_nodes *l = p->nodes;
	if (l->n == l->cap) {
		l->cap = l->cap ? 2 * l->cap : 32;
		l->v = ak_realloc(l->v, l->cap * sizeof(*l->v));
	}
	l->v[l->n] = (struct ak_node){.kind = kind, .text = text};
	return &l->v[l->n++];
}

static void push_text(struct parser *p, size_t from, size_t to)
{
	if (to > from)
		push(p, AK_NODE_TEXT, slice(p->text, from, to));
}

/* Read the tag whose opening delimiter stands at `at`. */
static enum ak_rc read_tag(const struct parser *p, size_t at, struct tag *t)
{
	size_t body = at + p->open.n;
	char sigil = body < p->text.n ? p->text.p[body] : '\0';
	struct ak_str end = p->close;
	size_t extra = 0; /* '}' or '=' before the closing delimiter */
	if (sigil && strchr("#^/>!={&", sigil)) {
		body++;
		extra = sigil == '{' || sigil == '=';
	} else {
		sigil = ' ';
	}
	size_t stop = find(p->text, body, end);
	while (extra && stop < p->text.n && (stop == body || p->text.p[stop - 1] != (sigil == '=' ? '=' : '}'))) {
		/* `}}}`: the first two bytes are not the delimiter of a triple tag */
		stop = find(p->text, stop + 1, end);
	}
	if (stop == p->text.n)
		return error_at(p, at, "tag is not closed");
	*t = (struct tag){.at = at, .after = stop + end.n, .sigil = sigil};
	t->body = trim(slice(p->text, body, stop - extra));
	return AK_OK;
}

/* A tag alone on its line, which is then removed as a whole: *from and *to become the bounds of that line. */
static bool standalone(const struct parser *p, const struct tag *t, size_t *from, size_t *to)
{
	size_t a = t->at, b = t->after;
	while (a > 0 && is_blank(p->text.p[a - 1]))
		a--;
	if (a > 0 && p->text.p[a - 1] != '\n')
		return false;
	while (b < p->text.n && is_blank(p->text.p[b]))
		b++;
	if (b + 1 < p->text.n && p->text.p[b] == '\r' && p->text.p[b + 1] == '\n')
		b++;
	if (b < p->text.n && p->text.p[b] != '\n')
		return false;
	*from = a;
	*to = b < p->text.n ? b + 1 : b;
	return true;
}

static enum ak_rc set_delimiters(struct parser *p, const struct tag *t)
{
	size_t a = 0, b = t->body.n;
	while (a < b && !is_space(t->body.p[a]))
		a++;
	while (b > a && !is_space(t->body.p[b - 1]))
		b--;
	struct ak_str open = slice(t->body, 0, a), close = slice(t->body, b, t->body.n);
	if (!open.n || !close.n || trim(slice(t->body, a, b)).n || memchr(t->body.p, '=', t->body.n))
		return error_at(p, t->at, "delimiters are not two words without '='");
	p->open = open;
	p->close = close;
	return AK_OK;
}

static enum ak_rc open_section(struct parser *p, const struct tag *t)
{
	if (p->depth == MAX_OPEN)
		return error_at(p, t->at, "sections are nested too deep");
	p->section[p->depth++] = p->nodes->n;
	push(p, t->sigil == '#' ? AK_NODE_SECTION : AK_NODE_INVERTED, t->body);
	return AK_OK;
}

static enum ak_rc close_section(struct parser *p, const struct tag *t)
{
	if (p->depth == 0)
		return error_at(p, t->at, "section is closed but was not opened");
	struct ak_node *s = &p->nodes->v[p->section[--p->depth]];
	if (!ak_str_eq(s->text, t->body))
		return error_at(p, t->at, "section is closed under another name");
	s->end = p->nodes->n;
	return AK_OK;
}

static enum ak_rc take_tag(struct parser *p, const struct tag *t, struct ak_str indent)
{
	if (t->sigil != '!' && t->sigil != '=' && !t->body.n)
		return error_at(p, t->at, "tag has no name");
	switch (t->sigil) {
	case '#':
	case '^':
		return open_section(p, t);
	case '/':
		return close_section(p, t);
	case '=':
		return set_delimiters(p, t);
	case '>':
		push(p, AK_NODE_PARTIAL, t->body)->indent = indent;
		return AK_OK;
	case '!':
		return AK_OK;
	default:
		push(p, t->sigil == ' ' ? AK_NODE_VALUE : AK_NODE_RAW, t->body);
		return AK_OK;
	}
}

static enum ak_rc step(struct parser *p, size_t at)
{
	struct tag t = {0};
	enum ak_rc rc = read_tag(p, at, &t);
	if (rc < 0)
		return rc;
	size_t from = at, to = t.after;
	bool value = t.sigil == ' ' || t.sigil == '{' || t.sigil == '&';
	if (!value)
		standalone(p, &t, &from, &to);
	push_text(p, p->pos, from);
	p->pos = to;
	return take_tag(p, &t, slice(p->text, from, at));
}

enum ak_rc ak_nodes_parse(struct ak_nodes *nodes, const char *name, struct ak_str tmpl, struct ak_err *err)
{
	struct parser p = {.name = name, .text = tmpl, .nodes = nodes, .err = err};
	p.open = AK_STR("{{");
	p.close = AK_STR("}}");
	*nodes = (struct ak_nodes){0};
	for (;;) {
		size_t at = find(tmpl, p.pos, p.open);
		if (at == tmpl.n)
			break;
		enum ak_rc rc = step(&p, at);
		if (rc < 0)
			return rc;
	}
	push_text(&p, p.pos, tmpl.n);
	if (p.depth) {
		const struct ak_node *s = &nodes->v[p.section[p.depth - 1]];
		size_t at = (size_t)(s->text.p - tmpl.p);
		while (at > 0 && tmpl.p[at - 1] != '\n' && memchr("{#^ \t", tmpl.p[at - 1], 5))
			at--;
		return error_at(&p, at, "section is not closed");
	}
	return AK_OK;
}

void ak_nodes_release(struct ak_nodes *nodes)
{
	ak_free(nodes->v);
	*nodes = (struct ak_nodes){0};
}
