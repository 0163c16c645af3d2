#include "base/ak.h"

#include "format/compiled.h"

/* `detect:` -> signs in tries of their own. */

/* The header cell a CSV path names: its first segment, unescaped, without decoding suffix. */
static struct ak_str column_of(struct ak_arena *a, struct ak_str path)
{
	char *p = ak_arena_alloc(a, path.n + 1);
	size_t n = 0, end = 1 + ak_str_find(ak_str_n(path.p + 1, path.n - 1), '/');
	size_t bar = ak_str_find(path, '|');

	for (size_t i = 1; i < (bar < end ? bar : end); i++) {
		bool escaped = path.p[i] == '~' && i + 1 < end;

		i += escaped;
		p[n++] = escaped ? (path.p[i] == '1' ? '/' : '~') : path.p[i];
	}
	return ak_str_n(p, n);
}

/* A member of the record whose name stands in the text as it is. */
static bool begins_with_name(struct ak_str path)
{
	return path.n > 1 && path.p[0] == '/' && path.p[1] != '[' && path.p[1] != '*' && !memchr(path.p, '|', path.n) &&
	       !memchr(path.p, '~', path.n);
}

/* Only constants need the text; the others may name payload, whose text stays in the reader. A path that is both is
 * picked as a value. */
static enum ak_rc add_sign(struct ak_compiler *c, const json_t *path, enum ak_sign_how how, const json_t *value)
{
	struct ak_detect *d = &c->m->detect;
	struct ak_sign *s = &d->sign[d->n];
	struct ak_err *err = c->err, first = {0};
	enum ak_rc rc;

	s->how = how;
	s->path = ak_arena_str(&c->m->arena, ak_compile_scalar(c, path));
	c->err = value ? err : &first;
	rc = ak_compile_path(c, d->trie, path, value ? AK_PICK_VALUE : AK_PICK_PAYLOAD, &s->ref);
	c->err = err;
	if (rc && !value)
		rc = ak_compile_path(c, d->trie, path, AK_PICK_VALUE, &s->ref);
	if (!rc && value)
		rc = ak_compile_literals(c, value, true, &s->value, &s->nvalues);
	if (rc)
		return rc;
	s->column = c->m->info.csv || begins_with_name(ak_compile_scalar(c, path)) ?
			    column_of(&c->m->arena, ak_compile_scalar(c, path)) : ak_str_n(NULL, 0);
	d->weight += how == AK_SIGN_REQUIRED || how == AK_SIGN_CONST;
	d->n++;
	return AK_OK;
}

static enum ak_rc constants(struct ak_compiler *c, const json_t *map)
{
	const char *path;
	json_t *value;

	json_object_foreach((json_t *)map, path, value)
	{
		json_t *text = json_string(path);
		enum ak_rc rc = add_sign(c, text, AK_SIGN_CONST, value);

		json_decref(text);
		if (rc)
			return rc;
	}
	return AK_OK;
}

/* Nothing is picked below a payload node: one with signs below becomes a value. */
static void open_payload(struct ak_tnode *n)
{
	if (n->slot >= 0 && n->how == AK_PICK_PAYLOAD && (n->child || n->iter || n->any))
		n->how = AK_PICK_VALUE;
	for (struct ak_tnode *child = n->child; child; child = child->next)
		open_payload(child);
	if (n->iter)
		open_payload(n->iter);
	if (n->any)
		open_payload(n->any);
}

enum ak_rc ak_compile_detect(struct ak_compiler *c, const json_t *node)
{
	static const struct {
		const char *member;
		enum ak_sign_how how;
	} lists[] = {{"required", AK_SIGN_REQUIRED}, {"any", AK_SIGN_ANY}, {"forbidden", AK_SIGN_FORBIDDEN}};
	struct ak_detect *d = &c->m->detect;
	const json_t *consts = ak_compile_member(node, "const");
	size_t n = json_object_size(consts);
	enum ak_rc rc;

	c->near = node;
	for (size_t i = 0; i < AK_COUNT(lists); i++)
		n += json_array_size(ak_compile_member(node, lists[i].member));
	d->sign = ak_arena_zero(&c->m->arena, (n + 1) * sizeof(*d->sign));
	for (int level = 0; level < AK_LEVELS; level++)
		ak_trie_init(&d->trie[level], &c->m->arena);
	rc = constants(c, consts);
	for (size_t i = 0; i < AK_COUNT(lists); i++) {
		const json_t *list = ak_compile_member(node, lists[i].member);

		for (size_t j = 0; !rc && j < json_array_size(list); j++)
			rc = add_sign(c, json_array_get(list, j), lists[i].how, NULL);
	}
	if (!rc && !d->weight)
		rc = ak_compile_fail(c, node, "detect: name at least one required path or constant");
	if (rc)
		return rc;
	d->plan = c->m->plan;
	d->plan.no_ctx = true;
	d->plan.around = NULL; /* it looks at other members, and only at what a file begins with */
	for (int level = 0; level < AK_LEVELS; level++) {
		open_payload(d->trie[level].root);
		ak_trie_seal(&d->trie[level]);
		d->plan.no_ctx &= !level || !d->trie[level].nslots;
	}
	return AK_OK;
}
