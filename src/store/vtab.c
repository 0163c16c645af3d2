#include "base/ak.h"
#include "store/vtab.h"

int ak_vtab_connect(sqlite3 *db, const char *ddl, void *of, sqlite3_vtab **out)
{
	int code = sqlite3_declare_vtab(db, ddl);
	struct ak_vtab *t;

	if (code != SQLITE_OK)
		return code;
	t = ak_alloc_zero(1, sizeof *t);
	t->of = of;
	sqlite3_vtab_config(db, SQLITE_VTAB_DIRECTONLY);
	*out = &t->base;
	return SQLITE_OK;
}

int ak_vtab_disconnect(sqlite3_vtab *t)
{
	ak_free(t);
	return SQLITE_OK;
}
