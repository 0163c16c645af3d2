/* Calls that may count in another bucket, between edges.c and choice.c. Internal to reconcile/. */
#ifndef AK_RECONCILE_EDGES_H
#define AK_RECONCILE_EDGES_H

#include "reconcile/engine.h"

/* The two cells of a pair, NULL where there is none; the bucket of one may be outside of what is compared. */
struct edge_ends {
	struct cell *from, *to;
	bool from_outside, to_outside;
};

struct edge_pair {
	struct cell_key from;
	uint32_t to;
	uint32_t edge; /* number of the bucket behind the edge that is passed, 0 to all of them; UINT32_MAX: other than one edge */
	const struct crossing *x;
	struct edge_ends ends;
	struct counts taken;
	bool whole;	     /* what is taken are whole calls */
	struct money *money; /* of those */
};

#ifdef __cplusplus
extern "C" {
#endif

void ak_recon_move(struct edge_pair *p, int m, int64_t n); /* n < 0: back */
/* Pairs in order of series, account, model, edge. */
void ak_recon_choose(struct ak_reconcile *r, struct edge_pair *pair, size_t n);

#ifdef __cplusplus
}
#endif
#endif
