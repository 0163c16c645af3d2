/* The statements of the schema one by one, against a database that ran the whole script. */
#include "base/ak.h"

#include <sqlite3.h>

#include "store/ddl.h"
#include "store/schema.h"
#include "tap.h"

static sqlite3 *made_database(void)
{
	struct ak_buf script;
	sqlite3 *db;
	bool good;

	ak_buf_init(&script, 1 << 20);
	ak_schema_ddl(&script);
	good = sqlite3_open(":memory:", &db) == SQLITE_OK && sqlite3_exec(db, script.p, NULL, NULL, NULL) == SQLITE_OK;
	ak_buf_release(&script);
	ok(good, "the script runs");
	return db;
}

static bool same(sqlite3_stmt *st, const struct ak_ddl_object *o)
{
	const struct ak_str *want[] = {&o->type, &o->name, &o->sql};

	for (int i = 0; i < 3; i++)
		if (!ak_str_is(*want[i], (const char *)sqlite3_column_text(st, i)))
			return false;
	return true;
}

int main(void)
{
	static const char all[] = "SELECT type, name, sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY type, name";
	sqlite3 *db = made_database();
	sqlite3_stmt *st = NULL;
	struct ak_ddl d;
	size_t rows = 0, equal = 0;

	ak_ddl_init(&d);
	ok(sqlite3_prepare_v2(db, all, -1, &st, NULL) == SQLITE_OK, "the database is asked");
	for (; sqlite3_step(st) == SQLITE_ROW; rows++)
		equal += rows < d.n && same(st, &d.object[rows]);
	ok(rows > 80, "it holds tables, indexes, triggers and views");
	is_int((int64_t)d.n, (int64_t)rows, "as many as there are statements");
	is_int((int64_t)equal, (int64_t)rows, "each with type, name and text as told");
	sqlite3_finalize(st);
	sqlite3_close(db);
	ak_ddl_release(&d);
	return done_testing();
}
