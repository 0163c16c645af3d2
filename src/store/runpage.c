#include "base/ak.h"
#include "store/runpage.h"

#include <endian.h>
#include <sqlite3.h>
#include <stdlib.h>

#include "store/filter.h"

/* ---- pages ---- */

static size_t words_of(enum ak_run_kind kind) { return kind == AK_RUN_IDENTITY ? 3 : 2; }

size_t ak_run_entries(enum ak_run_kind kind, size_t bytes)
{
	size_t each = 8 * words_of(kind);

	return bytes > AK_RUN_PAGE_BYTES || bytes % each ? 0 : bytes / each;
}

static size_t unpack(enum ak_run_kind kind, const void *blob, size_t bytes, struct ak_run_entry *out)
{
	size_t n = blob ? ak_run_entries(kind, bytes) : 0;

	for (size_t i = 0; i < n; i++)
		out[i] = ak_run_entry_at(kind, blob, i);
	return n;
}

static bool before(const struct ak_run_entry *a, const struct ak_run_entry *b)
{
	if (a->key != b->key)
		return a->key < b->key;
	return a->key2 != b->key2 ? a->key2 < b->key2 : a->value < b->value;
}

/* ---- sorting: by the top bits first, which are evenly spread, then small lists ---- */

static void insertion_sort(struct ak_run_entry *e, size_t n)
{
	for (size_t i = 1; i < n; i++) {
		struct ak_run_entry x = e[i];
		size_t j = i;
		for (; j && before(&x, &e[j - 1]); j--)
			e[j] = e[j - 1];
		e[j] = x;
	}
}

static int compare(const void *a, const void *b) { return before(b, a) - before(a, b); }

static void sort_bucket(struct ak_run_entry *e, size_t n)
{
	if (n > 24)
		ak_sort(e, n, sizeof *e, compare);
	else
		insertion_sort(e, n);
}

#define BUCKET_BITS 14

void ak_run_sort(struct ak_run_entry *e, size_t n)
{
	size_t buckets = (size_t)1 << BUCKET_BITS, at = 0;
	struct ak_run_entry *copy;
	uint32_t *end;

	if (n < 2)
		return;
	if (n < buckets / 4) {
		ak_sort(e, n, sizeof *e, compare);
		return;
	}
	copy = ak_alloc(n * sizeof *copy);
	end = ak_alloc_zero(buckets + 1, sizeof *end);
	memcpy(copy, e, n * sizeof *e);
	for (size_t i = 0; i < n; i++)
		end[(copy[i].key >> (64 - BUCKET_BITS)) + 1]++;
	for (size_t b = 0; b < buckets; b++)
		end[b + 1] += end[b];
	for (size_t i = 0; i < n; i++)
		e[end[copy[i].key >> (64 - BUCKET_BITS)]++] = copy[i];
	for (size_t b = 0; b < buckets; at = end[b++])
		sort_bucket(e + at, end[b] - at);
	ak_free(copy);
	ak_free(end);
}

/* ---- writing ---- */

struct run_writer {
	struct ak_store *s;
	enum ak_run_kind kind;
	int64_t id, pages, entries;
	sqlite3_stmt *page, *fence;
	struct ak_run_entry last;
	uint64_t first; /* key of the open page's first entry */
	size_t used;    /* bytes of the open page */
	uint8_t *filter;
	size_t filter_bytes; /* 0 = none */
	unsigned char data[AK_RUN_PAGE_BYTES];
};

/* most: entries to come at most. */
static enum ak_rc run_writer_open(struct run_writer *w, uint64_t most, struct ak_err *err)
{
	AK_CLEANUP(ak_sql_finalizep) sqlite3_stmt *st = NULL;
	enum ak_rc rc = ak_sql_prepare(w->s, "INSERT INTO index_run(kind, entries, pages) VALUES(?1, 0, 0)", &st, err);

	if (rc != AK_OK)
		return rc;
	sqlite3_bind_int(st, 1, w->kind);
	if ((rc = ak_sql_step(w->s, st, err)) != AK_END)
		return rc;
	w->id = sqlite3_last_insert_rowid(w->s->db);
	w->filter_bytes = w->kind == AK_RUN_IDENTITY ? ak_filter_bytes(most) : 0;
	w->filter = w->filter_bytes ? ak_alloc_zero(w->filter_bytes, 1) : NULL;
	if ((rc = ak_sql_prepare(w->s, "INSERT INTO index_page(id, data) VALUES(?1, ?2)", &w->page, err)) == AK_OK)
		rc = ak_sql_prepare(w->s, "INSERT INTO index_fence(run, first, page) VALUES(?1, ?2, ?3)", &w->fence, err);
	return rc;
}

static enum ak_rc put_page(struct run_writer *w, struct ak_err *err)
{
	enum ak_rc rc;

	if (!w->used)
		return AK_OK;
	if (w->pages >= INT64_C(1) << 24)
		return ak_fail(err, AK_EXIT_LIMIT, "the identifier index is full");
	sqlite3_bind_int64(w->page, 1, ak_run_page_id(w->id, w->pages));
	sqlite3_bind_blob(w->page, 2, w->data, (int)w->used, SQLITE_STATIC);
	rc = ak_sql_step(w->s, w->page, err);
	sqlite3_reset(w->page);
	if (rc != AK_END)
		return rc;
	sqlite3_bind_int64(w->fence, 1, w->id);
	sqlite3_bind_int64(w->fence, 2, ak_run_fence(w->first));
	sqlite3_bind_int64(w->fence, 3, w->pages++);
	rc = ak_sql_step(w->s, w->fence, err);
	sqlite3_reset(w->fence);
	w->used = 0;
	return rc == AK_END ? AK_OK : rc;
}

static enum ak_rc run_writer_put(struct run_writer *w, const struct ak_run_entry *e, struct ak_err *err)
{
	size_t words = words_of(w->kind);
	uint64_t word[3] = {htobe64(e->key), htobe64(words == 3 ? e->key2 : e->value), htobe64(e->value)};
	enum ak_rc rc;

	if (w->entries && !before(&w->last, e))
		return AK_OK;
	if (w->used + 8 * words > AK_RUN_PAGE_BYTES && (rc = put_page(w, err)) != AK_OK)
		return rc;
	if (!w->used)
		w->first = e->key;
	memcpy(w->data + w->used, word, 8 * words);
	w->used += 8 * words;
	if (w->filter)
		ak_filter_add(w->filter, w->filter_bytes, e->key2);
	w->last = *e;
	w->entries++;
	return AK_OK;
}

static enum ak_rc run_writer_close(struct run_writer *w, struct ak_err *err)
{
	AK_CLEANUP(ak_sql_finalizep) sqlite3_stmt *st = NULL;
	enum ak_rc rc = put_page(w, err);

	if (rc != AK_OK ||
	    (rc = ak_sql_prepare(w->s, "UPDATE index_run SET entries = ?2, pages = ?3, filter = ?4 WHERE id = ?1", &st, err)) != AK_OK)
		return rc;
	sqlite3_bind_int64(st, 1, w->id);
	sqlite3_bind_int64(st, 2, w->entries);
	sqlite3_bind_int64(st, 3, w->pages);
	if (w->filter)
		sqlite3_bind_blob64(st, 4, w->filter, w->filter_bytes, SQLITE_STATIC);
	rc = ak_sql_step(w->s, st, err);
	return rc == AK_END ? AK_OK : rc;
}

static void run_writer_release(struct run_writer *w)
{
	sqlite3_finalize(w->page);
	sqlite3_finalize(w->fence);
	ak_free(w->filter);
}

enum ak_rc ak_run_write(struct ak_store *s, enum ak_run_kind kind, const struct ak_run_entry *e, size_t n,
			struct ak_err *err)
{
	struct run_writer w = {.s = s, .kind = kind};
	enum ak_rc rc = run_writer_open(&w, n, err);

	for (size_t i = 0; i < n && rc == AK_OK; i++)
		rc = run_writer_put(&w, &e[i], err);
	if (rc == AK_OK)
		rc = run_writer_close(&w, err);
	run_writer_release(&w);
	return rc;
}

/* ---- reading in order ---- */

struct run_reader {
	struct ak_store *s;
	enum ak_run_kind kind;
	sqlite3_stmt *st;
	size_t n, i;
	struct ak_run_entry page[AK_RUN_PAGE_MAX];
};

static enum ak_rc next_page(struct run_reader *r, struct ak_err *err)
{
	enum ak_rc rc = ak_sql_step(r->s, r->st, err);

	r->i = r->n = 0;
	if (rc != AK_OK)
		return rc == AK_END ? AK_OK : rc;
	r->n = unpack(r->kind, sqlite3_column_blob(r->st, 0), (size_t)sqlite3_column_bytes(r->st, 0), r->page);
	return r->n ? AK_OK : ak_fail(err, AK_EXIT_CORRUPT, "a page of the identifier index is damaged");
}

static enum ak_rc run_reader_open(struct run_reader *r, struct ak_store *s, enum ak_run_kind kind, int64_t run,
				  struct ak_err *err)
{
	enum ak_rc rc;

	r->s = s;
	r->kind = kind;
	rc = ak_sql_prepare(s, "SELECT data FROM index_page WHERE id BETWEEN ?1 AND ?2 ORDER BY id", &r->st, err);
	if (rc != AK_OK)
		return rc;
	sqlite3_bind_int64(r->st, 1, ak_run_page_id(run, 0));
	sqlite3_bind_int64(r->st, 2, ak_run_page_id(run, (INT64_C(1) << 24) - 1));
	return next_page(r, err);
}

/* ---- merging ---- */

static enum ak_rc merge_all(struct run_reader *in, size_t n, struct run_writer *w, struct ak_err *err)
{
	for (;;) {
		struct run_reader *least = NULL;
		enum ak_rc rc;
		for (size_t i = 0; i < n; i++)
			if (in[i].i < in[i].n && (!least || before(&in[i].page[in[i].i], &least->page[least->i])))
				least = &in[i];
		if (!least)
			return AK_OK;
		if ((rc = run_writer_put(w, &least->page[least->i], err)) != AK_OK ||
		    (++least->i == least->n && (rc = next_page(least, err)) != AK_OK))
			return rc;
	}
}

static enum ak_rc drop(struct ak_store *s, int64_t run, struct ak_err *err)
{
	static const char *const sql[] = {"DELETE FROM index_page WHERE id BETWEEN ?1 << 24 AND (?1 << 24) + 0xffffff",
					  "DELETE FROM index_fence WHERE run = ?1", "DELETE FROM index_run WHERE id = ?1"};
	enum ak_rc rc = AK_OK;

	for (size_t i = 0; i < AK_COUNT(sql) && rc == AK_OK; i++) {
		AK_CLEANUP(ak_sql_finalizep) sqlite3_stmt *st = NULL;
		if ((rc = ak_sql_prepare(s, sql[i], &st, err)) != AK_OK)
			return rc;
		sqlite3_bind_int64(st, 1, run);
		rc = ak_sql_step(s, st, err);
		rc = rc == AK_END ? AK_OK : rc;
	}
	return rc;
}

/* The merged entries live on in the new run, so the freed pages need no overwriting. */
static enum ak_rc drop_all(struct ak_store *s, const int64_t *ids, size_t n, struct ak_err *err)
{
	enum ak_rc rc = ak_sql_exec(s, "PRAGMA secure_delete=FAST", err);

	for (size_t i = 0; i < n && rc == AK_OK; i++)
		rc = drop(s, ids[i], err);
	if (ak_sql_exec(s, "PRAGMA secure_delete=ON", rc == AK_OK ? err : NULL) != AK_OK)
		rc = AK_FAIL;
	return rc;
}

enum ak_rc ak_run_merge(struct ak_store *s, enum ak_run_kind kind, const int64_t *ids, size_t n, uint64_t entries, struct ak_err *err)
{
	struct run_reader *in = ak_alloc_zero(n, sizeof *in);
	struct run_writer w = {.s = s, .kind = kind};
	enum ak_rc rc = AK_OK;

	for (size_t i = 0; i < n && rc == AK_OK; i++)
		rc = run_reader_open(&in[i], s, kind, ids[i], err);
	if (rc == AK_OK && (rc = run_writer_open(&w, entries, err)) == AK_OK && (rc = merge_all(in, n, &w, err)) == AK_OK)
		rc = run_writer_close(&w, err);
	for (size_t i = 0; i < n; i++)
		sqlite3_finalize(in[i].st);
	run_writer_release(&w);
	ak_free(in);
	return rc == AK_OK ? drop_all(s, ids, n, err) : rc;
}

/* ---- filters ---- */

enum ak_rc ak_run_filter(struct ak_store *s, int64_t run, uint8_t **bits, size_t *bytes, struct ak_err *err)
{
	AK_CLEANUP(ak_sql_finalizep) sqlite3_stmt *st = NULL;
	enum ak_rc rc = ak_sql_prepare(s, "SELECT filter FROM index_run WHERE id = ?1", &st, err);

	*bits = NULL;
	*bytes = 0;
	if (rc != AK_OK)
		return rc;
	sqlite3_bind_int64(st, 1, run);
	if ((rc = ak_sql_step(s, st, err)) == AK_OK) {
		const void *blob = sqlite3_column_blob(st, 0);
		size_t n = (size_t)sqlite3_column_bytes(st, 0);

		if (ak_filter_sound(blob, n)) {
			*bits = ak_alloc(n);
			memcpy(*bits, blob, n);
			*bytes = n;
		}
	}
	return rc == AK_END ? AK_OK : rc;
}

/* ---- checking ---- */

enum ak_rc ak_run_check(struct ak_store *s, enum ak_run_kind kind, int64_t run, uint64_t entries, int64_t pages,
			const char **broken, struct ak_err *err)
{
	struct run_reader r = {.n = 0};
	struct ak_run_entry last = {0};
	uint64_t seen = 0;
	int64_t read = 0;
	uint8_t *filter = NULL;
	size_t filter_bytes;
	enum ak_rc rc = ak_run_filter(s, run, &filter, &filter_bytes, err);

	if (rc == AK_OK)
		rc = run_reader_open(&r, s, kind, run, err);

	while (rc == AK_OK && r.n && !*broken) {
		read++;
		for (size_t i = 0; i < r.n; i++, seen++) {
			if (seen && !before(&last, &r.page[i]))
				*broken = "is out of order";
			if (filter && !ak_filter_may_have(filter, filter_bytes, r.page[i].key2))
				*broken = "has a filter that denies its entries";
			last = r.page[i];
		}
		rc = next_page(&r, err);
	}
	if (rc == AK_OK && !*broken && (seen != entries || read != pages))
		*broken = "has lost entries";
	ak_free(filter);
	sqlite3_finalize(r.st);
	return rc;
}
