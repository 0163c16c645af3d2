#include "base/ak.h"

#include <stdlib.h>

#include "base/decimal.h"
#include "base/jsonw.h"
#include "base/limits.h"
#include "base/text.h"
#include "format/jtree.h"

struct cursor {
	const char *p, *end;
	struct ak_arena *arena;
	unsigned depth;
};

static struct ak_jnode *value(struct cursor *c);

static void blanks(struct cursor *c)
{
	while (c->p < c->end && (*c->p == ' ' || *c->p == '\t' || *c->p == '\n' || *c->p == '\r'))
		c->p++;
}

static bool eat(struct cursor *c, char want)
{
	blanks(c);
	if (c->p == c->end || *c->p != want)
		return false;
	c->p++;
	return true;
}

static bool hex4(struct cursor *c, uint32_t *out)
{
	uint32_t v = 0;

	if (c->end - c->p < 4)
		return false;
	for (int i = 0; i < 4; i++) {
		unsigned char x = (unsigned char)*c->p++;

		if (!ak_is_hex(x))
			return false;
		v = v << 4 | (ak_is_digit(x) ? (unsigned)(x - '0') : (unsigned char)ak_lower((char)x) - 'a' + 10u);
	}
	*out = v;
	return true;
}

static char *put_utf8(char *o, uint32_t u)
{
	if (u < 0x80) {
		*o++ = (char)u;
		return o;
	}
	if (u < 0x800) {
		*o++ = (char)(0xC0 | u >> 6);
	} else {
		if (u < 0x10000) {
			*o++ = (char)(0xE0 | u >> 12);
		} else {
			*o++ = (char)(0xF0 | u >> 18);
			*o++ = (char)(0x80 | (u >> 12 & 0x3F));
		}
		*o++ = (char)(0x80 | (u >> 6 & 0x3F));
	}
	*o++ = (char)(0x80 | (u & 0x3F));
	return o;
}

/* After `\u`: one code point, of a surrogate pair if need be. A lone surrogate is refused. */
static bool unicode(struct cursor *c, uint32_t *u)
{
	uint32_t low;

	if (!hex4(c, u) || (*u >= 0xDC00 && *u < 0xE000))
		return false;
	if (*u < 0xD800 || *u >= 0xE000)
		return true;
	if (c->end - c->p < 2 || c->p[0] != '\\' || c->p[1] != 'u')
		return false;
	c->p += 2;
	if (!hex4(c, &low) || low < 0xDC00 || low >= 0xE000)
		return false;
	*u = 0x10000 + ((*u - 0xD800) << 10) + (low - 0xDC00);
	return true;
}

static bool escape(struct cursor *c, char **o)
{
	static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
	const char *at;
	uint32_t u;

	if (c->p == c->end)
		return false;
	if (*c->p == 'u') {
		c->p++;
		if (!unicode(c, &u))
			return false;
		*o = put_utf8(*o, u);
		return true;
	}
	at = *c->p ? strchr(from, *c->p) : NULL;
	if (!at)
		return false;
	c->p++;
	*(*o)++ = to[at - from];
	return true;
}

/* The opening quote is at c->p. An unescaped string is never longer than its escaped form. */
static bool string(struct cursor *c, struct ak_str *out)
{
	const char *from = ++c->p;
	char *text, *o;

	while (c->p < c->end && *c->p != '"' && *c->p != '\\' && (unsigned char)*c->p >= ' ')
		c->p++;
	if (c->p < c->end && *c->p == '"') {
		*out = ak_str_n(from, (size_t)(c->p++ - from));
		return true;
	}
	for (const char *q = c->p; q < c->end && *q != '"'; q++)
		if (*q == '\\' && ++q == c->end)
			return false;
	text = ak_arena_alloc(c->arena, (size_t)(c->end - from) + 1);
	memcpy(text, from, (size_t)(c->p - from));
	o = text + (c->p - from);
	while (c->p < c->end && *c->p != '"') {
		char x = *c->p++;

		if ((unsigned char)x < ' ' || (x == '\\' && !escape(c, &o)))
			return false;
		if (x != '\\')
			*o++ = x;
	}
	if (c->p == c->end)
		return false;
	c->p++;
	*out = ak_str_n(text, (size_t)(o - text));
	return true;
}

static bool scalar(struct cursor *c, struct ak_jnode *n)
{
	const char *from = c->p;
	struct ak_dec_parts d;

	if (*c->p == '"') {
		n->type = AK_J_STR;
		return string(c, &n->text);
	}
	while (c->p < c->end && (ak_is_alnum((unsigned char)*c->p) || *c->p == '-' || *c->p == '+' || *c->p == '.'))
		c->p++;
	n->text = ak_str_n(from, (size_t)(c->p - from));
	if (ak_str_is(n->text, "null"))
		n->type = AK_J_NULL;
	else if (ak_str_is(n->text, "true") || ak_str_is(n->text, "false"))
		n->type = AK_J_BOOL;
	else
		n->type = AK_J_NUM;
	return n->type != AK_J_NUM || ak_dec_lex(n->text, false, &d);
}

static bool elements(struct cursor *c, struct ak_jnode *n)
{
	struct ak_jnode **tail = &n->child;

	if (eat(c, ']'))
		return true;
	do {
		*tail = value(c);
		if (!*tail)
			return false;
		tail = &(*tail)->next;
	} while (eat(c, ','));
	return eat(c, ']');
}

static int key_order(const void *a, const void *b)
{
	const struct ak_jnode *const *x = a, *const *y = b;

	return ak_str_cmp((*x)->key, (*y)->key);
}

/* Relink n->child in key order; false when two keys are equal. */
static bool sort_members(struct cursor *c, struct ak_jnode *n, size_t count)
{
	struct ak_jnode **list = ak_arena_alloc(c->arena, (count + 1) * sizeof(struct ak_jnode *)), *m = n->child;

	for (size_t i = 0; i < count; i++, m = m->next)
		list[i] = m;
	list[count] = NULL;
	ak_sort(list, count, sizeof(struct ak_jnode *), key_order);
	n->child = list[0];
	for (size_t i = 0; i < count; i++) {
		if (i && ak_str_eq(list[i - 1]->key, list[i]->key))
			return false;
		list[i]->next = list[i + 1];
	}
	return true;
}

static bool members(struct cursor *c, struct ak_jnode *n)
{
	struct ak_jnode **tail = &n->child;
	size_t count = 0;

	if (eat(c, '}'))
		return true;
	do {
		struct ak_str key;

		blanks(c);
		if (c->p == c->end || *c->p != '"' || !string(c, &key) || !eat(c, ':'))
			return false;
		*tail = value(c);
		if (!*tail)
			return false;
		(*tail)->key = key;
		tail = &(*tail)->next;
		count++;
	} while (eat(c, ','));
	return eat(c, '}') && sort_members(c, n, count);
}

static struct ak_jnode *value(struct cursor *c)
{
	struct ak_jnode *n = ak_arena_zero(c->arena, sizeof(*n));
	bool good;

	blanks(c);
	if (c->p == c->end || c->depth == AK_MAX_JSON_DEPTH)
		return NULL;
	c->depth++;
	if (*c->p == '{' || *c->p == '[') {
		n->type = *c->p++ == '{' ? AK_J_OBJ : AK_J_ARR;
		good = n->type == AK_J_OBJ ? members(c, n) : elements(c, n);
	} else {
		good = scalar(c, n);
	}
	c->depth--;
	return good ? n : NULL;
}

struct ak_jnode *ak_jtree_parse(struct ak_str text, struct ak_arena *a)
{
	struct cursor c = {.p = text.p, .end = text.p + text.n, .arena = a};
	struct ak_jnode *n;

	if (!text.n || ak_utf8_valid(text) != text.n)
		return NULL;
	n = value(&c);
	blanks(&c);
	return c.p == c.end ? n : NULL;
}

static void write_number(struct ak_buf *b, struct ak_str token)
{
	struct ak_arena a;
	struct ak_str text;
	int64_t n;

	if (!ak_dec_int(token, false, &n, NULL)) {
		ak_jsonw_int(b, n);
		return;
	}
	ak_arena_init(&a);
	ak_jsonw_string(b, ak_dec_parse(token, 0, false, &a, &text, NULL) ? token : text);
	ak_arena_release(&a);
}

static void write_container(struct ak_buf *b, const struct ak_jnode *n)
{
	bool object = n->type == AK_J_OBJ;

	ak_buf_addc(b, object ? '{' : '[');
	for (const struct ak_jnode *e = n->child; e; e = e->next) {
		if (e != n->child)
			ak_buf_addc(b, ',');
		if (object) {
			ak_jsonw_string(b, e->key);
			ak_buf_addc(b, ':');
		}
		ak_jtree_write(b, e);
	}
	ak_buf_addc(b, object ? '}' : ']');
}

void ak_jtree_write(struct ak_buf *b, const struct ak_jnode *n)
{
	if (n->type == AK_J_OBJ || n->type == AK_J_ARR)
		write_container(b, n);
	else if (n->type == AK_J_STR)
		ak_jsonw_string(b, n->text);
	else if (n->type == AK_J_NUM)
		write_number(b, n->text);
	else
		ak_buf_addstr(b, n->text);
}
