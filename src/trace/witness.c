/* Attempts that other sources of the same system recorded too (store/corroborate.h). */
#include "base/ak.h"
#include "trace/hops.h"

#include "link/link.h"

static json_int_t seq_of(const json_t *o) { return json_integer_value(json_object_get(o, "seq")); }

/* The attempt that a record is, or is an entry of. */
static json_t *told_by(const struct ak_trace *t, json_int_t seq)
{
	json_t *a, *f;
	size_t i, k;

	json_array_foreach(t->attempts, i, a) {
		if (seq_of(a) == seq)
			return a;
		json_array_foreach(json_object_get(a, "facets"), k, f)
			if (seq_of(f) == seq)
				return a;
	}
	return NULL;
}

static void put_beside(json_t *counted, const json_t *witness, const json_t *pair)
{
	size_t compared;
	json_t *differ = ak_link_differences(counted, witness, &compared);

	if (!json_object_get(counted, "witnesses"))
		json_object_set_new(counted, "witnesses", json_array());
	json_array_append_new(json_object_get(counted, "witnesses"),
			      json_pack("{s:O, s:O, s:I, s:o}", "cite", json_object_get(witness, "cite"), "field",
					json_object_get(pair, "field"), "compared", (json_int_t)compared, "differences", differ));
}

/* The attempt that stands for this one; NULL when it counts itself. */
static enum ak_rc counted_by(const struct ak_trace *t, const json_t *attempt, json_t **counted, struct ak_err *err)
{
	json_t *rows = NULL, *row;
	size_t i;
	enum ak_rc rc = ak_query_witnesses(t->s, seq_of(attempt), &rows, err);

	*counted = NULL;
	json_array_foreach(rows, i, row)
		if (seq_of(row) == seq_of(attempt) && (*counted = told_by(t, json_integer_value(json_object_get(row, "of_seq")))))
			put_beside(*counted, attempt, row);
	json_decref(rows);
	return rc;
}

enum ak_rc ak_trace_corroborate(struct ak_trace *t, struct ak_err *err)
{
	json_t *counts = json_array(), *attempt, *counted;
	size_t i;
	enum ak_rc rc = AK_OK;

	json_array_foreach(t->attempts, i, attempt) {
		if ((rc = counted_by(t, attempt, &counted, err)) != AK_OK)
			break;
		if (!counted)
			json_array_append(counts, attempt);
	}
	json_decref(t->attempts);
	t->attempts = counts;
	return rc;
}
