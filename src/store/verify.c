#include "base/ak.h"
#include "store/verify.h"

#include <sqlite3.h>
#include <stdarg.h>
#include <stdio.h>

#include "base/jsonw.h"
#include "base/map.h"
#include "store/access.h"
#include "store/corroborate.h"
#include "store/rotate.h"
#include "store/rotate_packet.h"
#include "store/runs.h"
#include "store/tlog.h"
#include "store/verifying.h"

/* The first thread, which reads and then goes on with what is no leaf. */
struct check {
	struct ak_store *s;
	struct ak_verify_report *out;
	struct ak_err *err;
	struct ak_map counts; /* records by file (the id's bytes), as they went by */
	struct ak_filled filled;
	bool whole;	      /* all went by */
	struct ak_check_pipe pipe;
	struct ak_leaves leaves;
	struct ak_beside beside;
};

void ak_verify_broken(struct ak_verify_report *out, const char *fmt, ...)
{
	va_list ap;

	if (out->breaks++)
		return;
	va_start(ap, fmt);
	vsnprintf(out->first, sizeof out->first, fmt, ap);
	va_end(ap);
}

static int64_t count_of(struct check *c, int64_t file)
{
	return ak_map_put(&c->counts, ak_str_n((const char *)&file, sizeof file), NULL)->v.num;
}

static enum ak_rc check_law(struct check *c)
{
	AK_CLEANUP(ak_sql_finalizep) sqlite3_stmt *st = NULL;
	enum ak_rc rc = ak_sql_prepare(
		c->s, "SELECT id FROM file WHERE records_in <> stored + duplicate + rejected + blank + excluded + expired", &st, c->err);

	while (rc == AK_OK && (rc = ak_sql_step(c->s, st, c->err)) == AK_OK)
		ak_verify_broken(c->out, "file %lld breaks the conservation law", (long long)sqlite3_column_int64(st, 0));
	return rc == AK_END ? AK_OK : rc;
}

/* Counts of files must agree with what is stored for them; where the ledger has a hole, not all records went by. */
static enum ak_rc check_counts(struct check *c)
{
	AK_CLEANUP(ak_sql_finalizep) sqlite3_stmt *st = NULL;
	enum ak_rc rc = ak_sql_prepare(c->s, "SELECT id, stored FROM file ORDER BY id", &st, c->err);

	while (c->whole && rc == AK_OK && (rc = ak_sql_step(c->s, st, c->err)) == AK_OK)
		if (count_of(c, sqlite3_column_int64(st, 0)) != sqlite3_column_int64(st, 1))
			ak_verify_broken(c->out, "file %lld has another number of records than it says", (long long)sqlite3_column_int64(st, 0));
	return rc == AK_OK || rc == AK_END ? check_law(c) : rc;
}

/* The identifier indexes can be rebuilt, but answers come from them. */
static enum ak_rc check_runs(struct check *c)
{
	enum ak_rc rc = AK_OK;

	for (int kind = 0; kind < AK_RUN_KINDS && rc == AK_OK; kind++) {
		struct ak_runs *r = NULL;
		const char *what = NULL;
		uint64_t n;
		if ((rc = ak_runs_open(c->s, kind, &r, c->err)) == AK_OK && (rc = ak_runs_check(r, &n, &what, c->err)) == AK_OK && what)
			ak_verify_broken(c->out, "the index of %s %s", kind == AK_RUN_LOOKUP ? "identifiers" : "identities", what);
		ak_runs_free(r);
	}
	return rc;
}

/* Reports sum from the columns. Where the ledger has a hole, their records did not all go by. */
static enum ak_rc check_columns(struct check *c)
{
	int64_t at;
	enum ak_rc rc = ak_columns_check_end(c->s, c->leaves.columns, &at, c->err);

	if (rc == AK_OK && at >= 0 && c->whole && !c->leaves.gap)
		ak_verify_broken(c->out, "segment %lld of the columns, which reports read, does not say what its records say", (long long)at);
	return rc;
}

/* A search does not read what this list says is not there. */
static enum ak_rc check_filled(struct check *c)
{
	struct ak_filled said;
	enum ak_rc rc = ak_filled_read(c->s, &said, c->err);

	if (rc == AK_OK && said.known && !ak_filled_covers(&said, &c->filled))
		ak_verify_broken(c->out, "the list of filled fields, which searches go by, lacks one that a record fills");
	return rc;
}

/* What the third thread has found. */
static enum ak_rc check_pages(struct check *c)
{
	ak_beside_end(&c->beside, c->s);
	if (c->beside.rc != AK_OK)
		*c->err = c->beside.err;
	else if (c->beside.found[0])
		ak_verify_broken(c->out, "the database file is damaged (%s): go back to a backup", c->beside.found);
	return c->beside.rc;
}

static void bad_pair(void *ctx, int64_t seq)
{
	const struct check *c = ctx;

	ak_verify_broken(c->out, "record %lld is set aside as a second witness of an attempt that its identifiers do not name", (long long)seq);
}

/* The workspace names the keys that the ledger has put in force. */
static enum ak_rc check_key(struct check *c)
{
	struct ak_key_period *p = NULL;
	struct ak_err why = {0};
	size_t n;
	enum ak_rc rc = ak_key_periods(c->s, &p, &n, &why);

	ak_free(p);
	if (rc == AK_OK)
		rc = ak_packet_key_check(c->s, &why);
	if (rc != AK_OK && why.exit == AK_EXIT_CORRUPT) {
		ak_verify_broken(c->out, "%s", why.msg);
		return AK_OK;
	}
	if (rc != AK_OK)
		*c->err = why;
	return rc;
}

static enum ak_rc check_rest(struct check *c)
{
	AK_CLEANUP(ak_json_decref) json_t *lines = NULL;
	bool unbroken, agrees;
	size_t covered;
	struct ak_tlog tlog = {0};
	uint8_t mine[32], saved[32];
	enum ak_rc rc = check_counts(c);

	if (rc == AK_OK && (rc = check_columns(c)) == AK_OK && (rc = check_filled(c)) == AK_OK && (rc = check_key(c)) == AK_OK && (rc = check_runs(c)) == AK_OK &&
	    (rc = ak_corroborate_check(c->s, bad_pair, c, c->err)) == AK_OK)
		rc = check_pages(c); /* after the checks that can say more about the same damage */
	if (rc == AK_OK && (rc = ak_access_read(c->s, &lines, &unbroken, c->err)) == AK_OK) {
		c->out->access_lines = json_array_size(lines);
		if (!unbroken)
			ak_verify_broken(c->out, "the access log was changed: its chain is broken");
		rc = ak_access_anchored(c->s, lines, &covered, &agrees, c->err);
		if (rc == AK_OK && !agrees)
			ak_verify_broken(c->out, "the access log is not the one that the ledger speaks of");
	}
	if (rc == AK_OK && (rc = ak_tlog_open(c->s, &tlog, c->err)) == AK_OK) {
		ak_merkle_root(&c->leaves.tree, mine);
		ak_tlog_root(&tlog, saved);
		if ((uint64_t)ak_tlog_size(&tlog) != c->leaves.tree.size || memcmp(mine, saved, 32) != 0)
			ak_verify_broken(c->out, "the ledger has %llu entries, its frontier speaks of %lld", (unsigned long long)c->leaves.tree.size,
			       (long long)ak_tlog_size(&tlog));
		else if (!c->leaves.gap && memcmp(c->leaves.contents, tlog.contents, 32) != 0)
			ak_verify_broken(c->out, "the digest or identity of a record after the last source file was changed");
		ak_base64(mine, 32, c->out->root);
		ak_tlog_release(&tlog);
	}
	return rc;
}

static enum ak_rc count_files(struct check *c)
{
	AK_CLEANUP(ak_sql_finalizep) sqlite3_stmt *st = NULL;
	enum ak_rc rc = ak_sql_prepare(c->s, "SELECT count(*) FROM file", &st, c->err);

	if (rc == AK_OK && (rc = ak_sql_step(c->s, st, c->err)) == AK_OK)
		c->out->files = (uint64_t)sqlite3_column_int64(st, 0);
	return rc;
}

static void init(struct check *c, const uint8_t log_pub[32], const struct ak_verify_calls *calls)
{
	memset(c->out, 0, sizeof *c->out);
	ak_map_init(&c->counts);
	ak_queue_init(&c->pipe.full, AK_CHECK_PARTS);
	ak_queue_init(&c->pipe.idle, AK_CHECK_PARTS);
	for (size_t i = 0; i < AK_CHECK_PARTS; i++) {
		ak_arena_init(&c->pipe.part[i].arena);
		ak_queue_push(&c->pipe.idle, &c->pipe.part[i]);
	}
	c->leaves.pipe = &c->pipe;
	c->leaves.out = c->out;
	c->leaves.leafer = ak_leafer_new();
	ak_merkle_init(&c->leaves.tree);
	ak_tlog_note_key(c->s, log_pub, &c->leaves.key);
	c->beside.calls = calls;
}

static void release(struct check *c)
{
	ak_beside_release(&c->beside);
	ak_leafer_free(c->leaves.leafer);
	ak_columns_check_free(c->leaves.columns);
	for (size_t i = 0; i < AK_CHECK_PARTS; i++)
		ak_arena_release(&c->pipe.part[i].arena);
	ak_queue_release(&c->pipe.full);
	ak_queue_release(&c->pipe.idle);
	ak_map_release(&c->counts);
	ak_store_rollback(c->s);
}

/* All leaves: read here, computed in another thread. */
static enum ak_rc check_leaves(struct check *c, const struct ak_verify_calls *calls)
{
	struct ak_tlog tlog = {0};
	pthread_t thread;
	uint64_t total;
	int e;
	enum ak_rc rc = ak_tlog_open(c->s, &tlog, c->err);

	if (rc != AK_OK)
		return rc;
	total = (uint64_t)ak_tlog_size(&tlog);
	ak_tlog_release(&tlog);
	if ((rc = ak_columns_check_begin(c->s, &c->leaves.columns, c->err)) != AK_OK)
		return rc;
	e = pthread_create(&thread, NULL, ak_verify_leaves, &c->leaves);
	if (e)
		return ak_fail_sys(c->err, AK_EXIT_LIMIT, e, "cannot start a thread of 'verify'");
	rc = ak_verify_read(c->s, &c->pipe, total, calls, c->out, &c->counts, &c->filled, &c->whole, c->err);
	pthread_join(thread, NULL);
	return rc;
}

enum ak_rc ak_store_verify(struct ak_store *s, const uint8_t log_pub[32], const struct ak_verify_calls *calls,
			   struct ak_verify_report *out, struct ak_err *err)
{
	struct check c = {.s = s, .out = out, .err = err};
	enum ak_rc rc;

	init(&c, log_pub, calls);
	if ((rc = ak_beside_open(&c.beside, s, err)) == AK_OK && (rc = ak_beside_start(&c.beside, err)) == AK_OK &&
	    (rc = check_leaves(&c, calls)) == AK_OK)
		rc = check_rest(&c);
	out->leaves = c.leaves.tree.size;
	if (rc == AK_OK)
		rc = count_files(&c);
	if (rc == AK_OK && (rc = c.beside.called) != AK_OK)
		*err = c.beside.why;
	release(&c);
	return rc;
}
