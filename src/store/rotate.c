#include "base/ak.h"
#include "store/rotate.h"

#include <sqlite3.h>

#include "base/jsonw.h"
#include "store/access.h"
#include "store/tlog.h"

#define KIND "pseudonym_key"
#define LOCK_MS 5000

/* ---- periods ---- */

static struct ak_key_period *begin_period(struct ak_key_period **list, size_t *n, const char *kid, const char *since, int64_t from,
					  int64_t after_file)
{
	struct ak_key_period *p;

	*list = ak_realloc(*list, (*n + 1) * sizeof **list);
	p = &(*list)[(*n)++];
	*p = (struct ak_key_period){.from = from, .to = INT64_MAX, .after_file = after_file, .last_file = INT64_MAX};
	snprintf(p->kid, sizeof p->kid, "%s", kid);
	snprintf(p->since, sizeof p->since, "%s", since);
	return p;
}

/* The period before ends with the entry of a rotation; of the first one, the entry says which key it had. */
static enum ak_rc add_rotation(sqlite3_stmt *st, struct ak_key_period **list, size_t *n, struct ak_err *err)
{
	AK_CLEANUP(ak_json_decref) json_t *body = NULL;
	const char *before, *kid;
	struct ak_key_period *last = &(*list)[*n - 1];
	int64_t files, seq = sqlite3_column_int64(st, 0);
	char since[32];

	if (ak_json_parse(ak_sql_text(st, 2), &body, err) != AK_OK)
		return AK_FAIL;
	before = json_string_value(json_object_get(body, "before"));
	kid = json_string_value(json_object_get(body, "key_id"));
	files = json_integer_value(json_object_get(body, "files"));
	if (!before || !kid)
		return ak_fail(err, AK_EXIT_CORRUPT, "entry %lld of the ledger does not say which key it put in force", (long long)seq);
	snprintf(last->kid, sizeof last->kid, "%s", before);
	last->to = seq;
	last->last_file = files;
	ak_sql_copy(st, 1, since, sizeof since);
	begin_period(list, n, kid, since, seq + 1, files);
	return AK_OK;
}

enum ak_rc ak_key_periods(struct ak_store *s, struct ak_key_period **out, size_t *n, struct ak_err *err)
{
	AK_CLEANUP(ak_sql_finalizep) sqlite3_stmt *st = NULL;
	AK_CLEANUP(ak_free_charp) char *created = NULL;
	struct ak_key_period *list = NULL;
	enum ak_rc rc = ak_store_get(s, "created", &created, err);

	*out = NULL;
	*n = 0;
	begin_period(&list, n, s->kid, created ? created : "", 0, 0);
	if (rc == AK_OK)
		rc = ak_sql_prepare(s, "SELECT seq, time, body FROM ledger_entry WHERE kind = '" KIND "' AND body IS NOT NULL ORDER BY seq",
				    &st, err);
	while (rc == AK_OK && (rc = ak_sql_step(s, st, err)) == AK_OK)
		rc = add_rotation(st, &list, n, err);
	if (rc == AK_END && strcmp(list[*n - 1].kid, s->kid) != 0) {
		ak_hint(err, "go back to a backup");
		rc = ak_fail(err, AK_EXIT_CORRUPT, "the ledger has put another pseudonym key in force than the workspace names");
	}
	if (rc != AK_END) {
		ak_free(list);
		*n = 0;
		return rc;
	}
	*out = list;
	return AK_OK;
}

enum ak_rc ak_key_period_meets(struct ak_store *s, const struct ak_key_period *p, const char *format, int64_t first_us,
			       int64_t last_us, bool *out, struct ak_err *err)
{
	AK_CLEANUP(ak_sql_finalizep) sqlite3_stmt *st = NULL;
	enum ak_rc rc = ak_sql_prepare(s, "SELECT 1 FROM file WHERE id > ?1 AND id <= ?2 AND format = ?3 AND stored > 0"
					  " AND (first_us IS NULL OR ?4 > ?5 OR (first_us <= ?5 AND last_us >= ?4)) LIMIT 1", &st, err);

	if (rc != AK_OK)
		return rc;
	sqlite3_bind_int64(st, 1, p->after_file);
	sqlite3_bind_int64(st, 2, p->last_file);
	ak_sql_bind_z(st, 3, format);
	sqlite3_bind_int64(st, 4, first_us);
	sqlite3_bind_int64(st, 5, last_us);
	rc = ak_sql_step(s, st, err);
	*out = rc == AK_OK;
	return rc == AK_FAIL ? rc : AK_OK;
}

/* ---- rotation ---- */

static enum ak_rc number(struct ak_store *s, const char *sql, int64_t *out, struct ak_err *err)
{
	AK_CLEANUP(ak_sql_finalizep) sqlite3_stmt *st = NULL;
	enum ak_rc rc = ak_sql_prepare(s, sql, &st, err);

	if (rc == AK_OK && (rc = ak_sql_step(s, st, err)) == AK_OK)
		*out = sqlite3_column_int64(st, 0);
	return rc;
}

/* Sealed with the run before; without one there is no checkpoint yet, and the first one covers it. */
static enum ak_rc seal(struct ak_tlog *l, const struct ak_keys *keys, struct ak_err *err)
{
	int64_t run = 0;
	enum ak_rc rc = number(l->store, "SELECT coalesce(max(id), 0) FROM run", &run, err);

	return rc == AK_OK && run ? ak_tlog_checkpoint(l, keys, run, err) : rc;
}

enum ak_rc ak_rotate_seal(struct ak_tlog *l, const struct ak_keys *keys, const char *kind, const json_t *body, const char *setting, const char *kid,
			  struct ak_err *err)
{
	enum ak_rc rc = ak_store_begin(l->store, err);

	if (rc == AK_OK)
		rc = ak_tlog_entry(l, kind, body, NULL, err);
	if (rc == AK_OK)
		rc = ak_store_set(l->store, setting, ak_str_of(kid), err);
	if (rc == AK_OK)
		rc = ak_access_anchor(l, err);
	if (rc == AK_OK)
		rc = ak_tlog_save(l, err);
	if (rc == AK_OK)
		rc = seal(l, keys, err);
	if (rc == AK_OK)
		rc = ak_store_commit(l->store, err);
	ak_store_rollback(l->store); /* nothing to do after a commit */
	return rc;
}

static enum ak_rc put_in_force(struct ak_tlog *l, const struct ak_keys *keys, const char *kid, struct ak_err *err)
{
	AK_CLEANUP(ak_json_decref) json_t *body = NULL;
	int64_t files = 0;
	enum ak_rc rc = number(l->store, "SELECT coalesce(max(id), 0) FROM file", &files, err);

	if (rc != AK_OK)
		return rc;
	body = json_pack("{s:s, s:I, s:s}", "before", l->store->kid, "files", (json_int_t)files, "key_id", kid);
	return ak_rotate_seal(l, keys, KIND, body, "key_id", kid, err);
}

enum ak_rc ak_rotate(struct ak_store *s, const char *keys_dir, const struct ak_keys *keys, char kid[9], struct ak_err *err)
{
	struct ak_tlog l = {0};
	char fresh[9];
	enum ak_rc rc = ak_store_lock(s, LOCK_MS, err);

	/* The file is there before anything names it: what is cut short here leaves a key that nobody uses. */
	if (rc != AK_OK || (rc = ak_tlog_open(s, &l, err)) != AK_OK)
		return rc;
	if ((rc = ak_keys_add(keys_dir, fresh, err)) == AK_OK && (rc = put_in_force(&l, keys, fresh, err)) == AK_OK) {
		memcpy(s->kid, fresh, sizeof s->kid);
		memcpy(kid, fresh, sizeof fresh);
	}
	ak_tlog_release(&l);
	return rc;
}
