/* Rows of invoices, and balances with what moved them. */
#include "base/ak.h"
#include "query/chains.h"

#include "query/rows.h"

#define NEWEST(r) " " r ".state = 0 AND NOT EXISTS(SELECT 1 FROM superseded x WHERE x.seq = " r ".seq)"

enum ak_rc ak_query_invoice_rows_each(struct ak_store *s, int64_t from_us, int64_t to_us, ak_row_fn *each, void *ctx, struct ak_err *err)
{
	/* An invoice of the period is summed over all of its rows, whatever their time. */
	static const char sql[] =
		"WITH asked AS MATERIALIZED (SELECT t.invoice_id AS id FROM settlement t WHERE" AK_LIVE("t") " AND t.invoice_id IS NOT NULL"
		" UNION SELECT u.invoice_id FROM usage u WHERE" AK_LIVE("u") " AND u.invoice_id IS NOT NULL)"
		" SELECT invoice, currency, kind = 0 AS is_invoice_flag, kind, source || ':' || seq AS citation, type, amount, state FROM ("
		" SELECT t.invoice_id AS invoice, t.cost_currency AS currency, CASE WHEN t.settlement_type = 'invoice' THEN 0 ELSE 1 END AS kind,"
		"  s.name AS source, t.seq AS seq, t.settlement_type AS type, t.cost_billed AS amount, t.state_value AS state"
		"  FROM settlement t" AK_OF_FILE("t") " WHERE t.invoice_id IN (SELECT id FROM asked) AND" NEWEST("t")
		" UNION ALL SELECT u.invoice_id, u.cost_currency, 2, s.name, u.seq, u.charge_category, u.cost_billed, NULL"
		"  FROM usage u" AK_OF_FILE("u") " WHERE u.invoice_id IN (SELECT id FROM asked) AND" NEWEST("u") " AND u.cost_billed IS NOT NULL)"
		" ORDER BY invoice, currency, kind, seq";

	return ak_rows_period_each(s, sql, from_us, to_us, each, ctx, err);
}

#define BALANCE_PATHS                                                                                                     \
	"('/balance', '/prepaid_balance', '/credit_balance', '/wallet_balance', '/remaining_balance', '/available_balance', '/account/balance'," \
	" '/wallet/balance', '/credits', '/remaining_credits')"
/* The first identifier of a settlement row that is an account. */
#define ACCOUNT_OF(t) "coalesce(" t ".tenant_id, " t ".organization_id, " t ".project_id, " t ".team_id, " t ".key_id)"

enum ak_rc ak_query_balance_rows_each(struct ak_store *s, int64_t from_us, int64_t to_us, ak_row_fn *each, void *ctx, struct ak_err *err)
{
	static const char sql[] =
		"WITH stated AS MATERIALIZED ("
		" SELECT coalesce(a.tenant_id, a.resource_id, a.organization_id) AS account, a.time_us AS us, s.name || ':' || a.seq AS citation, a.seq AS seq,"
		"  a.event_start AS time, j.value -> '$.before' AS opening, j.value -> '$.after' AS closing, a.cost_currency AS currency"
		"  FROM audit_event a" AK_OF_FILE("a") " JOIN json_each(a.changes) j WHERE json_extract(j.value, '$.path') IN " BALANCE_PATHS
		"  AND a.time_us IS NOT NULL AND coalesce(a.outcome, 'success') <> 'failure' AND" NEWEST("a")
		" UNION ALL SELECT " ACCOUNT_OF("t") ", t.time_us, s.name || ':' || t.seq, t.seq, t.event_start, t.cost_billed, t.cost_billed, t.cost_currency"
		"  FROM settlement t" AK_OF_FILE("t") " WHERE t.line_item LIKE '%balance%' AND t.time_us IS NOT NULL AND" NEWEST("t") "),"
		" accounts AS MATERIALIZED (SELECT DISTINCT account FROM stated WHERE account IS NOT NULL),"
		" signs AS MATERIALIZED (SELECT e.source AS source, max(t.cost_billed LIKE '-%') AS negative, max(t.cost_billed NOT LIKE '-%') AS positive"
		"  FROM settlement t JOIN file f ON f.id = t.file JOIN export e ON e.id = f.export"
		"  WHERE t.settlement_type IN ('refund', 'credit') AND t.cost_billed <> '0' GROUP BY e.source)"
		" SELECT account, 'balance' AS what, us AS time_number, time, citation, seq, opening, closing, currency, NULL AS type, NULL AS amount,"
		"  NULL AS state, NULL AS negative, NULL AS positive, us >= ?1 AND us < ?2 AS inside_flag FROM stated WHERE account IS NOT NULL"
		" UNION ALL SELECT c.account, 'movement', t.time_us, t.event_start, s.name || ':' || t.seq, t.seq, NULL, NULL, t.cost_currency,"
		"  t.settlement_type, t.cost_billed, t.state_value, g.negative, g.positive, 0"
		"  FROM settlement t" AK_OF_FILE("t") " JOIN accounts c ON c.account IN (t.tenant_id, t.organization_id, t.project_id, t.team_id, t.key_id)"
		"  LEFT JOIN signs g ON g.source = e.source"
		"  WHERE coalesce(t.line_item, '') NOT LIKE '%balance%' AND t.settlement_type IN ('charge', 'credit', 'refund', 'void', 'adjustment')"
		"  AND t.time_us IS NOT NULL AND" NEWEST("t")
		" ORDER BY account, currency, time_number, what DESC, seq";

	return ak_rows_period_each(s, sql, from_us, to_us, each, ctx, err);
}
