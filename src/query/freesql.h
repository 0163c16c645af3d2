/* SQL of a user's own, read-only, over documented views (auditkit sql): one view per record kind with the live, newest records, and
 * the views `attempt` and `identifier`, tables `source`, `export`, `file`. An authorizer decides what may be read, column by column:
 * salts, identities and content digests, settings, indexes and every other table may not; nothing may be written, attached or set. */
#ifndef AK_QUERY_FREESQL_H
#define AK_QUERY_FREESQL_H

#include "store/store.h"

struct ak_freesql_opts {
	int64_t rows;	 /* at most; *more says that there are others */
	int64_t seconds; /* then AK_EXIT_LIMIT */
};

enum ak_cell_type { AK_CELL_NULL, AK_CELL_INT, AK_CELL_REAL, AK_CELL_TEXT };

struct ak_freesql_cell {
	enum ak_cell_type type;
	int64_t i;
	struct ak_str text; /* of every type but NULL; a blob as hex, `type` TEXT */
};

typedef enum ak_rc ak_freesql_head(void *ctx, const char *const *names, size_t n, struct ak_err *err);
typedef enum ak_rc ak_freesql_row(void *ctx, const struct ak_freesql_cell *cells, size_t n, struct ak_err *err);

#ifdef __cplusplus
extern "C" {
#endif

/* One statement. AK_EXIT_USAGE: no SQL, or more than one statement; AK_EXIT_REFUSED: it reads what is not documented, or does more
 * than read. The connection reads nothing else afterwards. */
enum ak_rc ak_freesql(struct ak_store *s, const char *sql, const struct ak_freesql_opts *o, ak_freesql_head *head, ak_freesql_row *row,
		      void *ctx, bool *more, struct ak_err *err);
/* Inside of it: printf() and format() fail where their text is longer. Once for a connection. */
enum ak_rc ak_freesql_printf(struct ak_store *s, int longest, struct ak_err *err);
/* Likewise: instr() and replace() take linear time. */
enum ak_rc ak_freesql_text(struct ak_store *s, struct ak_err *err);

#ifdef __cplusplus
}
#endif
#endif
