/* The table-valued side of the lookup runs: `SELECT seq FROM lookup WHERE h = ak_hash(?)`, also inside joins. */
#include "base/ak.h"
#include "store/runs.h"

#include <sqlite3.h>
#include <stdlib.h>

#include "store/vtab.h"

struct cursor {
	sqlite3_vtab_cursor base;
	struct ak_runs *runs, *shared; /* its own, NULL = none; where it looks */
	int64_t h;
	int64_t *seq;
	size_t n, cap, i;
};

static int connect_table(sqlite3 *db, void *store, int argc, const char *const *argv, sqlite3_vtab **out, char **msg)
{
	(void)argc;
	(void)argv;
	(void)msg;
	return ak_vtab_connect(db, "CREATE TABLE lookup(h INTEGER, seq INTEGER)", store, out);
}

static int best_index(sqlite3_vtab *t, sqlite3_index_info *info)
{
	(void)t;
	for (int i = 0; i < info->nConstraint; i++) {
		if (!info->aConstraint[i].usable || info->aConstraint[i].iColumn != 0 ||
		    info->aConstraint[i].op != SQLITE_INDEX_CONSTRAINT_EQ)
			continue;
		info->aConstraintUsage[i].argvIndex = 1;
		info->aConstraintUsage[i].omit = 1;
		info->estimatedCost = 10;
		info->estimatedRows = 2;
		return SQLITE_OK;
	}
	return SQLITE_CONSTRAINT;
}

static int open_cursor(sqlite3_vtab *t, sqlite3_vtab_cursor **out)
{
	struct ak_store *s = ((struct ak_vtab *)t)->of;
	struct cursor *c = ak_alloc_zero(1, sizeof *c);

	/* A search is over before the next begins, so that readers share one; what was added since is looked for. */
	if ((s->lookup ? ak_runs_reload(s->lookup, NULL) : ak_runs_open(s, AK_RUN_LOOKUP, &c->runs, NULL)) != AK_OK) {
		ak_free(c);
		return sqlite3_errcode(s->db);
	}
	if (!s->lookup && s->mode == AK_STORE_READ) {
		s->lookup = c->runs;
		c->runs = NULL;
	}
	c->shared = c->runs ? c->runs : s->lookup;
	*out = &c->base;
	return SQLITE_OK;
}

static int close_cursor(sqlite3_vtab_cursor *base)
{
	struct cursor *c = (struct cursor *)base;

	ak_runs_free(c->runs);
	ak_free(c->seq);
	ak_free(c);
	return SQLITE_OK;
}

static void found(void *ctx, const struct ak_run_entry *e)
{
	struct cursor *c = ctx;

	if (c->n == c->cap) {
		c->cap = c->cap ? 2 * c->cap : 16;
		c->seq = ak_realloc(c->seq, c->cap * sizeof *c->seq);
	}
	c->seq[c->n++] = (int64_t)e->value;
}

static int by_seq(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

static int filter(sqlite3_vtab_cursor *base, int plan, const char *text, int argc, sqlite3_value **argv)
{
	struct cursor *c = (struct cursor *)base;

	(void)plan;
	(void)text;
	c->n = c->i = 0;
	if (argc < 1 || sqlite3_value_type(argv[0]) != SQLITE_INTEGER)
		return SQLITE_OK;
	c->h = sqlite3_value_int64(argv[0]);
	if (ak_runs_find_one(c->shared, (uint64_t)c->h, found, c, NULL) != AK_OK)
		return SQLITE_CORRUPT;
	if (c->n > 1)
		ak_sort(c->seq, c->n, sizeof *c->seq, by_seq);
	return SQLITE_OK;
}

static int next(sqlite3_vtab_cursor *base)
{
	((struct cursor *)base)->i++;
	return SQLITE_OK;
}

static int at_end(sqlite3_vtab_cursor *base) { return ((struct cursor *)base)->i >= ((struct cursor *)base)->n; }

static int column(sqlite3_vtab_cursor *base, sqlite3_context *ctx, int col)
{
	struct cursor *c = (struct cursor *)base;

	sqlite3_result_int64(ctx, col ? c->seq[c->i] : c->h);
	return SQLITE_OK;
}

static int rowid(sqlite3_vtab_cursor *base, sqlite3_int64 *out)
{
	*out = ((struct cursor *)base)->seq[((struct cursor *)base)->i];
	return SQLITE_OK;
}

enum ak_rc ak_lookup_table(struct ak_store *s, struct ak_err *err)
{
	static const sqlite3_module module = {
		.xConnect = connect_table, .xDisconnect = ak_vtab_disconnect, .xBestIndex = best_index, .xOpen = open_cursor,
		.xClose = close_cursor, .xFilter = filter, .xNext = next, .xEof = at_end, .xColumn = column, .xRowid = rowid,
	};

	if (sqlite3_create_module_v2(s->db, "lookup", &module, s, NULL) != SQLITE_OK)
		return ak_sql_fail(s, "opening", err);
	return AK_OK;
}
