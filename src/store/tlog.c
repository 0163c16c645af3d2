#include "base/ak.h"
#include "store/tlog.h"

#include <sqlite3.h>
#include <stdio.h>

#include "base/jsonw.h"
#include "base/time.h"
#include "model/field.h"

void ak_tlog_origin(const struct ak_store *s, char out[64]) { snprintf(out, 64, "auditkit/%s", s->id); }

void ak_tlog_note_key(const struct ak_store *s, const uint8_t pub[32], struct ak_note_key *out)
{
	char name[64];

	ak_tlog_origin(s, name);
	if (!ak_note_key_init(name, pub, out))
		AK_BUG("workspace id is no note key name");
}

/* One ak_merkle of the whole tree: tile roots are nodes of it, since a tile is a complete subtree. */
static void whole(const struct ak_tlog *l, struct ak_merkle *out)
{
	size_t up = (size_t)__builtin_popcountll(l->upper.size), low = (size_t)__builtin_popcountll(l->tile.size);

	out->size = l->upper.size * AK_TILE + l->tile.size;
	memcpy(out->node, l->upper.node, up * 32);
	memcpy(out->node[up], l->tile.node, low * 32);
}

static void split(const struct ak_merkle *t, struct ak_tlog *l)
{
	size_t up;

	l->upper.size = t->size / AK_TILE;
	l->tile.size = t->size % AK_TILE;
	up = (size_t)__builtin_popcountll(l->upper.size);
	memcpy(l->upper.node, t->node, up * 32);
	memcpy(l->tile.node, t->node[up], (size_t)__builtin_popcountll(l->tile.size) * 32);
}

static enum ak_rc damaged(const char *what, struct ak_err *err)
{
	ak_hint(err, "go back to a backup");
	return ak_fail(err, AK_EXIT_CORRUPT, "the ledger's %s is damaged", what);
}

static enum ak_rc load_chain(struct ak_tlog *l, struct ak_err *err)
{
	AK_CLEANUP(ak_free_charp) char *hex = NULL;
	enum ak_rc rc = ak_store_get(l->store, "contents", &hex, err);

	if (rc != AK_OK)
		return rc;
	return hex && ak_unhex(ak_str_of(hex), l->contents, sizeof l->contents) ? AK_OK : damaged("chain of contents", err);
}

static enum ak_rc load(struct ak_tlog *l, struct ak_err *err)
{
	AK_CLEANUP(ak_sql_finalizep) sqlite3_stmt *st = NULL;
	struct ak_merkle t;
	enum ak_rc rc = ak_sql_prepare(l->store, "SELECT value FROM meta WHERE key='frontier'", &st, err);

	if (rc != AK_OK || (rc = ak_sql_step(l->store, st, err)) == AK_FAIL)
		return rc;
	if (rc == AK_END)
		return AK_OK;
	if (!ak_merkle_load(ak_str_n(sqlite3_column_blob(st, 0), (size_t)sqlite3_column_bytes(st, 0)), &t))
		return damaged("frontier", err);
	split(&t, l);
	return load_chain(l, err);
}

enum ak_rc ak_tlog_open(struct ak_store *s, struct ak_tlog *out, struct ak_err *err)
{
	struct ak_tlog l = {.store = s};
	enum ak_rc rc;

	ak_merkle_init(&l.upper);
	ak_merkle_init(&l.tile);
	if ((rc = load(&l, err)) != AK_OK)
		return rc;
	rc = ak_sql_prepare(s, "INSERT INTO tile(idx, hash) VALUES(?1, ?2)", &l.put_tile, err);
	if (rc == AK_OK)
		*out = l;
	return rc;
}

void ak_tlog_release(struct ak_tlog *l)
{
	sqlite3_finalize(l->put_tile);
	l->put_tile = NULL;
}

static enum ak_rc append(struct ak_tlog *l, const uint8_t leaf[32], struct ak_err *err)
{
	uint8_t root[32];
	enum ak_rc rc;

	ak_merkle_append(&l->tile, leaf);
	if (l->tile.size < AK_TILE)
		return AK_OK;
	ak_merkle_root(&l->tile, root);
	sqlite3_bind_int64(l->put_tile, 1, (int64_t)l->upper.size);
	/* A copy could fail, and leave a NULL bound. */
	sqlite3_bind_blob(l->put_tile, 2, root, sizeof root, SQLITE_STATIC);
	rc = ak_sql_step(l->store, l->put_tile, err);
	sqlite3_reset(l->put_tile);
	sqlite3_clear_bindings(l->put_tile);
	ak_merkle_append(&l->upper, root);
	ak_merkle_init(&l->tile);
	return rc == AK_END ? AK_OK : rc;
}

enum ak_rc ak_tlog_record(struct ak_tlog *l, const struct ak_hashes *h, struct ak_err *err)
{
	ak_leaf_chain(l->contents, h);
	return append(l, h->leaf, err);
}

enum ak_rc ak_tlog_entry(struct ak_tlog *l, const char *kind, const json_t *body, int64_t *seq, struct ak_err *err)
{
	AK_CLEANUP(ak_sql_finalizep) sqlite3_stmt *st = NULL;
	struct ak_buf json;
	uint8_t salt[16], leaf[32];
	char now[32];
	int64_t at = ak_tlog_size(l);
	enum ak_rc rc;

	ak_buf_init(&json, 1 << 20);
	ak_random(salt, sizeof salt);
	if ((rc = ak_jcs(body, &json, err)) == AK_OK)
		rc = ak_sql_prepare(l->store, "INSERT INTO ledger_entry(seq, kind, time, body, salt, leaf)"
					      " VALUES(?1, ?2, ?3, ?4, ?5, ?6)", &st, err);
	if (rc == AK_OK) {
		ak_leaf_entry(kind, ak_buf_str(&json), salt, leaf);
		sqlite3_bind_int64(st, 1, at);
		ak_sql_bind_z(st, 2, kind);
		ak_sql_bind_z(st, 3, ak_time_z(ak_time_now(), 0, now));
		ak_sql_bind(st, 4, ak_buf_str(&json));
		sqlite3_bind_blob(st, 5, salt, sizeof salt, SQLITE_STATIC);
		sqlite3_bind_blob(st, 6, leaf, sizeof leaf, SQLITE_STATIC);
		rc = ak_sql_step(l->store, st, err) == AK_END ? append(l, leaf, err) : AK_FAIL;
	}
	ak_buf_release(&json);
	if (rc == AK_OK && seq)
		*seq = at;
	return rc;
}

void ak_tlog_root(const struct ak_tlog *l, uint8_t root[32])
{
	struct ak_merkle t;

	whole(l, &t);
	ak_merkle_root(&t, root);
}

enum ak_rc ak_tlog_save(struct ak_tlog *l, struct ak_err *err)
{
	AK_CLEANUP(ak_sql_finalizep) sqlite3_stmt *st = NULL;
	struct ak_merkle t;
	struct ak_buf bytes;
	char hex[65];
	enum ak_rc rc = ak_sql_prepare(l->store, "INSERT INTO meta(key, value) VALUES('frontier', ?1)"
						 " ON CONFLICT(key) DO UPDATE SET value=excluded.value", &st, err);

	if (rc != AK_OK)
		return rc;
	ak_buf_init(&bytes, 1 << 16);
	whole(l, &t);
	ak_merkle_save(&t, &bytes);
	sqlite3_bind_blob64(st, 1, bytes.p, bytes.n, SQLITE_STATIC);
	rc = ak_sql_step(l->store, st, err);
	ak_buf_release(&bytes);
	if (rc != AK_END)
		return rc;
	ak_hex(l->contents, sizeof l->contents, hex);
	return ak_store_set(l->store, "contents", ak_str_of(hex), err);
}

/* The union of all tables that hold leaves, each a range scan on its primary key. */
static enum ak_rc leaves_sql(struct ak_store *s, sqlite3_stmt **out, struct ak_err *err)
{
	struct ak_buf sql;
	enum ak_rc rc;

	ak_buf_init(&sql, 1 << 16);
	for (int k = 0; k < AK_K_COUNT; k++)
		ak_buf_addf(&sql, "SELECT seq, leaf FROM main.%s WHERE seq >= ?1 AND seq < ?2 UNION ALL ", ak_kinds[k].name);
	ak_buf_adds(&sql, "SELECT seq, leaf FROM ledger_entry WHERE seq >= ?1 AND seq < ?2");
	rc = ak_sql_prepare(s, sql.p, out, err);
	ak_buf_release(&sql);
	return rc;
}

enum ak_rc ak_tlog_read_leaves(void *store, uint64_t first, size_t n, uint8_t *out, struct ak_err *err)
{
	AK_CLEANUP(ak_sql_finalizep) sqlite3_stmt *st = NULL;
	struct ak_store *s = store;
	size_t found = 0;
	enum ak_rc rc = leaves_sql(s, &st, err);

	if (rc != AK_OK)
		return rc;
	sqlite3_bind_int64(st, 1, (int64_t)first);
	sqlite3_bind_int64(st, 2, (int64_t)(first + n));
	while ((rc = ak_sql_step(s, st, err)) == AK_OK) {
		/* A damaged index can bring rows that were not asked for. */
		uint64_t at = (uint64_t)sqlite3_column_int64(st, 0) - first;
		found += at < n && ak_sql_blob(st, 1, out + 32 * at, 32);
	}
	if (rc != AK_END)
		return rc;
	if (found != n)
		return ak_fail(err, AK_EXIT_VERIFY, "the ledger has a gap between entries %llu and %llu",
			       (unsigned long long)first, (unsigned long long)(first + n));
	return AK_OK;
}
