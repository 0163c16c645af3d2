/* What later exports of a source show again: exports with their ranges, and counts of records between times; calls that several sources
 * recorded. */
#include "base/ak.h"
#include "query/reconcile.h"

#include <sqlite3.h>

#include "query/rows.h"

enum ak_rc ak_query_recon_exports(struct ak_store *s, json_t **out, struct ak_err *err)
{
	return ak_rows(s,
		       "SELECT e.id AS export, s.name AS source, min(f.format) AS format, e.query AS query, unixepoch(e.exported_at) AS exported,"
		       " e.exported_at AS exported_at, e.exported_at_basis AS basis, e.state AS state, min(f.first_us) AS first, max(f.last_us) AS last,"
		       " sum(f.duplicate) AS duplicate, sum(f.stored) AS stored, sum(f.conflict) AS conflict,"
		       " (SELECT k.kind FROM export_kind k JOIN export x ON x.id = k.export WHERE x.source = e.source AND k.records > 0"
		       "  GROUP BY k.kind ORDER BY sum(k.records) DESC, 1 LIMIT 1) AS kind"
		       " FROM export e JOIN file f ON f.export = e.id JOIN source s ON s.id = e.source GROUP BY e.id ORDER BY s.name, e.id",
		       NULL, 0, out, err);
}

/* Names of kinds are the program's own (model/field.h). */
static bool is_kind(const char *kind)
{
	for (int k = 0; k < AK_K_COUNT; k++)
		if (kind && strcmp(ak_kinds[k].name, kind) == 0)
			return true;
	return false;
}

enum ak_rc ak_query_recon_stored(struct ak_store *s, const char *kind, const char *source, int64_t before_export, int64_t of_export, int64_t from_us,
				 int64_t to_us, json_t **out, struct ak_err *err)
{
	const struct ak_param p[] = {AK_PZ(source), AK_PI(before_export), AK_PI(of_export), AK_PI(from_us), AK_PI(to_us)};
	AK_CLEANUP(ak_buf_release) struct ak_buf sql;

	ak_buf_init(&sql, 4096);
	if (!is_kind(kind))
		AK_BUG("no record kind");
	ak_buf_addf(&sql,
		    "SELECT count(*) AS n, min(r.seq) AS first_seq, min(r.time_us) AS first_us, max(r.time_us) AS last_us FROM %s r" AK_OF_FILE("r")
		    " WHERE r.state = 0 AND r.time_us >= ?4 AND r.time_us < ?5 AND s.name = ?1 AND (?2 = 0 OR e.id < ?2) AND (?3 = 0 OR e.id = ?3)",
		    kind);
	return ak_rows_one(s, sql.p, p, 5, out, err);
}

/* The declared control point before the others, then sources that know keys, then those that came first. A trace is no call: it decides between
 * gateways of different systems only, for records of one minute, or with the same start, key and tokens. A record without any identifier is the call of
 * another system that began within a second of it with the same model and tokens, or of the same system, start, key and
 * tokens: for sums that is enough, for a link it would not be. What is served from a cache has the first call's id as an alias. */
#define SAME_TRACE                                                                                                        \
	"((j.system IS NOT k.system AND abs(q.time_us - r.time_us) < 60000000) OR (q.time_us = r.time_us AND q.key_hash IS r.key_hash" \
	" AND q.input_tokens IS r.input_tokens AND q.output_tokens IS r.output_tokens))"
/* More than any clock, zone or retry puts between two records of one call: then an id of the provider alone does not make them one. */
#define FAR "abs(q.time_us - r.time_us) > 86400000000"
#define NAME(f) " UNION ALL SELECT '" f "', q." f
/* One of two records has the value in another spelling than the other (model/idform.h). */
#define SPELT                                                                                                             \
	" UNION SELECT CASE WHEN j.n < k.n THEN r.seq ELSE q.seq END,"                                                     \
	"  (SELECT min(CASE WHEN name IN ('provider_request_id', 'response_id') AND q.trace_id IS NOT r.trace_id AND " FAR " THEN 2 ELSE 0 END)" \
	"  FROM (SELECT b.field AS name, b.value AS y FROM alias b WHERE b.seq = q.seq"                                   \
	NAME("provider_request_id") NAME("response_id") NAME("gateway_request_id") NAME("upstream_id") NAME("event_id") NAME("trace_id") \
	"  ) WHERE y = a.value AND ((name = a.field AND (name IN ('provider_request_id', 'response_id') OR (name = 'trace_id' AND " SAME_TRACE ")))" \
	"  OR (a.field = 'gateway_request_id' AND name IN ('event_id', 'upstream_id'))"                                   \
	"  OR (a.field IN ('event_id', 'upstream_id') AND name = 'gateway_request_id'))) FROM alias a CROSS JOIN request r ON r.seq = a.seq"  \
	"  JOIN file f ON f.id = r.file JOIN export e ON e.id = f.export JOIN rank k ON k.id = e.source"                  \
	"  CROSS JOIN lookup l ON l.h = ak_hash(a.value) CROSS JOIN request q ON q.seq = l.seq"                           \
	"  JOIN file g ON g.id = q.file JOIN export x ON x.id = g.export JOIN rank j ON j.id = x.source"                  \
	"  WHERE j.n <> k.n AND r.state = 0 AND q.state = 0 AND r.cache_status IS NOT 'hit' AND q.cache_status IS NOT 'hit'"

/* Of r and a record q of a source before its own: are they one call (0), or is only an id of the provider the same (2)? */
#define SHARED                                                                                                            \
	"CASE WHEN (q.gateway_request_id IN (r.event_id, r.upstream_id) OR r.gateway_request_id IN (q.event_id, q.upstream_id)"  \
	" OR q.trace_id = r.trace_id) IS NOT 1 AND " FAR " THEN 2 ELSE 0 END"
#define FOUND                                                                                                             \
	" FROM lookup l JOIN request q ON q.seq = l.seq JOIN file g ON g.id = q.file JOIN export x ON x.id = g.export"         \
	" JOIN rank j ON j.id = x.source WHERE l.h IN (ak_hash(r.provider_request_id), ak_hash(r.response_id), ak_hash(r.trace_id)," \
	"  ak_hash(r.event_id), ak_hash(r.gateway_request_id), ak_hash(r.upstream_id))"                                   \
	" AND q.state = 0 AND j.n < k.n AND (q.provider_request_id = r.provider_request_id OR q.response_id = r.response_id"   \
	"  OR q.gateway_request_id IN (r.event_id, r.upstream_id) OR r.gateway_request_id IN (q.event_id, q.upstream_id)"      \
	"  OR (q.trace_id = r.trace_id AND " SAME_TRACE "))"
#define OF_RANK " FROM request r JOIN file f ON f.id = r.file JOIN export e ON e.id = f.export JOIN rank k ON k.id = e.source"

/* One record that is found decides for nearly all; the others are only asked for where it is no more than an id of the provider. */
static const char twice[] =
	"WITH some AS (SELECT DISTINCT e.source AS id FROM export_kind k JOIN export e ON e.id = k.export WHERE k.kind = 'request' AND k.records > 0),"
	" rank AS MATERIALIZED (SELECT s.id AS id, s.system AS system, row_number() OVER (ORDER BY s.name = ?1 DESC,"
	"  EXISTS(SELECT 1 FROM request r JOIN file f ON f.id = r.file JOIN export e ON e.id = f.export WHERE e.source = s.id"
	"  AND coalesce(r.key_hash, r.key_id) IS NOT NULL) DESC, s.id) AS n FROM some JOIN source s ON s.id = some.id),"
	" one AS MATERIALIZED (SELECT r.seq AS seq, (SELECT " SHARED FOUND " LIMIT 1) AS guess" OF_RANK " WHERE k.n > 1 AND r.state = 0)"
	" SELECT seq, min(guess) FROM (SELECT seq, CASE guess WHEN 2 THEN (SELECT (SELECT min(" SHARED ")" FOUND ")" OF_RANK
	"  WHERE r.seq = one.seq) ELSE guess END AS guess FROM one WHERE guess IS NOT NULL"
	SPELT
	" UNION SELECT r.seq, 1 FROM request r JOIN file f ON f.id = r.file JOIN export e ON e.id = f.export JOIN rank k ON k.id = e.source"
	" WHERE k.n > 1 AND r.state = 0 AND r.trace_id IS NULL AND r.provider_request_id IS NULL AND r.response_id IS NULL AND r.output_tokens > 0"
	"  AND EXISTS(SELECT 1 FROM request q JOIN file g ON g.id = q.file JOIN export x ON x.id = g.export JOIN rank j ON j.id = x.source"
	"  WHERE q.time_us BETWEEN r.time_us - 1000000 AND r.time_us + 1000000 AND q.state = 0 AND j.n < k.n"
	"  AND (j.system IS NOT k.system OR (q.time_us = r.time_us AND q.key_hash IS r.key_hash)) AND q.provider IS r.provider"
	"  AND q.response_model IS r.response_model AND q.input_tokens = r.input_tokens"
	"  AND q.output_tokens = r.output_tokens)) WHERE guess IS NOT NULL GROUP BY seq ORDER BY seq";

static void add_seq(struct ak_recon_seqs *to, int64_t seq)
{
	if (to->n == to->cap) {
		to->cap = to->cap ? 2 * to->cap : 256;
		to->seq = ak_realloc(to->seq, to->cap * sizeof *to->seq);
	}
	to->seq[to->n++] = seq;
}

enum ak_rc ak_query_recon_twice(struct ak_store *s, const char *control_point, struct ak_recon_seqs *known, struct ak_recon_seqs *guessed,
				struct ak_recon_seqs *several, struct ak_err *err)
{
	AK_CLEANUP(ak_sql_finalizep) sqlite3_stmt *st = NULL;
	json_t *row = NULL;
	bool gateways;
	enum ak_rc rc = ak_rows_one(s,
				    "SELECT count(DISTINCT e.source) AS n FROM export_kind k JOIN export e ON e.id = k.export"
				    " WHERE k.kind = 'request' AND k.records > 0",
				    NULL, 0, &row, err);

	gateways = json_integer_value(json_object_get(row, "n")) > 1;
	json_decref(row);
	if (rc == AK_OK && gateways)
		rc = ak_sql_prepare(s, twice, &st, err);
	if (rc != AK_OK || !gateways)
		return rc;
	ak_sql_bind_z(st, 1, control_point ? control_point : "");
	while ((rc = ak_sql_step(s, st, err)) == AK_OK)
		add_seq(sqlite3_column_int(st, 1) == 2 ? several : sqlite3_column_int(st, 1) ? guessed : known, sqlite3_column_int64(st, 0));
	return rc == AK_END ? AK_OK : rc;
}

enum ak_rc ak_query_recon_same_id(struct ak_store *s, int64_t seq, json_t **out, struct ak_err *err)
{
	const struct ak_param p[] = {AK_PI(seq)};

	return ak_rows(s,
		       "SELECT s.name || ':' || q.seq AS cite, q.time_us AS time_us FROM request q JOIN file f ON f.id = q.file JOIN export e ON e.id = f.export"
		       " JOIN source s ON s.id = e.source WHERE q.state = 0 AND q.seq IN (SELECT ?1 UNION SELECT l.seq FROM request r CROSS JOIN lookup l"
		       "  CROSS JOIN request x ON x.seq = l.seq WHERE r.seq = ?1 AND l.h IN (ak_hash(r.provider_request_id), ak_hash(r.response_id))"
		       "  AND (x.provider_request_id = r.provider_request_id OR x.response_id = r.response_id)) ORDER BY q.time_us, q.seq LIMIT 20",
		       p, 1, out, err);
}

enum ak_rc ak_query_recon_prices(struct ak_store *s, json_t **out, struct ak_err *err)
{
	return ak_rows(s,
		       "SELECT c.provider AS provider, c.response_model AS model, c.price_item AS item, c.price AS price, c.price_per AS per,"
		       " c.cost_currency AS currency, c.time_us AS start, unixepoch(c.event_end) AS \"end\" FROM price c WHERE c.state = 0"
		       " AND c.time_us IS NOT NULL AND c.price IS NOT NULL AND c.price_item IN ('input', 'output', 'cache_read')"
		       " AND c.response_model IS NOT NULL AND coalesce(c.service_tier, 'default') IN ('default', 'standard')"
		       " AND NOT EXISTS(SELECT 1 FROM superseded x WHERE x.seq = c.seq) ORDER BY c.time_us, c.seq",
		       NULL, 0, out, err);
}
