/* How much of one source is met by another. */
#include "base/ak.h"
#include "link/link.h"

#include "base/text.h"
#include "link/cover.h"
#include "link/sums.h"

json_t *ak_link_percent(int64_t n, int64_t of)
{
	char text[32];

	return of ? json_string(ak_percent((uint64_t)n, (uint64_t)of, text)) : json_null();
}

/* The other sides of requests: a request need not have any of them, so those pairs are not asked here. */
static unsigned to_requests(void)
{
	unsigned pairs = 0;

	for (size_t i = 0; i < AK_LINK_PAIRS; i++)
		if (ak_link_pairs[i].to == AK_K_REQUEST && !ak_link_pairs[i].chained && ak_link_pairs[i].from != AK_K_TICKET)
			pairs |= 1u << i;
	return pairs;
}

static void add(json_t *list, const json_t *row)
{
	static const char *const same[] = {"from", "to", "from_kind", "to_kind", "linked", "ambiguous", "total", "percent"};
	json_t *o = json_pack("{s:s, s:O}", "method", "exact", "unlinked", json_object_get(row, "unmatched"));

	for (size_t i = 0; i < AK_COUNT(same); i++)
		json_object_set(o, same[i], json_object_get(row, same[i]));
	json_array_append_new(list, o);
}

enum ak_rc ak_link_coverage(struct ak_store *s, int64_t run, int64_t from_us, int64_t to_us, json_t **out,
			    struct ak_err *err)
{
	const struct ak_link_opts o = {.run = run, .from_us = from_us, .to_us = to_us, .pairs = to_requests()};
	json_t *list = json_array(), *pairs = NULL, *row;
	size_t i;
	enum ak_rc rc = ak_link_cover(s, &o, false, &pairs, NULL, err);

	json_array_foreach(pairs, i, row)
		add(list, row);
	json_decref(pairs);
	if (rc == AK_OK)
		rc = ak_link_sums(s, run, from_us, to_us, list, err);
	if (rc == AK_OK)
		*out = list;
	else
		json_decref(list);
	return rc;
}
