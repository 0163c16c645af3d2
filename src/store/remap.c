#include "base/ak.h"
#include "store/remap.h"

#include <sqlite3.h>
#include <stdlib.h>

#include "base/map.h"
#include "model/field.h"

/* A file row whose records may be replaced. */
struct old_file {
	int64_t id;
	char sha256[65], mapping[65];
	size_t next; /* 1 + the file before with the same digest, 0 = none */
};

struct old_record {
	int64_t file, seq; /* seq -1: replaced */
	uint64_t offset;
};

struct ak_remap {
	struct ak_store *s;
	sqlite3_stmt *put;
	struct ak_map given; /* sha256 -> 1 + the last file of it, 0 = none */
	struct old_file *file;
	size_t nfiles;
	struct old_record *record; /* by file and offset */
	size_t n, cap;
	uint64_t replaced; /* in the present file */
};

struct ak_remap *ak_remap_new(struct ak_store *s)
{
	struct ak_remap *r = ak_alloc_zero(1, sizeof *r);

	r->s = s;
	ak_map_init(&r->given);
	return r;
}

void ak_remap_free(struct ak_remap *r)
{
	if (!r)
		return;
	sqlite3_finalize(r->put);
	ak_map_release(&r->given);
	ak_free(r->file);
	ak_free(r->record);
	ak_free(r);
}

void ak_remap_give(struct ak_remap *r, const char *sha256) { ak_map_put(&r->given, ak_str_of(sha256), NULL); }

/* ---- files ---- */

static const char files_sql[] =
	"SELECT f.id, f.name, f.decoded_sha256, f.format, f.mapping, e.source, f.stored FROM file f JOIN export e ON e.id = f.export"
	" WHERE f.decoded_sha256 IS NOT NULL AND f.state IN ('complete', 'incomplete') ORDER BY f.id";

struct seen {
	struct ak_map sources; /* ids of sources of which a file is given, as text */
	struct ak_map fresh;   /* digests that were read under the present mapping already */
	struct ak_map missing; /* digest -> name, of old files that are not given */
};

static bool is_current(sqlite3_stmt *st, const char *(*current)(void *ctx, const char *format), void *ctx)
{
	char format[80];
	const char *now;

	ak_sql_copy(st, 3, format, sizeof format);
	now = current(ctx, format);
	return now && ak_str_is(ak_sql_text(st, 4), now);
}

/* First look: sources and digests. Second: what is missing, and the files whose records are replaced. */
static void look(struct ak_remap *r, sqlite3_stmt *st, bool present, struct seen *seen, int pass)
{
	struct ak_str sha = ak_sql_text(st, 2), source = ak_sql_text(st, 5);
	struct ak_map_entry *given = ak_map_get(&r->given, sha);

	if (pass == 0) {
		if (given)
			ak_map_put(&seen->sources, source, NULL);
		if (present)
			ak_map_put(&seen->fresh, sha, NULL);
	} else if (given) {
		struct old_file *f;

		r->file = ak_realloc(r->file, (r->nfiles + 1) * sizeof *r->file);
		f = &r->file[r->nfiles++];
		f->id = sqlite3_column_int64(st, 0);
		ak_sql_copy(st, 2, f->sha256, sizeof f->sha256);
		ak_sql_copy(st, 4, f->mapping, sizeof f->mapping);
		f->next = (size_t)given->v.num;
		given->v.num = (int64_t)r->nfiles;
	} else if (!given && !present && sqlite3_column_int64(st, 6) && ak_map_get(&seen->sources, source) && !ak_map_get(&seen->fresh, sha)) {
		ak_map_put(&seen->missing, ak_sql_text(st, 1), NULL);
	}
}

static enum ak_rc missing(const struct seen *seen, struct ak_err *err)
{
	size_t n = seen->missing.n;

	if (!n)
		return AK_OK;
	ak_hint(err, "give all files of the source as they were then, byte by byte; nothing was stored, the records stay as they were mapped");
	return ak_fail(err, AK_EXIT_INPUT, "original not given: '%s'%s was mapped by an older mapping", seen->missing.e[0].key.p,
		       n > 1 ? ", the first of several," : "");
}

static enum ak_rc find_files(struct ak_remap *r, const char *(*current)(void *ctx, const char *format), void *ctx, struct ak_err *err)
{
	AK_CLEANUP(ak_sql_finalizep) sqlite3_stmt *st = NULL;
	struct seen seen;
	enum ak_rc rc = ak_sql_prepare(r->s, files_sql, &st, err);

	ak_map_init(&seen.sources);
	ak_map_init(&seen.fresh);
	ak_map_init(&seen.missing);
	for (int pass = 0; pass < 2 && rc != AK_FAIL; pass++) {
		while ((rc = ak_sql_step(r->s, st, err)) == AK_OK)
			look(r, st, is_current(st, current, ctx), &seen, pass);
		sqlite3_reset(st);
	}
	rc = rc == AK_FAIL ? rc : missing(&seen, err);
	ak_map_release(&seen.sources);
	ak_map_release(&seen.fresh);
	ak_map_release(&seen.missing);
	return rc;
}

/* ---- records ---- */

static int by_id(const void *key, const void *file)
{
	int64_t a = *(const int64_t *)key, b = ((const struct old_file *)file)->id;

	return a < b ? -1 : a > b;
}

static int by_place(const void *x, const void *y)
{
	const struct old_record *a = x, *b = y;

	if (a->file != b->file)
		return a->file < b->file ? -1 : 1;
	return a->offset < b->offset ? -1 : a->offset > b->offset;
}

static enum ak_rc find_records(struct ak_remap *r, int kind, struct ak_err *err)
{
	AK_CLEANUP(ak_sql_finalizep) sqlite3_stmt *st = NULL;
	struct ak_buf sql;
	enum ak_rc rc;

	ak_buf_init(&sql, 1 << 12);
	ak_buf_addf(&sql, "SELECT r.seq, r.file, r.byte_offset FROM %s r WHERE r.state = 0"
			  " AND NOT EXISTS(SELECT 1 FROM superseded x WHERE x.seq = r.seq)", ak_kinds[kind].name);
	rc = ak_sql_prepare(r->s, sql.p, &st, err);
	ak_buf_release(&sql);
	while (rc == AK_OK && (rc = ak_sql_step(r->s, st, err)) == AK_OK) {
		int64_t file = sqlite3_column_int64(st, 1);

		if (!ak_bsearch(&file, r->file, r->nfiles, sizeof *r->file, by_id))
			continue;
		if (r->n == r->cap) {
			r->cap = r->cap ? 2 * r->cap : 4096;
			r->record = ak_realloc(r->record, r->cap * sizeof *r->record);
		}
		r->record[r->n++] = (struct old_record){file, sqlite3_column_int64(st, 0), (uint64_t)sqlite3_column_int64(st, 2)};
	}
	return rc == AK_FAIL ? rc : AK_OK;
}

enum ak_rc ak_remap_load(struct ak_remap *r, const char *(*current)(void *ctx, const char *format), void *ctx, struct ak_err *err)
{
	enum ak_rc rc = find_files(r, current, ctx, err);

	for (int k = 0; k < AK_K_COUNT && r->nfiles && rc == AK_OK; k++)
		rc = find_records(r, k, err);
	if (r->n)
		ak_sort(r->record, r->n, sizeof *r->record, by_place);
	if (rc == AK_OK)
		rc = ak_sql_prepare(r->s, "INSERT OR IGNORE INTO superseded(seq, by_seq) VALUES(?1, ?2)", &r->put, err);
	return rc;
}

/* The files of this digest that another mapping read: the first after `from` (1 + index, 0 = begin), 0 = no more. */
static size_t next_file(const struct ak_remap *r, const struct ak_remap_file *f, size_t from)
{
	const struct ak_map_entry *e = from ? NULL : ak_map_get(&r->given, ak_str_of(f->sha256));
	size_t i = from ? r->file[from - 1].next : e ? (size_t)e->v.num : 0;

	while (i && strcmp(r->file[i - 1].mapping, f->mapping) == 0)
		i = r->file[i - 1].next;
	return i;
}

static enum ak_rc replace(struct ak_remap *r, struct old_record *old, int64_t seq, struct ak_err *err)
{
	enum ak_rc rc = AK_END;

	if (old->seq != seq) {
		sqlite3_bind_int64(r->put, 1, old->seq);
		sqlite3_bind_int64(r->put, 2, seq);
		rc = ak_sql_step(r->s, r->put, err);
		sqlite3_reset(r->put);
		r->replaced++;
	}
	old->seq = -1;
	return rc == AK_FAIL ? rc : AK_OK;
}

enum ak_rc ak_remap_take(struct ak_remap *r, const struct ak_remap_file *f, uint64_t offset, int64_t seq, struct ak_err *err)
{
	enum ak_rc rc = AK_OK;

	for (size_t i = next_file(r, f, 0); i && rc == AK_OK; i = next_file(r, f, i)) {
		const struct old_record key = {r->file[i - 1].id, 0, offset};
		struct old_record *old = r->n ? ak_bsearch(&key, r->record, r->n, sizeof key, by_place) : NULL;

		if (old && old->seq >= 0)
			rc = replace(r, old, seq, err);
	}
	return rc;
}

/* Records of a file that were not replaced; they stand together. */
static uint64_t left_of(const struct ak_remap *r, int64_t file)
{
	size_t from = 0, to = r->n;
	uint64_t n = 0;

	while (from < to) {
		size_t mid = from + (to - from) / 2;

		if (r->record[mid].file < file)
			from = mid + 1;
		else
			to = mid;
	}
	for (; from < r->n && r->record[from].file == file; from++)
		n += r->record[from].seq >= 0;
	return n;
}

enum ak_rc ak_remap_end(struct ak_remap *r, struct ak_tlog *l, const struct ak_remap_file *f, uint64_t *replaced,
			uint64_t *left, struct ak_err *err)
{
	json_t *from = json_array(), *files = json_array(), *body;
	enum ak_rc rc = AK_OK;

	*left = 0;
	for (size_t i = next_file(r, f, 0); i; i = next_file(r, f, i)) {
		json_array_append_new(files, json_integer(r->file[i - 1].id));
		json_array_append_new(from, json_string(r->file[i - 1].mapping));
		*left += left_of(r, r->file[i - 1].id);
	}
	body = json_pack("{s:I, s:s, s:s, s:s, s:o, s:o, s:I, s:I}", "file", (json_int_t)f->id, "format", f->format, "mapping", f->mapping,
			 "decoded_sha256", f->sha256, "files_before", files, "mappings_before", from, "replaced", (json_int_t)r->replaced,
			 "without_counterpart", (json_int_t)*left);
	if (r->replaced || *left)
		rc = ak_tlog_entry(l, "remap", body, NULL, err);
	json_decref(body);
	*replaced = r->replaced;
	r->replaced = 0;
	return rc;
}
