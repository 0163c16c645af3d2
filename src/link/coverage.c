/* How much of one source is met by another. */
#include "base/ak.h"
#include "link/link.h"

#include "link/sums.h"

static int64_t num(const json_t *o, const char *key) { return json_integer_value(json_object_get(o, key)); }
static const char *txt(const json_t *o, const char *key)
{
	const char *z = json_string_value(json_object_get(o, key));

	return z ? z : "";
}

json_t *ak_link_percent(int64_t n, int64_t of)
{
	__int128 tenths = of ? (__int128)n * 1000 / of : 0;

	return of ? json_sprintf("%lld.%lld %%", (long long)(tenths / 10), (long long)(tenths % 10)) : json_null();
}

/* ---- exact ---- */

/* Rows come per (from, target or none): those without a target are unlinked records of every pair of that source. */
static void add_exact(json_t *list, const json_t *rows, enum ak_kind from, enum ak_kind to)
{
	json_t *row, *other;
	size_t i, k;

	json_array_foreach(rows, i, row) {
		int64_t total = 0;
		bool alone = true;
		json_array_foreach(rows, k, other)
			if (strcmp(txt(row, "from"), txt(other, "from")) == 0) {
				total += num(other, "total");
				alone = alone && !json_is_string(json_object_get(other, "to"));
			}
		if (!json_is_string(json_object_get(row, "to")) && !alone)
			continue;
		json_array_append_new(
			list, json_pack("{s:s, s:O, s:s, s:s, s:s, s:I, s:I, s:I, s:I, s:o}", "from", txt(row, "from"), "to",
					json_object_get(row, "to"), "from_kind", ak_kinds[from].name, "to_kind", ak_kinds[to].name,
					"method", "exact", "linked", (json_int_t)num(row, "linked"), "ambiguous",
					(json_int_t)num(row, "ambiguous"), "unlinked",
					(json_int_t)(total - num(row, "linked") - num(row, "ambiguous")), "total",
					(json_int_t)total, "percent", ak_link_percent(num(row, "linked"), total)));
	}
}

static enum ak_rc exact(struct ak_store *s, enum ak_kind from, int64_t run, int64_t from_us, int64_t to_us, json_t *list,
			struct ak_err *err)
{
	json_t *rows = NULL;
	enum ak_rc rc = ak_query_exact_links(s, from, AK_K_REQUEST, run, from_us, to_us, &rows, err);

	if (rc == AK_OK)
		add_exact(list, rows, from, AK_K_REQUEST);
	json_decref(rows);
	return rc;
}

enum ak_rc ak_link_coverage(struct ak_store *s, int64_t run, int64_t from_us, int64_t to_us, json_t **out,
			    struct ak_err *err)
{
	static const enum ak_kind from[] = {AK_K_APP, AK_K_AUDIT, AK_K_CALL, AK_K_VERDICT, AK_K_QUOTA, AK_K_SETTLEMENT};
	json_t *list = json_array();
	enum ak_rc rc = AK_OK;

	for (size_t i = 0; i < AK_COUNT(from) && rc == AK_OK; i++)
		rc = exact(s, from[i], run, from_us, to_us, list, err);
	if (rc == AK_OK)
		rc = ak_link_sums(s, run, from_us, to_us, list, err);
	if (rc == AK_OK)
		*out = list;
	else
		json_decref(list);
	return rc;
}
