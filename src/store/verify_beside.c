/* Third thread of verify: the database file itself, over a connection that sees what the first one sees. */
#include "base/ak.h"
#include "store/verifying.h"

#include <sqlite3.h>

#define TRIES 8

static enum ak_rc version(struct ak_store *s, int64_t *out, struct ak_err *err)
{
	AK_CLEANUP(ak_sql_finalizep) sqlite3_stmt *st = NULL;
	enum ak_rc rc = ak_sql_prepare(s, "PRAGMA data_version", &st, err);

	if (rc == AK_OK && (rc = ak_sql_step(s, st, err)) == AK_OK)
		*out = sqlite3_column_int64(st, 0);
	return rc == AK_END ? AK_OK : rc;
}

/* A transaction sees the moment of its first look. */
static enum ak_rc begin(struct ak_store *s, int64_t *seen, struct ak_err *err)
{
	enum ak_rc rc = ak_store_snapshot(s, err);

	return rc == AK_OK ? version(s, seen, err) : rc;
}

/* The version of another connection tells whether anybody committed between its own two looks; the first transaction began
 * between them. */
static enum ak_rc begin_both(struct ak_store *a, struct ak_store *b, bool *same, struct ak_err *err)
{
	int64_t before = 0, mine, behind = 0;
	enum ak_rc rc = version(b, &before, err);

	if (rc == AK_OK && (rc = begin(a, &mine, err)) == AK_OK)
		rc = begin(b, &behind, err);
	*same = before == behind;
	return rc;
}

enum ak_rc ak_beside_open(struct ak_beside *b, struct ak_store *s, struct ak_err *err)
{
	bool same = false;
	int64_t ignored;
	enum ak_rc rc;

	if (s->rollback_journal)
		return begin(s, &ignored, err);
	rc = ak_store_open(s->dir, AK_STORE_READ, &b->own, err);
	/* It reads each page once, in order, and what is sorted there grows with the records. */
	if (rc == AK_OK)
		rc = ak_store_spill(b->own, err);
	for (int i = 0; i < TRIES && rc == AK_OK && !same; i++) {
		ak_store_rollback(b->own);
		ak_store_rollback(s);
		rc = begin_both(s, b->own, &same, err);
	}
	if (rc == AK_OK && !same) {
		ak_store_close(b->own);
		b->own = NULL;
	}
	return rc;
}

/* The database file itself: pages, cells, and that each index holds what its table does. An index that lacks a row makes
 * a search say less than there is. */
static enum ak_rc check_pages(struct ak_beside *b, struct ak_store *s)
{
	AK_CLEANUP(ak_sql_finalizep) sqlite3_stmt *st = NULL;
	struct ak_str found;
	enum ak_rc rc = ak_sql_prepare(s, "PRAGMA integrity_check(1)", &st, &b->err);

	if (rc != AK_OK || (rc = ak_sql_step(s, st, &b->err)) != AK_OK)
		return rc == AK_END ? AK_OK : rc;
	found = ak_sql_text(st, 0);
	if (ak_str_is(found, "ok"))
		return AK_OK;
	ak_sql_copy(st, 0, b->found, sizeof b->found);
	return ak_store_pages_given(s, found, &b->err);
}

static void look(struct ak_beside *b, struct ak_store *s)
{
	b->rc = check_pages(b, s);
	if (b->rc == AK_OK && b->calls->beside)
		b->called = b->calls->beside(b->calls->ctx, s, &b->why);
}

static void *run(void *beside)
{
	struct ak_beside *b = beside;

	look(b, b->own);
	return NULL;
}

enum ak_rc ak_beside_start(struct ak_beside *b, struct ak_err *err)
{
	int e = b->own ? pthread_create(&b->thread, NULL, run, b) : 0;

	if (e)
		return ak_fail_sys(err, AK_EXIT_LIMIT, e, "cannot start a thread of 'verify'");
	b->runs = b->own;
	return AK_OK;
}

void ak_beside_end(struct ak_beside *b, struct ak_store *s)
{
	if (b->runs)
		pthread_join(b->thread, NULL);
	else
		look(b, s);
	b->runs = false;
}

void ak_beside_release(struct ak_beside *b)
{
	if (b->runs) {
		sqlite3_interrupt(b->own->db);
		pthread_join(b->thread, NULL);
	}
	ak_store_close(b->own);
}
