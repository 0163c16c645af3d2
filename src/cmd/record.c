#include "base/ak.h"
#include "cmd/record.h"

#include "base/jsonget.h"
#include "query/query.h"
#include "store/rotate.h"

enum ak_rc ak_record_add_keys(struct ak_ctx *c, json_t *records, struct ak_err *err)
{
	struct ak_key_period *p = NULL;
	json_t *r;
	size_t i, n = 0;
	enum ak_rc rc = ak_key_periods(c->store, &p, &n, err);

	json_array_foreach(records, i, r)
		for (size_t k = 0; k < n; k++)
			if ((int64_t)ak_jnum(r, "seq") >= p[k].from && (int64_t)ak_jnum(r, "seq") < p[k].to)
				json_object_set_new(r, "pseudonym_key", json_string(p[k].kid));
	ak_free(p);
	return rc;
}

enum ak_rc ak_record_by_cite(struct ak_ctx *c, const char *cite, json_t **records, struct ak_err *err)
{
	json_t *record = NULL;
	int64_t seq;
	enum ak_rc rc = ak_query_cite(c->store, cite, &seq, err);

	if (rc == AK_OK)
		rc = ak_query_record(c->store, seq, &record, err);
	if (rc != AK_OK)
		return rc;
	*records = json_array();
	json_array_append_new(*records, record);
	return ak_record_add_keys(c, *records, err);
}
