#include "base/ak.h"
#include "query/latest.h"

#include "base/jsonget.h"
#include "base/jsonw.h"
#include "query/rows.h"

enum ak_rc ak_query_latest_each(struct ak_store *s, int64_t from, int64_t most, ak_row_fn *each, void *ctx, struct ak_err *err)
{
	const struct ak_param p[] = {AK_PI(from), AK_PI(most)};

	return ak_rows_each(s, "SELECT r.seq, s.name AS source, r.time_us, r.status_code, r.http_method, r.endpoint, r.operation, r.outcome,"
			       " coalesce(r.response_model, r.request_model) AS model, r.error_type AS error, r.facet, r.gateway_request_id AS id"
			       " FROM request r" AK_OF_FILE("r") " WHERE r.state = 0 AND r.seq >= ?1"
			       " AND NOT EXISTS(SELECT 1 FROM superseded x WHERE x.seq = r.seq) ORDER BY r.seq LIMIT ?2", p, 2, each, ctx, err);
}

enum ak_rc ak_query_latest_end(struct ak_store *s, int64_t *out, struct ak_err *err)
{
	AK_CLEANUP(ak_json_decref) json_t *row = NULL;
	enum ak_rc rc = ak_rows_one(s, "SELECT coalesce(max(seq) + 1, 0) AS n FROM request", NULL, 0, &row, err);

	if (rc == AK_OK)
		*out = (int64_t)ak_jnum(row, "n");
	return rc;
}
