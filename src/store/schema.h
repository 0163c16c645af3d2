/* The workspace's tables: schema.sql for the fixed ones, model/fields.def for the record tables. */
#ifndef AK_STORE_SCHEMA_H
#define AK_STORE_SCHEMA_H

#include "base/buf.h"
#include "model/field.h"

#define AK_SCHEMA_VERSION 5
#define AK_APPLICATION_ID 0x414B3031 /* "AK01" in the SQLite header */

/* Columns every record table starts with, in this order; values of enum are also bind and result positions. */
enum ak_fixed_column {
	AK_C_SEQ, AK_C_FILE, AK_C_REC_NO, AK_C_OFFSET, AK_C_LENGTH, AK_C_FLAGS, AK_C_TIME_US, AK_C_TIME_RAW,
	AK_C_IDENTITY, AK_C_CONTENT, AK_C_REVISION, AK_C_SALT, AK_C_LEAF, AK_C_STATE, AK_C_FIXED
};

#ifdef __cplusplus
extern "C" {
#endif

struct ak_store;
struct ak_err;
/* Compare the schema as stored with ours, text by text. A missing index is made again (s->mended counts them); anything
 * else is AK_EXIT_CORRUPT. */
enum ak_rc ak_schema_check(struct ak_store *s, struct ak_err *err);
/* Name and meaning of a fixed column. */
const char *ak_schema_fixed(enum ak_fixed_column c, const char **comment);
/* The whole DDL as one script. */
void ak_schema_ddl(struct ak_buf *out);
/* `INSERT INTO <kind>(...) SELECT ... FROM arriving` (store/arriving.h): fixed columns, then those fields whose bit is set, in
 * order of fields.def. */
void ak_schema_insert(enum ak_kind kind, const uint64_t *fields, struct ak_buf *out);
/* A field of a call that came as entries, in a GROUP BY over request records r: what ak_facet_order says, of payload states the
 * strictest. */
void ak_schema_fold(enum ak_field_id f, const char *r, struct ak_buf *out);
/* `SELECT <all columns in the same order> FROM <kind>`, without a WHERE clause. */
void ak_schema_select(enum ak_kind kind, struct ak_buf *out);
/* The same with an expression as its last column. */
void ak_schema_select_with(enum ak_kind kind, const char *expression, struct ak_buf *out);

#ifdef __cplusplus
}
#endif
#endif
