#include "base/ak.h"
#include "packet/rowtables.h"

#include "packet/tenants.h"
#include "query/query.h"

const struct ak_row_table ak_row_tables_all[AK_ROW_TABLES] = {
	{AK_K_REQUEST, "gateway_requests", "Requests of the period, a record a row; fields that no record fills are left out"},
	{AK_K_AUDIT, "audit_events", "Audit events of the period, a record a row; fields that no record fills are left out"},
};

static const char *type_of(enum ak_type t)
{
	switch (t) {
	case AK_T_TIME:
		return "datetime";
	case AK_T_INT:
		return "integer";
	case AK_T_BOOL:
	case AK_T_PRESENCE:
		return "boolean";
	case AK_T_DEC:
		return "number";
	case AK_T_ID:
		return "id";
	default:
		return "string";
	}
}

static bool shown(const struct ak_sections *s, int f)
{
	return !ak_view_leaves_field(s->view, ak_fields[f].column) && !ak_view_leaves_column(s->view, ak_fields[f].column) && (s->tenant_reason || f != AK_F_TENANT);
}

struct taking {
	struct ak_table *table;
	bool tenants;
};

/* What was changed may name the tenant whose limit or setting it was. */
static enum ak_rc take(void *ctx, json_t *row, struct ak_err *err)
{
	const struct taking *t = ctx;

	(void)err;
	for (int f = 0; f < AK_F_COUNT && !t->tenants && ak_tenants_member(row); f++)
		if (ak_fields[f].type == AK_T_DIFF && json_is_string(json_object_get(row, ak_fields[f].column)))
			json_object_set_new(row, ak_fields[f].column, json_string(AK_TENANT_WITHHELD));
	ak_table_add(t->table, row);
	return AK_OK;
}

static enum ak_rc one_table(struct ak_sections *s, size_t i, struct ak_err *err)
{
	struct taking t = {NULL, s->tenant_reason != NULL};
	bool want[AK_F_COUNT];
	struct ak_buf columns;
	enum ak_rc rc = ak_query_filled(s->store, ak_row_tables_all[i].kind, s->from_us, s->to_us, want, err);

	if (rc != AK_OK)
		return rc;
	ak_buf_init(&columns, 1 << 16);
	ak_buf_adds(&columns, "citation");
	for (int f = 0; f < AK_F_COUNT; f++) {
		want[f] = want[f] && shown(s, f);
		if (want[f])
			ak_buf_addf(&columns, " %s:%s", ak_fields[f].column, type_of(ak_fields[f].type));
	}
	t.table = ak_table_new(s->tables, ak_row_tables_all[i].name, ak_row_tables_all[i].title, columns.p);
	ak_buf_release(&columns);
	ak_table_place_apart(t.table);
	return ak_query_records_each(s->store, ak_row_tables_all[i].kind, want, s->from_us, s->to_us, take, &t, err);
}

enum ak_rc ak_row_tables(struct ak_sections *s, struct ak_err *err)
{
	enum ak_rc rc = AK_OK;

	ak_tables_draw(s->tables, NULL, 0);
	for (size_t i = 0; i < AK_ROW_TABLES && rc == AK_OK; i++)
		if (s->rows || ak_view_rows(s->view, ak_kinds[ak_row_tables_all[i].kind].name))
			rc = one_table(s, i, err);
	return rc;
}
