#include "base/ak.h"
#include "store/record.h"

#include <sqlite3.h>

static bool is_number(enum ak_type t) { return t == AK_T_INT || t == AK_T_BOOL || t == AK_T_PRESENCE; }

static void bind_fixed(sqlite3_stmt *st, int64_t seq, int64_t file, const struct ak_record *r, const struct ak_hashes *h)
{
	const struct ak_value *start = &r->v[AK_F_START];

	sqlite3_bind_int64(st, AK_C_SEQ + 1, seq);
	sqlite3_bind_int64(st, AK_C_FILE + 1, file);
	sqlite3_bind_int64(st, AK_C_REC_NO + 1, (int64_t)r->rec_no);
	sqlite3_bind_int64(st, AK_C_OFFSET + 1, (int64_t)r->offset);
	sqlite3_bind_int64(st, AK_C_LENGTH + 1, (int64_t)r->length);
	sqlite3_bind_int64(st, AK_C_FLAGS + 1, r->flags);
	if (start->set)
		sqlite3_bind_int64(st, AK_C_TIME_US + 1, start->num);
	else
		sqlite3_bind_null(st, AK_C_TIME_US + 1);
	ak_sql_bind(st, AK_C_TIME_RAW + 1, r->time_raw);
	sqlite3_bind_blob(st, AK_C_IDENTITY + 1, h->identity, sizeof h->identity, SQLITE_STATIC);
	sqlite3_bind_blob(st, AK_C_CONTENT + 1, h->content, sizeof h->content, SQLITE_STATIC);
	ak_sql_bind(st, AK_C_REVISION + 1, r->revision);
	sqlite3_bind_blob(st, AK_C_SALT + 1, h->salt, sizeof h->salt, SQLITE_STATIC);
	sqlite3_bind_blob(st, AK_C_LEAF + 1, h->leaf, sizeof h->leaf, SQLITE_STATIC);
	sqlite3_bind_int64(st, AK_C_STATE + 1, 0);
}

void ak_stored_bind(sqlite3_stmt *st, int64_t seq, int64_t file, const struct ak_record *rec, const struct ak_hashes *h)
{
	int pos = AK_C_FIXED;

	bind_fixed(st, seq, file, rec, h);
	for (int f = 0; f < AK_F_COUNT; f++) {
		if (!ak_field_of(f, rec->kind))
			continue;
		pos++;
		if (!rec->v[f].set)
			sqlite3_bind_null(st, pos);
		else if (is_number(ak_fields[f].type))
			sqlite3_bind_int64(st, pos, rec->v[f].num);
		else
			ak_sql_bind(st, pos, rec->v[f].text);
	}
}

static void read_fixed(sqlite3_stmt *st, int at, struct ak_stored *o)
{
	o->seq = sqlite3_column_int64(st, at + AK_C_SEQ);
	o->file = sqlite3_column_int64(st, at + AK_C_FILE);
	o->rec.rec_no = (uint64_t)sqlite3_column_int64(st, at + AK_C_REC_NO);
	o->rec.offset = (uint64_t)sqlite3_column_int64(st, at + AK_C_OFFSET);
	o->rec.length = (uint64_t)sqlite3_column_int64(st, at + AK_C_LENGTH);
	o->rec.flags = (unsigned)sqlite3_column_int64(st, at + AK_C_FLAGS);
	o->has_time = sqlite3_column_type(st, at + AK_C_TIME_US) != SQLITE_NULL;
	o->time_us = sqlite3_column_int64(st, at + AK_C_TIME_US);
	o->rec.time_raw = ak_sql_text(st, at + AK_C_TIME_RAW);
	o->rec.revision = ak_sql_text(st, at + AK_C_REVISION);
	ak_sql_blob(st, at + AK_C_IDENTITY, o->hashes.identity, 16);
	ak_sql_blob(st, at + AK_C_CONTENT, o->hashes.content, 32);
	ak_sql_blob(st, at + AK_C_SALT, o->hashes.salt, 16);
	ak_sql_blob(st, at + AK_C_LEAF, o->hashes.leaf, 32);
	o->state = sqlite3_column_int(st, at + AK_C_STATE);
}

void ak_stored_read(sqlite3_stmt *st, int at, enum ak_kind kind, struct ak_stored *out)
{
	int col = at + AK_C_FIXED;

	memset(out, 0, sizeof *out);
	ak_record_init(&out->rec, kind);
	read_fixed(st, at, out);
	for (int f = 0; f < AK_F_COUNT; f++) {
		if (!ak_field_of(f, kind))
			continue;
		if (sqlite3_column_type(st, col) != SQLITE_NULL) {
			if (is_number(ak_fields[f].type))
				ak_record_set_num(&out->rec, f, sqlite3_column_int64(st, col));
			else
				ak_record_set_text(&out->rec, f, ak_sql_text(st, col));
		}
		col++;
	}
	out->rec.v[AK_F_START].num = out->time_us;
}

enum ak_rc ak_stored_select(struct ak_store *s, enum ak_kind kind, const char *tail, struct sqlite3_stmt **out,
			    struct ak_err *err)
{
	struct ak_buf sql;
	enum ak_rc rc;

	ak_buf_init(&sql, 1 << 16);
	ak_schema_select(kind, &sql);
	ak_buf_adds(&sql, tail);
	rc = ak_sql_prepare(s, sql.p, out, err);
	ak_buf_release(&sql);
	return rc;
}
