/* Signed tree heads: the only thing that, kept elsewhere, shows later that history was not rewritten. */
#include "base/ak.h"
#include "store/tlog.h"

#include <sqlite3.h>

#include "base/time.h"

struct last {
	bool any;
	uint64_t size;
	char root[64];
};

static enum ak_rc read_last(struct ak_store *s, struct last *out, struct ak_err *err)
{
	AK_CLEANUP(ak_sql_finalizep) sqlite3_stmt *st = NULL;
	enum ak_rc rc = ak_sql_prepare(s, "SELECT size, root FROM checkpoint ORDER BY size DESC LIMIT 1", &st, err);

	if (rc != AK_OK || (rc = ak_sql_step(s, st, err)) != AK_OK)
		return rc == AK_END ? AK_OK : rc;
	out->any = true;
	out->size = (uint64_t)sqlite3_column_int64(st, 0);
	ak_sql_copy(st, 1, out->root, sizeof out->root);
	return AK_OK;
}

static enum ak_rc tile_root(void *store, uint64_t first, size_t n, uint8_t *out, struct ak_err *err)
{
	AK_CLEANUP(ak_sql_finalizep) sqlite3_stmt *st = NULL;
	struct ak_store *s = store;
	size_t found = 0;
	enum ak_rc rc = ak_sql_prepare(s, "SELECT hash FROM tile WHERE idx >= ?1 AND idx < ?2 ORDER BY idx", &st, err);

	if (rc != AK_OK)
		return rc;
	sqlite3_bind_int64(st, 1, (int64_t)first);
	sqlite3_bind_int64(st, 2, (int64_t)(first + n));
	while (found < n && (rc = ak_sql_step(s, st, err)) == AK_OK && ak_sql_blob(st, 0, out + 32 * found, 32))
		found++;
	return rc == AK_FAIL ? rc : found == n ? AK_OK : ak_fail(err, AK_EXIT_VERIFY, "tiles of the ledger are missing");
}

/* Root of the first `size` leaves: complete tiles by their stored roots, the rest by its leaves. */
static enum ak_rc root_at(struct ak_store *s, uint64_t size, uint8_t root[32], struct ak_err *err)
{
	struct ak_tlog l = {.store = s};
	uint8_t hash[AK_TILE * 32];
	uint64_t tiles = size / AK_TILE;
	size_t rest = (size_t)(size % AK_TILE);
	enum ak_rc rc = AK_OK;

	ak_merkle_init(&l.upper);
	ak_merkle_init(&l.tile);
	for (uint64_t at = 0; at < tiles && rc == AK_OK; at += AK_TILE) {
		size_t n = tiles - at < AK_TILE ? (size_t)(tiles - at) : AK_TILE;
		rc = tile_root(s, at, n, hash, err);
		for (size_t i = 0; i < n && rc == AK_OK; i++)
			ak_merkle_append(&l.upper, hash + 32 * i);
	}
	if (rc == AK_OK && rest)
		rc = ak_tlog_read_leaves(s, tiles * AK_TILE, rest, hash, err);
	for (size_t i = 0; i < rest && rc == AK_OK; i++)
		ak_merkle_append(&l.tile, hash + 32 * i);
	if (rc == AK_OK)
		ak_tlog_root(&l, root);
	return rc;
}

static enum ak_rc continues(struct ak_tlog *l, const struct last *last, struct ak_err *err)
{
	uint8_t root[32];
	char text[64];
	enum ak_rc rc = AK_OK;

	if (!last->any)
		return AK_OK;
	if ((uint64_t)ak_tlog_size(l) >= last->size)
		rc = root_at(l->store, last->size, root, err);
	if (rc != AK_OK)
		return rc;
	ak_base64(root, 32, text);
	if ((uint64_t)ak_tlog_size(l) < last->size || strcmp(text, last->root) != 0) {
		ak_hint(err, "run 'auditkit verify'; a shrunk or rewritten history gets no new seal");
		return ak_fail(err, AK_EXIT_VERIFY, "the ledger does not continue its last checkpoint of %llu leaves",
			       (unsigned long long)last->size);
	}
	return AK_OK;
}

static enum ak_rc sign(struct ak_tlog *l, const struct ak_keys *keys, struct ak_checkpoint *c, struct ak_buf *note,
		       struct ak_err *err)
{
	char origin[64];
	struct ak_buf text;
	enum ak_rc rc;

	ak_tlog_origin(l->store, origin);
	c->origin = ak_str_of(origin);
	ak_buf_init(&text, 4096);
	ak_checkpoint_text(c, &text);
	rc = ak_note_sign(keys->log, origin, ak_buf_str(&text), note, err);
	ak_buf_release(&text);
	return rc;
}

enum ak_rc ak_tlog_checkpoint(struct ak_tlog *l, const struct ak_keys *keys, int64_t run, struct ak_err *err)
{
	AK_CLEANUP(ak_sql_finalizep) sqlite3_stmt *st = NULL;
	struct ak_checkpoint c = {.size = (uint64_t)ak_tlog_size(l)};
	struct last last = {0};
	struct ak_buf note;
	char now[32], root[64];
	enum ak_rc rc;

	if ((rc = read_last(l->store, &last, err)) != AK_OK || (rc = continues(l, &last, err)) != AK_OK ||
	    (last.any && last.size == c.size))
		return rc;
	ak_tlog_root(l, c.root);
	ak_base64(c.root, 32, root);
	ak_buf_init(&note, 8192);
	if ((rc = sign(l, keys, &c, &note, err)) == AK_OK)
		rc = ak_sql_prepare(l->store, "INSERT INTO checkpoint(size, root, time, run, note) VALUES(?1, ?2, ?3, ?4, ?5)", &st,
				    err);
	if (rc == AK_OK) {
		sqlite3_bind_int64(st, 1, (int64_t)c.size);
		ak_sql_bind_z(st, 2, root);
		ak_sql_bind_z(st, 3, ak_time_z(ak_time_now(), 0, now));
		sqlite3_bind_int64(st, 4, run);
		ak_sql_bind(st, 5, ak_buf_str(&note));
		rc = ak_sql_step(l->store, st, err) == AK_END ? AK_OK : AK_FAIL;
	}
	ak_buf_release(&note);
	return rc;
}
