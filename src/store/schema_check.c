#include "base/ak.h"
#include "store/schema.h"

#include <sqlite3.h>

#include "store/ddl.h"
#include "store/store.h"

/* All CREATE statements as stored, in a fixed order: what the schema is compared by. */
static enum ak_rc schema_text(struct ak_store *s, struct ak_buf *out, struct ak_err *err)
{
	AK_CLEANUP(ak_sql_finalizep) sqlite3_stmt *st = NULL;
	enum ak_rc rc = ak_sql_prepare(s, "SELECT type, name, sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY type, name",
				       &st, err);

	ak_buf_clear(out);
	while (rc == AK_OK && (rc = ak_sql_step(s, st, err)) == AK_OK)
		for (int i = 0; i < 3; i++) {
			ak_buf_addstr(out, ak_sql_text(st, i));
			ak_buf_addc(out, '\n');
		}
	return rc == AK_END ? AK_OK : rc;
}

/* The same of a workspace that this program makes. */
static void wanted_text(const struct ak_ddl *d, struct ak_buf *out)
{
	for (size_t i = 0; i < d->n; i++) {
		const struct ak_str row[] = {d->object[i].type, d->object[i].name, d->object[i].sql};

		for (size_t k = 0; k < AK_COUNT(row); k++) {
			ak_buf_addstr(out, row[k]);
			ak_buf_addc(out, '\n');
		}
	}
}

static bool has(struct ak_store *s, const struct ak_ddl_object *o)
{
	AK_CLEANUP(ak_sql_finalizep) sqlite3_stmt *st = NULL;

	if (ak_sql_prepare(s, "SELECT 1 FROM sqlite_schema WHERE type = ?1 AND name = ?2", &st, NULL) != AK_OK)
		return true;
	ak_sql_bind(st, 1, o->type);
	ak_sql_bind(st, 2, o->name);
	return ak_sql_step(s, st, NULL) == AK_OK;
}

/* What holds nothing that the records do not: every index, and the columns. The next ingest fills those (store/columns.h). */
static bool derived(const struct ak_ddl_object *o)
{
	return ak_str_is(o->type, "index") || ak_str_is(o->name, "column_segment") || ak_str_is(o->name, "column_page");
}

/* Make what is derived and s lacks (DECISIONS 22): tables, then their indexes. */
static enum ak_rc make_derived(struct ak_store *s, const struct ak_ddl *d, struct ak_err *err)
{
	static const char *const types[] = {"table", "index"};
	enum ak_rc rc = AK_OK;

	for (size_t i = 0; i < AK_COUNT(types) * d->n && rc == AK_OK; i++) {
		const struct ak_ddl_object *o = &d->object[i % d->n];

		if (!ak_str_is(o->type, types[i / d->n]) || !derived(o) || has(s, o))
			continue;
		rc = ak_sql_exec(s, o->sql.p, err);
		s->mended += rc == AK_OK && ak_str_is(o->type, "index");
	}
	return rc;
}

static enum ak_rc altered(const struct ak_store *s, struct ak_err *err)
{
	ak_hint(err, "unknown tables, views and triggers are refused; go back to a backup");
	return ak_fail(err, AK_EXIT_CORRUPT, "workspace '%s' has a foreign or altered schema", s->dir);
}

/* Take the comments out: they are what the dictionary of fields says today, and no part of what a workspace can hold. */
static void without_comments(struct ak_buf *text)
{
	size_t to = 0;
	char quote = 0;

	for (size_t i = 0; i < text->n; i++) {
		char c = text->p[i];

		if (quote)
			quote = c == quote ? 0 : quote;
		else if (c == '\'' || c == '"')
			quote = c;
		else if (c == '-' && i + 1 < text->n && text->p[i + 1] == '-') {
			while (i < text->n && text->p[i] != '\n')
				i++;
			while (to && text->p[to - 1] == ' ')
				to--;
			c = '\n';
		}
		text->p[to++] = c;
	}
	text->n = to;
}

/* What is derived is put back where it is missing; anything else that differs undoes that. */
static enum ak_rc mend(struct ak_store *s, const struct ak_ddl *d, struct ak_str want, struct ak_err *err)
{
	struct ak_buf have;
	enum ak_rc rc = ak_store_begin(s, err);

	ak_buf_init(&have, 1 << 20);
	if (rc == AK_OK && make_derived(s, d, NULL) != AK_OK)
		rc = altered(s, err);
	if (rc == AK_OK)
		rc = schema_text(s, &have, err);
	without_comments(&have);
	if (rc == AK_OK && !ak_str_eq(want, ak_buf_str(&have)))
		rc = altered(s, err);
	if (rc == AK_OK)
		rc = ak_store_commit(s, err);
	if (rc != AK_OK)
		ak_store_rollback(s);
	ak_buf_release(&have);
	return rc;
}

enum ak_rc ak_schema_check(struct ak_store *s, struct ak_err *err)
{
	struct ak_ddl d;
	struct ak_buf want, have;
	enum ak_rc rc;

	ak_ddl_init(&d);
	ak_buf_init(&want, 1 << 20);
	ak_buf_init(&have, 1 << 20);
	wanted_text(&d, &want);
	rc = schema_text(s, &have, err);
	if (rc == AK_OK && !ak_str_eq(ak_buf_str(&want), ak_buf_str(&have))) {
		without_comments(&want);
		without_comments(&have);
		if (!ak_str_eq(ak_buf_str(&want), ak_buf_str(&have)))
			rc = mend(s, &d, ak_buf_str(&want), err);
	}
	ak_ddl_release(&d);
	ak_buf_release(&want);
	ak_buf_release(&have);
	return rc;
}
