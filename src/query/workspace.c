/* The workspace as a whole: what it holds, its runs, documents and content digest. */
#include "base/ak.h"
#include "query/query.h"

#include <sqlite3.h>

#include "query/rows.h"
#include "store/rotate.h"

static enum ak_rc settings(struct ak_store *s, json_t **out, struct ak_err *err)
{
	AK_CLEANUP(ak_free_charp) char *created = NULL;
	enum ak_rc rc = ak_store_get(s, "created", &created, err);

	if (rc == AK_OK)
		*out = json_pack("{s:s, s:s, s:s, s:s*}", "workspace_id", s->id, "name", s->name ? s->name : "", "key_id", s->kid,
				 "created", created);
	return rc;
}

static enum ak_rc add_superseded(struct ak_store *s, json_t *o, struct ak_err *err)
{
	json_t *row = NULL;
	enum ak_rc rc = ak_rows_one(s, "SELECT count(*) AS n FROM superseded", NULL, 0, &row, err);

	json_object_set(o, "superseded", json_object_get(row, "n"));
	json_decref(row);
	return rc;
}

static enum ak_rc add_records(struct ak_store *s, json_t *o, struct ak_err *err)
{
	json_t *records = json_object();
	int64_t total = 0;
	enum ak_rc rc = AK_OK;

	for (int k = 0; k < AK_K_COUNT && rc == AK_OK; k++) {
		struct ak_buf sql;
		json_t *row = NULL;
		ak_buf_init(&sql, 4096);
		ak_buf_addf(&sql, "SELECT count(*) AS n FROM %s WHERE state = 0", ak_kinds[k].name);
		rc = ak_rows_one(s, sql.p, NULL, 0, &row, err);
		ak_buf_release(&sql);
		total += json_integer_value(json_object_get(row, "n"));
		json_object_set(records, ak_kinds[k].name, json_object_get(row, "n"));
		json_decref(row);
	}
	json_object_set_new(o, "records", records);
	json_object_set_new(o, "records_total", json_integer(total));
	return rc == AK_OK ? add_superseded(s, o, err) : rc;
}

enum ak_rc ak_query_spans(struct ak_store *s, int64_t from_us, int64_t to_us, json_t **out, struct ak_err *err)
{
	const struct ak_param p[] = {AK_PI(from_us), AK_PI(to_us)};
	bool open = from_us == INT64_MIN && to_us == INT64_MAX;
	enum ak_rc rc = AK_OK;

	*out = json_array();
	for (int k = 0; k < AK_K_COUNT && rc == AK_OK; k++) {
		struct ak_buf sql;
		json_t *row = NULL;

		ak_buf_init(&sql, 4096);
		ak_buf_addf(&sql, "SELECT '%s' AS kind, '%s' AS title, count(*) AS records, min(event_start) AS first, max(event_start) AS last,"
				  " coalesce(sum(time_us >= ?1 AND time_us < ?2), 0) AS in_period FROM %s WHERE state = 0",
			    ak_kinds[k].name, ak_kinds[k].plural, ak_kinds[k].name);
		rc = ak_rows_one(s, sql.p, p, 2, &row, err);
		ak_buf_release(&sql);
		if (open)
			json_object_set(row, "in_period", json_object_get(row, "records"));
		if (json_integer_value(json_object_get(row, "records")))
			json_array_append(*out, row);
		json_decref(row);
	}
	if (rc != AK_OK) {
		json_decref(*out);
		*out = NULL;
	}
	return rc;
}

static enum ak_rc last_checkpoint(struct ak_store *s, int64_t run, json_t *o, struct ak_err *err)
{
	const struct ak_param p[] = {AK_PI(run)};
	json_t *row = NULL;
	enum ak_rc rc = ak_rows_one(s, "SELECT size, root, time, note FROM checkpoint WHERE ?1 = 0 OR run = ?1"
				       " ORDER BY size DESC LIMIT 1", p, 1, &row, err);

	json_object_set_new(o, "checkpoint", rc == AK_OK ? row : json_null());
	return rc == AK_END ? AK_OK : rc;
}

enum ak_rc ak_query_workspace(struct ak_store *s, json_t **out, struct ak_err *err)
{
	json_t *o = NULL, *row = NULL;
	enum ak_rc rc = settings(s, &o, err);

	if (rc == AK_OK)
		rc = add_records(s, o, err);
	if (rc == AK_OK)
		rc = ak_rows_one(s, "SELECT (SELECT count(*) FROM run) AS runs, coalesce(sum(rejected), 0) AS rejected,"
				    " coalesce(sum(records_in), 0) AS records_in, coalesce(sum(conflict), 0) AS conflicts, min(first_us) AS first_us, max(last_us) AS last_us,"
				    " (SELECT policy FROM run ORDER BY id DESC LIMIT 1) AS policy_digest FROM file",
				 NULL, 0, &row, err);
	if (rc == AK_OK)
		json_object_update(o, row);
	json_decref(row);
	if (rc == AK_OK)
		rc = last_checkpoint(s, 0, o, err);
	if (rc == AK_OK)
		*out = o;
	else
		json_decref(o);
	return rc;
}

static enum ak_rc count_between(struct ak_store *s, int64_t from, int64_t to, json_int_t *out, struct ak_err *err)
{
	const struct ak_param p[] = {AK_PI(from), AK_PI(to)};
	json_t *row = NULL;
	struct ak_buf sql;
	enum ak_rc rc;

	ak_buf_init(&sql, 1 << 16);
	ak_buf_adds(&sql, "SELECT sum(n) AS n FROM (");
	for (int k = 0; k < AK_K_COUNT; k++)
		ak_buf_addf(&sql, "%sSELECT count(*) AS n FROM %s WHERE seq >= ?1 AND seq < ?2 AND state = 0", k ? " UNION ALL " : "",
			    ak_kinds[k].name);
	ak_buf_addc(&sql, ')');
	rc = ak_rows_one(s, sql.p, p, 2, &row, err);
	ak_buf_release(&sql);
	*out = json_integer_value(json_object_get(row, "n"));
	json_decref(row);
	return rc;
}

enum ak_rc ak_query_key_periods(struct ak_store *s, int64_t seq, int64_t live, json_t **out, struct ak_err *err)
{
	struct ak_key_period *p = NULL;
	size_t n = 0;
	enum ak_rc rc = ak_key_periods(s, &p, &n, err);

	*out = json_array();
	for (size_t i = 0; i < n && rc == AK_OK; i++) {
		json_int_t records = (json_int_t)live;

		if (seq >= 0 && (seq < p[i].from || seq >= p[i].to))
			continue;
		if (n > 1 || live < 0)
			rc = count_between(s, p[i].from, p[i].to, &records, err);
		json_array_append_new(*out, json_pack("{s:s, s:s, s:s?, s:I}", "key_id", p[i].kid, "since", p[i].since, "until",
						      i + 1 < n ? p[i + 1].since : NULL, "records", records));
	}
	ak_free(p);
	return rc;
}

enum ak_rc ak_query_rotated(struct ak_store *s, bool *out, struct ak_err *err)
{
	struct ak_key_period *p = NULL;
	size_t n = 0;
	enum ak_rc rc = ak_key_periods(s, &p, &n, err);

	*out = n > 1;
	ak_free(p);
	return rc;
}

enum ak_rc ak_query_run(struct ak_store *s, int64_t run, json_t **out, struct ak_err *err)
{
	const struct ak_param p[] = {AK_PI(run)};
	json_t *o = NULL, *totals = NULL;
	enum ak_rc rc = ak_rows_one(s, "SELECT id AS run, started, version, options,"
				       " (SELECT count(*) FROM file f JOIN export e ON e.id = f.export WHERE e.run = ?1) AS files"
				       " FROM run WHERE id = ?1", p, 1, &o, err);

	if (rc == AK_OK)
		rc = ak_rows_one(s, "SELECT coalesce(sum(records_in), 0) AS records_in, coalesce(sum(stored), 0) AS stored,"
				    " coalesce(sum(duplicate), 0) AS duplicate, coalesce(sum(rejected), 0) AS rejected,"
				    " coalesce(sum(blank), 0) AS blank, coalesce(sum(excluded), 0) AS excluded,"
				    " coalesce(sum(expired), 0) AS expired, coalesce(sum(conflict), 0) AS conflict,"
				    " coalesce(sum(superseded), 0) AS superseded, coalesce(sum(decoded_bytes), 0) AS decoded_bytes"
				    " FROM file f JOIN export e ON e.id = f.export WHERE e.run = ?1", p, 1, &totals, err);
	if (rc == AK_OK)
		json_object_set_new(o, "totals", totals);
	if (rc == AK_OK)
		rc = last_checkpoint(s, run, o, err);
	if (rc == AK_OK)
		*out = o;
	else
		json_decref(o);
	return rc;
}

enum ak_rc ak_query_documents(struct ak_store *s, json_t **out, struct ak_err *err)
{
	return ak_rows(s, "SELECT digest, kind, name, version, text FROM document ORDER BY kind, name, digest", NULL, 0, out, err);
}

enum ak_rc ak_query_kept_texts(struct ak_store *s, json_t **out, struct ak_err *err)
{
	return ak_rows(s,
		       "SELECT r.started AS time, f.value AS field, r.options ->> '$.keep-text.operator' AS operator,"
		       " r.options ->> '$.keep-text.reason' AS reason FROM run r, json_each(r.options, '$.keep-text.fields') f"
		       " ORDER BY r.id, f.key",
		       NULL, 0, out, err);
}

enum ak_rc ak_query_text_sources(struct ak_store *s, json_t **out, struct ak_err *err)
{
	return ak_rows(s,
		       "SELECT DISTINCT s.name AS source, f.value AS field FROM run r, json_each(r.options, '$.keep-text.fields') f"
		       " JOIN export e ON e.run = r.id JOIN source s ON s.id = e.source ORDER BY 1, 2",
		       NULL, 0, out, err);
}

enum ak_rc ak_query_tenants(struct ak_store *s, int64_t *with, int64_t *all, struct ak_err *err)
{
	AK_CLEANUP(ak_sql_finalizep) sqlite3_stmt *st = NULL;
	struct ak_buf sql;
	enum ak_rc rc;

	ak_buf_init(&sql, 1 << 16);
	ak_buf_adds(&sql, "SELECT sum(n), sum(t) FROM (SELECT 0 AS n, 0 AS t");
	for (int k = 0; k < AK_K_COUNT; k++)
		if (ak_field_of(AK_F_TENANT, (enum ak_kind)k))
			ak_buf_addf(&sql, " UNION ALL SELECT count(*), count(tenant_id) FROM %s WHERE state = 0", ak_kinds[k].name);
	ak_buf_addc(&sql, ')');
	rc = ak_sql_prepare(s, sql.p, &st, err);
	ak_buf_release(&sql);
	if (rc != AK_OK || (rc = ak_sql_step(s, st, err)) != AK_OK)
		return rc;
	*all = sqlite3_column_int64(st, 0);
	*with = sqlite3_column_int64(st, 1);
	return AK_OK;
}

enum ak_rc ak_query_content_digest(struct ak_store *s, char out[65], struct ak_err *err)
{
	AK_CLEANUP(ak_sql_finalizep) sqlite3_stmt *st = NULL;
	struct ak_sha256 *h;
	struct ak_buf sql;
	uint8_t digest[32];
	enum ak_rc rc;

	ak_buf_init(&sql, 1 << 16);
	for (int k = 0; k < AK_K_COUNT; k++)
		ak_buf_addf(&sql, "%sSELECT content FROM %s WHERE state = 0", k ? " UNION ALL " : "", ak_kinds[k].name);
	ak_buf_adds(&sql, " ORDER BY 1");
	rc = ak_sql_prepare(s, sql.p, &st, err);
	ak_buf_release(&sql);
	h = ak_sha256_new();
	ak_sha256_start(h);
	while (rc == AK_OK && (rc = ak_sql_step(s, st, err)) == AK_OK)
		ak_sha256_add(h, sqlite3_column_blob(st, 0), (size_t)sqlite3_column_bytes(st, 0));
	ak_sha256_end(h, digest);
	ak_sha256_free(h);
	if (rc != AK_END)
		return rc;
	ak_hex(digest, 32, out);
	return AK_OK;
}
