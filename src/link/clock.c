/* Clock offsets from exactly linked pairs. Recorded, never applied. */
#include "base/ak.h"
#include "link/link.h"

static const char *txt(const json_t *o, const char *key)
{
	const char *z = json_string_value(json_object_get(o, key));

	return z ? z : "";
}

static bool same_group(const json_t *a, const json_t *b)
{
	return strcmp(txt(a, "from"), txt(b, "from")) == 0 && strcmp(txt(a, "app"), txt(b, "app")) == 0 &&
	       strcmp(txt(a, "to"), txt(b, "to")) == 0;
}

static int64_t delta_ms(const json_t *row) { return json_integer_value(json_object_get(row, "delta")) / 1000; }

/* Pairs come sorted by group, then by offset: the median stands in the middle. */
enum ak_rc ak_link_clock(struct ak_store *s, int64_t run, json_t **out, struct ak_err *err)
{
	json_t *pairs = NULL;
	enum ak_rc rc = ak_query_clock_pairs(s, run, &pairs, err);
	size_t n = json_array_size(pairs), first = 0;

	if (rc != AK_OK)
		return rc;
	*out = json_array();
	while (first < n) {
		json_t *row = json_array_get(pairs, first);
		size_t end = first;
		while (end < n && same_group(row, json_array_get(pairs, end)))
			end++;
		json_array_append_new(*out, json_pack("{s:s, s:s, s:s, s:I, s:I, s:I, s:I}", "from", txt(row, "from"), "app",
						      txt(row, "app"), "to", txt(row, "to"), "pairs", (json_int_t)(end - first),
						      "median_ms", (json_int_t)delta_ms(json_array_get(pairs, (first + end) / 2)),
						      "min_ms", (json_int_t)delta_ms(row), "max_ms",
						      (json_int_t)delta_ms(json_array_get(pairs, end - 1))));
		first = end;
	}
	json_decref(pairs);
	return AK_OK;
}
