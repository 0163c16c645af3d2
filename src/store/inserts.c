#include "base/ak.h"
#include "store/inserts.h"

#include <sqlite3.h>

#define SLOTS 128 /* sets of columns with a statement of their own; the others use one with all columns */
#define WORDS ((AK_F_COUNT + 63) / 64)

struct shape {
	uint64_t set[WORDS];
	enum ak_kind kind;
	sqlite3_stmt *st;
};

struct ak_inserts {
	struct ak_store *s;
	struct shape slot[SLOTS], all[AK_K_COUNT];
};

struct ak_inserts *ak_inserts_new(struct ak_store *s)
{
	struct ak_inserts *t = ak_alloc_zero(1, sizeof *t);

	t->s = s;
	return t;
}

void ak_inserts_free(struct ak_inserts *t)
{
	if (!t)
		return;
	for (size_t i = 0; i < SLOTS; i++)
		sqlite3_finalize(t->slot[i].st);
	for (int k = 0; k < AK_K_COUNT; k++)
		sqlite3_finalize(t->all[k].st);
	ak_free(t);
}

static bool has(const struct shape *w, int f) { return w->set[f / 64] >> (f % 64) & 1; }
static void add(struct shape *w, int f) { w->set[f / 64] |= UINT64_C(1) << (f % 64); }

static enum ak_rc prepare(struct ak_inserts *t, struct shape *w, struct ak_err *err)
{
	struct ak_buf sql;
	enum ak_rc rc;

	ak_buf_init(&sql, 1 << 16);
	ak_schema_insert(w->kind, w->set, &sql);
	rc = ak_sql_prepare(t->s, sql.p, &w->st, err);
	ak_buf_release(&sql);
	return rc;
}

static bool same(const struct shape *a, const struct shape *b)
{
	return a->kind == b->kind && memcmp(a->set, b->set, sizeof a->set) == 0;
}

/* The statement for these columns: the first set of columns to come by a slot keeps it. */
static enum ak_rc statement(struct ak_inserts *t, const struct shape *want, struct shape **out, struct ak_err *err)
{
	uint64_t h = (uint64_t)want->kind;
	struct shape *w;

	for (int i = 0; i < WORDS; i++)
		h = (h ^ want->set[i]) * UINT64_C(0x9e3779b97f4a7c15);
	w = &t->slot[h >> 57];
	if (w->st && !same(w, want)) {
		w = &t->all[want->kind];
		for (int f = 0; f < AK_F_COUNT && !w->st; f++)
			if (ak_field_of(f, want->kind))
				add(w, f);
		w->kind = want->kind;
	} else if (!w->st) {
		*w = *want;
	}
	*out = w;
	return w->st ? AK_OK : prepare(t, w, err);
}

static void bind_fixed(sqlite3_stmt *st, int64_t seq, int64_t file, const struct ak_packed *r, const struct ak_hashes *h)
{
	const struct ak_value *start = ak_packed_get(r, AK_F_START);

	sqlite3_bind_int64(st, AK_C_SEQ + 1, seq);
	sqlite3_bind_int64(st, AK_C_FILE + 1, file);
	sqlite3_bind_int64(st, AK_C_REC_NO + 1, (int64_t)r->rec_no);
	sqlite3_bind_int64(st, AK_C_OFFSET + 1, (int64_t)r->offset);
	sqlite3_bind_int64(st, AK_C_LENGTH + 1, (int64_t)r->length);
	sqlite3_bind_int64(st, AK_C_FLAGS + 1, r->flags);
	if (start)
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

static void bind_value(sqlite3_stmt *st, int pos, enum ak_field_id f, const struct ak_value *v)
{
	if (ak_type_is_number(ak_fields[f].type))
		sqlite3_bind_int64(st, pos, v->num);
	else
		ak_sql_bind(st, pos, v->text);
}

/* Values stand in the order of the fields, as the columns do. */
static void bind_fields(const struct shape *w, const struct ak_packed *r)
{
	int pos = AK_C_FIXED;
	size_t i = 0;

	for (int f = 0; f < AK_F_COUNT; f++) {
		if (!has(w, f))
			continue;
		pos++;
		while (i < r->n && r->value[i].field < (enum ak_field_id)f)
			i++;
		if (i < r->n && r->value[i].field == (enum ak_field_id)f)
			bind_value(w->st, pos, f, &r->value[i++].v);
		else
			sqlite3_bind_null(w->st, pos);
	}
}

enum ak_rc ak_inserts_put(struct ak_inserts *t, int64_t seq, int64_t file, const struct ak_packed *rec,
			  const struct ak_hashes *h, struct ak_err *err)
{
	struct shape want = {.kind = rec->kind}, *w;
	enum ak_rc rc;

	for (size_t i = 0; i < rec->n; i++)
		if (ak_field_of(rec->value[i].field, rec->kind))
			add(&want, rec->value[i].field);
	if ((rc = statement(t, &want, &w, err)) != AK_OK)
		return rc;
	bind_fixed(w->st, seq, file, rec, h);
	bind_fields(w, rec);
	rc = ak_sql_step(t->s, w->st, err);
	sqlite3_reset(w->st);
	return rc == AK_END ? AK_OK : rc;
}
