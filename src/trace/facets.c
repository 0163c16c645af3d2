/* Entries of one request id as one attempt (DECISIONS 1). The same rules as the view `attempt` of the workspace. */
#include "base/ak.h"
#include "trace/hops.h"

#include "model/field.h"

static const char *text(const json_t *o, const char *member)
{
	const char *z = json_string_value(json_object_get(o, member));

	return z ? z : "";
}

static int rank(const json_t *record)
{
	const char *facet = ak_trace_field(record, "auditkit.facet");
	int i = 0;

	while (i < AK_FACETS && strcmp(facet ? facet : "", ak_facet_order[i]) != 0)
		i++;
	return i;
}

static bool same_call(const json_t *a, const json_t *b)
{
	const char *x = ak_trace_field(a, "http.request.id"), *y = ak_trace_field(b, "http.request.id");

	return ak_trace_field(a, "auditkit.facet") && ak_trace_field(b, "auditkit.facet") && x && y && strcmp(x, y) == 0 &&
	       strcmp(text(a, "source"), text(b, "source")) == 0;
}

/* Set a field where the value comes later (times) or is stricter (payload: absent, masked, present) than the one there. */
static void set_later(json_t *fields, const char *name, const char *value)
{
	const char *have = json_string_value(json_object_get(fields, name));

	if (value && (!have || strcmp(value, have) > 0))
		json_object_set_new(fields, name, json_string(value));
}

static void merge(json_t *into, const json_t *record)
{
	static const char *const strictest[] = {"auditkit.payload.prompt", "auditkit.payload.completion"};
	json_t *fields = json_object_get(into, "fields"), *more = json_object_get(record, "fields");
	const char *start = ak_trace_field(record, "event.start"), *end = ak_trace_field(record, "event.end");
	const char *first = ak_trace_field(into, "event.start");

	for (size_t i = 0; i < AK_COUNT(strictest); i++)
		set_later(fields, strictest[i], ak_trace_field(record, strictest[i]));
	set_later(fields, "event.end", end ? end : start);
	if (start && (!first || strcmp(start, first) < 0))
		json_object_set_new(fields, "event.start", json_string(start));
	json_object_update_missing(fields, more);
}

static void list(json_t *facets, const json_t *record)
{
	json_array_append_new(facets, json_pack("{s:O, s:O, s:O, s:O*}", "facet",
						json_object_get(json_object_get(record, "fields"), "auditkit.facet"), "cite",
						json_object_get(record, "cite"), "seq", json_object_get(record, "seq"), "time",
						json_object_get(record, "time")));
}

/* The attempt that the entry at `at` begins; its other entries leave the list. */
static json_t *fold_one(json_t *attempts, size_t at)
{
	json_t *group = json_array(), *facets = json_array(), *out = NULL, *r;
	size_t i = at;

	while (i < json_array_size(attempts)) {
		r = json_array_get(attempts, i);
		if (i > at && !same_call(json_array_get(group, 0), r)) {
			i++;
			continue;
		}
		json_array_append(group, r);
		list(facets, r);
		json_array_remove(attempts, i);
		if (i == at)
			json_array_insert_new(attempts, i++, json_null());
	}
	for (int order = 0; order <= AK_FACETS; order++)
		json_array_foreach(group, i, r) {
			if (rank(r) != order)
				continue;
			if (!out) {
				out = json_deep_copy(r);
				json_object_del(json_object_get(out, "fields"), "auditkit.facet");
			}
			merge(out, r);
		}
	json_object_del(json_object_get(out, "fields"), "auditkit.facet");
	json_object_set_new(out, "facets", facets);
	json_decref(group);
	return out;
}

void ak_trace_fold(json_t *attempts)
{
	for (size_t i = 0; i < json_array_size(attempts); i++)
		if (ak_trace_field(json_array_get(attempts, i), "auditkit.facet"))
			json_array_set_new(attempts, i, fold_one(attempts, i));
}
