/* Records are picked by walking a table with strides: a few seeks each, however many there are. */
#include "base/ak.h"
#include "query/clock_sample.h"

#include <stdlib.h>

#include <sqlite3.h>

#include "query/rows.h"

#define NONE SIZE_MAX
#define FOREIGN_STRIDE 4096 /* through files of other runs */

static enum ak_rc read_sources(struct ak_store *s, int64_t run, struct ak_clock_sample *c, struct ak_err *err)
{
	AK_CLEANUP(ak_sql_finalizep) sqlite3_stmt *st = NULL;
	size_t cap = 0;
	int64_t each, whole;
	enum ak_rc rc = ak_sql_prepare(s, "SELECT s.id, s.name, sum(f.stored) FROM file f JOIN export e ON e.id = f.export JOIN source s ON s.id = e.source"
					  " WHERE ?1 = 0 OR e.run = ?1 GROUP BY s.id ORDER BY s.id", &st, err);

	if (rc == AK_OK)
		sqlite3_bind_int64(st, 1, run);
	while (rc == AK_OK && (rc = ak_sql_step(s, st, err)) == AK_OK) {
		if (c->n == cap)
			c->source = ak_realloc(c->source, (cap = cap ? 2 * cap : 16) * sizeof *c->source);
		c->source[c->n++] = (struct ak_clock_source){.id = sqlite3_column_int64(st, 0), .name = ak_strdup(ak_sql_there(st, 1).p),
							     .of = sqlite3_column_int64(st, 2)};
	}
	if (rc != AK_END)
		return rc;
	whole = c->n ? AK_CLOCK_WHOLE_ALL / (int64_t)c->n : 0;
	whole = whole > AK_CLOCK_WHOLE ? AK_CLOCK_WHOLE : whole < AK_CLOCK_WHOLE_LEAST ? AK_CLOCK_WHOLE_LEAST : whole;
	each = whole < AK_CLOCK_SAMPLE ? whole : AK_CLOCK_SAMPLE;
	for (size_t i = 0; i < c->n; i++)
		c->source[i].every = c->source[i].of <= whole ? 1 : (c->source[i].of + each - 1) / each;
	return AK_OK;
}

static enum ak_rc read_files(struct ak_store *s, int64_t run, struct ak_clock_sample *c, struct ak_err *err)
{
	AK_CLEANUP(ak_sql_finalizep) sqlite3_stmt *st = NULL;
	size_t cap = 0;
	enum ak_rc rc = ak_sql_prepare(s, "SELECT f.id, e.source FROM file f JOIN export e ON e.id = f.export WHERE ?1 = 0 OR e.run = ?1 ORDER BY f.id", &st, err);

	if (rc == AK_OK)
		sqlite3_bind_int64(st, 1, run);
	while (rc == AK_OK && (rc = ak_sql_step(s, st, err)) == AK_OK) {
		const struct ak_clock_source *of = ak_clock_source_of(c, sqlite3_column_int64(st, 1));

		if (c->nfiles == cap)
			c->file = ak_realloc(c->file, (cap = cap ? 2 * cap : 64) * sizeof *c->file);
		c->file[c->nfiles++] = (struct ak_clock_file){sqlite3_column_int64(st, 0), of ? (size_t)(of - c->source) : NONE};
	}
	return rc == AK_END ? AK_OK : rc;
}

static enum ak_rc read_since(struct ak_store *s, int64_t run, struct ak_clock_sample *c, struct ak_err *err)
{
	AK_CLEANUP(ak_sql_finalizep) sqlite3_stmt *st = NULL;
	enum ak_rc rc = ak_sql_prepare(s, "SELECT coalesce(max(size), 0) FROM checkpoint WHERE run < ?1", &st, err);

	if (rc != AK_OK)
		return rc;
	sqlite3_bind_int64(st, 1, run);
	rc = ak_sql_step(s, st, err);
	c->since = rc == AK_OK ? sqlite3_column_int64(st, 0) : 0;
	return rc;
}

enum ak_rc ak_clock_sample_read(struct ak_store *s, int64_t run, struct ak_clock_sample *out, struct ak_err *err)
{
	enum ak_rc rc;

	*out = (struct ak_clock_sample){0};
	rc = read_sources(s, run, out, err);
	if (rc == AK_OK)
		rc = read_files(s, run, out, err);
	return rc == AK_OK && run ? read_since(s, run, out, err) : rc;
}

void ak_clock_sample_release(struct ak_clock_sample *c)
{
	for (size_t i = 0; i < c->n; i++)
		ak_free(c->source[i].name);
	ak_free(c->source);
	ak_free(c->file);
	*c = (struct ak_clock_sample){0};
}

const struct ak_clock_source *ak_clock_source_of(const struct ak_clock_sample *c, int64_t id)
{
	for (size_t i = 0; i < c->n; i++)
		if (c->source[i].id == id)
			return &c->source[i];
	return NULL;
}

const struct ak_clock_source *ak_clock_source_named(const struct ak_clock_sample *c, const char *name)
{
	for (size_t i = 0; i < c->n; i++)
		if (name && strcmp(c->source[i].name, name) == 0)
			return &c->source[i];
	return NULL;
}

static int by_id(const void *a, const void *b)
{
	const struct ak_clock_file *x = a, *y = b;

	return (x->id > y->id) - (x->id < y->id);
}

/* 0: the file is of another run. */
static int64_t every(const struct ak_clock_sample *c, int64_t file)
{
	const struct ak_clock_file key = {file, 0}, *f = c->nfiles ? ak_bsearch(&key, c->file, c->nfiles, sizeof key, by_id) : NULL;

	return f && f->source != NONE ? c->source[f->source].every : 0;
}

static enum ak_rc seek(struct ak_store *s, sqlite3_stmt *st, int64_t from, int64_t *seq, int64_t *file, struct ak_err *err)
{
	enum ak_rc rc;

	sqlite3_reset(st);
	sqlite3_bind_int64(st, 1, from);
	rc = ak_sql_step(s, st, err);
	if (rc == AK_OK) {
		*seq = sqlite3_column_int64(st, 0);
		*file = sqlite3_column_int64(st, 1);
	}
	return rc;
}

/* A stride may have gone beyond where another file begins, which may be a small one: go back to its first record. */
static enum ak_rc first_of_next(struct ak_store *s, sqlite3_stmt *st, int64_t last, int64_t of, int64_t *seq, int64_t *file, struct ak_err *err)
{
	int64_t low = last + 1, high = *seq, at, in;

	while (low < high) {
		int64_t mid = low + (high - low) / 2;
		enum ak_rc rc = seek(s, st, mid, &at, &in, err);

		if (rc != AK_OK)
			return rc;
		if (in == of) {
			low = at + 1;
		} else {
			high = mid;
			*seq = at;
			*file = in;
		}
	}
	return AK_OK;
}

/* Strides differ, so that records which come in turns are not always of the same application. */
static int64_t stride(int64_t every, int64_t seq)
{
	uint64_t mixed = (uint64_t)seq * UINT64_C(0x9e3779b97f4a7c15);

	mixed = (mixed ^ mixed >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	mixed ^= mixed >> 27;
	return every <= 1 ? 1 : 1 + (int64_t)((mixed >> 32) % (uint64_t)(2 * every - 1));
}

enum ak_rc ak_clock_sample_pick(struct ak_store *s, const struct ak_clock_sample *c, const char *next, struct ak_buf *out, struct ak_err *err)
{
	AK_CLEANUP(ak_sql_finalizep) sqlite3_stmt *st = NULL;
	int64_t seq = 0, file = 0, last = 0, of = -1, step = 0;
	enum ak_rc rc = ak_sql_prepare(s, next, &st, err);

	ak_buf_addc(out, '[');
	while (rc == AK_OK && (rc = seek(s, st, of < 0 ? c->since : last + step, &seq, &file, err)) == AK_OK) {
		int64_t k;

		if (of >= 0 && file != of && step > 1)
			rc = first_of_next(s, st, last, of, &seq, &file, err);
		k = every(c, file);
		if (k)
			ak_buf_addf(out, "%s%lld", out->n > 1 ? "," : "", (long long)seq);
		last = seq;
		of = file;
		step = k ? stride(k, seq) : FOREIGN_STRIDE;
	}
	ak_buf_addc(out, ']');
	return rc == AK_END ? AK_OK : rc;
}
