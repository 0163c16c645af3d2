/* The CREATE statements of the schema one by one, each as a database that ran it has it in sqlite_schema: the keywords
 * in upper case with one blank behind each, then as written, without the ';'
 * (https://www.sqlite.org/fileformat2.html, 2.6). Ours are written that way, so no database has to be made to know it.
 */
#ifndef AK_STORE_DDL_H
#define AK_STORE_DDL_H

#include "base/buf.h"

struct ak_ddl_object {
	struct ak_str type; /* table, index, trigger or view */
	struct ak_str name;
	struct ak_str sql; /* NUL follows */
};

struct ak_ddl {
	struct ak_buf text;	      /* what the objects are views of */
	struct ak_ddl_object *object; /* in byte order of type, then name */
	size_t n;
};

#ifdef __cplusplus
extern "C" {
#endif

/* The schema of this program; of the caller until released. */
void ak_ddl_init(struct ak_ddl *d);
void ak_ddl_release(struct ak_ddl *d);

#ifdef __cplusplus
}
#endif
#endif
