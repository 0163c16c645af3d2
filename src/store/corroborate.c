#include "base/ak.h"
#include "store/corroborate.h"

#include <sqlite3.h>

#include "base/decimal.h"
#include "base/map.h"
#include "base/time.h"
#include "store/pairing.h"

static enum ak_rc pair_new(struct ak_store *s, struct ak_pairing *p, const char *system, int64_t from, struct ak_err *err)
{
	AK_CLEANUP(ak_sql_finalizep) sqlite3_stmt *st = NULL;
	enum ak_rc rc = ak_sql_prepare(s, "SELECT r.seq FROM request r JOIN file f ON f.id = r.file JOIN export e ON e.id = f.export"
					     " JOIN source s ON s.id = e.source WHERE r.seq >= ?1 AND s.system = ?2 ORDER BY r.seq",
				       &st, err);

	if (rc != AK_OK)
		return rc;
	sqlite3_bind_int64(st, 1, from);
	ak_sql_bind_z(st, 2, system);
	while ((rc = ak_sql_step(s, st, err)) == AK_OK)
		if ((rc = ak_pairing_add(p, sqlite3_column_int64(st, 0), from, err)) != AK_OK)
			return rc;
	return rc == AK_END ? AK_OK : rc;
}

/* Systems with at least two sources that can hold requests: system -> their number. */
static enum ak_rc systems(struct ak_store *s, bool (*may_hold)(void *ctx, const char *format), void *ctx, struct ak_map *out,
			  struct ak_err *err)
{
	AK_CLEANUP(ak_sql_finalizep) sqlite3_stmt *st = NULL;
	enum ak_rc rc = ak_sql_prepare(s, "SELECT system, format FROM source WHERE system IS NOT NULL ORDER BY id", &st, err);

	while (rc == AK_OK && (rc = ak_sql_step(s, st, err)) == AK_OK) {
		struct ak_str text = ak_sql_text(st, 1);
		AK_CLEANUP(ak_free_charp) char *format = ak_strndup(text.p, text.n);
		if (may_hold(ctx, format))
			ak_map_put(out, ak_sql_text(st, 0), NULL)->v.num++;
	}
	return rc == AK_END ? AK_OK : rc;
}

static enum ak_rc setting(struct ak_store *s, const char *key, int64_t *n, struct ak_err *err)
{
	AK_CLEANUP(ak_free_charp) char *z = NULL;
	enum ak_rc rc = ak_store_get(s, key, &z, err);

	*n = 0;
	return rc == AK_OK && z ? ak_dec_int(ak_str_of(z), false, n, err) : rc == AK_END ? AK_OK : rc;
}

static enum ak_rc set_next(struct ak_store *s, struct ak_err *err)
{
	AK_CLEANUP(ak_sql_finalizep) sqlite3_stmt *st = NULL;
	enum ak_rc rc = ak_sql_prepare(s, "SELECT coalesce(max(seq) + 1, 0) FROM request", &st, err);

	if (rc == AK_OK)
		rc = ak_sql_step(s, st, err);
	return rc == AK_OK ? ak_store_set(s, "corroborated", ak_sql_text(st, 0), err) : rc;
}

enum ak_rc ak_corroborate(struct ak_store *s, bool (*may_hold)(void *ctx, const char *format), void *ctx, struct ak_err *err)
{
	struct ak_pairing *p = NULL;
	struct ak_map found;
	int64_t from;
	enum ak_rc rc = setting(s, "corroborated", &from, err);

	ak_map_init(&found);
	if (rc == AK_OK)
		rc = systems(s, may_hold, ctx, &found, err);
	for (size_t i = 0; i < found.n && rc == AK_OK; i++) {
		if (found.e[i].v.num < 2)
			continue;
		if (!p)
			rc = ak_pairing_new(s, &p, err);
		if (rc == AK_OK)
			rc = pair_new(s, p, found.e[i].key.p, from, err);
	}
	ak_pairing_free(p);
	ak_map_release(&found);
	return rc == AK_OK ? set_next(s, err) : rc;
}

enum ak_rc ak_corroborate_reset(struct ak_store *s, struct ak_err *err)
{
	enum ak_rc rc = ak_sql_exec(s, "DELETE FROM corroboration", err);

	return rc == AK_OK ? ak_store_set(s, "corroborated", AK_STR("0"), err) : rc;
}

/* ---- checking ---- */

#define SHARE(x, y)                                                                                                        \
	"CASE c.field WHEN 'response_id' THEN " x ".response_id = " y ".response_id"                                       \
	" WHEN 'provider_request_id' THEN " x ".provider_request_id = " y ".provider_request_id"                           \
	" WHEN 'gateway_request_id' THEN " x ".gateway_request_id = " y ".gateway_request_id"                              \
	" WHEN 'event_id' THEN " x ".event_id = " y ".event_id END"
#define SOURCE_OF(r) "(SELECT e.source FROM file f JOIN export e ON e.id = f.export WHERE f.id = " r ".file)"
#define SYSTEM_OF(r) "(SELECT s.system FROM source s WHERE s.id = " SOURCE_OF(r) ")"
/* The record r and, where it is an entry, the others of its call. */
#define OF_CALL(r)                                                                                                         \
	"SELECT " r ".seq UNION SELECT o.seq FROM request o WHERE o.facet IS NOT NULL AND " r ".facet IS NOT NULL"        \
	" AND o.gateway_request_id = " r ".gateway_request_id AND " SOURCE_OF("o") " = " SOURCE_OF(r)
/* A record of the same attempt, of a itself or of a further witness through which the pair may have been found. */
#define SHARED                                                                                                             \
	"EXISTS(SELECT 1 FROM request y JOIN request x WHERE y.seq IN (" OF_CALL("b") ") AND x.seq IN (" OF_CALL("a")       \
	" UNION SELECT k.seq FROM corroboration k WHERE k.of_seq = c.of_seq) AND " SOURCE_OF("x") " <> " SOURCE_OF("b") \
	" AND " SHARE("x", "y") ")"

enum ak_rc ak_corroborate_check(struct ak_store *s, void (*bad)(void *ctx, int64_t seq), void *ctx, struct ak_err *err)
{
	/* Entries of one call may be far apart: their own times are not compared. */
	static const char sql[] =
		"SELECT c.seq FROM corroboration c LEFT JOIN request a ON a.seq = c.of_seq LEFT JOIN request b ON b.seq = c.seq"
		" WHERE coalesce(a.state, 0) = 0 AND coalesce(b.state, 0) = 0"
		" AND (NOT coalesce(" SOURCE_OF("a") " < " SOURCE_OF("b") " AND " SYSTEM_OF("a") " = " SYSTEM_OF("b")
		" AND (coalesce(a.facet, b.facet) IS NOT NULL OR abs(coalesce(a.time_us - b.time_us, 0)) <= 1200000000)"
		" AND (coalesce(" SHARE("a", "b") ", 0) OR " SHARED "), 0) OR EXISTS(SELECT 1 FROM corroboration d WHERE d.seq = c.of_seq)) ORDER BY c.seq";
	AK_CLEANUP(ak_sql_finalizep) sqlite3_stmt *st = NULL;
	enum ak_rc rc = ak_sql_prepare(s, sql, &st, err);

	while (rc == AK_OK && (rc = ak_sql_step(s, st, err)) == AK_OK)
		bad(ctx, sqlite3_column_int64(st, 0));
	return rc == AK_END ? AK_OK : rc;
}

/* ---- what witnesses can differ in ---- */

bool ak_corroborate_compares(enum ak_field_id f)
{
	return ak_field_of(f, AK_K_REQUEST) && f != AK_F_EVENT_ID && f != AK_F_FACET && f != AK_F_PAYLOAD_PROMPT && f != AK_F_PAYLOAD_COMPLETION &&
	       ak_fields[f].ident != AK_I_SESSION;
}

static bool times_differ(struct ak_str a, struct ak_str b)
{
	struct ak_err ignored = {0};
	struct ak_arena arena;
	struct ak_time x, y;
	bool differ = true;

	ak_arena_init(&arena);
	if (ak_time_parse(a, "UTC", &arena, &x, &ignored) == AK_OK && ak_time_parse(b, "UTC", &arena, &y, &ignored) == AK_OK)
		differ = x.us - y.us >= 1000 || y.us - x.us >= 1000;
	ak_arena_release(&arena);
	return differ;
}

static bool milliseconds_differ(struct ak_str a, struct ak_str b)
{
	struct ak_arena arena;
	struct ak_str apart;
	bool differ;

	ak_arena_init(&arena);
	apart = ak_dec_sub(a, b, &arena);
	if (apart.n && apart.p[0] == '-')
		apart = ak_str_n(apart.p + 1, apart.n - 1);
	differ = !apart.p || ak_dec_cmp(apart, AK_STR("1")) >= 0;
	ak_arena_release(&arena);
	return differ;
}

bool ak_corroborate_differs(enum ak_field_id f, struct ak_str a, struct ak_str b)
{
	if (ak_str_eq(a, b))
		return false;
	if (ak_fields[f].type == AK_T_TIME)
		return times_differ(a, b);
	return strcmp(ak_fields[f].unit, "ms") != 0 || milliseconds_differ(a, b);
}
