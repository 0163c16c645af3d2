#include "base/ak.h"

#include "read/row.h"

enum { FIRST_PICKS = 64 };

void ak_row_init(struct ak_row *r, struct ak_arena *arena)
{
	memset(r, 0, sizeof(*r));
	r->arena = arena;
}

void ak_row_grow(struct ak_row *r)
{
	size_t cap = r->cap ? r->cap * 2 : FIRST_PICKS;
	struct ak_pick *more = ak_arena_alloc(r->arena, cap * sizeof(*more));

	if (r->n)
		memcpy(more, r->pick, r->n * sizeof(*more));
	r->pick = more;
	r->cap = cap;
}

void ak_row_add(struct ak_row *r, struct ak_pick p) { *ak_row_room(r) = p; }

const struct ak_pick *ak_row_get(const struct ak_row *r, int slot)
{
	for (size_t i = 0; i < r->n; i++)
		if (r->pick[i].slot == slot)
			return &r->pick[i];
	return NULL;
}

const char *ak_jtype_name(enum ak_jtype t)
{
	static const char *const name[] = {
		[AK_J_NULL] = "null", [AK_J_BOOL] = "boolean", [AK_J_NUM] = "number",
		[AK_J_STR] = "string", [AK_J_OBJ] = "object", [AK_J_ARR] = "array",
	};

	return name[t];
}
