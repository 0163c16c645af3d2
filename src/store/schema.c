#include "base/ak.h"
#include "store/schema.h"

#include "base/embedded.h"

/* SQL is literal text everywhere else. Here it is put together from fields.def, whose names are our own, so that a
 * field is declared once. */
static const struct {
	const char *name, *decl, *comment;
} fixed[AK_C_FIXED] = {
	[AK_C_SEQ] = {"seq", "INTEGER PRIMARY KEY", "position in the ledger, counted from 0"},
	[AK_C_FILE] = {"file", "INTEGER NOT NULL REFERENCES file(id)", "file it came from"},
	[AK_C_REC_NO] = {"rec_no", "INTEGER NOT NULL", "1-based number in the file, rejects counted"},
	[AK_C_OFFSET] = {"byte_offset", "INTEGER NOT NULL", "where it starts in the decoded stream"},
	[AK_C_LENGTH] = {"byte_length", "INTEGER NOT NULL", "how long it is there"},
	[AK_C_FLAGS] = {"flags", "INTEGER NOT NULL", "enum ak_record_flag: conflict, odd time, bad number, ..."},
	[AK_C_TIME_US] = {"time_us", "INTEGER", "sort key: event_start in microseconds; NULL = undated"},
	[AK_C_TIME_RAW] = {"time_raw", "TEXT", "event_start as the source wrote it, where that differs"},
	[AK_C_IDENTITY] = {"identity", "BLOB", "16 bytes, keyed: format and natural key, or format and content"},
	[AK_C_CONTENT] = {"content", "BLOB", "32 bytes: keyed content digest, before pseudonymisation"},
	[AK_C_REVISION] = {"revision", "TEXT", "which row of one identity is newer"},
	[AK_C_SALT] = {"salt", "BLOB", "16 bytes; NULL once disposed"},
	[AK_C_LEAF] = {"leaf", "BLOB NOT NULL CHECK(length(leaf) = 32)", "Merkle leaf hash; stays for ever"},
	[AK_C_STATE] = {"state", "INTEGER NOT NULL DEFAULT 0", "0 live, 1 disposed"},
};

const char *ak_schema_fixed(enum ak_fixed_column c, const char **comment)
{
	*comment = fixed[c].comment;
	return fixed[c].name;
}

static const char *sql_type(enum ak_type t)
{
	return t == AK_T_INT || t == AK_T_BOOL || t == AK_T_PRESENCE ? "INTEGER" : "TEXT";
}

/* Returns how many; fields NULL = all of the kind. */
static bool chosen(enum ak_kind k, const uint64_t *fields, int f)
{
	return ak_field_of(f, k) && (!fields || fields[f / 64] >> (f % 64) & 1);
}

static void columns(enum ak_kind k, const uint64_t *fields, struct ak_buf *out)
{
	for (int i = 0; i < AK_C_FIXED; i++)
		ak_buf_addf(out, "%s%s", i ? ", " : "", fixed[i].name);
	for (int f = 0; f < AK_F_COUNT; f++)
		if (chosen(k, fields, f))
			ak_buf_addf(out, ", %s", ak_fields[f].column);
}

static void record_table(enum ak_kind k, struct ak_buf *out)
{
	const char *table = ak_kinds[k].name;

	ak_buf_addf(out, "\n-- %s: one row per source record.\nCREATE TABLE %s(\n", ak_kinds[k].plural, table);
	for (int i = 0; i < AK_C_FIXED; i++)
		ak_buf_addf(out, "%s  %s %s, -- %s", i ? "\n" : "", fixed[i].name, fixed[i].decl, fixed[i].comment);
	for (int f = 0; f < AK_F_COUNT; f++)
		if (ak_field_of(f, k))
			ak_buf_addf(out, "\n  %s %s, -- %s: %s", ak_fields[f].column, sql_type(ak_fields[f].type),
				    ak_fields[f].name, ak_fields[f].meaning);
	ak_buf_addf(out,
		    "\n  CHECK(state IN (0, 1))\n) STRICT;\n"
		    "CREATE INDEX %s_time ON %s(time_us);\n"
		    "CREATE TRIGGER %s_fixed BEFORE UPDATE OF seq, file, identity, leaf ON %s\n"
		    "BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;\n"
		    "CREATE TRIGGER %s_kept BEFORE DELETE ON %s\n"
		    "BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;\n",
		    table, table, table, table, table, table);
}

/* The identifiers of all records as one relation, for people and independent checks (the program uses lookup). */
static void identifier_view(struct ak_buf *out)
{
	bool first = true;

	ak_buf_adds(out, "\n-- (seq, record kind, identifier kind, class, value) of every identifier of every record.\n"
			 "CREATE VIEW identifier(seq, record, kind, class, value) AS\n");
	for (int k = 0; k < AK_K_COUNT; k++)
		for (int f = 0; f < AK_F_COUNT; f++) {
			if (!ak_field_of(f, k) || ak_fields[f].ident == AK_I_NONE)
				continue;
			ak_buf_addf(out, "%sSELECT seq, '%s', '%s', '%s', %s FROM %s WHERE %s IS NOT NULL",
				    first ? "" : "\nUNION ALL ", ak_kinds[k].name, ak_fields[f].name,
				    ak_ident_name(ak_fields[f].ident), ak_fields[f].column, ak_kinds[k].name,
				    ak_fields[f].column);
			first = false;
		}
	ak_buf_adds(out, "\nUNION ALL SELECT seq, NULL, field, NULL, value FROM alias;\n");
}

/* What totals ask of an attempt. */
static const enum ak_field_id of_attempt[] = {
	AK_F_REQUEST_ID,   AK_F_TRACE_ID,      AK_F_OUTCOME,	 AK_F_PROVIDER,	     AK_F_REQUEST_MODEL,  AK_F_RESPONSE_MODEL,
	AK_F_FALLBACK_FROM, AK_F_FALLBACK_USED, AK_F_ATTEMPT_FALLBACKS, AK_F_STATUS_CODE, AK_F_CACHE_STATUS, AK_F_PAYLOAD_PROMPT,
	AK_F_PAYLOAD_COMPLETION, AK_F_ENVIRONMENT, AK_F_KEY_ID,	 AK_F_KEY_HASH,	     AK_F_KEY_ALIAS,	  AK_F_TEAM,
	AK_F_TEAM_NAME,	   AK_F_COST_CURRENCY, AK_F_COST_ESTIMATED, AK_F_COST_BILLED, AK_F_INPUT_TOKENS, AK_F_OUTPUT_TOKENS,
	AK_F_CACHE_READ_TOKENS, AK_F_CACHE_WRITE_TOKENS, AK_F_INPUT_INCLUDES_CACHE,
};

/* The words of payload states sort from the mildest to the strictest: absent, masked, present. */
void ak_schema_fold(enum ak_field_id f, const char *r, struct ak_buf *out)
{
	const char *column = ak_fields[f].column;

	if (f == AK_F_PAYLOAD_PROMPT || f == AK_F_PAYLOAD_COMPLETION) {
		ak_buf_addf(out, "max(%s.%s)", r, column);
		return;
	}
	ak_buf_adds(out, "coalesce(");
	for (int i = 0; i < AK_FACETS; i++)
		ak_buf_addf(out, "%smax(CASE %s.facet WHEN '%s' THEN %s.%s END)", i ? ", " : "", r, ak_facet_order[i], r, column);
	ak_buf_adds(out, ")");
}

#define NO_WITNESS " AND NOT EXISTS(SELECT 1 FROM corroboration w WHERE w.seq = r.seq)"

/* A call once, whatever number of entries tell of it. */
static void attempt_view(struct ak_buf *out)
{
	ak_buf_adds(out, "\n-- A call counted once: a request record as it is, or the entries (facets) of one request id folded; `records`\n"
			 "-- says how many. Second witnesses (corroboration) are left out. Totals count these.\n"
			 "CREATE INDEX request_facet ON request(gateway_request_id) WHERE facet IS NOT NULL;\n"
			 "CREATE VIEW attempt AS\nSELECT seq, file, state, time_us, 1 AS records, 0 AS folded");
	for (size_t i = 0; i < AK_COUNT(of_attempt); i++)
		ak_buf_addf(out, ", %s", ak_fields[of_attempt[i]].column);
	ak_buf_adds(out, "\n  FROM request r WHERE facet IS NULL" NO_WITNESS "\n"
			 "UNION ALL SELECT min(r.seq), min(r.file), 0, min(r.time_us), count(*), 1");
	for (size_t i = 0; i < AK_COUNT(of_attempt); i++) {
		ak_buf_adds(out, ",\n  ");
		ak_schema_fold(of_attempt[i], "r", out);
	}
	ak_buf_adds(out, "\n  FROM request r JOIN file f ON f.id = r.file JOIN export e ON e.id = f.export\n"
			 "  WHERE r.facet IS NOT NULL AND r.state = 0 AND NOT EXISTS(SELECT 1 FROM superseded x WHERE x.seq = r.seq)" NO_WITNESS "\n"
			 "  GROUP BY e.source, coalesce(r.gateway_request_id, r.seq);\n");
}

void ak_schema_ddl(struct ak_buf *out)
{
	ak_buf_adds(out, ak_embedded_schema[0].text);
	for (int k = 0; k < AK_K_COUNT; k++)
		record_table(k, out);
	identifier_view(out);
	attempt_view(out);
}

void ak_schema_insert(enum ak_kind kind, const uint64_t *fields, struct ak_buf *out)
{
	ak_buf_addf(out, "INSERT INTO %s(", ak_kinds[kind].name);
	columns(kind, fields, out);
	ak_buf_adds(out, ") SELECT c0");
	for (int i = 1; i < AK_C_FIXED; i++)
		ak_buf_addf(out, ", c%d", i);
	for (int f = 0; f < AK_F_COUNT; f++)
		if (chosen(kind, fields, f))
			ak_buf_addf(out, ", c%d", AK_C_FIXED + f);
	ak_buf_adds(out, " FROM arriving");
}

static void select_columns(enum ak_kind kind, const char *expression, struct ak_buf *out)
{
	ak_buf_adds(out, "SELECT ");
	columns(kind, NULL, out);
	if (expression)
		ak_buf_addf(out, ", %s", expression);
	ak_buf_addf(out, " FROM %s", ak_kinds[kind].name);
}

void ak_schema_select(enum ak_kind kind, struct ak_buf *out) { select_columns(kind, NULL, out); }

void ak_schema_select_with(enum ak_kind kind, const char *expression, struct ak_buf *out)
{
	select_columns(kind, expression, out);
}
