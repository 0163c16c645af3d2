#include "base/ak.h"

#include "read/json_plan.h"

struct ak_plan_node *ak_plan_child(const struct ak_plan_node *n, struct ak_str key)
{
	struct ak_plan_node *c = n->child;

	while (c && !ak_str_eq(c->key, key))
		c = c->next;
	return c;
}

/* A segment with ~1 and ~0 decoded. */
static struct ak_str decode(struct ak_str seg, struct ak_arena *arena)
{
	char *out = ak_arena_z(arena, seg);
	size_t n = 0;

	for (size_t i = 0; i < seg.n; i++) {
		out[n] = seg.p[i];
		if (seg.p[i] == '~' && i + 1 < seg.n)
			out[n] = seg.p[++i] == '1' ? '/' : '~';
		n++;
	}
	return ak_str_n(out, n);
}

static struct ak_plan_node *member(struct ak_plan_node *n, struct ak_str key, struct ak_arena *arena)
{
	struct ak_plan_node *c = ak_plan_child(n, key), **last = &n->child;

	if (c)
		return c;
	c = ak_arena_zero(arena, sizeof(*c));
	c->key = key;
	while (*last)
		last = &(*last)->next;
	*last = c;
	return c;
}

static void add_path(struct ak_plan_node *n, struct ak_str path, struct ak_arena *arena)
{
	size_t depth = 0;

	while (path.n && path.p[0] == '/' && depth++ < AK_PLAN_DEPTH) {
		struct ak_str rest = ak_str_n(path.p + 1, path.n - 1), seg = ak_str_n(rest.p, ak_str_find(rest, '/'));

		path = ak_str_n(rest.p + seg.n, rest.n - seg.n);
		if (!ak_str_is(seg, "[]")) {
			n = member(n, decode(seg, arena), arena);
			continue;
		}
		if (!n->iter)
			n->iter = ak_arena_zero(arena, sizeof(*n->iter));
		n = n->iter;
	}
	n->record = !path.n;
}

struct ak_plan_node *ak_plan_build(const struct ak_frame_plan *plan, struct ak_arena *arena, bool *bare)
{
	struct ak_plan_node *root = ak_arena_zero(arena, sizeof(*root));

	*bare = plan->bare || !plan->npaths;
	for (size_t i = 0; i < plan->npaths; i++) {
		struct ak_str path = plan->paths[i];

		/* A top-level array is stepped over anyway. */
		if (ak_str_starts(path, AK_STR("/[]")) && (path.n == 3 || path.p[3] == '/'))
			path = ak_str_n(path.p + 3, path.n - 3);
		if (path.n)
			add_path(root, path, arena);
		else
			*bare = true;
	}
	return root;
}
