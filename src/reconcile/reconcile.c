/* A reconciliation from beginning to end. */
#include "base/ak.h"
#include "reconcile/engine.h"

#include <stdio.h>
#include <stdlib.h>

#include "query/aggregate.h"

/* Buckets that the gateways' records do not reach are not compared; one that they reach in part says so. With a shift it is the shifted
 * bucket that counts. */
enum ak_rc ak_reconcile_too_long(struct ak_err *err)
{
	ak_fail(err, AK_EXIT_LIMIT, "an amount has more digits than can be added up exactly");
	ak_hint(err, "an amount of dozens of digits is a mistake at the source; --from and --to leave its day out");
	snprintf(err->reason, sizeof err->reason, "%s", AK_AMOUNT_TOO_LONG);
	return AK_FAIL;
}

static void coverage(struct ak_reconcile *r)
{
	for (size_t i = 0; i < r->nseries; i++) {
		struct series *s = &r->series[i];

		for (size_t k = 0; k < s->nbuckets; k++) {
			struct bucket *b = &s->bucket[k];
			int64_t start = b->start_us - s->shift_us, end = b->end_us - s->shift_us, slack = (end - start) / 10;

			b->outside = !r->requests || end <= r->first_us - AK_EDGE_US || start > r->last_us + AK_EDGE_US;
			b->partial = !b->outside && (start + slack < r->first_us || end - slack > r->last_us);
		}
	}
}

static void init(struct ak_reconcile *r)
{
	struct ak_map *const maps[] = {&r->providers.map, &r->models.map, &r->keys.map, &r->projects.map, &r->currencies.map, &r->linked,
				       &r->query_of, &r->file_by_id, &r->source_of, &r->raw_of, &r->crossing_of, &r->series_of, &r->cell_of, &r->account_of, &r->batches};

	ak_arena_init(&r->arena);
	for (size_t i = 0; i < AK_COUNT(maps); i++)
		ak_map_init(maps[i]);
}

enum ak_rc ak_reconcile_run(struct ak_store *s, const struct ak_reconcile_opts *o, struct ak_reconcile **out, struct ak_err *err)
{
	struct ak_reconcile *r = ak_alloc_zero(1, sizeof *r);
	enum ak_rc rc;

	r->s = s;
	r->o = *o;
	init(r);
	rc = ak_recon_load_usage(r, err);
	if (rc == AK_OK && r->nseries)
		rc = ak_query_recon_twice(s, o->control_point, &r->twice, &r->guessed, &r->several, err);
	if (rc == AK_OK && r->nseries)
		rc = ak_recon_fold_gateways(r, err);
	if (rc == AK_OK && r->nseries)
		rc = ak_recon_load_gateway(r, err);
	coverage(r);
	if (rc == AK_OK && ak_recon_zones(r)) {
		ak_recon_drop_gateway(r);
		rc = ak_recon_load_gateway(r, err);
		coverage(r);
	}
	if (rc == AK_OK) {
		ak_recon_fold_models(r);
		ak_recon_cells(r);
		ak_recon_rates(r);
		ak_recon_edges(r);
		ak_recon_outside(r);
		rc = ak_recon_priced(r, err);
		if (rc == AK_OK && r->over)
			rc = ak_reconcile_too_long(err);
	}
	if (rc == AK_OK)
		*out = r;
	else
		ak_reconcile_free(r);
	return rc;
}

static void free_names(struct names *n)
{
	ak_map_release(&n->map);
	ak_free(n->name);
}

void ak_reconcile_free(struct ak_reconcile *r)
{
	struct ak_map *const maps[] = {&r->linked,    &r->query_of, &r->file_by_id, &r->raw_of, &r->crossing_of, &r->series_of,
				       &r->cell_of,    &r->account_of, &r->batches};

	for (size_t i = 0; i < r->nseries; i++) {
		ak_map_release(&r->series[i].bucket_of);
		ak_free(r->series[i].bucket);
		ak_free(r->series[i].rate);
		if (r->series[i].names_cap) {
			ak_free(r->series[i].has_model);
			ak_free(r->series[i].gateway_model);
		}
	}
	for (size_t i = 0; i < AK_COUNT(maps); i++)
		ak_map_release(maps[i]);
	ak_by_sources_release(&r->source_of);
	free_names(&r->providers);
	free_names(&r->models);
	free_names(&r->keys);
	free_names(&r->projects);
	free_names(&r->currencies);
	ak_free(r->twice.seq);
	ak_free(r->guessed.seq);
	ak_free(r->several.seq);
	ak_free(r->folded);
	ak_free(r->file);
	ak_free(r->series);
	ak_free(r->row);
	ak_free(r->raw);
	ak_free(r->crossing);
	ak_free(r->cell);
	ak_free(r->account);
	ak_arena_release(&r->arena);
	ak_free(r);
}
