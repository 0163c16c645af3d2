#include "base/ak.h"
#include "query/rows.h"

#include <sqlite3.h>

#include "base/text.h"
#include "base/time.h"

static bool ends(struct ak_str s, struct ak_str tail)
{
	return s.n > tail.n && memcmp(s.p + s.n - tail.n, tail.p, tail.n) == 0;
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

static json_t *value(sqlite3_stmt *st, int col, struct ak_str name)
{
	char buf[32];

	switch (sqlite3_column_type(st, col)) {
	case SQLITE_NULL:
		return json_null();
	case SQLITE_INTEGER:
		if (ends(name, AK_STR("_us")))
			return json_string(ak_time_z(sqlite3_column_int64(st, col), 0, buf));
		if (ends(name, AK_STR("_flag")))
			return json_boolean(sqlite3_column_int(st, col));
		return json_integer(sqlite3_column_int64(st, col));
	default:
		return ak_row_text(ak_sql_text(st, col));
	}
}

static json_t *row(sqlite3_stmt *st)
{
	json_t *o = json_object();

	for (int i = 0; i < sqlite3_column_count(st); i++) {
		struct ak_str name = ak_str_of(sqlite3_column_name(st, i));
		json_t *v = value(st, i, name);
		if (ends(name, AK_STR("_us")))
			name.n -= 3;
		else if (ends(name, AK_STR("_flag")))
			name.n -= 5;
		char *key = ak_strndup(name.p, name.n);
		json_object_set_new(o, key, v);
		ak_free(key);
	}
	return o;
}

enum ak_rc ak_rows_each(struct ak_store *s, const char *sql, const struct ak_param *p, size_t n, ak_row_fn *each, void *ctx,
			struct ak_err *err)
{
	AK_CLEANUP(ak_sql_finalizep) sqlite3_stmt *st = NULL;
	enum ak_rc rc = ak_sql_prepare(s, sql, &st, err);

	for (size_t i = 0; i < n && rc == AK_OK; i++)
		if (p[i].z)
			ak_sql_bind_z(st, (int)i + 1, p[i].z);
		else
			sqlite3_bind_int64(st, (int)i + 1, p[i].i);
	while (rc == AK_OK && (rc = ak_sql_step(s, st, err)) == AK_OK) {
		json_t *o = row(st);

		rc = each(ctx, o, err);
		json_decref(o);
	}
	return rc == AK_END ? AK_OK : rc;
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
