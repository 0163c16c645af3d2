#include "base/ak.h"
#include "check/piles.h"

#include <stdlib.h>

#include "base/text.h"
#include "query/aggregate.h"

enum ak_rc ak_piles_init(struct ak_piles *p, struct ak_check_run *r, size_t nparts, struct ak_err *err)
{
	*p = (struct ak_piles){.r = r, .nparts = nparts};
	ak_map_init(&p->known);
	ak_map_init(&p->sources);
	ak_buf_init(&p->key, SIZE_MAX / 2);
	ak_arena_init(&p->arena);
	return ak_by_sources(r->store, &p->sources, err);
}

void ak_piles_release(struct ak_piles *p)
{
	ak_free(p->pile);
	ak_map_release(&p->known);
	ak_by_sources_release(&p->sources);
	ak_buf_release(&p->key);
	ak_arena_release(&p->arena);
}

static struct ak_str key_of(struct ak_piles *p, const struct ak_str *part)
{
	ak_buf_clear(&p->key);
	for (size_t i = 0; i < p->nparts; i++) {
		uint32_t n = part[i].p ? (uint32_t)part[i].n : UINT32_MAX;

		ak_buf_add(&p->key, &n, sizeof n);
		ak_buf_add(&p->key, part[i].p ? part[i].p : "", part[i].p ? part[i].n : 0);
	}
	return ak_buf_str(&p->key);
}

struct ak_pile *ak_piles_find(struct ak_piles *p, const struct ak_str *part)
{
	const struct ak_map_entry *e = ak_map_get(&p->known, key_of(p, part));

	return e ? e->v.ptr : NULL;
}

struct ak_pile *ak_piles_at(struct ak_piles *p, const struct ak_str *part)
{
	struct ak_pile *pile = ak_piles_find(p, part);
	bool fresh;

	if (pile || p->n == AK_PILES_MOST) {
		p->lost += !pile;
		return pile;
	}
	pile = ak_arena_zero(&p->arena, sizeof *pile);
	pile->first_us = INT64_MAX;
	pile->last_us = INT64_MIN;
	for (size_t i = 0; i < p->nparts; i++)
		pile->part[i] = part[i].p ? ak_arena_str(&p->arena, part[i]) : part[i];
	ak_map_put(&p->known, ak_buf_str(&p->key), &fresh)->v.ptr = pile;
	if (p->n == p->cap) {
		p->cap = p->cap ? 2 * p->cap : 64;
		p->pile = ak_realloc(p->pile, p->cap * sizeof(struct ak_pile *));
	}
	p->pile[p->n++] = pile;
	return pile;
}

void ak_pile_cite(struct ak_pile *pile, const struct ak_fieldrow *row)
{
	size_t at;

	if (!pile || (pile->ncites == AK_PILE_CITES && row->seq >= pile->cite[AK_PILE_CITES - 1].seq))
		return;
	pile->ncites += pile->ncites < AK_PILE_CITES;
	for (at = pile->ncites - 1; at > 0 && pile->cite[at - 1].seq > row->seq; at--)
		pile->cite[at] = pile->cite[at - 1];
	pile->cite[at].source = row->source;
	pile->cite[at].seq = row->seq;
}

void ak_pile_add(struct ak_pile *pile, const struct ak_fieldrow *row)
{
	if (!pile)
		return;
	pile->n++;
	if (row->dated && row->time_us < pile->first_us)
		pile->first_us = row->time_us;
	if (row->dated && row->time_us > pile->last_us)
		pile->last_us = row->time_us;
	ak_pile_cite(pile, row);
}

static int compare(const void *a, const void *b)
{
	const struct ak_pile *x = *(struct ak_pile *const *)a, *y = *(struct ak_pile *const *)b;
	int r;

	for (size_t i = 0; i < AK_PILE_PARTS; i++) {
		if (!x->part[i].p != !y->part[i].p)
			return x->part[i].p ? -1 : 1;
		if (x->part[i].p && (r = ak_str_cmp(x->part[i], y->part[i])) != 0)
			return r;
	}
	return 0;
}

void ak_piles_sort(struct ak_piles *p)
{
	if (p->n)
		ak_sort(p->pile, p->n, sizeof *p->pile, compare);
}

void ak_piles_done(struct ak_piles *p)
{
	if (p->lost)
		ak_check_unjudged(p->r, "there are more than %s different values; bound the period with --from and --to: %s records found no room",
				  AK_NUM(AK_PILES_MOST), AK_NUM(p->lost));
}

json_t *ak_check_cite(const struct ak_piles *p, int64_t source, int64_t seq)
{
	struct ak_buf b;
	json_t *cite;

	ak_buf_init(&b, 1 << 12);
	ak_fieldrow_cite(&p->sources, source, seq, &b);
	cite = json_stringn(b.p, b.n);
	ak_buf_release(&b);
	return cite;
}

json_t *ak_pile_cites(const struct ak_piles *p, const struct ak_pile *pile)
{
	json_t *list = json_array();

	for (size_t i = 0; i < pile->ncites; i++)
		json_array_append_new(list, ak_check_cite(p, pile->cite[i].source, pile->cite[i].seq));
	return list;
}

json_t *ak_pile_finding(const struct ak_piles *p, const struct ak_pile *pile, const char *subject, json_t *text)
{
	return json_pack("{s:s, s:o, s:o, s:I}", "subject", subject, "text", text, "cites", ak_pile_cites(p, pile), "affected", (json_int_t)pile->n);
}

enum ak_rc ak_check_rows(struct ak_check_run *r, enum ak_kind kind, const int *field, size_t n, ak_fieldrow_fn *take, void *ctx, struct ak_err *err)
{
	enum ak_rc rc = ak_query_fieldrows_each(r->store, kind, field, n, r->from_us, r->to_us, take, ctx, err);

	return rc == AK_END ? AK_OK : rc;
}
