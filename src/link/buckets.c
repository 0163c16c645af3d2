/* The usage buckets around a request: sums, never a claim about the one request. */
#include "base/ak.h"
#include "link/link.h"

#include "base/time.h"
#include "state/modelname.h"

#define DAY_US INT64_C(86400000000)

static const char *field(const json_t *record, const char *name)
{
	return json_string_value(json_object_get(json_object_get(record, "fields"), name));
}

static bool parse_us(const char *text, int64_t *us)
{
	struct ak_arena a;
	struct ak_time t;
	struct ak_err ignored = {0};
	bool good;

	ak_arena_init(&a);
	good = text && ak_time_parse(ak_str_of(text), "UTC", &a, &t, &ignored) == AK_OK;
	if (good)
		*us = t.us;
	ak_arena_release(&a);
	return good;
}

static bool same(const json_t *row, const char *member, const char *value)
{
	const char *have = json_string_value(json_object_get(row, member));

	return !have || !value || strcmp(have, value) == 0;
}

/* A gateway may write the name that was asked for where the provider counts by snapshot: gpt-4o-mini and gpt-4o-mini-2024-07-18. */
static bool other_form(const json_t *row, const char *served)
{
	const char *have = json_string_value(json_object_get(row, "model"));

	return have && served && ak_model_relation(served, have) != AK_MODEL_OTHER;
}

/* Rows whose bucket covers the time; with `exact` those of the model's very name only. */
static json_t *of_model(const json_t *covering, const json_t *request, bool exact)
{
	const char *served = field(request, "gen_ai.response.model");
	json_t *list = json_array(), *row;
	size_t i;

	json_array_foreach((json_t *)covering, i, row)
		if (same(row, "provider", field(request, "gen_ai.provider.name")) && (exact ? same(row, "model", served) : other_form(row, served)))
			json_array_append(list, row);
	return list;
}

enum ak_rc ak_link_buckets(struct ak_store *s, const json_t *request, json_t **out, struct ak_err *err)
{
	json_t *covering = NULL, *list;
	enum ak_rc rc = ak_link_covering(s, request, &covering, err);

	if (rc != AK_OK)
		return rc;
	list = of_model(covering, request, true);
	if (!json_array_size(list)) {
		json_decref(list);
		list = of_model(covering, request, false);
	}
	json_decref(covering);
	*out = list;
	return AK_OK;
}

enum ak_rc ak_link_covering(struct ak_store *s, const json_t *request, json_t **out, struct ak_err *err)
{
	json_t *rows = NULL, *row, *list = json_array();
	int64_t at, end;
	size_t i;
	enum ak_rc rc = AK_OK;

	if (parse_us(field(request, "event.start"), &at))
		rc = ak_query_usage_rows(s, at - DAY_US, at + 1, &rows, err);
	json_array_foreach(rows, i, row) {
		if (!parse_us(json_string_value(json_object_get(row, "end")), &end) || end <= at)
			continue;
		json_object_set_new(row, "cite", json_sprintf("%s:%lld", json_string_value(json_object_get(row, "source")),
							      (long long)json_integer_value(json_object_get(row, "seq"))));
		json_array_append(list, row);
	}
	json_decref(rows);
	if (rc == AK_OK)
		*out = list;
	else
		json_decref(list);
	return rc;
}
