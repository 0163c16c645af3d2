#include "base/ak.h"
#include "store/runs.h"

#include <sqlite3.h>
#include <stdlib.h>

#include "store/filter.h"
#include "store/runpage.h"

#define FANOUT 8

enum { S_LIST, S_FENCE, S_PAGE, S_COUNT };

static const char *const sqls[S_COUNT] = {
	[S_LIST] = "SELECT id, entries, pages FROM index_run WHERE kind = ?1 ORDER BY id",
	[S_FENCE] = "SELECT page FROM index_fence WHERE run = ?1 AND first < ?2 ORDER BY first DESC, page DESC LIMIT 1",
	[S_PAGE] = "SELECT data FROM index_page WHERE id = ?1",
};

struct run {
	int64_t id, entries, pages;
	int64_t at; /* page that is loaded, -1 = none */
	bool dense; /* the last two keys that were sought lay on this page and the one before */
	size_t n;
	uint8_t *filter;	   /* NULL = none */
	size_t filter_bytes;
	const unsigned char *page; /* as it is stored, SQLite's: a search looks at few of its entries */
};

/* What single keys gave, by some of their bits: statements ask for the same few again and again. */
enum { MEMOS = 1024, MEMO_MOST = 4 };
struct memo {
	uint64_t key, value[MEMO_MOST];
	uint32_t n;
	bool known;
};

struct ak_runs {
	struct memo *memo; /* MEMOS of them once one was asked for; only as long as the runs are the same */
	struct ak_store *s;
	enum ak_run_kind kind;
	struct run **run;
	size_t n, cap;
	sqlite3_stmt *st[S_COUNT];
};

enum ak_rc ak_runs_open(struct ak_store *s, enum ak_run_kind kind, struct ak_runs **out, struct ak_err *err)
{
	struct ak_runs *r = ak_alloc_zero(1, sizeof *r);
	enum ak_rc rc = AK_OK;

	r->s = s;
	r->kind = kind;
	for (int i = 0; i < S_COUNT && rc == AK_OK; i++)
		rc = ak_sql_prepare(s, sqls[i], &r->st[i], err);
	if (rc == AK_OK)
		rc = ak_runs_reload(r, err);
	if (rc == AK_OK)
		*out = r;
	else
		ak_runs_free(r);
	return rc;
}

static void free_run(struct run *run)
{
	if (run)
		ak_free(run->filter);
	ak_free(run);
}

static void free_all(struct run **run, size_t n)
{
	for (size_t i = 0; i < n; i++)
		free_run(run[i]);
	ak_free(run);
}

void ak_runs_free(struct ak_runs *r)
{
	if (!r)
		return;
	free_all(r->run, r->n);
	for (int i = 0; i < S_COUNT; i++)
		sqlite3_finalize(r->st[i]);
	ak_free(r->memo);
	ak_free(r);
}

static void forget(struct ak_runs *r)
{
	ak_free(r->memo);
	r->memo = NULL;
}

/* A run that was known before: it never changes, so that its filter need not be read again. */
static struct run *known(struct run **run, size_t n, sqlite3_stmt *st)
{
	for (size_t i = 0; i < n; i++) {
		struct run *it = run[i];

		if (!it || it->id != sqlite3_column_int64(st, 0) || it->entries != sqlite3_column_int64(st, 1))
			continue;
		run[i] = NULL;
		return it;
	}
	return NULL;
}

static enum ak_rc new_run(struct ak_runs *r, sqlite3_stmt *st, struct run **out, struct ak_err *err)
{
	struct run *run = ak_alloc_zero(1, sizeof *run);

	*out = run;
	forget(r);
	run->id = sqlite3_column_int64(st, 0);
	run->entries = sqlite3_column_int64(st, 1);
	run->pages = sqlite3_column_int64(st, 2);
	run->at = -1;
	return r->kind == AK_RUN_IDENTITY ? ak_run_filter(r->s, run->id, &run->filter, &run->filter_bytes, err) : AK_OK;
}

enum ak_rc ak_runs_reload(struct ak_runs *r, struct ak_err *err)
{
	sqlite3_stmt *st = r->st[S_LIST];
	struct run **old = r->run;
	size_t had = r->n;
	enum ak_rc rc;

	r->run = NULL;
	r->n = r->cap = 0;
	sqlite3_bind_int(st, 1, r->kind);
	while ((rc = ak_sql_step(r->s, st, err)) == AK_OK) {
		if (r->n == r->cap) {
			r->cap = r->cap ? 2 * r->cap : 16;
			r->run = ak_realloc(r->run, r->cap * sizeof(struct run *));
		}
		r->run[r->n] = known(old, had, st);
		if (!r->run[r->n++] && (rc = new_run(r, st, &r->run[r->n - 1], err)) != AK_OK)
			break;
	}
	sqlite3_reset(st);
	for (size_t i = 0; i < had; i++)
		if (old[i])
			forget(r);
	free_all(old, had);
	return rc == AK_END ? AK_OK : rc;
}

/* ---- finding ---- */

static struct ak_run_entry entry(const struct ak_runs *r, const struct run *run, size_t i)
{
	return ak_run_entry_at(r->kind, run->page, i);
}

/* The page that is loaded lives as long as the statement stays where it is. */
static void release(struct ak_runs *r, struct run *run)
{
	sqlite3_reset(r->st[S_PAGE]);
	run->at = -1;
	run->n = 0;
}

static enum ak_rc load(struct ak_runs *r, struct run *run, int64_t page, struct ak_err *err)
{
	sqlite3_stmt *st = r->st[S_PAGE];
	enum ak_rc rc;

	release(r, run);
	sqlite3_bind_int64(st, 1, ak_run_page_id(run->id, page));
	if ((rc = ak_sql_step(r->s, st, err)) == AK_OK) {
		run->page = sqlite3_column_blob(st, 0);
		run->n = run->page ? ak_run_entries(r->kind, (size_t)sqlite3_column_bytes(st, 0)) : 0;
		run->at = run->n ? page : -1;
	}
	if (rc == AK_END || (rc == AK_OK && !run->n))
		return ak_fail(err, AK_EXIT_CORRUPT, "a page of the identifier index is missing or damaged");
	return rc;
}

/* Load the page where entries with this key begin: the last one whose first key is below it. */
static enum ak_rc seek(struct ak_runs *r, struct run *run, const struct ak_run_entry *k, struct ak_err *err)
{
	sqlite3_stmt *st = r->st[S_FENCE];
	int64_t page = 0, was;
	enum ak_rc rc;

	if (run->at >= 0 && entry(r, run, 0).key < k->key && entry(r, run, run->n - 1).key >= k->key)
		return AK_OK;
	/* Keys that lie close go on with the next page, which need not be looked up. */
	if (run->dense && run->at >= 0 && run->at + 1 < run->pages && entry(r, run, run->n - 1).key < k->key) {
		if ((rc = load(r, run, run->at + 1, err)) != AK_OK || entry(r, run, run->n - 1).key >= k->key)
			return rc;
	}
	was = run->at;
	sqlite3_bind_int64(st, 1, run->id);
	sqlite3_bind_int64(st, 2, ak_run_fence(k->key));
	if ((rc = ak_sql_step(r->s, st, err)) == AK_OK)
		page = sqlite3_column_int64(st, 0);
	sqlite3_reset(st);
	if (rc == AK_FAIL)
		return rc;
	run->dense = was >= 0 && page == was + 1;
	return was == page ? AK_OK : load(r, run, page, err);
}

static bool is_below(struct ak_run_entry e, const struct ak_run_entry *k) { return e.key < k->key || (e.key == k->key && e.key2 < k->key2); }

static size_t lower_bound(const struct ak_runs *r, const struct run *run, const struct ak_run_entry *k)
{
	uint64_t first = run->n ? entry(r, run, 0).key : 0, last = run->n ? entry(r, run, run->n - 1).key : 0;
	size_t lo = 0, hi = run->n, at = (lo + hi) / 2, step = 4;

	/* Keys are hashes, so where one is follows from its value, but for a few entries. */
	if (k->key > first && k->key <= last)
		at = (size_t)((unsigned __int128)(k->key - first) * (run->n - 1) / (last - first));
	for (; lo < hi; step *= 4) {
		if (is_below(entry(r, run, at), k)) {
			lo = at + 1;
			at = lo + step;
		} else {
			hi = at;
			at = hi > step ? hi - step : 0;
		}
		if (at < lo || at >= hi)
			at = (lo + hi) / 2;
	}
	return lo;
}

static enum ak_rc find_in(struct ak_runs *r, struct run *run, const struct ak_run_entry *k,
			  void (*found)(void *, const struct ak_run_entry *), void *ctx, struct ak_err *err)
{
	enum ak_rc rc = seek(r, run, k, err);
	size_t i = rc == AK_OK ? lower_bound(r, run, k) : 0;

	while (rc == AK_OK) {
		for (; i < run->n; i++) {
			struct ak_run_entry e = entry(r, run, i);
			if (e.key != k->key || e.key2 != k->key2)
				return AK_OK;
			found(ctx, &e);
		}
		if (run->at + 1 >= run->pages)
			return AK_OK;
		rc = load(r, run, run->at + 1, err);
		i = rc == AK_OK ? lower_bound(r, run, k) : 0;
	}
	return rc;
}

struct noting {
	struct memo *m;
	void (*found)(void *ctx, const struct ak_run_entry *e);
	void *ctx;
};

static void note(void *ctx, const struct ak_run_entry *e)
{
	struct noting *x = ctx;

	if (x->m->n < MEMO_MOST)
		x->m->value[x->m->n] = e->value;
	x->m->n++;
	x->found(x->ctx, e);
}

enum ak_rc ak_runs_find_one(struct ak_runs *r, uint64_t key, void (*found)(void *ctx, const struct ak_run_entry *e), void *ctx, struct ak_err *err)
{
	struct ak_run_entry e = {.key = key};
	struct memo *m;
	enum ak_rc rc;

	if (!r->memo)
		r->memo = ak_alloc_zero(MEMOS, sizeof *r->memo);
	m = &r->memo[key % MEMOS];
	if (m->known && m->key == key) {
		for (uint32_t i = 0; i < m->n; i++) {
			e.value = m->value[i];
			found(ctx, &e);
		}
		return AK_OK;
	}
	*m = (struct memo){.key = key};
	rc = ak_runs_find(r, &e, 1, note, &(struct noting){m, found, ctx}, err);
	m->known = rc == AK_OK && m->n <= MEMO_MOST;
	return rc;
}

enum ak_rc ak_runs_find(struct ak_runs *r, const struct ak_run_entry *keys, size_t n,
			void (*found)(void *ctx, const struct ak_run_entry *e), void *ctx, struct ak_err *err)
{
	enum ak_rc rc = AK_OK;

	for (size_t i = 0; i < r->n && rc == AK_OK; i++) {
		struct run *run = r->run[i];

		for (size_t k = 0; k < n && rc == AK_OK; k++)
			if (!run->filter || ak_filter_may_have(run->filter, run->filter_bytes, keys[k].key2))
				rc = find_in(r, run, &keys[k], found, ctx, err);
		release(r, run);
	}
	return rc;
}

/* ---- adding ---- */

static int class_of(int64_t entries)
{
	int class = 0;

	for (; entries >= FANOUT; entries /= FANOUT)
		class++;
	return class;
}

/* Merge the runs of one size class when there are enough of them; one class is looked at, the caller goes on. */
static enum ak_rc merge_class(struct ak_runs *r, int class, bool *merged, struct ak_err *err)
{
	int64_t ids[64];
	uint64_t entries = 0;
	size_t n = 0;
	enum ak_rc rc;

	*merged = false;
	for (size_t i = 0; i < r->n && n < AK_COUNT(ids); i++)
		if (class_of(r->run[i]->entries) == class) {
			ids[n++] = r->run[i]->id;
			entries += (uint64_t)r->run[i]->entries;
		}
	if (n < FANOUT)
		return AK_OK;
	if ((rc = ak_run_merge(r->s, r->kind, ids, n, entries, err)) != AK_OK)
		return rc;
	*merged = true;
	return ak_runs_reload(r, err);
}

enum ak_rc ak_runs_add(struct ak_runs *r, struct ak_run_entry *e, size_t n, struct ak_err *err)
{
	bool merged = true;
	enum ak_rc rc;

	if (!n)
		return AK_OK;
	ak_run_sort(e, n);
	if ((rc = ak_run_write(r->s, r->kind, e, n, err)) != AK_OK || (rc = ak_runs_reload(r, err)) != AK_OK)
		return rc;
	while (merged && rc == AK_OK) {
		merged = false;
		for (int class = 0; class < 24 && !merged && rc == AK_OK; class++)
			rc = merge_class(r, class, &merged, err);
	}
	return rc;
}

enum ak_rc ak_runs_check(struct ak_runs *r, uint64_t *entries, const char **broken, struct ak_err *err)
{
	enum ak_rc rc = AK_OK;

	*entries = 0;
	*broken = NULL;
	for (size_t i = 0; i < r->n && rc == AK_OK && !*broken; i++) {
		rc = ak_run_check(r->s, r->kind, r->run[i]->id, (uint64_t)r->run[i]->entries, r->run[i]->pages, broken, err);
		*entries += (uint64_t)r->run[i]->entries;
	}
	return rc;
}
