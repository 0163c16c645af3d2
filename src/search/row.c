#include "base/ak.h"
#include "search/row.h"

#include "base/jsonget.h"
#include "base/text.h"
#include "model/field.h"
#include "redact/marker.h"

const char *const ak_row_heads[AK_ROW_CELLS] = {"record", "time (UTC)", "user", "action", "resource", "ip"};

enum { NONE = -1, MOST = 13 };

/* Of these fields the first that a record has. */
static const int fields_of[AK_ROW_CELLS][MOST] = {
	[AK_ROW_RECORD] = {NONE},
	[AK_ROW_TIME] = {NONE},
	[AK_ROW_USER] = {AK_F_ACTOR_EMAIL, AK_F_ACTOR_ID, AK_F_OWNER, AK_F_END_USER, AK_F_JOB_ID, NONE},
	[AK_ROW_ACTION] = {AK_F_ACTION, AK_F_OPERATION, AK_F_ENDPOINT_FAMILY, AK_F_USAGE_TYPE, AK_F_SETTLEMENT_TYPE, AK_F_QUOTA_DECISION,
			   AK_F_POLICY_VERDICT, AK_F_STATE, AK_F_ROLE, AK_F_PRICE_ITEM, AK_F_PAYLOAD_MODE, NONE},
	[AK_ROW_RESOURCE] = {AK_F_RESOURCE_NAME, AK_F_RESOURCE_ID, AK_F_RESPONSE_MODEL, AK_F_REQUEST_MODEL, AK_F_KEY_ALIAS, AK_F_KEY_ID, AK_F_KEY_HASH,
			     AK_F_LINE_ITEM, AK_F_RULE, AK_F_TICKET_ID, AK_F_RESOURCE_TYPE, AK_F_SETTLEMENT_ID, NONE},
	[AK_ROW_ADDRESS] = {AK_F_CLIENT_NETWORK, AK_F_CLIENT_ADDRESS, NONE},
};

const char *ak_row_value(const json_t *record, enum ak_row_cell cell)
{
	const json_t *fields = json_object_get(record, "fields");

	/* The ticket of an event is not what was acted on. */
	bool event = strcmp(ak_jtxt(record, "kind", ""), ak_kinds[AK_K_AUDIT].name) == 0;

	for (const int *f = fields_of[cell]; *f != NONE; f++) {
		const char *v = ak_jtxt(fields, ak_fields[*f].column, NULL);

		if (v && !(event && *f == AK_F_TICKET_ID))
			return v;
	}
	return NULL;
}

char *ak_row_shown(const char *v)
{
	struct ak_buf b;
	size_t head = v ? ak_marker_token_head(ak_str_of(v)) : 0;

	ak_buf_init(&b, 1 << 20);
	if (head && ak_marker_is_token(ak_str_of(v)))
		ak_text_safe(&b, ak_str_n(v, head + 8));
	else
		ak_text_safe(&b, ak_str_of(v ? v : "-"));
	return ak_buf_detach(&b);
}

/* "2026-06-09T03:14:07.5Z" as "2026-06-09 03:14:07" */
static char *clock(const char *time)
{
	char *z;

	if (!time || strlen(time) < 19)
		return ak_strdup("undated");
	z = ak_strndup(time, 19);
	z[10] = ' ';
	return z;
}

static char *action(const json_t *record)
{
	json_int_t status = json_integer_value(json_object_get(json_object_get(record, "fields"), ak_fields[AK_F_STATUS_CODE].column));
	char *name = ak_row_shown(ak_row_value(record, AK_ROW_ACTION));
	struct ak_buf b;

	if (!status)
		return name;
	ak_buf_init(&b, 1 << 20);
	ak_buf_addf(&b, "%s %d", name, (int)status);
	ak_free(name);
	return ak_buf_detach(&b);
}

/* A type alone says that it is one. */
static char *resource(const json_t *record)
{
	const char *v = ak_row_value(record, AK_ROW_RESOURCE);
	const char *type = ak_jtxt(json_object_get(record, "fields"), ak_fields[AK_F_RESOURCE_TYPE].column, NULL);
	char *shown = ak_row_shown(v);
	struct ak_buf b;

	if (!v || v != type)
		return shown;
	ak_buf_init(&b, 1 << 20);
	ak_buf_addf(&b, "type %s", shown);
	ak_free(shown);
	return ak_buf_detach(&b);
}

void ak_row_cells(const json_t *record, char *cell[AK_ROW_CELLS])
{
	struct ak_buf place;

	ak_buf_init(&place, 64);
	ak_buf_addf(&place, ":%lld", (long long)ak_jnum(record, "seq"));
	cell[AK_ROW_RECORD] = ak_buf_detach(&place);
	cell[AK_ROW_TIME] = clock(ak_jtxt(record, "time", NULL));
	cell[AK_ROW_USER] = ak_row_shown(ak_row_value(record, AK_ROW_USER));
	cell[AK_ROW_ACTION] = action(record);
	cell[AK_ROW_RESOURCE] = resource(record);
	cell[AK_ROW_ADDRESS] = ak_row_shown(ak_row_value(record, AK_ROW_ADDRESS));
}
