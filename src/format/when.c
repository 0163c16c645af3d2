#include "base/ak.h"

#include "base/decimal.h"
#include "format/mapper.h"

/* Looking for picks, and the conditions of rules on them. */

const struct ak_pick *ak_level_more(const struct ak_mapper *mp, const struct ak_ref *ref, const struct ak_pick *p)
{
	const struct ak_level *l = &mp->level[ref->level];
	const struct ak_pick *end = l->row.pick + l->row.n;

	for (p++; p < end; p++)
		if (p->slot == ref->slot)
			return p;
	return NULL;
}

const struct ak_pick *ak_eval_first(const struct ak_mapper *mp, const struct ak_refs *refs)
{
	for (size_t i = 0; i < refs->n; i++)
		for (const struct ak_pick *p = ak_level_first(mp, &refs->at[i]); p;
		     p = ak_level_next(mp, &refs->at[i], p))
			if (ak_convert_present(mp->m, p) == AK_GOT)
				return p;
	return NULL;
}

/* Collectors that normalise names write '_' for '.'. */
static bool same_key(struct ak_str key, struct ak_str name)
{
	if (key.n != name.n)
		return false;
	for (size_t i = 0; i < key.n; i++)
		if ((key.p[i] == '.' ? '_' : key.p[i]) != (name.p[i] == '.' ? '_' : name.p[i]))
			return false;
	return true;
}

bool ak_eval_key_equals(const struct ak_mapper *mp, const struct ak_rule *r, const struct ak_pick *p)
{
	const struct ak_pick *name = ak_eval_first(mp, &r->key_from);

	return name && same_key(p->key, name->text);
}

static bool any_value_fits(const struct ak_mapper *mp, const struct ak_cond *c)
{
	for (size_t i = 0; i < c->refs.n; i++)
		for (const struct ak_pick *p = ak_level_first(mp, &c->refs.at[i]); p;
		     p = ak_level_next(mp, &c->refs.at[i], p))
			for (size_t v = 0; p->type != AK_J_NULL && v < c->nvalues; v++)
				if (ak_literal_fits(&c->value[v], p->text))
					return true;
	return false;
}

/* number: in its canonical form, which has a point only before digits that count. */
static bool number_fits(const struct ak_cond *c, struct ak_str number)
{
	if (c->how == AK_COND_AT_LEAST)
		return ak_dec_cmp(number, c->value->text) >= 0;
	return !memchr(number.p, '.', number.n) == (c->how == AK_COND_WHOLE);
}

static bool any_number_fits(const struct ak_mapper *mp, const struct ak_cond *c)
{
	for (size_t i = 0; i < c->refs.n; i++)
		for (const struct ak_pick *p = ak_level_first(mp, &c->refs.at[i]); p;
		     p = ak_level_next(mp, &c->refs.at[i], p)) {
			struct ak_str number;

			if ((p->type == AK_J_NUM || p->type == AK_J_STR) &&
			    !ak_dec_parse(p->text, 0, p->type == AK_J_STR, mp->conv.scratch, &number, NULL) &&
			    number_fits(c, number))
				return true;
		}
	return false;
}

static bool holds(const struct ak_mapper *mp, const struct ak_cond *c)
{
	switch (c->how) {
	case AK_COND_SET:
		return ak_eval_first(mp, &c->refs);
	case AK_COND_UNSET:
		return !ak_eval_first(mp, &c->refs);
	case AK_COND_IS:
		return any_value_fits(mp, c);
	case AK_COND_NOT:
		return !any_value_fits(mp, c);
	case AK_COND_AT_LEAST:
	case AK_COND_WHOLE:
	case AK_COND_FRACTION:
		return any_number_fits(mp, c);
	}
	return false;
}

bool ak_eval_when(const struct ak_mapper *mp, const struct ak_cond *cond)
{
	while (cond && holds(mp, cond))
		cond = cond->next;
	return !cond;
}
