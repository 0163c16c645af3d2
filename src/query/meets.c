#include "base/ak.h"
#include "query/meets.h"

#include <sqlite3.h>

#include "query/rows.h"

/* Identifiers that join app events and gateway records; the result column is the place in this list. */
static const enum ak_field_id fields[] = {AK_F_TRACE_ID, AK_F_REQUEST_ID, AK_F_RESPONSE_ID, AK_F_PROVIDER_REQUEST_ID};
#define NAMED(table)                                                                                                      \
	"SELECT CASE WHEN r.trace_id = ?1 THEN 0 WHEN r.gateway_request_id = ?1 THEN 1 WHEN r.response_id = ?1 THEN 2"    \
	" WHEN r.provider_request_id = ?1 THEN 3 END AS field FROM lookup l JOIN " table " r ON r.seq = l.seq"            \
	" WHERE l.h = ak_hash(?1) AND r.state = 0"                                                                        \
	" AND ?1 IN (r.trace_id, r.gateway_request_id, r.response_id, r.provider_request_id) LIMIT 1"

struct ak_meets {
	struct ak_store *s;
	sqlite3_stmt *st;
};

enum ak_rc ak_meets_open(struct ak_store *s, enum ak_kind kind, struct ak_meets **out, struct ak_err *err)
{
	struct ak_meets *m = ak_alloc_zero(1, sizeof *m);
	enum ak_rc rc = ak_sql_prepare(s, kind == AK_K_APP ? NAMED("app_event") : NAMED("request"), &m->st, err);

	m->s = s;
	if (rc == AK_OK)
		*out = m;
	else
		ak_meets_free(m);
	return rc;
}

void ak_meets_free(struct ak_meets *m)
{
	if (m)
		sqlite3_finalize(m->st);
	ak_free(m);
}

enum ak_rc ak_meets_value(struct ak_meets *m, struct ak_str value, int *field, struct ak_err *err)
{
	enum ak_rc rc;

	ak_sql_bind(m->st, 1, value);
	rc = ak_sql_step(m->s, m->st, err);
	*field = rc == AK_OK ? (int)fields[sqlite3_column_int(m->st, 0)] : -1;
	sqlite3_reset(m->st);
	return rc == AK_END ? AK_OK : rc;
}

enum ak_rc ak_meets_newest(struct ak_store *s, size_t most, int64_t *linked, int64_t *total, struct ak_err *err)
{
	const struct ak_param p[] = {AK_PI((int64_t)most)};
	json_t *row = NULL;
	enum ak_rc rc = ak_rows_one(
		s,
		"WITH a AS (SELECT trace_id, gateway_request_id, response_id, provider_request_id FROM app_event WHERE state = 0"
		" AND EXISTS(SELECT 1 FROM request) ORDER BY seq DESC LIMIT ?1)"
		" SELECT count(*) AS total, coalesce(sum(EXISTS(SELECT 1 FROM lookup l JOIN request q ON q.seq = l.seq WHERE l.h IN"
		" (ak_hash(a.trace_id), ak_hash(a.gateway_request_id), ak_hash(a.response_id), ak_hash(a.provider_request_id))"
		" AND (q.trace_id = a.trace_id OR q.gateway_request_id = a.gateway_request_id OR q.response_id = a.response_id"
		"  OR q.provider_request_id = a.provider_request_id))), 0) AS linked FROM a",
		p, 1, &row, err);

	if (rc == AK_OK) {
		*total = json_integer_value(json_object_get(row, "total"));
		*linked = json_integer_value(json_object_get(row, "linked"));
	}
	json_decref(row);
	return rc;
}
