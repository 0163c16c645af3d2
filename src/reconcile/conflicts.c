/* Versions of one record that count side by side: they make a gap that no provider and no gateway has made. */
#include "base/ak.h"
#include "reconcile/reconcile.h"

#include "query/reconcile.h"

enum { NAMED = 20 };

/* Versions come one behind the other. */
struct versions {
	json_t *named, *now, *identity, *start; /* now: the record that they are of */
	int64_t records, versions;
};

static const char *const figures[] = {"requests", "input_tokens", "output_tokens", "cost"};

static bool same(const struct versions *v, const json_t *row)
{
	return v->now && json_equal(v->identity, json_object_get(row, "identity")) && json_equal(v->start, json_object_get(row, "start")) &&
	       json_equal(json_object_get(v->now, "source"), json_object_get(row, "source")) &&
	       json_equal(json_object_get(v->now, "kind"), json_object_get(row, "kind"));
}

/* What all versions have is no difference. */
static json_t *differences(const json_t *values)
{
	json_t *out = json_object(), *list, *v;
	const char *name;
	size_t i;

	json_object_foreach((json_t *)values, name, list) {
		bool differ = false;

		json_array_foreach(list, i, v)
			differ |= !json_equal(v, json_array_get(list, 0));
		if (differ)
			json_object_set(out, name, list);
	}
	return out;
}

/* One version alone is none: the others are of another period, or gone. */
static void end_record(struct versions *v)
{
	size_t n = json_array_size(json_object_get(v->now, "cites"));

	if (n > 1) {
		v->records++;
		v->versions += (int64_t)n;
		json_object_set_new(v->now, "differ", differences(json_object_get(v->now, "values")));
		json_object_del(v->now, "values");
		if (json_array_size(v->named) < NAMED)
			json_array_append(v->named, v->now);
	}
	json_decref(v->now);
	json_decref(v->identity);
	json_decref(v->start);
	v->now = v->identity = v->start = NULL;
}

static json_t *as_text(const json_t *v)
{
	return json_is_integer(v) ? json_sprintf("%lld", (long long)json_integer_value(v)) : v ? json_deep_copy(v) : json_null();
}

static enum ak_rc take(void *ctx, json_t *row, struct ak_err *err)
{
	struct versions *v = ctx;
	const char *source = json_string_value(json_object_get(row, "source"));
	json_t *values;

	(void)err;
	if (!same(v, row)) {
		end_record(v);
		v->now = json_pack("{s:O, s:O, s:O, s:[], s:{}}", "kind", json_object_get(row, "kind"), "source", json_object_get(row, "source"), "time",
				   json_object_get(row, "time"), "cites", "values");
		v->identity = json_incref(json_object_get(row, "identity"));
		v->start = json_incref(json_object_get(row, "start"));
	}
	json_array_append_new(json_object_get(v->now, "cites"), json_sprintf("%s:%lld", source, (long long)json_integer_value(json_object_get(row, "seq"))));
	values = json_object_get(v->now, "values");
	for (size_t i = 0; i < AK_COUNT(figures); i++) {
		if (!json_object_get(values, figures[i]))
			json_object_set_new(values, figures[i], json_array());
		json_array_append_new(json_object_get(values, figures[i]), as_text(json_object_get(row, figures[i])));
	}
	return AK_OK;
}

enum ak_rc ak_reconcile_conflicts(struct ak_store *s, int64_t from_us, int64_t to_us, json_t **out, struct ak_err *err)
{
	struct versions v = {.named = json_array()};
	enum ak_rc rc = ak_query_recon_conflicts(s, from_us, to_us, take, &v, err);

	end_record(&v);
	*out = json_pack("{s:I, s:I, s:o}", "records", (json_int_t)v.records, "versions", (json_int_t)v.versions, "named", v.named);
	return rc;
}
