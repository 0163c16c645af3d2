#include "base/ak.h"
#include "store/schema.h"

#include <sqlite3.h>

#include "store/store.h"

/* All CREATE statements as stored, in a fixed order: what the schema is compared by. */
static enum ak_rc schema_text(struct ak_store *s, struct ak_buf *out, struct ak_err *err)
{
	AK_CLEANUP(ak_sql_finalizep) sqlite3_stmt *st = NULL;
	enum ak_rc rc = ak_sql_prepare(s, "SELECT type, name, sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY type, name",
				       &st, err);

	ak_buf_clear(out);
	while (rc == AK_OK && (rc = ak_sql_step(s, st, err)) == AK_OK)
		for (int i = 0; i < 3; i++) {
			ak_buf_addstr(out, ak_sql_text(st, i));
			ak_buf_addc(out, '\n');
		}
	return rc == AK_END ? AK_OK : rc;
}

/* An empty workspace as this program makes it. */
static enum ak_rc open_model(struct ak_store *mem, struct ak_err *err)
{
	struct ak_buf ddl;
	enum ak_rc rc = AK_OK;

	ak_buf_init(&ddl, 1 << 20);
	ak_schema_ddl(&ddl);
	if (sqlite3_open_v2(":memory:", &mem->db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, NULL) != SQLITE_OK)
		rc = ak_sql_fail(mem, "preparing", err);
	if (rc == AK_OK)
		rc = ak_sql_exec(mem, ddl.p, err);
	ak_buf_release(&ddl);
	return rc;
}

static bool has_index(struct ak_store *s, struct ak_str name)
{
	AK_CLEANUP(ak_sql_finalizep) sqlite3_stmt *st = NULL;

	if (ak_sql_prepare(s, "SELECT 1 FROM sqlite_schema WHERE type = 'index' AND name = ?1", &st, NULL) != AK_OK)
		return true;
	ak_sql_bind(st, 1, name);
	return ak_sql_step(s, st, NULL) == AK_OK;
}

/* Make the indexes of the model that s lacks: they hold nothing that the tables do not (DECISIONS 22). */
static enum ak_rc make_indexes(struct ak_store *s, struct ak_store *model, struct ak_err *err)
{
	AK_CLEANUP(ak_sql_finalizep) sqlite3_stmt *st = NULL;
	enum ak_rc rc = ak_sql_prepare(model, "SELECT name, sql FROM sqlite_schema WHERE type = 'index' AND sql IS NOT NULL",
				       &st, err);

	while (rc == AK_OK && (rc = ak_sql_step(model, st, err)) == AK_OK) {
		if (has_index(s, ak_sql_text(st, 0)))
			continue;
		rc = ak_sql_exec(s, ak_sql_text(st, 1).p, err);
		s->mended += rc == AK_OK;
	}
	return rc == AK_END ? AK_OK : rc;
}

static enum ak_rc altered(const struct ak_store *s, struct ak_err *err)
{
	ak_hint(err, "unknown tables, views and triggers are refused; go back to a backup");
	return ak_fail(err, AK_EXIT_CORRUPT, "workspace '%s' has a foreign or altered schema", s->dir);
}

/* The model's indexes are put back where they are missing; anything else that differs undoes that. */
static enum ak_rc mend(struct ak_store *s, struct ak_store *model, struct ak_str want, struct ak_err *err)
{
	struct ak_buf have;
	enum ak_rc rc = ak_store_begin(s, err);

	ak_buf_init(&have, 1 << 20);
	if (rc == AK_OK && make_indexes(s, model, NULL) != AK_OK)
		rc = altered(s, err);
	if (rc == AK_OK)
		rc = schema_text(s, &have, err);
	if (rc == AK_OK && !ak_str_eq(want, ak_buf_str(&have)))
		rc = altered(s, err);
	if (rc == AK_OK)
		rc = ak_store_commit(s, err);
	if (rc != AK_OK)
		ak_store_rollback(s);
	ak_buf_release(&have);
	return rc;
}

enum ak_rc ak_schema_check(struct ak_store *s, struct ak_err *err)
{
	struct ak_store model = {.lock_fd = -1};
	struct ak_buf want, have;
	enum ak_rc rc = open_model(&model, err);

	ak_buf_init(&want, 1 << 20);
	ak_buf_init(&have, 1 << 20);
	if (rc == AK_OK)
		rc = schema_text(&model, &want, err);
	if (rc == AK_OK)
		rc = schema_text(s, &have, err);
	if (rc == AK_OK && !ak_str_eq(ak_buf_str(&want), ak_buf_str(&have)))
		rc = mend(s, &model, ak_buf_str(&want), err);
	sqlite3_close(model.db);
	ak_buf_release(&want);
	ak_buf_release(&have);
	return rc;
}
