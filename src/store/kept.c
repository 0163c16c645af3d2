/* Statements that are asked for again and again: preparing one costs more than its few rows. */
#include "base/ak.h"
#include "store/store.h"

#include <sqlite3.h>

enum { KEPT = 64 };

struct ak_kept {
	sqlite3_stmt *st[KEPT]; /* the longest unused first */
	size_t n;
};

enum ak_rc ak_sql_take(struct ak_store *s, const char *sql, struct sqlite3_stmt **out, struct ak_err *err)
{
	struct ak_kept *k = s->kept;

	for (size_t i = k ? k->n : 0; i-- > 0;)
		if (strcmp(sqlite3_sql(k->st[i]), sql) == 0) {
			*out = k->st[i];
			memmove(&k->st[i], &k->st[i + 1], (--k->n - i) * sizeof k->st[0]);
			return AK_OK;
		}
	return ak_sql_prepare(s, sql, out, err);
}

void ak_sql_keep(struct ak_store *s, struct sqlite3_stmt **st)
{
	struct ak_kept *k = s->kept;

	if (!*st || s->mode != AK_STORE_READ) {
		ak_sql_finalizep(st);
		return;
	}
	if (!k)
		k = s->kept = ak_alloc_zero(1, sizeof *k);
	if (k->n == KEPT) {
		sqlite3_finalize(k->st[0]);
		memmove(&k->st[0], &k->st[1], --k->n * sizeof k->st[0]);
	}
	sqlite3_reset(*st);
	sqlite3_clear_bindings(*st);
	k->st[k->n++] = *st;
	*st = NULL;
}

void ak_sql_forget(struct ak_store *s)
{
	for (size_t i = 0; s->kept && i < s->kept->n; i++)
		sqlite3_finalize(s->kept->st[i]);
	ak_free(s->kept);
	s->kept = NULL;
}
