/* Pages of an API: what the strict JSON reader takes is a page, its records are counted as that reader has them, and what is
 * found lies in the page or the arena. */
#include "base/ak.h"

#include "format/jtree.h"
#include "fuzz.h"
#include "pull/page.h"

static const struct ak_jnode *member(const struct ak_jnode *o, const char *name)
{
	for (const struct ak_jnode *m = o && o->type == AK_J_OBJ ? o->child : NULL; m; m = m->next)
		if (ak_str_is(m->key, name))
			return m;
	return NULL;
}

static uint64_t elements(const struct ak_jnode *a)
{
	uint64_t n = 0;

	for (const struct ak_jnode *e = a->child; e; e = e->next)
		n++;
	return n;
}

static void compare(const struct ak_jnode *tree, const struct ak_page_find f[3])
{
	const struct ak_jnode *data = member(tree, "data"), *next = member(member(tree, "paging"), "next"), *more = member(tree, "has_more");

	HOLDS(f[0].elements == (data && data->type == AK_J_ARR ? elements(data) : 0));
	if (next && next->type != AK_J_OBJ && next->type != AK_J_ARR && next->type != AK_J_NULL)
		HOLDS(f[1].there && ak_str_eq(f[1].text, next->text));
	else
		HOLDS(!f[1].text.p);
	HOLDS(ak_str_is(f[2].text, "true") == (more && (more->type == AK_J_BOOL || more->type == AK_J_STR) && ak_str_is(more->text, "true")));
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct ak_page_find f[3] = {{.path = "/data"}, {.path = "/paging/next"}, {.path = "/has_more"}};
	struct ak_str text = ak_str_n((const char *)p, n);
	const struct ak_jnode *tree;
	struct ak_arena a;
	bool page;

	ak_arena_init(&a);
	page = ak_page_read(text, f, AK_COUNT(f), &a);
	tree = ak_jtree_parse(text, &a);
	HOLDS(page || !tree);
	if (tree)
		compare(tree, f);
	ak_arena_release(&a);
	return 0;
}
