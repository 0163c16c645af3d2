#include "base/ak.h"
#include "store/verify.h"

#include <sqlite3.h>
#include <stdarg.h>
#include <stdio.h>

#include "base/jsonw.h"
#include "base/map.h"
#include "store/access.h"
#include "store/corroborate.h"
#include "store/record.h"
#include "store/rotate.h"
#include "store/runs.h"
#include "store/tlog.h"

#define ENTRY AK_K_COUNT /* the cursor of ledger_entry, after those of the record tables */

/* One ordered cursor per table that holds leaves; the ledger is their merge by seq. */
struct check {
	struct ak_store *s;
	struct ak_verify_report *out;
	struct ak_err *err;
	struct ak_leafer *leafer;
	sqlite3_stmt *cursor[AK_K_COUNT + 1], *file, *covered;
	int64_t seq[AK_K_COUNT + 1]; /* INT64_MAX: at the end */
	int64_t file_id;
	struct ak_map counts; /* records by file (the id's bytes), as they went by */
	bool whole;	      /* all went by */
	char format[128], source[256];
	struct ak_merkle tree;
	uint8_t contents[32]; /* ak_leaf_chain over the records so far */
	bool gap;	      /* a record without its digests went by: the chain is known again from the next entry on */
	sqlite3_stmt *checkpoint; /* ordered by size; on a row while more_checkpoints */
	bool more_checkpoints;
	struct ak_note_key key;
};

static void AK_PRINTF(2, 3) broken(struct check *c, const char *fmt, ...)
{
	va_list ap;

	if (c->out->breaks++)
		return;
	va_start(ap, fmt);
	vsnprintf(c->out->first, sizeof c->out->first, fmt, ap);
	va_end(ap);
}

static enum ak_rc advance(struct check *c, int k)
{
	enum ak_rc rc = ak_sql_step(c->s, c->cursor[k], c->err);

	if (rc == AK_FAIL)
		return rc;
	c->seq[k] = rc == AK_OK ? sqlite3_column_int64(c->cursor[k], 0) : INT64_MAX;
	return AK_OK;
}

static enum ak_rc open_cursors(struct check *c)
{
	enum ak_rc rc = AK_OK;

	for (int k = 0; k < AK_K_COUNT && rc == AK_OK; k++)
		rc = ak_stored_select(c->s, k, " ORDER BY seq", &c->cursor[k], c->err);
	if (rc == AK_OK)
		rc = ak_sql_prepare(c->s, "SELECT seq, kind, body, salt, leaf FROM ledger_entry ORDER BY seq", &c->cursor[ENTRY],
				    c->err);
	for (int k = 0; k <= ENTRY && rc == AK_OK; k++)
		rc = advance(c, k);
	if (rc == AK_OK)
		rc = ak_sql_prepare(c->s, "SELECT f.format, s.name FROM file f JOIN export e ON e.id = f.export"
					  " JOIN source s ON s.id = e.source WHERE f.id = ?1", &c->file, c->err);
	if (rc == AK_OK)
		rc = ak_sql_prepare(c->s, "SELECT count(*) FROM disposal WHERE first_seq <= ?1 AND last_seq >= ?1", &c->covered,
				    c->err);
	if (rc == AK_OK)
		rc = ak_sql_prepare(c->s, "SELECT size, root, note FROM checkpoint ORDER BY size", &c->checkpoint, c->err);
	if (rc == AK_OK && (rc = ak_sql_step(c->s, c->checkpoint, c->err)) != AK_FAIL) {
		c->more_checkpoints = rc == AK_OK;
		rc = AK_OK;
	}
	return rc;
}

/* Format and source of a file; records of one file stand together, so one is remembered. */
static enum ak_rc load_file(struct check *c, int64_t id)
{
	enum ak_rc rc;

	if (id == c->file_id)
		return AK_OK;
	sqlite3_bind_int64(c->file, 1, id);
	rc = ak_sql_step(c->s, c->file, c->err);
	if (rc == AK_OK) {
		ak_sql_copy(c->file, 0, c->format, sizeof c->format);
		ak_sql_copy(c->file, 1, c->source, sizeof c->source);
	} else {
		c->format[0] = c->source[0] = '\0';
	}
	sqlite3_reset(c->file);
	c->file_id = id;
	return rc == AK_FAIL ? rc : AK_OK;
}

static enum ak_rc check_disposed(struct check *c, const struct ak_stored *r)
{
	enum ak_rc rc;

	sqlite3_bind_int64(c->covered, 1, r->seq);
	rc = ak_sql_step(c->s, c->covered, c->err);
	if (rc == AK_OK && sqlite3_column_int64(c->covered, 0) != 1)
		broken(c, "entry %lld is disposed of, but not covered by exactly one disposal", (long long)r->seq);
	sqlite3_reset(c->covered);
	c->out->disposed++;
	return rc == AK_FAIL ? rc : AK_OK;
}

static int64_t *count_of(struct check *c, int64_t file)
{
	return &ak_map_put(&c->counts, ak_str_n((const char *)&file, sizeof file), NULL)->v.num;
}

static enum ak_rc check_record(struct check *c, int k, uint8_t leaf[32])
{
	struct ak_stored r;
	struct ak_hashes h;
	enum ak_rc rc;

	ak_stored_read(c->cursor[k], 0, k, &r);
	memcpy(leaf, r.hashes.leaf, 32);
	c->out->records++;
	++*count_of(c, r.file);
	if ((rc = load_file(c, r.file)) != AK_OK)
		return rc;
	if (r.state) {
		c->gap = true;
		return check_disposed(c, &r);
	}
	ak_leaf_chain(c->contents, &r.hashes);
	h = r.hashes;
	ak_leaf_compute(c->leafer, c->format, r.file, &r.rec, &h);
	if (memcmp(h.leaf, leaf, 32) != 0)
		broken(c, "record %s:%lld (number %llu of its file, table %s) does not match its leaf: it was changed",
		       c->source, (long long)r.seq, (unsigned long long)r.rec.rec_no, ak_kinds[k].name);
	else if (r.has_time && !r.rec.v[AK_F_START].set)
		broken(c, "record %s:%lld has a sort key without a time", c->source, (long long)r.seq);
	return AK_OK;
}

/* The entry of a source file states the chain of contents up to it. */
static void check_contents(struct check *c, struct ak_str body)
{
	static const struct ak_str name = {"\"contents\":\"", 12};
	const char *at = memmem(body.p, body.n, name.p, name.n);
	uint8_t said[32];

	if (!at || (size_t)(body.p + body.n - at) < name.n + 64 || !ak_unhex(ak_str_n(at + name.n, 64), said, sizeof said)) {
		broken(c, "entry %lld (source_file) states no chain of contents", (long long)c->seq[ENTRY]);
		return;
	}
	if (!c->gap && memcmp(said, c->contents, 32) != 0)
		broken(c, "the digest or identity of a record before entry %lld (source_file) was changed", (long long)c->seq[ENTRY]);
	memcpy(c->contents, said, sizeof said);
	c->gap = false;
}

static enum ak_rc check_entry(struct check *c, uint8_t leaf[32])
{
	sqlite3_stmt *st = c->cursor[ENTRY];
	uint8_t salt[16], want[32];
	char kind[32];
	bool whole = ak_sql_blob(st, 3, salt, sizeof salt) && sqlite3_column_type(st, 2) != SQLITE_NULL;

	c->out->entries++;
	ak_sql_copy(st, 1, kind, sizeof kind);
	whole = ak_sql_blob(st, 4, leaf, 32) && whole;
	if (whole)
		ak_leaf_entry(kind, ak_sql_text(st, 2), salt, want);
	if (!whole || memcmp(want, leaf, 32) != 0)
		broken(c, "entry %lld (%s) does not match its leaf: it was changed", (long long)c->seq[ENTRY], kind);
	else if (strcmp(kind, "source_file") == 0)
		check_contents(c, ak_sql_text(st, 2));
	return AK_OK;
}

/* Every stored checkpoint of this size must have this root, and be signed. */
static enum ak_rc check_checkpoints(struct check *c)
{
	uint8_t root[32];
	char text[64];
	enum ak_rc rc = AK_OK;

	while (c->more_checkpoints && (uint64_t)sqlite3_column_int64(c->checkpoint, 0) == c->tree.size && rc == AK_OK) {
		struct ak_str signed_text;
		struct ak_checkpoint cp;
		struct ak_err ignored = {0};
		ak_merkle_root(&c->tree, root);
		ak_base64(root, 32, text);
		c->out->checkpoints++;
		c->out->last_checkpoint = (int64_t)c->tree.size;
		if (!ak_str_is(ak_sql_text(c->checkpoint, 1), text))
			broken(c, "checkpoint %llu has another root: history before it was rewritten",
			       (unsigned long long)c->tree.size);
		else if (ak_note_verify(ak_sql_text(c->checkpoint, 2), &c->key, &signed_text, &ignored) != AK_OK ||
			 ak_checkpoint_parse(signed_text, &cp, &ignored) != AK_OK || cp.size != c->tree.size ||
			 memcmp(cp.root, root, 32) != 0)
			broken(c, "checkpoint %llu is not signed by this workspace's log key",
			       (unsigned long long)c->tree.size);
		rc = ak_sql_step(c->s, c->checkpoint, c->err);
		c->more_checkpoints = rc == AK_OK;
	}
	return rc == AK_FAIL ? rc : AK_OK;
}

static int smallest(const struct check *c)
{
	int best = 0;

	for (int k = 1; k <= ENTRY; k++)
		if (c->seq[k] < c->seq[best])
			best = k;
	return best;
}

static enum ak_rc walk(struct check *c, uint64_t total, void (*progress)(void *, uint64_t, uint64_t), void *ctx)
{
	uint8_t leaf[32];
	enum ak_rc rc = check_checkpoints(c);

	for (int k = smallest(c); rc == AK_OK && c->seq[k] != INT64_MAX; k = smallest(c)) {
		if ((uint64_t)c->seq[k] != c->tree.size) {
			broken(c, "entry %llu is missing or doubled", (unsigned long long)c->tree.size);
			return AK_OK;
		}
		rc = k == ENTRY ? check_entry(c, leaf) : check_record(c, k, leaf);
		ak_merkle_append(&c->tree, leaf);
		if (rc == AK_OK && (rc = check_checkpoints(c)) == AK_OK)
			rc = advance(c, k);
		if (progress && c->tree.size % 10000 == 0)
			progress(ctx, c->tree.size, total);
	}
	c->whole = rc == AK_OK;
	if (rc == AK_OK && c->more_checkpoints)
		broken(c, "the ledger ends at %llu entries, a checkpoint covers %lld: its tail is missing",
		       (unsigned long long)c->tree.size, (long long)sqlite3_column_int64(c->checkpoint, 0));
	return rc;
}

static enum ak_rc check_law(struct check *c)
{
	AK_CLEANUP(ak_sql_finalizep) sqlite3_stmt *st = NULL;
	enum ak_rc rc = ak_sql_prepare(
		c->s, "SELECT id FROM file WHERE records_in <> stored + duplicate + rejected + blank + excluded + expired", &st, c->err);

	while (rc == AK_OK && (rc = ak_sql_step(c->s, st, c->err)) == AK_OK)
		broken(c, "file %lld breaks the conservation law", (long long)sqlite3_column_int64(st, 0));
	return rc == AK_END ? AK_OK : rc;
}

/* Counts of files must agree with what is stored for them; where the ledger has a hole, not all records went by. */
static enum ak_rc check_counts(struct check *c)
{
	AK_CLEANUP(ak_sql_finalizep) sqlite3_stmt *st = NULL;
	enum ak_rc rc = ak_sql_prepare(c->s, "SELECT id, stored FROM file ORDER BY id", &st, c->err);

	while (c->whole && rc == AK_OK && (rc = ak_sql_step(c->s, st, c->err)) == AK_OK)
		if (*count_of(c, sqlite3_column_int64(st, 0)) != sqlite3_column_int64(st, 1))
			broken(c, "file %lld has another number of records than it says", (long long)sqlite3_column_int64(st, 0));
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
			broken(c, "the index of %s %s", kind == AK_RUN_LOOKUP ? "identifiers" : "identities", what);
		ak_runs_free(r);
	}
	return rc;
}

/* The database file itself: pages, cells, and that each index holds what its table does. An index that lacks a row makes
 * a search say less than there is. */
static enum ak_rc check_pages(struct check *c)
{
	AK_CLEANUP(ak_sql_finalizep) sqlite3_stmt *st = NULL;
	struct ak_str found;
	enum ak_rc rc = ak_sql_prepare(c->s, "PRAGMA integrity_check(1)", &st, c->err);

	if (rc != AK_OK || (rc = ak_sql_step(c->s, st, c->err)) != AK_OK)
		return rc == AK_END ? AK_OK : rc;
	found = ak_sql_text(st, 0);
	if (ak_str_is(found, "ok"))
		return AK_OK;
	if ((rc = ak_store_pages_given(c->s, found, c->err)) == AK_OK)
		broken(c, "the database file is damaged (%.*s): go back to a backup", AK_STR_FMT(found));
	return rc;
}

static void bad_pair(void *ctx, int64_t seq)
{
	broken(ctx, "record %lld is set aside as a second witness of an attempt that its identifiers do not name", (long long)seq);
}

/* The workspace names the pseudonym key that the ledger has put in force. */
static enum ak_rc check_key(struct check *c)
{
	struct ak_key_period *p = NULL;
	struct ak_err why = {0};
	size_t n;
	enum ak_rc rc = ak_key_periods(c->s, &p, &n, &why);

	ak_free(p);
	if (rc != AK_OK && why.exit == AK_EXIT_CORRUPT) {
		broken(c, "%s", why.msg);
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

	if (rc == AK_OK && (rc = check_key(c)) == AK_OK && (rc = check_runs(c)) == AK_OK &&
	    (rc = ak_corroborate_check(c->s, bad_pair, c, c->err)) == AK_OK)
		rc = check_pages(c); /* after the checks that can say more about the same damage */
	if (rc == AK_OK && (rc = ak_access_read(c->s, &lines, &unbroken, c->err)) == AK_OK) {
		c->out->access_lines = json_array_size(lines);
		if (!unbroken)
			broken(c, "the access log was changed: its chain is broken");
		rc = ak_access_anchored(c->s, lines, &covered, &agrees, c->err);
		if (rc == AK_OK && !agrees)
			broken(c, "the access log is not the one that the ledger speaks of");
	}
	if (rc == AK_OK && (rc = ak_tlog_open(c->s, &tlog, c->err)) == AK_OK) {
		ak_merkle_root(&c->tree, mine);
		ak_tlog_root(&tlog, saved);
		if ((uint64_t)ak_tlog_size(&tlog) != c->tree.size || memcmp(mine, saved, 32) != 0)
			broken(c, "the ledger has %llu entries, its frontier speaks of %lld", (unsigned long long)c->tree.size,
			       (long long)ak_tlog_size(&tlog));
		else if (!c->gap && memcmp(c->contents, tlog.contents, 32) != 0)
			broken(c, "the digest or identity of a record after the last source file was changed");
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

enum ak_rc ak_store_verify(struct ak_store *s, const uint8_t log_pub[32],
			   void (*progress)(void *ctx, uint64_t done, uint64_t total), void *ctx,
			   struct ak_verify_report *out, struct ak_err *err)
{
	struct check c = {.s = s, .out = out, .err = err, .file_id = -1};
	struct ak_tlog tlog = {0};
	uint64_t total = 0;
	enum ak_rc rc;

	memset(out, 0, sizeof *out);
	c.leafer = ak_leafer_new();
	ak_merkle_init(&c.tree);
	ak_map_init(&c.counts);
	ak_tlog_note_key(s, log_pub, &c.key);
	if ((rc = ak_sql_exec(s, "BEGIN", err)) == AK_OK && (rc = ak_tlog_open(s, &tlog, err)) == AK_OK) {
		total = (uint64_t)ak_tlog_size(&tlog);
		ak_tlog_release(&tlog);
	}
	if (rc == AK_OK && (rc = open_cursors(&c)) == AK_OK && (rc = walk(&c, total, progress, ctx)) == AK_OK)
		rc = check_rest(&c);
	out->leaves = c.tree.size;
	if (rc == AK_OK)
		rc = count_files(&c);
	for (int k = 0; k <= ENTRY; k++)
		sqlite3_finalize(c.cursor[k]);
	sqlite3_finalize(c.file);
	sqlite3_finalize(c.covered);
	sqlite3_finalize(c.checkpoint);
	ak_leafer_free(c.leafer);
	ak_map_release(&c.counts);
	ak_store_rollback(s);
	return rc;
}
