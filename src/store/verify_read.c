/* First thread of verify: the ledger in its order, out of the tables that hold it. */
#include "base/ak.h"
#include "store/verifying.h"

#include <sqlite3.h>
#include <stdarg.h>
#include <stdio.h>

#include "store/record.h"

#define ENTRY AK_K_COUNT /* the cursor of ledger_entry, after those of the record tables */
#define PART_BYTES ((size_t)512 << 10)

/* One ordered cursor per table that holds leaves; the ledger is their merge by seq. */
struct reading {
	struct ak_store *s;
	struct ak_verify_report *out;
	struct ak_err *err;
	struct ak_check_pipe *pipe;
	struct ak_check_part *part; /* being filled */
	sqlite3_stmt *cursor[AK_K_COUNT + 1], *file, *covered;
	int64_t seq[AK_K_COUNT + 1]; /* INT64_MAX: at the end */
	uint64_t size;		     /* leaves so far */
	sqlite3_stmt *checkpoint; /* ordered by size; on a row while more_checkpoints */
	bool more_checkpoints;
	struct ak_checked_file *open; /* of the last record, in the part; NULL at its start */
	struct ak_map *counts;
	struct ak_filled *filled;
};

static struct ak_check_item *add(struct reading *r, enum ak_checked what, int64_t seq)
{
	struct ak_check_item *i = ak_arena_zero(&r->part->arena, sizeof *i);

	i->what = what;
	i->seq = seq;
	*r->part->last = i;
	r->part->last = &i->next;
	return i;
}

static void AK_PRINTF(2, 3) say(struct reading *r, const char *fmt, ...)
{
	char text[256];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	add(r, AK_CHECK_BREAK, 0)->said = ak_arena_z(&r->part->arena, ak_str_of(text));
}

static void take_part(struct reading *r)
{
	r->part = ak_queue_pop(&r->pipe->idle);
	r->open = NULL;
	ak_arena_clear(&r->part->arena);
	r->part->first = NULL;
	r->part->last = &r->part->first;
}

static enum ak_rc advance(struct reading *r, int k)
{
	enum ak_rc rc = ak_sql_step(r->s, r->cursor[k], r->err);

	if (rc == AK_FAIL)
		return rc;
	r->seq[k] = rc == AK_OK ? sqlite3_column_int64(r->cursor[k], 0) : INT64_MAX;
	return AK_OK;
}

static enum ak_rc open_cursors(struct reading *r)
{
	enum ak_rc rc = AK_OK;

	for (int k = 0; k < AK_K_COUNT && rc == AK_OK; k++)
		rc = ak_stored_select(r->s, k, " ORDER BY seq", &r->cursor[k], r->err);
	if (rc == AK_OK)
		rc = ak_sql_prepare(r->s, "SELECT seq, kind, body, salt, leaf FROM ledger_entry ORDER BY seq", &r->cursor[ENTRY],
				    r->err);
	for (int k = 0; k <= ENTRY && rc == AK_OK; k++)
		rc = advance(r, k);
	if (rc == AK_OK)
		rc = ak_sql_prepare(r->s, "SELECT f.format, s.name, s.id FROM file f JOIN export e ON e.id = f.export"
					  " JOIN source s ON s.id = e.source WHERE f.id = ?1", &r->file, r->err);
	if (rc == AK_OK)
		rc = ak_sql_prepare(r->s, "SELECT count(*) FROM disposal WHERE first_seq <= ?1 AND last_seq >= ?1", &r->covered,
				    r->err);
	if (rc == AK_OK)
		rc = ak_sql_prepare(r->s, "SELECT size, root, note FROM checkpoint ORDER BY size", &r->checkpoint, r->err);
	if (rc == AK_OK && (rc = ak_sql_step(r->s, r->checkpoint, r->err)) != AK_FAIL) {
		r->more_checkpoints = rc == AK_OK;
		rc = AK_OK;
	}
	return rc;
}

/* Format and source of a file; records of one file stand together, so one is remembered. */
static enum ak_rc load_file(struct reading *r, int64_t id)
{
	struct ak_arena *a = &r->part->arena;
	enum ak_rc rc;

	if (r->open && id == r->open->id)
		return AK_OK;
	r->open = ak_arena_zero(a, sizeof *r->open);
	*r->open = (struct ak_checked_file){id, 0, "", ""};
	sqlite3_bind_int64(r->file, 1, id);
	rc = ak_sql_step(r->s, r->file, r->err);
	if (rc == AK_OK) {
		r->open->format = ak_arena_z(a, ak_sql_text(r->file, 0));
		r->open->source = ak_arena_z(a, ak_sql_text(r->file, 1));
		r->open->source_id = sqlite3_column_int64(r->file, 2);
	}
	sqlite3_reset(r->file);
	return rc == AK_FAIL ? rc : AK_OK;
}

static enum ak_rc read_disposed(struct reading *r, int64_t seq)
{
	enum ak_rc rc;

	sqlite3_bind_int64(r->covered, 1, seq);
	rc = ak_sql_step(r->s, r->covered, r->err);
	if (rc == AK_OK && sqlite3_column_int64(r->covered, 0) != 1)
		say(r, "entry %lld is disposed of, but not covered by exactly one disposal", (long long)seq);
	sqlite3_reset(r->covered);
	r->out->disposed++;
	return rc == AK_FAIL ? rc : AK_OK;
}

static enum ak_rc read_record(struct reading *r, int k)
{
	struct ak_stored fixed;
	const struct ak_packed *rec = ak_stored_pack(r->cursor[k], 0, k, &r->part->arena, &fixed);
	struct ak_check_item *i;
	enum ak_rc rc;

	r->out->records++;
	for (size_t f = 0; rec && f < rec->n; f++)
		ak_filled_put(r->filled->set[k], rec->value[f].field);
	ak_map_put(r->counts, ak_str_n((const char *)&fixed.file, sizeof fixed.file), NULL)->v.num++;
	if ((rc = load_file(r, fixed.file)) != AK_OK || (!rec && (rc = read_disposed(r, fixed.seq)) != AK_OK))
		return rc;
	i = add(r, AK_CHECK_RECORD, fixed.seq);
	i->hashes = fixed.hashes;
	i->rec = rec;
	i->file = r->open;
	i->dated = fixed.has_time;
	i->time_us = fixed.time_us;
	i->odd_time = rec && fixed.has_time && !ak_packed_get(rec, AK_F_START);
	return AK_OK;
}

static void read_entry(struct reading *r)
{
	sqlite3_stmt *st = r->cursor[ENTRY];
	struct ak_check_item *i = add(r, AK_CHECK_ENTRY, r->seq[ENTRY]);
	bool salted = ak_sql_blob(st, 3, i->hashes.salt, sizeof i->hashes.salt);
	bool sealed = ak_sql_blob(st, 4, i->hashes.leaf, sizeof i->hashes.leaf);
	struct ak_str body = ak_sql_text(st, 2);
	char kind[32];

	ak_sql_copy(st, 1, kind, sizeof kind);
	i->kind = ak_arena_z(&r->part->arena, ak_str_of(kind));
	i->whole = salted && sealed && body.p;
	if (body.p)
		i->body = ak_arena_str(&r->part->arena, body);
	r->out->entries++;
}

/* Every stored checkpoint of the present size. */
static enum ak_rc read_checkpoints(struct reading *r)
{
	enum ak_rc rc = AK_OK;

	while (r->more_checkpoints && (uint64_t)sqlite3_column_int64(r->checkpoint, 0) == r->size && rc == AK_OK) {
		struct ak_check_item *i = add(r, AK_CHECK_POINT, 0);

		i->root = ak_arena_str(&r->part->arena, ak_sql_text(r->checkpoint, 1));
		i->note = ak_arena_str(&r->part->arena, ak_sql_text(r->checkpoint, 2));
		rc = ak_sql_step(r->s, r->checkpoint, r->err);
		r->more_checkpoints = rc == AK_OK;
	}
	return rc == AK_FAIL ? rc : AK_OK;
}

static int smallest(const struct reading *r)
{
	int best = 0;

	for (int k = 1; k <= ENTRY; k++)
		if (r->seq[k] < r->seq[best])
			best = k;
	return best;
}

static enum ak_rc read_next(struct reading *r, int k)
{
	enum ak_rc rc = AK_OK;

	if (k == ENTRY)
		read_entry(r);
	else
		rc = read_record(r, k);
	r->size++;
	if (rc == AK_OK && (rc = read_checkpoints(r)) == AK_OK)
		rc = advance(r, k);
	if (r->part->arena.used >= PART_BYTES) {
		ak_queue_push(&r->pipe->full, r->part);
		take_part(r);
	}
	return rc;
}

static enum ak_rc walk(struct reading *r, uint64_t total, const struct ak_verify_calls *calls, bool *whole)
{
	enum ak_rc rc = read_checkpoints(r);

	for (int k = smallest(r); rc == AK_OK && r->seq[k] != INT64_MAX; k = smallest(r)) {
		if ((uint64_t)r->seq[k] != r->size) {
			say(r, "entry %llu is missing or doubled", (unsigned long long)r->size);
			return AK_OK;
		}
		rc = read_next(r, k);
		if (calls->progress && r->size % 10000 == 0)
			calls->progress(calls->ctx, r->size, total);
	}
	*whole = rc == AK_OK;
	if (rc == AK_OK && r->more_checkpoints)
		say(r, "the ledger ends at %llu entries, a checkpoint covers %lld: its tail is missing", (unsigned long long)r->size,
		    (long long)sqlite3_column_int64(r->checkpoint, 0));
	return rc;
}

enum ak_rc ak_verify_read(struct ak_store *s, struct ak_check_pipe *pipe, uint64_t total, const struct ak_verify_calls *calls,
			  struct ak_verify_report *out, struct ak_map *counts, struct ak_filled *filled, bool *whole, struct ak_err *err)
{
	struct reading r = {.s = s, .out = out, .err = err, .pipe = pipe, .counts = counts, .filled = filled};
	enum ak_rc rc;

	take_part(&r);
	if ((rc = open_cursors(&r)) == AK_OK)
		rc = walk(&r, total, calls, whole);
	for (int k = 0; k <= ENTRY; k++)
		sqlite3_finalize(r.cursor[k]);
	sqlite3_finalize(r.file);
	sqlite3_finalize(r.covered);
	sqlite3_finalize(r.checkpoint);
	r.part->end = true;
	ak_queue_push(&pipe->full, r.part);
	return rc;
}
