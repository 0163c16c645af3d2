#include "base/ak.h"
#include "store/arriving.h"

#include <sqlite3.h>

#include "store/schema.h"
#include "store/store.h"
#include "store/vtab.h"

struct cursor {
	sqlite3_vtab_cursor base;
	const struct ak_arriving *view;
	size_t i;
	size_t at; /* value of the row asked for last: columns are asked for in order */
};

static int connect_table(sqlite3 *db, void *view, int argc, const char *const *argv, sqlite3_vtab **out, char **msg)
{
	struct ak_buf ddl;
	int code;

	(void)argc;
	(void)argv;
	(void)msg;
	ak_buf_init(&ddl, 1 << 16);
	ak_buf_adds(&ddl, "CREATE TABLE arriving(c0");
	for (int i = 1; i < AK_C_FIXED + AK_F_COUNT; i++)
		ak_buf_addf(&ddl, ", c%d", i);
	ak_buf_addc(&ddl, ')');
	code = ak_vtab_connect(db, ddl.p, view, out);
	ak_buf_release(&ddl);
	return code;
}

static int best_index(sqlite3_vtab *t, sqlite3_index_info *info)
{
	(void)t;
	info->estimatedCost = 1000;
	return SQLITE_OK;
}

static int open_cursor(sqlite3_vtab *t, sqlite3_vtab_cursor **out)
{
	struct cursor *c = ak_alloc_zero(1, sizeof *c);

	c->view = ((struct ak_vtab *)t)->of;
	*out = &c->base;
	return SQLITE_OK;
}

static int close_cursor(sqlite3_vtab_cursor *base)
{
	ak_free(base);
	return SQLITE_OK;
}

static int filter(sqlite3_vtab_cursor *base, int plan, const char *text, int argc, sqlite3_value **argv)
{
	struct cursor *c = (struct cursor *)base;

	(void)plan;
	(void)text;
	(void)argc;
	(void)argv;
	c->i = c->at = 0;
	return SQLITE_OK;
}

static int next(sqlite3_vtab_cursor *base)
{
	((struct cursor *)base)->i++;
	((struct cursor *)base)->at = 0;
	return SQLITE_OK;
}

static int at_end(sqlite3_vtab_cursor *base) { return ((struct cursor *)base)->i >= ((struct cursor *)base)->view->n; }

static void give_text(sqlite3_context *ctx, struct ak_str s)
{
	if (s.p)
		sqlite3_result_text64(ctx, s.p, s.n, SQLITE_STATIC, SQLITE_UTF8);
}

static void give_blob(sqlite3_context *ctx, const uint8_t *p, int n) { sqlite3_result_blob(ctx, p, n, SQLITE_STATIC); }

static void give_fixed(sqlite3_context *ctx, const struct ak_arriving_row *r, int col)
{
	const struct ak_value *start;

	switch (col) {
	case AK_C_SEQ:
		return sqlite3_result_int64(ctx, r->seq);
	case AK_C_FILE:
		return sqlite3_result_int64(ctx, r->file);
	case AK_C_REC_NO:
		return sqlite3_result_int64(ctx, (int64_t)r->rec->rec_no);
	case AK_C_OFFSET:
		return sqlite3_result_int64(ctx, (int64_t)r->rec->offset);
	case AK_C_LENGTH:
		return sqlite3_result_int64(ctx, (int64_t)r->rec->length);
	case AK_C_FLAGS:
		return sqlite3_result_int64(ctx, r->rec->flags);
	case AK_C_TIME_US:
		if ((start = ak_packed_get(r->rec, AK_F_START)))
			sqlite3_result_int64(ctx, start->num);
		return;
	case AK_C_TIME_RAW:
		return give_text(ctx, r->rec->time_raw);
	case AK_C_IDENTITY:
		return give_blob(ctx, r->h->identity, sizeof r->h->identity);
	case AK_C_CONTENT:
		return give_blob(ctx, r->h->content, sizeof r->h->content);
	case AK_C_REVISION:
		return give_text(ctx, r->rec->revision);
	case AK_C_SALT:
		return give_blob(ctx, r->h->salt, sizeof r->h->salt);
	case AK_C_LEAF:
		return give_blob(ctx, r->h->leaf, sizeof r->h->leaf);
	default: /* AK_C_STATE: live */
		return sqlite3_result_int64(ctx, 0);
	}
}

/* Values stand in the order of the fields, as the columns do. */
static int column(sqlite3_vtab_cursor *base, sqlite3_context *ctx, int col)
{
	struct cursor *c = (struct cursor *)base;
	const struct ak_arriving_row *r = &c->view->row[c->i];
	int f = col - AK_C_FIXED;

	if (f < 0) {
		give_fixed(ctx, r, col);
		return SQLITE_OK;
	}
	if (c->at < r->rec->n && (int)r->rec->value[c->at].field > f)
		c->at = 0;
	while (c->at < r->rec->n && (int)r->rec->value[c->at].field < f)
		c->at++;
	if (c->at == r->rec->n || (int)r->rec->value[c->at].field != f)
		return SQLITE_OK;
	if (ak_type_is_number(ak_fields[f].type))
		sqlite3_result_int64(ctx, r->rec->value[c->at].v.num);
	else
		give_text(ctx, r->rec->value[c->at].v.text);
	return SQLITE_OK;
}

static int rowid(sqlite3_vtab_cursor *base, sqlite3_int64 *out)
{
	*out = (sqlite3_int64)((struct cursor *)base)->i;
	return SQLITE_OK;
}

enum ak_rc ak_arriving_table(struct ak_store *s, struct ak_arriving *view, struct ak_err *err)
{
	static const sqlite3_module module = {
		.xConnect = connect_table, .xDisconnect = ak_vtab_disconnect, .xBestIndex = best_index, .xOpen = open_cursor,
		.xClose = close_cursor, .xFilter = filter, .xNext = next, .xEof = at_end, .xColumn = column, .xRowid = rowid,
	};

	if (sqlite3_create_module_v2(s->db, "arriving", &module, view, NULL) != SQLITE_OK)
		return ak_sql_fail(s, "opening", err);
	return AK_OK;
}

void ak_arriving_drop(struct ak_store *s) { sqlite3_create_module_v2(s->db, "arriving", NULL, NULL, NULL); }
