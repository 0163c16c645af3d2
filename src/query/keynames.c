#include "base/ak.h"
#include "query/keynames.h"

#include "base/jsonw.h"
#include "query/rows.h"

/* keyed: each row's key, its id or else its hash; labels: aliases that are one key's alone; once: ids that had one secret. */
#define KNOWN                                                                                                             \
	"WITH f(x) AS MATERIALIZED (SELECT value FROM json_each(?1)), keyed AS MATERIALIZED (SELECT DISTINCT key_id AS id, key_hash AS hash," \
	" key_alias AS alias, coalesce(key_id, key_hash) AS key FROM api_key WHERE state = 0),"                            \
	" labels AS MATERIALIZED (SELECT alias, min(key) AS key FROM keyed WHERE alias IS NOT NULL GROUP BY alias HAVING count(DISTINCT key) = 1),"  \
	" once AS MATERIALIZED (SELECT id FROM keyed WHERE id IS NOT NULL GROUP BY id HAVING count(DISTINCT hash) <= 1),"                \
	" mine AS MATERIALIZED (SELECT id AS key FROM keyed WHERE id IN f"                                                 \
	" UNION SELECT key FROM keyed WHERE hash IN f AND (id IS NULL OR id IN once)"                                      \
	" UNION SELECT key FROM labels WHERE alias IN f)"

enum ak_rc ak_query_key_inventory(struct ak_store *s, const json_t *names, json_t **out, struct ak_err *err)
{
	static const char *const member[] = {"ids", "hashes", "aliases"};
	struct ak_buf b;
	json_t *rows = NULL, *row;
	size_t i;
	enum ak_rc rc;

	ak_buf_init(&b, 1 << 20);
	rc = ak_jcs(names, &b, err);
	if (rc == AK_OK) {
		const struct ak_param p[] = {AK_PZ(b.p)};

		rc = ak_rows(s,
			     KNOWN " SELECT 0 AS what, id AS name FROM keyed WHERE key IN mine AND id IS NOT NULL"
				   " UNION SELECT 1, hash FROM keyed WHERE hash IS NOT NULL AND key IN mine"
				   " UNION SELECT 2, alias FROM labels WHERE key IN mine ORDER BY 1, 2",
			     p, 1, &rows, err);
	}
	*out = rc == AK_OK ? json_pack("{s:[], s:[], s:[]}", member[0], member[1], member[2]) : NULL;
	json_array_foreach(rows, i, row)
		json_array_append(json_object_get(*out, member[json_integer_value(json_object_get(row, "what"))]), json_object_get(row, "name"));
	json_decref(rows);
	ak_buf_release(&b);
	return rc;
}
