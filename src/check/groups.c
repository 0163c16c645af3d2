#include "base/ak.h"
#include "check/groups.h"

#include "base/text.h"
#include "reconcile/reconcile.h"

enum ak_rc ak_check_groups(struct ak_check_run *r, const struct ak_aggregate_opts *o, struct ak_aggregate *out, bool *many, struct ak_err *err)
{
	struct ak_aggregate_opts all = *o;
	enum ak_rc rc;

	all.from_us = r->from_us;
	all.to_us = r->to_us;
	*many = false;
	rc = ak_aggregate(r->store, &all, out, err);
	if (rc == AK_FAIL && err->exit == AK_EXIT_LIMIT && strcmp(err->reason, AK_AMOUNT_TOO_LONG) != 0) {
		ak_check_unjudged(r, "there are more than %s groups of requests; bound the period with --from and --to", AK_NUM(AK_AGGREGATE_GROUPS));
		memset(err, 0, sizeof *err);
		*many = true;
		rc = AK_OK;
	}
	return rc;
}

struct citing {
	struct ak_piles *p;
	size_t missing;
};

static enum ak_rc take(void *ctx, const struct ak_fieldrow *row, struct ak_err *err)
{
	struct citing *x = ctx;
	struct ak_pile *pile;

	(void)err;
	pile = ak_piles_find(x->p, row->value);
	if (!pile || pile->ncites)
		return AK_OK;
	ak_pile_cite(pile, row);
	return --x->missing ? AK_OK : AK_END;
}

enum ak_rc ak_check_cite_groups(struct ak_piles *p, const int *field, struct ak_err *err)
{
	struct citing x = {.p = p};

	for (size_t i = 0; i < p->n; i++)
		x.missing += !p->pile[i]->ncites;
	return x.missing ? ak_check_rows(p->r, AK_K_REQUEST, field, p->nparts, take, &x, err) : AK_OK;
}
