#include "base/ak.h"
#include "query/people.h"

#include "base/map.h"

static const enum ak_column columns[] = {AK_COL_ACTOR_ID, AK_COL_ACTOR_EMAIL, AK_COL_END_USER};

void ak_people_want(struct ak_columns_want *want)
{
	for (size_t i = 0; i < AK_COUNT(columns); i++)
		want->col[columns[i]] = true;
}

uint64_t ak_people_number(struct ak_str person)
{
	uint64_t h = ak_hash(person.p, person.n);

	return h ? h : 1;
}

/* Of actors those who are tokens of people: in any case of letters, as LIKE has it. */
static bool is_person(struct ak_str v)
{
	return (v.n >= 5 && ak_str_eq_fold(ak_str_n(v.p, 5), AK_STR("user:"))) || (v.n >= 6 && ak_str_eq_fold(ak_str_n(v.p, 6), AK_STR("email:")));
}

void ak_people_of(const struct ak_columns *c, struct ak_people_block *out)
{
	memset(out->of, 0, c->n * sizeof *out->of);
	for (size_t k = 0; k < AK_COUNT(columns); k++) {
		enum ak_column col = columns[k];

		if (!c->row[col])
			continue;
		out->value[0] = 0;
		for (size_t v = 0; v < c->ntext[col]; v++)
			out->value[v + 1] = k || is_person(c->text[col][v]) ? ak_people_number(c->text[col][v]) : 0;
		for (size_t i = 0; i < c->n; i++)
			if (!out->of[i])
				out->of[i] = out->value[c->row[col][i]];
	}
}

/* ---- pairs ---- */

static void put(struct ak_people *p, uint64_t pair)
{
	size_t at = (size_t)(pair * UINT64_C(0x9e3779b97f4a7c15) >> 20) & p->mask;

	while (p->pair[at])
		at = (at + 1) & p->mask;
	p->pair[at] = pair;
}

static bool has(const struct ak_people *p, uint64_t pair)
{
	size_t at = (size_t)(pair * UINT64_C(0x9e3779b97f4a7c15) >> 20) & p->mask;

	while (p->pair[at] && p->pair[at] != pair)
		at = (at + 1) & p->mask;
	return p->pair[at] != 0;
}

static void grow(struct ak_people *p)
{
	struct ak_people more = {.mask = p->pair ? 2 * p->mask + 1 : 1023};

	more.pair = ak_alloc_zero(more.mask + 1, sizeof *more.pair);
	for (size_t i = 0; p->pair && i <= p->mask; i++)
		if (p->pair[i])
			put(&more, p->pair[i]);
	more.n = p->n;
	ak_free(p->pair);
	*p = more;
}

int ak_people_add(struct ak_people *p, uint64_t group, uint64_t person)
{
	uint64_t pair = person ^ (group + 1) * UINT64_C(0xff51afd7ed558ccd);

	pair = (pair ^ pair >> 32) * UINT64_C(0xc4ceb9fe1a85ec53);
	pair = pair ? pair : 1;
	if (p->pair && has(p, pair))
		return 0;
	if (p->n >= AK_PEOPLE_MOST)
		return -1;
	if (!p->pair || 2 * p->n > p->mask)
		grow(p);
	put(p, pair);
	p->n++;
	return 1;
}

void ak_people_free(struct ak_people *p)
{
	ak_free(p->pair);
	*p = (struct ak_people){0};
}
