#include "base/ak.h"
#include "format/paths.h"

#include "base/buf.h"
#include "format/compiled.h"

struct user {
	struct ak_mapping_path path;
	enum ak_field_id field[AK_F_COUNT];
	bool named;
};

struct users {
	struct ak_arena *arena;
	struct user *of[AK_LEVELS]; /* by slot */
};

/* Keys as the mapping writes them: they are the program's own words or the operator's. */
static void add_path(struct ak_buf *b, const struct ak_tnode *n)
{
	const struct ak_tnode *up = n->parent;

	if (!up)
		return;
	add_path(b, up);
	ak_buf_adds(b, n == up->iter ? "/[]" : n == up->any ? "/*" : "/");
	for (size_t i = 0; i < n->key.n; i++)
		if (n->key.p[i] == '~' || n->key.p[i] == '/')
			ak_buf_adds(b, n->key.p[i] == '~' ? "~0" : "~1");
		else
			ak_buf_addc(b, n->key.p[i]);
}

/* A slot has several paths when a record may be wrapped: the shortest is the one the mapping has. */
static void name_node(const struct users *u, int level, const struct ak_tnode *n)
{
	struct user *user = &u->of[level][n->slot];
	struct ak_buf b;

	ak_buf_init(&b, SIZE_MAX);
	for (int i = 0; i < level; i++)
		ak_buf_addc(&b, '^');
	add_path(&b, n);
	if (!user->named || b.n < strlen(user->path.path))
		user->path.path = ak_arena_str(u->arena, ak_buf_str(&b)).p;
	user->path.use = AK_USE_ASKED;
	user->named = true;
	ak_buf_release(&b);
}

static void name_nodes(const struct users *u, int level, const struct ak_tnode *n)
{
	if (n->slot >= 0)
		name_node(u, level, n);
	for (const struct ak_tnode *child = n->child; child; child = child->next)
		name_nodes(u, level, child);
	if (n->iter)
		name_nodes(u, level, n->iter);
	if (n->any)
		name_nodes(u, level, n->any);
}

/* Fields come in ascending order, but for identifiers. */
static void feed(struct user *user, enum ak_field_id f)
{
	size_t i = user->path.nfields;

	for (size_t k = 0; k < i; k++)
		if (user->field[k] == f)
			return;
	for (; i && user->field[i - 1] > f; i--)
		user->field[i] = user->field[i - 1];
	user->field[i] = f;
	user->path.nfields++;
	user->path.use = AK_USE_FIELD;
}

static void feed_all(const struct users *u, const struct ak_refs *refs, enum ak_field_id f)
{
	for (size_t i = 0; i < refs->n; i++)
		feed(&u->of[refs->at[i].level][refs->at[i].slot], f);
}

static void feed_rules(const struct users *u, const struct ak_rule *r, enum ak_field_id f)
{
	for (; r; r = r->next) {
		feed_all(u, &r->refs, f);
		feed_all(u, &r->after, f);
		feed_all(u, &r->minus, f);
	}
}

static void leave_out(const struct users *u, const struct ak_left_out *list, size_t n, enum ak_path_use use)
{
	for (size_t i = 0; i < n; i++) {
		struct ak_mapping_path *p = &u->of[list[i].ref.level][list[i].ref.slot].path;

		p->use = use;
		p->why = list[i].why;
	}
}

size_t ak_mapping_paths(const struct ak_mapping *m, struct ak_arena *arena, struct ak_mapping_path **out)
{
	struct users u = {.arena = arena};
	size_t n = 0, all = 0;

	for (int level = 0; level < AK_LEVELS; level++) {
		u.of[level] = ak_arena_zero(arena, ((size_t)m->trie[level].nslots + 1) * sizeof(struct user));
		name_nodes(&u, level, m->trie[level].root);
		all += (size_t)m->trie[level].nslots;
	}
	for (size_t i = 0; i < m->nfield; i++)
		feed_rules(&u, m->field[i].rule, m->field[i].field);
	for (size_t i = 0; i < m->nident; i++)
		feed_rules(&u, m->ident[i].rule, m->ident[i].field);
	leave_out(&u, m->payload, m->npayload, AK_USE_PAYLOAD);
	leave_out(&u, m->drop, m->ndrop, AK_USE_DROP);
	*out = ak_arena_zero(arena, (all + 1) * sizeof(**out));
	for (int level = 0; level < AK_LEVELS; level++)
		for (int slot = 0; slot < m->trie[level].nslots; slot++) {
			struct user *user = &u.of[level][slot];

			user->path.field = user->field;
			if (user->named)
				(*out)[n++] = user->path;
		}
	return n;
}
