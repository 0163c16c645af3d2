/* Single records: as documents, by citation and by identifier. */
#include "base/ak.h"
#include "query/query.h"

#include <sqlite3.h>

#include "base/decimal.h"
#include "query/attempt.h"
#include "query/rows.h"

static const struct {
	unsigned flag;
	const char *name;
} flag_names[] = {
	{AK_R_ASSUMED_ZONE, "assumed_zone"}, {AK_R_AMBIGUOUS_TIME, "ambiguous_time"}, {AK_R_ODD_TIME, "odd_time"},
	{AK_R_NO_TIME, "no_time"},	     {AK_R_BAD_NUMBER, "bad_number"},	      {AK_R_CONFLICT, "conflict"},
	{AK_R_NO_KEY, "no_key"},	     {AK_R_EMPTY_BUCKET, "empty_bucket"},     {AK_R_TRUNCATED, "truncated"},     {AK_R_CUT, "cut_at_source"},
};

static json_t *flags_json(unsigned flags)
{
	json_t *list = json_array();

	for (size_t i = 0; i < AK_COUNT(flag_names); i++)
		if (flags & flag_names[i].flag)
			json_array_append_new(list, json_string(flag_names[i].name));
	return list;
}

static json_t *field_json(int f, const struct ak_value *v)
{
	switch (ak_fields[f].type) {
	case AK_T_INT:
		return json_integer(v->num);
	case AK_T_BOOL:
	case AK_T_PRESENCE:
		return json_boolean(v->num);
	case AK_T_LIST:
	case AK_T_DIFF: {
		json_t *tree = json_loadb(v->text.p, v->text.n, JSON_DECODE_ANY | JSON_REJECT_DUPLICATES, NULL);
		return tree ? tree : ak_row_text(v->text);
	}
	default:
		return ak_row_text(v->text);
	}
}

static json_t *record_json(const struct ak_stored *r, const char *source)
{
	json_t *fields = json_object(), *from = ak_row_text(ak_str_of(source)), *o;
	char leaf[65];

	for (int f = 0; f < AK_F_COUNT; f++)
		if (r->rec.v[f].set)
			json_object_set_new(fields, ak_fields[f].name, field_json(f, &r->rec.v[f]));
	ak_hex(r->hashes.leaf, 32, leaf);
	o = json_pack("{s:I, s:s, s:o, s:I, s:I, s:I, s:I, s:o, s:o, s:s, s:s}", "seq", (json_int_t)r->seq, "kind",
		      ak_kinds[r->rec.kind].name, "source", from, "file", (json_int_t)r->file, "record",
		      (json_int_t)r->rec.rec_no, "byte_offset", (json_int_t)r->rec.offset, "byte_length",
		      (json_int_t)r->rec.length, "flags", flags_json(r->rec.flags), "fields", fields, "leaf", leaf, "state",
		      r->state ? "disposed" : "live");
	json_object_set_new(o, "cite", json_sprintf("%s:%lld", json_string_value(from), (long long)r->seq));
	if (r->rec.time_raw.p)
		json_object_set_new(o, "time_raw", ak_row_text(r->rec.time_raw));
	if (r->rec.v[AK_F_START].set)
		json_object_set_new(o, "time", ak_row_text(r->rec.v[AK_F_START].text));
	return o;
}

static enum ak_rc source_of(struct ak_store *s, int64_t file, json_t **row, struct ak_err *err)
{
	const struct ak_param p[] = {AK_PI(file)};

	return ak_rows_one(s, "SELECT s.name AS source, f.name AS file_name, f.sha256 AS file_sha256, f.codec AS file_codec,"
			      " f.decoded_sha256 AS file_decoded_sha256, f.format AS format"
			      " FROM file f JOIN export e ON e.id = f.export JOIN source s ON s.id = e.source WHERE f.id = ?1",
			   p, 1, row, err);
}

/* A statement that stands on a record's row and owns its texts. */
struct held {
	struct ak_store *s;
	sqlite3_stmt *st;
};

static void let_go(struct held *h) { ak_sql_keep(h->s, &h->st); }

static enum ak_rc kind_of(struct ak_store *s, int64_t seq, int *kind, struct ak_err *err)
{
	struct held h = {s, NULL};
	struct ak_buf sql;
	enum ak_rc rc;

	ak_buf_init(&sql, 1 << 14);
	for (int k = 0; k < AK_K_COUNT; k++)
		ak_buf_addf(&sql, "%sSELECT %d FROM %s WHERE seq = ?1", k ? " UNION ALL " : "", k, ak_kinds[k].name);
	ak_buf_adds(&sql, " LIMIT 1");
	rc = ak_sql_take(s, sql.p, &h.st, err);
	ak_buf_release(&sql);
	if (rc == AK_OK) {
		sqlite3_bind_int64(h.st, 1, seq);
		if ((rc = ak_sql_step(s, h.st, err)) == AK_OK)
			*kind = sqlite3_column_int(h.st, 0);
	}
	let_go(&h);
	return rc;
}

static enum ak_rc fetch(struct ak_store *s, int64_t seq, struct held *h, struct ak_stored *out, struct ak_err *err)
{
	int kind = 0;
	enum ak_rc rc = kind_of(s, seq, &kind, err);

	if (rc != AK_OK || (rc = ak_stored_take(s, kind, " WHERE seq = ?1", &h->st, err)) != AK_OK)
		return rc;
	sqlite3_bind_int64(h->st, 1, seq);
	if ((rc = ak_sql_step(s, h->st, err)) == AK_OK)
		ak_stored_read(h->st, 0, kind, out);
	return rc;
}

/* What counts in its place. */
static enum ak_rc add_newer(struct ak_store *s, int64_t seq, json_t *record, struct ak_err *err)
{
	const struct ak_param p[] = {AK_PI(seq)};
	json_t *row = NULL;
	AK_CLEANUP(let_go) struct held h = {s, NULL};
	struct ak_stored newer;
	json_t *origin = NULL;
	enum ak_rc rc = ak_rows_one(s, "SELECT by_seq FROM superseded WHERE seq = ?1", p, 1, &row, err);

	if (rc == AK_OK)
		rc = fetch(s, json_integer_value(json_object_get(row, "by_seq")), &h, &newer, err);
	if (rc == AK_OK)
		rc = source_of(s, newer.file, &origin, err);
	if (rc == AK_OK)
		json_object_set_new(record, "superseded_by",
				    json_sprintf("%s:%lld", json_string_value(json_object_get(origin, "source")),
						 (long long)newer.seq));
	json_decref(origin);
	json_decref(row);
	return rc == AK_END ? AK_OK : rc;
}

enum ak_rc ak_query_record(struct ak_store *s, int64_t seq, json_t **out, struct ak_err *err)
{
	AK_CLEANUP(let_go) struct held h = {s, NULL};
	struct ak_stored r;
	json_t *origin = NULL;
	enum ak_rc rc = fetch(s, seq, &h, &r, err);

	if (rc != AK_OK)
		return rc;
	if ((rc = source_of(s, r.file, &origin, err)) != AK_OK)
		return rc == AK_END ? ak_fail(err, AK_EXIT_CORRUPT, "a record has lost its file") : rc;
	*out = record_json(&r, json_string_value(json_object_get(origin, "source")));
	json_object_update(*out, origin);
	json_decref(origin);
	return add_newer(s, seq, *out, err);
}

/* The number of a citation is the ledger sequence: unique in the workspace, whatever file the record came from. */
enum ak_rc ak_query_cite(struct ak_store *s, const char *cite, int64_t *seq, struct ak_err *err)
{
	struct ak_str text = ak_str_of(cite);
	size_t colon = text.n;
	struct ak_err ignored = {0};
	json_t *record = NULL;
	int64_t number;
	enum ak_rc rc;

	while (colon && text.p[colon - 1] != ':')
		colon--;
	if (!colon || ak_dec_int(ak_str_n(text.p + colon, text.n - colon), false, &number, &ignored) != AK_OK)
		return AK_END;
	if ((rc = ak_query_record(s, number, &record, err)) != AK_OK)
		return rc;
	/* ":17" is what tables of one page have room for. */
	rc = colon == 1 || ak_str_is(ak_str_n(text.p, colon - 1), json_string_value(json_object_get(record, "source"))) ? AK_OK : AK_END;
	json_decref(record);
	if (rc == AK_OK)
		*seq = number;
	return rc;
}

static json_t *hit(int64_t seq, enum ak_kind kind, const char *field, enum ak_ident class)
{
	return json_pack("{s:I, s:I, s:s, s:s, s:s}", "attempt", (json_int_t)seq, "seq", (json_int_t)seq, "kind", ak_kinds[kind].name, "field", field, "class",
			 ak_ident_name(class));
}

static enum ak_rc add_aliases(struct ak_store *s, const struct ak_stored *r, struct ak_str value, json_t *list,
			      struct ak_err *err)
{
	AK_CLEANUP(let_go) struct held h = {s, NULL};
	enum ak_rc rc = ak_sql_take(s, "SELECT field FROM alias WHERE seq = ?1 AND value = ?2 ORDER BY field", &h.st, err);

	if (rc != AK_OK)
		return rc;
	sqlite3_bind_int64(h.st, 1, r->seq);
	ak_sql_bind(h.st, 2, value);
	while ((rc = ak_sql_step(s, h.st, err)) == AK_OK) {
		int f = ak_field_find(ak_sql_text(h.st, 0));
		if (f >= 0)
			json_array_append_new(list, hit(r->seq, r->rec.kind, ak_fields[f].name, ak_fields[f].ident));
	}
	return rc == AK_END ? AK_OK : rc;
}

/* Entries of one call are one attempt, and a second witness is none of its own. */
static enum ak_rc set_attempt(struct ak_store *s, int64_t seq, json_t *list, size_t first, struct ak_err *err)
{
	json_t *row = NULL;
	const struct ak_param p[] = {AK_PI(seq)};
	enum ak_rc rc = ak_rows_one(s, "SELECT " AK_ATTEMPT " AS attempt FROM request q" AK_TO_COUNTED " WHERE q.seq = ?1", p, 1, &row, err);

	for (size_t i = first; rc == AK_OK && i < json_array_size(list); i++)
		json_object_set(json_array_get(list, i), "attempt", json_object_get(row, "attempt"));
	json_decref(row);
	return rc == AK_END ? AK_OK : rc;
}

/* The lookup table holds hashes: what counts is the value in the record's own columns. */
static enum ak_rc add_hits(struct ak_store *s, int64_t seq, struct ak_str value, json_t *list, struct ak_err *err)
{
	AK_CLEANUP(let_go) struct held h = {s, NULL};
	struct ak_stored r;
	size_t first = json_array_size(list);
	enum ak_rc rc = fetch(s, seq, &h, &r, err);

	if (rc != AK_OK)
		return rc == AK_END ? ak_fail(err, AK_EXIT_CORRUPT, "the identifier index names a record that is not there") : rc;
	for (int f = 0; f < AK_F_COUNT; f++)
		if (ak_fields[f].ident != AK_I_NONE && r.rec.v[f].set && ak_str_eq(r.rec.v[f].text, value))
			json_array_append_new(list, hit(seq, r.rec.kind, ak_fields[f].name, ak_fields[f].ident));
	rc = add_aliases(s, &r, value, list, err);
	return rc == AK_OK && r.rec.kind == AK_K_REQUEST ? set_attempt(s, seq, list, first, err) : rc;
}

enum ak_rc ak_query_lookup(struct ak_store *s, struct ak_str value, json_t **out, struct ak_err *err)
{
	AK_CLEANUP(ak_sql_finalizep) sqlite3_stmt *st = NULL;
	json_t *list = json_array();
	enum ak_rc rc = ak_sql_prepare(s, "SELECT seq FROM lookup WHERE h = ?1 ORDER BY seq", &st, err);

	if (rc == AK_OK) {
		sqlite3_bind_int64(st, 1, ak_lookup_hash(value));
		while ((rc = ak_sql_step(s, st, err)) == AK_OK)
			if ((rc = add_hits(s, sqlite3_column_int64(st, 0), value, list, err)) != AK_OK)
				break;
	}
	if (rc != AK_END) {
		json_decref(list);
		return rc;
	}
	*out = list;
	return AK_OK;
}
