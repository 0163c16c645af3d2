/* The calls of a period, one by one, by their citations. */
#include "base/ak.h"
#include "query/query.h"

#include "query/aggregate.h"
#include "query/rows.h"

struct calls {
	json_t *names; /* of sources, by id */
	void (*each)(void *ctx, const char *citation);
	void *ctx;
};

static enum ak_rc block(void *ctx, const struct ak_columns *c, const bool *keep, struct ak_err *err)
{
	struct calls *x = ctx;
	char key[24], citation[256];
	const char *name = NULL;
	int64_t was = -1;

	(void)err;
	for (size_t i = 0; i < c->n; i++) {
		int64_t source = c->number[AK_COL_SOURCE][i];

		if (!keep[i])
			continue;
		if (!name || source != was) {
			snprintf(key, sizeof key, "%lld", (long long)source);
			name = json_string_value(json_object_get(x->names, key));
			was = source;
		}
		snprintf(citation, sizeof citation, "%s:%lld", name ? name : "", (long long)c->number[AK_COL_SEQ][i]);
		x->each(x->ctx, citation);
	}
	return AK_OK;
}

enum ak_rc ak_query_call_cites(struct ak_store *s, int64_t from_us, int64_t to_us, void (*each)(void *ctx, const char *citation), void *ctx,
			       struct ak_err *err)
{
	const struct ak_columns_want want = {.col = {[AK_COL_SEQ] = true, [AK_COL_SOURCE] = true}};
	struct calls x = {json_object(), each, ctx};
	json_t *rows = NULL, *row;
	size_t i;
	enum ak_rc rc = ak_rows(s, "SELECT CAST(id AS TEXT) AS id, name FROM source ORDER BY id", NULL, 0, &rows, err);

	json_array_foreach(rows, i, row)
		json_object_set(x.names, json_string_value(json_object_get(row, "id")), json_object_get(row, "name"));
	if (rc == AK_OK)
		rc = ak_query_columns_each(s, from_us, to_us, &want, block, &x, err);
	json_decref(rows);
	json_decref(x.names);
	return rc;
}
