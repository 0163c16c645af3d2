#include "base/ak.h"
#include "store/record.h"

#include <sqlite3.h>

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

	ak_record_init(&out->rec, kind);
	memset(&out->hashes, 0, sizeof out->hashes);
	read_fixed(st, at, out);
	for (int f = 0; f < AK_F_COUNT; f++) {
		if (!ak_field_of(f, kind))
			continue;
		if (sqlite3_column_type(st, col) != SQLITE_NULL) {
			if (ak_type_is_number(ak_fields[f].type))
				ak_record_set_num(&out->rec, f, sqlite3_column_int64(st, col));
			else
				ak_record_set_text(&out->rec, f, ak_sql_there(st, col));
		}
		col++;
	}
	out->rec.v[AK_F_START].num = out->time_us;
}

/* A text as its bytes stand in the row: asked for as text it would be copied to be ended by a NUL. */
static struct ak_str bytes_of(sqlite3_stmt *st, int col, sqlite3_value *in, int type)
{
	const char *p;

	if (type != SQLITE_TEXT && type != SQLITE_BLOB)
		return ak_sql_there(st, col);
	p = sqlite3_value_blob(in);
	return p ? ak_str_n(p, (size_t)sqlite3_value_bytes(in)) : AK_STR("");
}

struct ak_packed *ak_stored_pack(sqlite3_stmt *st, int at, enum ak_kind kind, struct ak_arena *a, struct ak_stored *fixed)
{
	struct ak_packed_value value[AK_F_COUNT];
	struct ak_packed *p;
	sqlite3_value *in;
	int col = at + AK_C_FIXED, type;
	size_t n = 0;

	memset(&fixed->hashes, 0, sizeof fixed->hashes);
	read_fixed(st, at, fixed);
	if (fixed->state)
		return NULL;
	for (int f = 0; f < AK_F_COUNT; f++) {
		if (!ak_field_of(f, kind))
			continue;
		/* One look at the column: a connection belongs to one thread, so that its values may be read directly. */
		in = sqlite3_column_value(st, col);
		if ((type = sqlite3_value_type(in)) != SQLITE_NULL) {
			struct ak_value *v = &value[n].v;

			value[n++].field = (enum ak_field_id)f;
			*v = (struct ak_value){.set = true};
			if (ak_type_is_number(ak_fields[f].type))
				v->num = sqlite3_value_int64(in);
			else
				v->text = ak_arena_str(a, bytes_of(st, col, in, type));
		}
		col++;
	}
	p = ak_arena_alloc(a, sizeof *p + n * sizeof value[0]);
	*p = (struct ak_packed){.kind = kind, .flags = fixed->rec.flags, .rec_no = fixed->rec.rec_no, .offset = fixed->rec.offset,
				.length = fixed->rec.length, .n = n};
	memcpy(p->value, value, n * sizeof value[0]);
	return p;
}

typedef enum ak_rc sql_fn(struct ak_store *s, const char *sql, struct sqlite3_stmt **out, struct ak_err *err);

static enum ak_rc get(struct ak_store *s, enum ak_kind kind, const char *tail, sql_fn *fn, struct sqlite3_stmt **out, struct ak_err *err)
{
	struct ak_buf sql;
	enum ak_rc rc;

	ak_buf_init(&sql, 1 << 16);
	ak_schema_select(kind, &sql);
	ak_buf_adds(&sql, tail);
	rc = fn(s, sql.p, out, err);
	ak_buf_release(&sql);
	return rc;
}

enum ak_rc ak_stored_take(struct ak_store *s, enum ak_kind kind, const char *tail, struct sqlite3_stmt **out, struct ak_err *err)
{
	return get(s, kind, tail, ak_sql_take, out, err);
}

enum ak_rc ak_stored_select(struct ak_store *s, enum ak_kind kind, const char *tail, struct sqlite3_stmt **out,
			    struct ak_err *err)
{
	return get(s, kind, tail, ak_sql_prepare, out, err);
}
