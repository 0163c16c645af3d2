#include "base/ak.h"

#include "format/compiled.h"

/* What must be there for a rule to yield a value. A record has few of the paths that a mapping knows. */

/* Adds the slots of these paths; false when one of them is not of the record itself. */
static bool add(uint64_t *slots, const struct ak_refs *refs)
{
	for (size_t i = 0; i < refs->n; i++) {
		if (refs->at[i].level)
			return false;
		slots[refs->at[i].slot / 64] |= UINT64_C(1) << (refs->at[i].slot & 63);
	}
	return true;
}

/* A constant depends on its conditions: one that wants a value is enough. */
static bool add_constant(uint64_t *slots, const struct ak_rule *r)
{
	const struct ak_cond *cond = r->when;

	while (cond && cond->how != AK_COND_SET && cond->how != AK_COND_IS)
		cond = cond->next;
	return cond && add(slots, &cond->refs);
}

static struct ak_need need_of(struct ak_compiler *c, const struct ak_rule *r)
{
	uint64_t *slots = ak_arena_zero(&c->m->arena, c->m->nwords * sizeof(*slots));
	bool good = true;

	for (; r && good; r = r->next)
		good = r->op == AK_OP_CONST ? add_constant(slots, r) : add(slots, &r->refs) && add(slots, &r->after);
	return (struct ak_need){good ? slots : NULL};
}

enum ak_rc ak_compile_needs(struct ak_compiler *c)
{
	struct ak_mapping *m = c->m;

	m->nwords = (size_t)m->trie[0].nslots / 64 + 1;
	m->field = ak_arena_zero(&m->arena, AK_F_COUNT * sizeof(*m->field));
	for (int f = 0; f < AK_F_COUNT; f++)
		if (m->rule[f] && ak_fields[f].kinds & m->info.kinds)
			m->field[m->nfield++] = (struct ak_field_rule){(enum ak_field_id)f, m->rule[f], need_of(c, m->rule[f])};
	for (size_t i = 0; i < m->nident; i++)
		m->ident[i].need = need_of(c, m->ident[i].rule);
	return AK_OK;
}
