/* The usage buckets around a request: sums, never a claim about the one request. */
#include "base/ak.h"
#include "link/link.h"

#include "base/time.h"

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

enum ak_rc ak_link_buckets(struct ak_store *s, const json_t *request, json_t **out, struct ak_err *err)
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
		if (!same(row, "provider", field(request, "gen_ai.provider.name")) ||
		    !same(row, "model", field(request, "gen_ai.response.model")))
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
