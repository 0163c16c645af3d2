/* Figures of a reconciliation one by one, and their names. Internal to reconcile/. */
#ifndef AK_RECONCILE_ROWS_H
#define AK_RECONCILE_ROWS_H

#include "reconcile/engine.h"

/* What a cell is of; NULL where several are added up or the source does not say. models: how many names are one row. */
struct ak_recon_names {
	const char *provider, *key, *project, *model;
	size_t models;
};

typedef enum ak_rc ak_recon_figure_fn(void *ctx, const struct cell *c, int measure, const struct money *m, const struct figure *f, struct ak_err *err);

/* How much a gap is worth looking at. */
enum ak_recon_rank { AK_RANK_OPEN, AK_RANK_EXPLAINED, AK_RANK_ROUNDING, AK_RANK_NONE };

#ifdef __cplusplus
extern "C" {
#endif

/* Open: traffic past the gateways, or nothing that explains it. */
enum ak_recon_rank ak_recon_rank(const struct figure *f);

const char *ak_recon_measure(int measure);
const char *ak_recon_unit(int measure);
struct ak_recon_names ak_recon_names_of(const struct ak_reconcile *r, const struct cell *c);
void ak_recon_row_id(const struct ak_reconcile *r, const struct cell *c, const struct ak_recon_names *n, int measure, uint32_t currency,
		       const struct figure *f, char out[17]);
json_t *ak_recon_num(struct ak_num a);
json_t *ak_recon_classes(const struct ak_num *class);
bool ak_recon_counts_it(const struct ak_reconcile *r, const struct cell *c, int measure);
/* The bucket of a row that a cell is part of. */
void ak_recon_span(const struct ak_reconcile *r, const struct cell *c, int64_t *start_us, int64_t *end_us);
/* Are both part of one row? */
bool ak_recon_same_row(const struct ak_reconcile *r, const struct cell *a, const struct cell *b);
/* The figures of rows, in their order: c is the first cell of the row, m its amounts of one currency (currency and rows only). */
enum ak_rc ak_recon_row_figures(struct ak_reconcile *r, ak_recon_figure_fn *each, void *ctx, struct ak_err *err);
/* Those of one cell. */
enum ak_rc ak_recon_cell_figures(struct ak_reconcile *r, const struct cell *c, ak_recon_figure_fn *each, void *ctx, struct ak_err *err);
/* The figures of cells, as they were decided. */
enum ak_rc ak_recon_figures(struct ak_reconcile *r, ak_recon_figure_fn *each, void *ctx, struct ak_err *err);

#ifdef __cplusplus
}
#endif
#endif
