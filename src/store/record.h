/* Reading record rows back. */
#ifndef AK_STORE_RECORD_H
#define AK_STORE_RECORD_H

#include "store/leaf.h"
#include "store/schema.h"
#include "store/store.h"

struct ak_stored {
	int64_t seq, file;
	int state; /* 0 live, 1 disposed: only leaf, seq, file and the byte range are left */
	struct ak_hashes hashes;
	struct ak_record rec; /* texts die at the next step of the statement */
	bool has_time;
	int64_t time_us;
};

#ifdef __cplusplus
extern "C" {
#endif

/* Read the columns of ak_schema_select(kind) starting at result column `at`. */
void ak_stored_read(struct sqlite3_stmt *st, int at, enum ak_kind kind, struct ak_stored *out);
/* The same as a packed record in the arena, NULL of a disposed one; of *fixed all but the values is filled. */
struct ak_packed *ak_stored_pack(struct sqlite3_stmt *st, int at, enum ak_kind kind, struct ak_arena *a, struct ak_stored *fixed);
/* A statement over one record table: its select list plus the given tail (" WHERE seq=?1", literal text). */
enum ak_rc ak_stored_select(struct ak_store *s, enum ak_kind kind, const char *tail, struct sqlite3_stmt **out,
			    struct ak_err *err);
/* The same by ak_sql_take (store/store.h): for single records. */
enum ak_rc ak_stored_take(struct ak_store *s, enum ak_kind kind, const char *tail, struct sqlite3_stmt **out, struct ak_err *err);

#ifdef __cplusplus
}
#endif
#endif
