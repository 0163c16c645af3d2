/* The peer of a benchmark: opens a DuckDB file and runs statements. usage: duckdb_sql DB SQL... */
#include <stdio.h>

typedef void *handle;
int duckdb_open(const char *path, handle *db);
int duckdb_connect(handle db, handle *con);
int duckdb_query(handle con, const char *sql, void *result);
const char *duckdb_result_error(void *result);
void duckdb_disconnect(handle *con);
void duckdb_close(handle *db);

int main(int argc, char **argv)
{
	char result[512];
	handle db, con;

	if (argc < 3 || duckdb_open(argv[1], &db) || duckdb_connect(db, &con))
		return 1;
	for (int i = 2; i < argc; i++)
		if (duckdb_query(con, argv[i], result)) {
			puts(duckdb_result_error(result));
			return 1;
		}
	duckdb_disconnect(&con);
	duckdb_close(&db);
	return 0;
}
