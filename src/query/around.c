/* What a trace asks beside its own records: which sources could have had a record, how a file was signed, how often a record was
 * delivered, what shares a session, which calls lie in a bucket. Each statement is bounded or goes along an index. */
#include "base/ak.h"
#include "query/query.h"

#include <stdio.h>

#include "query/attempt.h"
#include "query/rows.h"

enum ak_rc ak_query_supply(struct ak_store *s, json_t **out, struct ak_err *err)
{
	return ak_rows(s,
		       "SELECT k.kind AS kind, s.name AS source, s.system AS system, sum(k.records) AS records, min(f.first_us) AS first_us,"
		       " max(f.last_us) AS last_us, min(f.first_us) AS first_number, max(f.last_us) AS last_number"
		       " FROM (SELECT export, min(first_us) AS first_us, max(last_us) AS last_us FROM file GROUP BY export) f"
		       " JOIN export e ON e.id = f.export JOIN source s ON s.id = e.source JOIN export_kind k ON k.export = e.id"
		       " WHERE k.records > 0 GROUP BY k.kind, s.name ORDER BY k.kind, s.name",
		       NULL, 0, out, err);
}

enum ak_rc ak_query_buckets_end(struct ak_store *s, const char *source, int64_t start_us, json_t **out, struct ak_err *err)
{
	const struct ak_param p[] = {AK_PZ(source), AK_PI(start_us)};

	return ak_rows_one(s, "SELECT max(u.event_end) AS last FROM usage u" AK_OF_FILE("u") " WHERE u.time_us = ?2 AND s.name = ?1 AND u.state = 0", p, 2, out, err);
}

enum ak_rc ak_query_folded(struct ak_store *s, const char *source, json_t **out, struct ak_err *err)
{
	const struct ak_param p[] = {AK_PZ(source)};

	return ak_rows_one(s,
			   "SELECT coalesce(sum(f.duplicate), 0) AS duplicates, coalesce(sum(f.records_in), 0) AS records_in"
			   " FROM source s JOIN export e ON e.source = s.id JOIN file f ON f.export = e.id WHERE s.name = ?1",
			   p, 1, out, err);
}

enum ak_rc ak_query_file_signs(struct ak_store *s, int64_t file, json_t **out, struct ak_err *err)
{
	const struct ak_param p[] = {AK_PI(file)};

	return ak_rows(s,
		       "SELECT d.rule AS rule, sum(d.n) AS n, (SELECT f.records_in FROM file f WHERE f.id = ?1) AS records_in FROM diag d"
		       " WHERE d.export = (SELECT export FROM file WHERE id = ?1) AND d.file = ?1 AND d.rule GLOB 'signature_*'"
		       " GROUP BY d.rule ORDER BY d.rule",
		       p, 1, out, err);
}

enum ak_rc ak_query_trail_signs(struct ak_store *s, json_t **out, struct ak_err *err)
{
	return ak_rows(s,
		       "SELECT rule, severity, detail FROM diag WHERE rule IN ('trail_logs', 'trail_files', 'trail_links', 'trail_signatures')"
		       " ORDER BY rule, id",
		       NULL, 0, out, err);
}

/* No other kind's rows are asked: a record says of which kind it is. */
enum ak_rc ak_query_shown(struct ak_store *s, enum ak_kind kind, int64_t seq, int64_t *times, struct ak_err *err)
{
	const struct ak_param p[] = {AK_PI(seq)};
	struct ak_buf sql;
	json_t *row = NULL;
	enum ak_rc rc;

	ak_buf_init(&sql, 1 << 12);
	ak_buf_addf(&sql, "SELECT i.shown AS shown, i.kept AS kept FROM %s r JOIN identity i ON i.id = r.identity WHERE r.seq = ?1",
		    ak_kinds[kind].name);
	rc = ak_rows_one(s, sql.p, p, 1, &row, err);
	ak_buf_release(&sql);
	*times = 1;
	if (rc == AK_OK && json_integer_value(json_object_get(row, "shown")) > json_integer_value(json_object_get(row, "kept")))
		*times = 1 + json_integer_value(json_object_get(row, "shown")) - json_integer_value(json_object_get(row, "kept"));
	json_decref(row);
	return rc == AK_END ? AK_OK : rc;
}

/* The index has hashes and is not asked for more than it is worth: the caller looks at the records. */
enum ak_rc ak_query_sharing(struct ak_store *s, const char *value, size_t most, json_t **out, struct ak_err *err)
{
	const struct ak_param p[] = {AK_PZ(value), AK_PI((int64_t)most)};

	return ak_rows(s, "SELECT seq, (SELECT count(*) FROM lookup WHERE h = ak_hash(?1)) AS total FROM lookup WHERE h = ak_hash(?1) ORDER BY seq LIMIT ?2", p, 2,
		       out, err);
}

static enum ak_rc cites_of(struct ak_store *s, const json_t *rows, json_t *out, struct ak_err *err)
{
	json_t *row, *record;
	size_t i;
	enum ak_rc rc = AK_OK;

	json_array_foreach((json_t *)rows, i, row) {
		if ((rc = ak_query_record(s, json_integer_value(json_object_get(row, "seq")), &record, err)) != AK_OK)
			break;
		json_array_append(out, json_object_get(record, "cite"));
		json_decref(record);
	}
	return rc;
}

enum ak_rc ak_query_shared_by(struct ak_store *s, struct ak_str value, size_t named, json_t **out, struct ak_err *err)
{
	const struct ak_param p[] = {AK_PI(ak_lookup_hash(value)), AK_PI(AK_SHARED_COUNTED + 1), AK_PI((int64_t)named)};
	json_t *rows = NULL, *first = json_array();
	const json_t *row;
	json_int_t records;
	enum ak_rc rc = ak_rows(s,
				"WITH m AS MATERIALIZED (SELECT l.seq AS seq, (SELECT " AK_ATTEMPT " FROM request q" AK_TO_COUNTED
				" WHERE q.seq = l.seq AND q.state = 0 AND NOT EXISTS(SELECT 1 FROM superseded x WHERE x.seq = q.seq)) AS attempt"
				" FROM (SELECT DISTINCT seq FROM lookup WHERE h = ?1 LIMIT ?2) l)"
				" SELECT (SELECT count(*) FROM m) AS records, (SELECT count(DISTINCT attempt) FROM m) AS calls, min(m.seq) AS seq"
				" FROM m GROUP BY coalesce(m.attempt, 'record ' || m.seq) ORDER BY m.attempt IS NULL, 3 LIMIT ?3",
				p, 3, &rows, err);

	if (rc == AK_OK && (rc = cites_of(s, rows, first, err)) == AK_OK) {
		row = json_array_get(rows, 0);
		records = json_integer_value(json_object_get(row, "records"));
		*out = json_pack("{s:I, s:I, s:b, s:O}", "records", records > AK_SHARED_COUNTED ? (json_int_t)AK_SHARED_COUNTED : records, "calls",
				 json_integer_value(json_object_get(row, "calls")), "more", records > AK_SHARED_COUNTED, "first", first);
	}
	json_decref(rows);
	json_decref(first);
	return rc;
}

/* The rule of ak_link_buckets read backwards, and the key where both name one. */
enum ak_rc ak_query_in_bucket(struct ak_store *s, int64_t seq, size_t most, json_t **out, struct ak_err *err)
{
	const struct ak_param p[] = {AK_PI(INT64_MIN), AK_PI(INT64_MAX), AK_PI(seq), AK_PI((int64_t)most)};

	return ak_rows(s,
		       "WITH u AS MATERIALIZED (SELECT time_us AS start, CAST(strftime('%s', event_end) AS INTEGER) * 1000000 AS stop,"
		       " provider, response_model, key_id, key_hash FROM usage WHERE seq = ?3)"
		       " SELECT r.seq AS seq, s.name || ':' || r.seq AS cite FROM u CROSS JOIN request r ON r.time_us >= u.start AND r.time_us < u.stop"
		       AK_OF_FILE("r") " WHERE" AK_COUNTED("r")
		       " AND (u.provider IS NULL OR r.provider IS NULL OR r.provider = u.provider)"
		       " AND (u.response_model IS NULL OR r.response_model IS NULL OR r.response_model = u.response_model)"
		       " AND (u.key_id IS NULL OR r.key_id IS NULL OR r.key_id = u.key_id)"
		       " AND (u.key_hash IS NULL OR r.key_hash IS NULL OR r.key_hash = u.key_hash)"
		       " AND coalesce(r.cache_status, 'miss') <> 'hit' ORDER BY r.time_us, r.seq LIMIT ?4",
		       p, 4, out, err);
}
