#include "base/ak.h"
#include "query/query.h"

#include "query/attempt.h"
#include "query/rows.h"

enum ak_rc ak_query_folds(struct ak_store *s, bool *out, struct ak_err *err)
{
	json_t *row = NULL;
	enum ak_rc rc = ak_rows_one(s, "SELECT EXISTS(SELECT 1 FROM request WHERE facet IS NOT NULL) AS any_flag", NULL, 0, &row, err);

	if (rc == AK_OK)
		*out = json_is_true(json_object_get(row, "any"));
	json_decref(row);
	return rc;
}

enum ak_rc ak_over_choose(struct ak_store *s, const struct ak_over *o, const char **sql, struct ak_err *err)
{
	bool folds;
	enum ak_rc rc = ak_query_folds(s, &folds, err);

	if (rc == AK_OK)
		*sql = folds ? o->attempt : o->request;
	return rc;
}
