#include "base/ak.h"

#include "format/compiled.h"

/* What must be there for a rule to yield a value. A record has few of the paths that a mapping knows. */

/* Adds a slot. */
static void add_slot(struct ak_need *need, int slot)
{
	size_t word = (size_t)slot / 64, i = 0;

	while (i < need->n && need->at[i].word != word)
		i++;
	if (i == need->n)
		need->at[need->n++] = (struct ak_need_word){word, 0};
	need->at[i].slots |= UINT64_C(1) << (slot & 63);
}

/* Adds the slots of these paths; false when one of them is not of the record itself. */
static bool add(struct ak_need *need, const struct ak_refs *refs)
{
	for (size_t i = 0; i < refs->n; i++) {
		if (refs->at[i].level)
			return false;
		add_slot(need, refs->at[i].slot);
	}
	return true;
}

/* A constant depends on its conditions: one that wants a value is enough. */
static bool add_constant(struct ak_need *need, const struct ak_rule *r)
{
	const struct ak_cond *cond = r->when;

	while (cond && cond->how != AK_COND_SET && cond->how != AK_COND_IS)
		cond = cond->next;
	return cond && add(need, &cond->refs);
}

static struct ak_need need_of(struct ak_mapping *m, const struct ak_rule *r)
{
	size_t words = (size_t)m->trie[0].nslots / 64 + 1;
	struct ak_need need = {ak_arena_zero(&m->arena, words * sizeof(*need.at)), 0};
	bool good = true;

	for (; r && good; r = r->next)
		good = r->op == AK_OP_CONST || r->op == AK_OP_EXPORTED ? add_constant(&need, r) :
									 add(&need, &r->refs) && add(&need, &r->after);
	if (!good)
		need.n = 0;
	return need;
}

enum ak_rc ak_compile_needs(struct ak_compiler *c)
{
	struct ak_mapping *m = c->m;

	m->field = ak_arena_zero(&m->arena, AK_F_COUNT * sizeof(*m->field));
	for (int f = 0; f < AK_F_COUNT; f++) {
		const struct ak_rule *r = m->rule[f];

		if (r && ak_fields[f].kinds & m->info.kinds)
			m->field[m->nfield++] = (struct ak_field_rule){
				(enum ak_field_id)f, r, r->single && !r->when && !r->next, need_of(m, r)};
	}
	for (size_t i = 0; i < m->nident; i++)
		m->ident[i].need = need_of(m, m->ident[i].rule);
	return AK_OK;
}
