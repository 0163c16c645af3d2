/* What the virtual tables of a connection share: each is a view of something in memory, and only statements prepared by this
 * program may name it. */
#ifndef AK_STORE_VTAB_H
#define AK_STORE_VTAB_H

#include <sqlite3.h>

struct ak_vtab {
	sqlite3_vtab base;
	void *of; /* what the module was created with */
};

#ifdef __cplusplus
extern "C" {
#endif

/* The work of xConnect: ddl declares the columns. A code of SQLite. */
int ak_vtab_connect(sqlite3 *db, const char *ddl, void *of, sqlite3_vtab **out);
/* xDisconnect. */
int ak_vtab_disconnect(sqlite3_vtab *t);

#ifdef __cplusplus
}
#endif
#endif
