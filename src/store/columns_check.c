#include "base/ak.h"
#include "store/columns_store.h"

#include <sqlite3.h>

#include "base/map.h"

struct segment {
	int64_t id, first, last, records;
	uint64_t hash; /* of all pages as they should be */
};

struct ak_columns_check {
	struct segment *segment;
	size_t n, cap, at;
	struct ak_columns *now;
	struct ak_buf page;
	bool made;   /* with the columns that there are now */
	bool astray; /* a record of a segment did not go by in it */
};

static enum ak_rc load(struct ak_store *s, struct ak_columns_check *c, struct ak_err *err)
{
	AK_CLEANUP(ak_sql_finalizep) sqlite3_stmt *st = NULL;
	int64_t through;
	enum ak_rc rc = ak_columns_through(s, &through, &c->made, err);

	/* Nobody reads what was made with other columns. */
	if (rc != AK_OK || !c->made)
		return rc;
	rc = ak_sql_prepare(s, "SELECT id, first_seq, last_seq, records FROM column_segment ORDER BY first_seq", &st, err);

	while (rc == AK_OK && (rc = ak_sql_step(s, st, err)) == AK_OK) {
		if (c->n == c->cap) {
			c->cap = c->cap ? 2 * c->cap : 64;
			c->segment = ak_realloc(c->segment, c->cap * sizeof *c->segment);
		}
		c->segment[c->n++] = (struct segment){sqlite3_column_int64(st, 0), sqlite3_column_int64(st, 1), sqlite3_column_int64(st, 2),
						      sqlite3_column_int64(st, 3), 0};
	}
	return rc == AK_END ? AK_OK : rc;
}

enum ak_rc ak_columns_check_begin(struct ak_store *s, struct ak_columns_check **out, struct ak_err *err)
{
	struct ak_columns_check *c = ak_alloc_zero(1, sizeof *c);

	c->now = ak_columns_new();
	ak_buf_init(&c->page, 16u << 20);
	*out = c;
	return load(s, c, err);
}

void ak_columns_check_free(struct ak_columns_check *c)
{
	if (!c)
		return;
	ak_columns_free(c->now);
	ak_buf_release(&c->page);
	ak_free(c->segment);
	ak_free(c);
}

/* One number for the pages of a segment, each with its column. */
static uint64_t mix(uint64_t hash, int64_t col, const void *p, size_t n)
{
	return (hash ^ ak_hash(p, n) ^ (uint64_t)col) * UINT64_C(0x9e3779b97f4a7c15);
}

static void close_segment(struct ak_columns_check *c)
{
	struct segment *g = &c->segment[c->at++];

	for (int id = 0; id < AK_COLUMNS_SIEVES + AK_COL_COUNT; id++) {
		ak_buf_clear(&c->page);
		ak_columns_page(c->now, id, &c->page);
		if (c->page.n)
			g->hash = mix(g->hash, id, c->page.p, c->page.n);
	}
	if ((int64_t)c->now->n != g->records)
		g->hash = ~g->hash;
	ak_columns_clear(c->now);
}

void ak_columns_check_record(struct ak_columns_check *c, const struct ak_packed *r, int64_t seq, int64_t file, int64_t source, bool dated,
			     int64_t time_us)
{
	if (c->at == c->n || c->astray || r->kind != AK_K_REQUEST)
		return;
	if (c->now->n == AK_COLUMNS_ROWS) {
		c->astray = true;
		return;
	}
	if (!ak_columns_add(c->now, r, seq, file, source, dated, time_us))
		return;
	if (seq < c->segment[c->at].first || seq > c->segment[c->at].last)
		c->astray = true;
	else if (seq == c->segment[c->at].last)
		close_segment(c);
}

/* The pages as they are; those beyond the columns that are known belong to no segment. */
static enum ak_rc compare(struct ak_store *s, struct ak_columns_check *c, int64_t *at, struct ak_err *err)
{
	AK_CLEANUP(ak_sql_finalizep) sqlite3_stmt *st = NULL;
	enum ak_rc rc = ak_sql_prepare(s, "SELECT id & 255, data FROM column_page WHERE id BETWEEN ?1 AND ?1 + 255 ORDER BY id", &st, err);

	for (size_t i = 0; i < c->n && rc == AK_OK; i++) {
		uint64_t hash = 0;

		sqlite3_bind_int64(st, 1, c->segment[i].id << 8);
		while ((rc = ak_sql_step(s, st, err)) == AK_OK) {
			const void *data = sqlite3_column_blob(st, 1);

			hash = mix(hash, sqlite3_column_int64(st, 0), data ? data : "", (size_t)sqlite3_column_bytes(st, 1));
		}
		sqlite3_reset(st);
		rc = rc == AK_END ? AK_OK : rc;
		if (hash != c->segment[i].hash && *at < 0)
			*at = c->segment[i].id;
	}
	return rc;
}

/* Where the segments end, the rows begin: nothing between them is lost, and no page without a segment is there. */
static enum ak_rc check_seam(struct ak_store *s, bool *good, struct ak_err *err)
{
	static const char sql[] =
		"SELECT coalesce((SELECT CAST(value AS INTEGER) FROM meta WHERE key = 'columns_through'), 0)"
		" = coalesce((SELECT max(last_seq) + 1 FROM column_segment), 0) OR NOT EXISTS(SELECT 1 FROM column_segment)"
		"  AND NOT EXISTS(SELECT 1 FROM request WHERE facet IS NULL AND state = 0 AND seq < (SELECT CAST(value AS INTEGER) FROM meta"
		"   WHERE key = 'columns_through')),"
		" NOT EXISTS(SELECT 1 FROM column_page p WHERE NOT EXISTS(SELECT 1 FROM column_segment g WHERE g.id = p.id >> 8))";
	AK_CLEANUP(ak_sql_finalizep) sqlite3_stmt *st = NULL;
	enum ak_rc rc = ak_sql_prepare(s, sql, &st, err);

	if (rc == AK_OK && (rc = ak_sql_step(s, st, err)) == AK_OK)
		*good = sqlite3_column_int(st, 0) && sqlite3_column_int(st, 1);
	return rc;
}

enum ak_rc ak_columns_check_end(struct ak_store *s, struct ak_columns_check *c, int64_t *at, struct ak_err *err)
{
	bool seam = true;
	enum ak_rc rc;

	*at = -1;
	if (c->at < c->n || c->astray)
		*at = c->segment[c->at < c->n ? c->at : c->n - 1].id;
	if (!c->made)
		return AK_OK;
	rc = compare(s, c, at, err);
	if (rc == AK_OK)
		rc = check_seam(s, &seam, err);
	if (rc == AK_OK && !seam && *at < 0)
		*at = 0;
	return rc;
}
