#include "base/ak.h"
#include "query/rows.h"

#include <sqlite3.h>

#include "base/text.h"
#include "base/time.h"

/* A column of a statement: `_us` and `_flag` at the end of its name say what an integer means, and go. */
struct column {
	char *name;
	enum { PLAIN, TIME, FLAG } what;
};

static struct column column_of(const char *name)
{
	static const struct { const char *tail; int what; } tails[] = {{"_us", TIME}, {"_flag", FLAG}};
	size_t n = strlen(name);

	for (size_t i = 0; i < AK_COUNT(tails); i++) {
		size_t cut = strlen(tails[i].tail);

		if (n > cut && strcmp(name + n - cut, tails[i].tail) == 0)
			return (struct column){ak_strndup(name, n - cut), tails[i].what};
	}
	return (struct column){ak_strndup(name, n), PLAIN};
}

json_t *ak_row_text(struct ak_str s)
{
	json_t *v = s.p ? json_stringn(s.p, s.n) : json_null();
	struct ak_buf safe;

	if (v)
		return v;
	ak_buf_init(&safe, 10 * s.n + 1);
	ak_text_safe(&safe, s);
	v = json_stringn(safe.p, safe.n);
	ak_buf_release(&safe);
	return v;
}

static json_t *value(sqlite3_stmt *st, int col, int what)
{
	char buf[32];

	switch (sqlite3_column_type(st, col)) {
	case SQLITE_NULL:
		return json_null();
	case SQLITE_INTEGER:
		if (what == TIME)
			return json_string(ak_time_z(sqlite3_column_int64(st, col), 0, buf));
		return what == FLAG ? json_boolean(sqlite3_column_int(st, col)) : json_integer(sqlite3_column_int64(st, col));
	default:
		return ak_row_text(ak_sql_text(st, col));
	}
}

static json_t *row(sqlite3_stmt *st, const struct column *columns, int n)
{
	json_t *o = json_object();

	for (int i = 0; i < n; i++)
		json_object_set_new_nocheck(o, columns[i].name, value(st, i, columns[i].what));
	return o;
}

static enum ak_rc rows_of(struct ak_store *s, sqlite3_stmt *st, ak_row_fn *each, void *ctx, struct ak_err *err)
{
	int n = sqlite3_column_count(st);
	struct column *columns = ak_alloc_zero((size_t)n + 1, sizeof *columns);
	enum ak_rc rc = AK_OK;

	for (int i = 0; i < n; i++)
		columns[i] = column_of(sqlite3_column_name(st, i));
	while (rc == AK_OK && (rc = ak_sql_step(s, st, err)) == AK_OK) {
		json_t *o = row(st, columns, n);

		rc = each(ctx, o, err);
		json_decref(o);
	}
	for (int i = 0; i < n; i++)
		ak_free(columns[i].name);
	ak_free(columns);
	return rc == AK_END ? AK_OK : rc;
}

enum ak_rc ak_rows_each(struct ak_store *s, const char *sql, const struct ak_param *p, size_t n, ak_row_fn *each, void *ctx,
			struct ak_err *err)
{
	sqlite3_stmt *st = NULL;
	enum ak_rc rc = ak_sql_take(s, sql, &st, err);

	for (size_t i = 0; i < n && rc == AK_OK; i++)
		if (p[i].z)
			ak_sql_bind_z(st, (int)i + 1, p[i].z);
		else
			sqlite3_bind_int64(st, (int)i + 1, p[i].i);
	if (rc == AK_OK)
		rc = rows_of(s, st, each, ctx, err);
	ak_sql_keep(s, &st);
	return rc;
}

enum ak_rc ak_rows_period_each(struct ak_store *s, const char *sql, int64_t from_us, int64_t to_us, ak_row_fn *each, void *ctx,
			       struct ak_err *err)
{
	const struct ak_param p[] = {AK_PI(from_us), AK_PI(to_us)};

	return ak_rows_each(s, sql, p, 2, each, ctx, err);
}

static enum ak_rc append(void *ctx, json_t *o, struct ak_err *err)
{
	(void)err;
	json_array_append(ctx, o);
	return AK_OK;
}

enum ak_rc ak_rows(struct ak_store *s, const char *sql, const struct ak_param *p, size_t n, json_t **out, struct ak_err *err)
{
	json_t *list = json_array();
	enum ak_rc rc = ak_rows_each(s, sql, p, n, append, list, err);

	if (rc == AK_OK)
		*out = list;
	else
		json_decref(list);
	return rc;
}

enum ak_rc ak_rows_period(struct ak_store *s, const char *sql, int64_t from_us, int64_t to_us, json_t **out, struct ak_err *err)
{
	const struct ak_param p[] = {AK_PI(from_us), AK_PI(to_us)};

	return ak_rows(s, sql, p, 2, out, err);
}

enum ak_rc ak_rows_one(struct ak_store *s, const char *sql, const struct ak_param *p, size_t n, json_t **out,
		       struct ak_err *err)
{
	json_t *list = NULL;
	enum ak_rc rc = ak_rows(s, sql, p, n, &list, err);

	if (rc != AK_OK)
		return rc;
	rc = json_array_size(list) ? AK_OK : AK_END;
	if (rc == AK_OK)
		*out = json_incref(json_array_get(list, 0));
	json_decref(list);
	return rc;
}
