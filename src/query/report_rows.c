/* Rows that reports list one by one, each with its citation. */
#include "base/ak.h"
#include "query/report_rows.h"

#include "model/field.h"
#include "query/chains_key.h"
#include "query/rows.h"

enum ak_rc ak_query_grant_rows_each(struct ak_store *s, int64_t from_us, int64_t to_us, ak_row_fn *each, void *ctx, struct ak_err *err)
{
	static const char sql[] =
		"SELECT s.name || ':' || g.seq AS citation, s.name AS source, coalesce(g.actor_email, g.actor_id) AS principal,"
		" g.actor_type AS actor_type, g.team_id AS team, g.project_id AS project, g.resource_type AS resource_type,"
		" g.resource_id AS resource, g.role AS role, g.scopes AS scopes, g.log_scope AS log_scope, g.state_value AS state,"
		" g.created_at AS created, g.expires_at AS expires, g.last_used_at AS last_used, g.reviewed_at AS reviewed"
		" FROM access_grant g" AK_OF_FILE("g") " WHERE" AK_LIVE("g") " ORDER BY g.resource_id, g.role, g.seq";

	return ak_rows_period_each(s, sql, from_us, to_us, each, ctx, err);
}

enum ak_rc ak_query_quota_rows_each(struct ak_store *s, int64_t from_us, int64_t to_us, ak_row_fn *each, void *ctx, struct ak_err *err)
{
	static const char sql[] =
		"SELECT s.name || ':' || v.seq AS citation, v.event_start AS time, v.quota_decision AS decision, v.quota_scope AS scope,"
		" v.resource_id AS scope_id, v.quota_limit AS \"limit\", v.quota_used AS used, v.quota_unit AS unit, v.quota_window AS window,"
		" coalesce(v.key_id, v.key_hash, v.key_alias) AS key, v.budget_policy_version AS policy_version"
		" FROM quota_event v" AK_OF_FILE("v") " WHERE" AK_LIVE("v") " ORDER BY v.time_us, v.seq";

	return ak_rows_period_each(s, sql, from_us, to_us, each, ctx, err);
}

static enum ak_rc take_name(void *names, json_t *row, struct ak_err *err)
{
	(void)err;
	json_object_set(names, json_string_value(json_object_get(row, "hash")), json_object_get(row, "id"));
	return AK_OK;
}

enum ak_rc ak_query_key_ids(struct ak_store *s, json_t **out, struct ak_err *err)
{
	json_t *names = json_object();
	enum ak_rc rc = ak_rows_each(s, AK_KEY_NAMES " SELECT hash, id FROM one", NULL, 0, take_name, names, err);

	if (rc == AK_OK)
		*out = names;
	else
		json_decref(names);
	return rc;
}

/* Types that stand for a person, a customer or where somebody was. */
static bool is_personal(const struct ak_field *f)
{
	return f->type == AK_T_PERSON || f->type == AK_T_TOKEN || f->type == AK_T_IP || f->type == AK_T_NETWORK || f->type == AK_T_UA;
}

static enum ak_rc count_kind(struct ak_store *s, int kind, int64_t from_us, int64_t to_us, json_t *out, struct ak_err *err)
{
	const struct ak_param p[] = {AK_PI(from_us), AK_PI(to_us)};
	json_t *row = NULL;
	struct ak_buf sql;
	enum ak_rc rc;

	ak_buf_init(&sql, 1 << 16);
	ak_buf_adds(&sql, "SELECT count(*) AS records");
	for (int f = 0; f < AK_F_COUNT; f++)
		if (ak_field_of((enum ak_field_id)f, (enum ak_kind)kind) && is_personal(&ak_fields[f]))
			ak_buf_addf(&sql, ", count(r.%s) AS %s", ak_fields[f].column, ak_fields[f].column);
	ak_buf_addf(&sql, " FROM %s r WHERE", ak_kinds[kind].name);
	ak_buf_adds(&sql, AK_LIVE("r"));
	rc = ak_rows_one(s, sql.p, p, 2, &row, err);
	for (int f = 0; f < AK_F_COUNT && rc == AK_OK; f++) {
		json_t *n = json_object_get(row, ak_fields[f].column);

		if (json_integer_value(n) > 0)
			json_array_append_new(out, json_pack("{s:s, s:s, s:s, s:s, s:s, s:O, s:O}", "kind", ak_kinds[kind].name, "field", ak_fields[f].column,
							     "name", ak_fields[f].name, "form", ak_type_action(ak_fields[f].type), "purpose",
							     ak_fields[f].purpose, "n", n, "of", json_object_get(row, "records")));
	}
	json_decref(row);
	ak_buf_release(&sql);
	return rc;
}

enum ak_rc ak_query_personal(struct ak_store *s, int64_t from_us, int64_t to_us, json_t **out, struct ak_err *err)
{
	json_t *list = json_array();
	enum ak_rc rc = AK_OK;

	for (int k = 0; k < AK_K_COUNT && rc == AK_OK; k++)
		rc = count_kind(s, k, from_us, to_us, list, err);
	if (rc == AK_OK)
		*out = list;
	else
		json_decref(list);
	return rc;
}
