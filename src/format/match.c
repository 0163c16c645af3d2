#include "base/ak.h"

#include <stdlib.h>

#include "base/decimal.h"
#include "format/compiled.h"

/* Comparing a value with the literals a mapping names: `when:` and `enum:`. */

bool ak_literal_fits(const struct ak_literal *l, struct ak_str text)
{
	return l->prefix ? ak_str_starts(text, l->text) : ak_str_eq(text, l->text);
}

static int exact_order(const void *a, const void *b)
{
	const struct ak_enum_row *x = a, *y = b;

	return ak_str_cmp(x->from.text, y->from.text);
}

/* Exact rows first, then the longest prefix. */
static int row_order(const void *a, const void *b)
{
	const struct ak_enum_row *x = a, *y = b;

	if (x->from.prefix != y->from.prefix)
		return x->from.prefix ? 1 : -1;
	if (x->from.prefix && x->from.text.n != y->from.text.n)
		return x->from.text.n < y->from.text.n ? 1 : -1;
	return ak_str_cmp(x->from.text, y->from.text);
}

enum ak_rc ak_compile_enum(struct ak_compiler *c, const json_t *node, const struct ak_enum **out)
{
	struct ak_enum *e = ak_arena_zero(&c->m->arena, sizeof(*e));
	const char *key;
	json_t *to;

	e->row = ak_arena_zero(&c->m->arena, (json_object_size(node) + 1) * sizeof(*e->row));
	json_object_foreach((json_t *)node, key, to)
	{
		struct ak_enum_row *row = &e->row[e->n];
		struct ak_str from = ak_arena_str(&c->m->arena, ak_str_of(key));

		row->to = ak_compile_scalar(c, to);
		if (!row->to.p)
			return ak_compile_fail(c, node, "enum: '%s' needs a single value", key);
		row->from.prefix = from.n && from.p[from.n - 1] == '*';
		row->from.text = ak_str_n(from.p, from.n - row->from.prefix);
		e->nexact += !row->from.prefix;
		e->n++;
	}
	ak_sort(e->row, e->n, sizeof(*e->row), row_order);
	*out = e;
	return AK_OK;
}

const struct ak_str *ak_enum_find(const struct ak_enum *e, struct ak_str text)
{
	struct ak_enum_row key = {.from = {.text = text}};
	struct ak_enum_row *row = ak_bsearch(&key, e->row, e->nexact, sizeof(key), exact_order);

	for (size_t i = e->nexact; !row && i < e->n; i++)
		if (ak_literal_fits(&e->row[i].from, text))
			row = &e->row[i];
	return row ? &row->to : NULL;
}

static const struct ak_yaml_rule when_members[] = {
	{.name = "path", .type = AK_Y_STR_OR_LIST, .required = true},
	{.name = "is", .type = AK_Y_SCALAR},
	{.name = "in", .type = AK_Y_LIST},
	{.name = "not", .type = AK_Y_ANY},
	{.name = "set", .type = AK_Y_BOOL},
	{.name = "at-least", .type = AK_Y_SCALAR},
	{.name = "whole", .type = AK_Y_BOOL},
	{.name = NULL},
};

/* The number of `at-least`, in its canonical form. */
static enum ak_rc bound(struct ak_compiler *c, const json_t *node, struct ak_cond *cond)
{
	struct ak_str text = ak_compile_scalar(c, node);

	cond->value = ak_arena_zero(&c->m->arena, sizeof(*cond->value));
	cond->nvalues = 1;
	if (!text.p || ak_dec_parse(text, 0, false, &c->m->arena, &cond->value->text, NULL))
		return ak_compile_fail(c, node, "when: 'at-least' is a number");
	return AK_OK;
}

static enum ak_rc one_condition(struct ak_compiler *c, const json_t *node, struct ak_cond *cond)
{
	const json_t *set = ak_compile_member(node, "set"), *not = ak_compile_member(node, "not");
	const json_t *is = ak_compile_member(node, "is"), *in = ak_compile_member(node, "in");
	const json_t *least = ak_compile_member(node, "at-least"), *whole = ak_compile_member(node, "whole");
	enum ak_rc rc = ak_yaml_check(&c->yaml, node, when_members, "when", c->err);

	if (rc)
		return rc;
	if (!set + !not +!is + !in + !least + !whole != 5)
		return ak_compile_fail(c, node, "when: give one of is, in, not, set, at-least and whole");
	if (set)
		cond->how = json_is_true(set) ? AK_COND_SET : AK_COND_UNSET;
	else if (whole)
		cond->how = json_is_true(whole) ? AK_COND_WHOLE : AK_COND_FRACTION;
	else
		cond->how = least ? AK_COND_AT_LEAST : not ? AK_COND_NOT : AK_COND_IS;
	rc = ak_compile_paths(c, ak_compile_member(node, "path"), AK_PICK_VALUE, &cond->refs);
	if (rc || set || whole)
		return rc;
	if (least)
		return bound(c, least, cond);
	return ak_compile_literals(c, not ? not : is ? is : in, true, &cond->value, &cond->nvalues);
}

enum ak_rc ak_compile_when(struct ak_compiler *c, const json_t *node, struct ak_cond **out)
{
	struct ak_cond *first = NULL, **tail = &first;
	size_t n = json_is_array(node) ? json_array_size(node) : 1;

	for (size_t i = 0; i < n; i++) {
		const json_t *item = json_is_array(node) ? json_array_get(node, i) : node;
		enum ak_rc rc;

		*tail = ak_arena_zero(&c->m->arena, sizeof(**tail));
		rc = one_condition(c, item, *tail);
		if (rc)
			return rc;
		tail = &(*tail)->next;
	}
	*out = first;
	return AK_OK;
}
