#include "base/ak.h"
#include "store/inserts.h"

#include <sqlite3.h>

#include "store/filled.h"

#define SLOTS 128 /* sets of columns with a statement of their own; the others use one with all columns */
#define WORDS AK_FILLED_WORDS
#define MOST 4096 /* rows of a kind that wait */

struct shape {
	uint64_t set[WORDS];
	enum ak_kind kind;
	sqlite3_stmt *st;
};

struct waiting {
	struct ak_arriving_row *row; /* MOST, from the first of its kind on */
	size_t n;
	uint64_t set[WORDS]; /* columns that any of them sets */
};

struct ak_inserts {
	struct ak_store *s;
	struct ak_arriving view;
	struct waiting of[AK_K_COUNT];
	struct shape slot[SLOTS], all[AK_K_COUNT];
	struct ak_filled filled; /* by any row so far, of a transaction that was undone, too */
};

enum ak_rc ak_inserts_new(struct ak_store *s, struct ak_inserts **out, struct ak_err *err)
{
	struct ak_inserts *t = ak_alloc_zero(1, sizeof *t);
	enum ak_rc rc;

	t->s = s;
	if ((rc = ak_arriving_table(s, &t->view, err)) == AK_OK)
		*out = t;
	else
		ak_free(t);
	return rc;
}

void ak_inserts_free(struct ak_inserts *t)
{
	if (!t)
		return;
	for (size_t i = 0; i < SLOTS; i++)
		sqlite3_finalize(t->slot[i].st);
	for (int k = 0; k < AK_K_COUNT; k++) {
		sqlite3_finalize(t->all[k].st);
		ak_free(t->of[k].row);
	}
	ak_arriving_drop(t->s);
	ak_free(t);
}

static bool same(const struct shape *a, const struct shape *b)
{
	return a->kind == b->kind && memcmp(a->set, b->set, sizeof a->set) == 0;
}

static enum ak_rc prepare(struct ak_inserts *t, struct shape *w, struct ak_err *err)
{
	struct ak_buf sql;
	enum ak_rc rc;

	ak_buf_init(&sql, 1 << 16);
	ak_schema_insert(w->kind, w->set, &sql);
	rc = ak_sql_prepare(t->s, sql.p, &w->st, err);
	ak_buf_release(&sql);
	return rc;
}

/* The statement for these columns: the first set of columns to come by a slot keeps it. */
static enum ak_rc statement(struct ak_inserts *t, const struct shape *want, sqlite3_stmt **out, struct ak_err *err)
{
	uint64_t h = (uint64_t)want->kind;
	struct shape *w;
	enum ak_rc rc;

	for (int i = 0; i < WORDS; i++)
		h = (h ^ want->set[i]) * UINT64_C(0x9e3779b97f4a7c15);
	w = &t->slot[h >> 57];
	if (w->st && !same(w, want)) {
		w = &t->all[want->kind];
		for (int f = 0; f < AK_F_COUNT && !w->st; f++)
			if (ak_field_of(f, want->kind))
				ak_filled_put(w->set, f);
		w->kind = want->kind;
	} else if (!w->st) {
		*w = *want;
	}
	rc = w->st ? AK_OK : prepare(t, w, err);
	*out = w->st;
	return rc;
}

static enum ak_rc flush(struct ak_inserts *t, enum ak_kind kind, struct ak_err *err)
{
	struct waiting *w = &t->of[kind];
	struct shape want = {.kind = kind};
	sqlite3_stmt *st = NULL;
	enum ak_rc rc;

	if (!w->n)
		return AK_OK;
	memcpy(want.set, w->set, sizeof want.set);
	for (int i = 0; i < WORDS; i++)
		t->filled.set[kind][i] |= w->set[i];
	t->view = (struct ak_arriving){w->row, w->n};
	if ((rc = statement(t, &want, &st, err)) == AK_OK && (rc = ak_sql_step(t->s, st, err)) == AK_END)
		rc = AK_OK;
	sqlite3_reset(st);
	t->view = (struct ak_arriving){NULL, 0};
	w->n = 0;
	memset(w->set, 0, sizeof w->set);
	return rc;
}

enum ak_rc ak_inserts_put(struct ak_inserts *t, int64_t seq, int64_t file, const struct ak_packed *rec,
			  const struct ak_hashes *h, struct ak_err *err)
{
	struct waiting *w = &t->of[rec->kind];

	if (!w->row)
		w->row = ak_alloc(MOST * sizeof *w->row);
	w->row[w->n++] = (struct ak_arriving_row){seq, file, rec, h};
	for (size_t i = 0; i < rec->n; i++)
		if (ak_field_of(rec->value[i].field, rec->kind))
			ak_filled_put(w->set, rec->value[i].field);
	return w->n == MOST ? flush(t, rec->kind, err) : AK_OK;
}

enum ak_rc ak_inserts_flush(struct ak_inserts *t, struct ak_err *err)
{
	enum ak_rc rc = AK_OK;

	for (int k = 0; k < AK_K_COUNT && rc == AK_OK; k++)
		rc = flush(t, k, err);
	return rc;
}

enum ak_rc ak_inserts_end(struct ak_inserts *t, struct ak_err *err)
{
	enum ak_rc rc = ak_inserts_flush(t, err);

	return rc == AK_OK ? ak_filled_add(t->s, &t->filled, err) : rc;
}
