/* Cells: what both sides have of one bucket, account and model. */
#include "base/ak.h"
#include "reconcile/engine.h"

#include <stdlib.h>

uint32_t ak_recon_account(struct ak_reconcile *r, enum account_kind kind, uint32_t key, uint32_t project, bool bypass)
{
	uint32_t id[4] = {kind, key, project, bypass};
	bool fresh;
	struct ak_map_entry *e;

	if (r->last_account[4] && memcmp(id, r->last_account, sizeof id) == 0)
		return r->last_account[4] - 1;
	e = ak_map_put(&r->account_of, (struct ak_str){(const char *)id, sizeof id}, &fresh);
	if (!fresh) {
		memcpy(r->last_account, id, sizeof id);
		r->last_account[4] = (uint32_t)e->v.num + 1;
		return (uint32_t)e->v.num;
	}
	if (r->naccounts == r->cap_accounts) {
		r->cap_accounts = r->cap_accounts ? 2 * r->cap_accounts : 64;
		r->account = ak_realloc(r->account, r->cap_accounts * sizeof *r->account);
	}
	r->account[r->naccounts] = (struct account){kind, key, project, bypass};
	e->v.num = (int64_t)r->naccounts;
	return (uint32_t)r->naccounts++;
}

struct cell *ak_recon_cell(struct ak_reconcile *r, struct cell_key key, bool make)
{
	struct ak_str id = {(const char *)&key, sizeof key};
	bool fresh = false;
	struct ak_map_entry *e = make ? ak_map_put(&r->cell_of, id, &fresh) : ak_map_get(&r->cell_of, id);

	if (!e)
		return NULL;
	if (fresh) {
		if (r->ncells == r->cap_cells) {
			r->cap_cells = r->cap_cells ? 2 * r->cap_cells : 4096;
			r->cell = ak_realloc(r->cell, r->cap_cells * sizeof *r->cell);
		}
		r->cell[r->ncells] = (struct cell){.key = key};
		e->v.num = (int64_t)r->ncells++;
	}
	return &r->cell[e->v.num];
}

uint32_t ak_recon_folded_account(struct ak_reconcile *r, uint32_t series, uint32_t account)
{
	const struct series *s = &r->series[series];
	uint32_t key = r->account[account].key;

	if (r->account[account].kind != ACCOUNT_KEY || !r->account[account].project || r->account[account].bypass ||
	    (s->key_project[key] && !s->key_bare[key]))
		return account;
	return ak_recon_account(r, ACCOUNT_KEY, key, 0, false);
}

uint32_t ak_recon_row_account(struct ak_reconcile *r, const struct prow *p)
{
	if (p->key && r->key_seen[p->key])
		return ak_recon_folded_account(r, p->series, ak_recon_account(r, ACCOUNT_KEY, p->key, p->project, false));
	if (p->project && r->project_seen[p->project])
		return ak_recon_account(r, ACCOUNT_PROJECT, 0, p->project, false);
	return ak_recon_account(r, ACCOUNT_POOL, 0, 0, false);
}

static void add_served(struct served *to, const struct served *g)
{
	ak_recon_add(&to->n, &g->n, 1);
	ak_recon_add(&to->failed, &g->failed, 1);
	ak_recon_add(&to->retried, &g->retried, 1);
	ak_recon_add(&to->zone, &g->zone, 1);
	to->unpriced += g->unpriced;
	to->unpriced_output += g->unpriced_output;
	to->apart += g->apart;
	to->cached += g->cached;
}

static void add_raw(struct ak_reconcile *r, const struct raw *raw)
{
	struct cell_key key = raw->key;
	struct cell *c;

	if (key.bucket == UINT32_MAX || r->series[key.series].bucket[key.bucket].outside)
		return;
	key.model = ak_recon_folded(r, key.series, key.model);
	key.account = ak_recon_folded_account(r, key.series, key.account);
	c = ak_recon_cell(r, key, true);
	add_served(&c->g, &raw->g);
	for (const struct money *m = raw->money; m; m = m->next) {
		struct money *to = ak_recon_money(r, &c->money, m->currency);

		ak_recon_add_money(r, &to->gateway, m->gateway);
		ak_recon_add_money(r, &to->zone, m->zone);
		ak_recon_add_money(r, &to->failed, m->failed);
		to->inexact_calls += m->inexact_calls;
	}
}

static void add_amount(struct ak_reconcile *r, struct cell *c, const struct prow *p)
{
	struct money *m = ak_recon_money(r, &c->money, p->currency);

	ak_recon_add_money(r, &m->provider, p->amount);
	m->rows++;
	m->inexact += ak_recon_inexact(p->amount);
	if (p->credit)
		ak_recon_add_money(r, &m->credit, p->amount);
	else if (p->batch)
		ak_recon_add_money(r, &m->batch, p->amount);
	else if (p->tier)
		ak_recon_add_money(r, &m->tier, p->amount);
}

static void one_name(uint32_t *have, uint32_t name, bool first) { *have = first || *have == name ? name : MANY; }

static void add_row(struct ak_reconcile *r, struct prow *p)
{
	struct cell *c = &r->cell[p->cell];

	one_name(&c->p_key, p->key, !c->rows);
	one_name(&c->p_project, p->project, !c->rows);
	c->rows++;
	for (int m = 0; m < COUNTS; m++) {
		int64_t n = p->n[m] > 0 ? p->n[m] : 0;

		c->p.n[m] += n;
		c->batch.n[m] += p->batch ? n : 0;
	}
	c->p_cached += p->cached > 0 ? p->cached : 0;
	c->p_includes |= p->includes == 1;
	if (p->priced)
		add_amount(r, c, p);
}

static int by_key(const void *a, const void *b)
{
	const struct cell_key *x = &((const struct cell *)a)->key, *y = &((const struct cell *)b)->key;
	const uint32_t p[] = {x->series, x->bucket, x->account, x->model}, q[] = {y->series, y->bucket, y->account, y->model};

	for (size_t i = 0; i < AK_COUNT(p); i++)
		if (p[i] != q[i])
			return p[i] < q[i] ? -1 : 1;
	return 0;
}

/* Numbers of accounts and models follow the order of the records; so do cells of a bucket. */
static void sort_cells(struct ak_reconcile *r)
{
	uint32_t *to = ak_alloc_zero(r->ncells + 1, sizeof *to);
	struct cell_key *old = ak_alloc_zero(r->ncells + 1, sizeof *old);

	for (size_t i = 0; i < r->ncells; i++)
		old[i] = r->cell[i].key;
	if (r->ncells)
		ak_sort(r->cell, r->ncells, sizeof *r->cell, by_key);
	for (size_t i = 0; i < r->ncells; i++) {
		struct ak_map_entry *e = ak_map_get(&r->cell_of, (struct ak_str){(const char *)&r->cell[i].key, sizeof r->cell[i].key});

		to[e->v.num] = (uint32_t)i;
		e->v.num = (int64_t)i;
	}
	for (size_t i = 0; i < r->nrows; i++)
		if (r->row[i].cell != UINT32_MAX)
			r->row[i].cell = to[r->row[i].cell];
	ak_free(to);
	ak_free(old);
}

void ak_recon_cells(struct ak_reconcile *r)
{
	for (size_t i = 0; i < r->nraw; i++)
		add_raw(r, &r->raw[i]);
	ak_recon_accounts(r);
	for (size_t i = 0; i < r->nrows; i++)
		if (r->row[i].cell != UINT32_MAX)
			add_row(r, &r->row[i]);
	sort_cells(r);
	for (size_t i = 0; i < r->nrows; i++) {
		const struct prow *p = &r->row[i];
		struct series *s = &r->series[p->series];

		if (p->cell == UINT32_MAX || r->account[r->cell[p->cell].key.account].kind != ACCOUNT_POOL ||
		    r->account[r->cell[p->cell].key.account].bypass)
			continue;
		s->pool_key = !s->pool_key || s->pool_key == p->key ? p->key : MANY;
		s->pool_project = !s->pool_project || s->pool_project == p->project ? p->project : MANY;
	}
}
