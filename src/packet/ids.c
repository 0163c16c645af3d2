#include "base/ak.h"
#include "packet/ids.h"

#include "base/crypto.h"

enum { LONGEST = 200, MOST_ENDS = 16 };

struct ak_ids {
	json_t *sha256; /* as members */
};

struct ak_ids *ak_ids_new(void)
{
	struct ak_ids *ids = ak_alloc_zero(1, sizeof *ids);

	ids->sha256 = json_object();
	return ids;
}

void ak_ids_free(struct ak_ids *ids)
{
	if (ids)
		json_decref(ids->sha256);
	ak_free(ids);
}

static void digest(struct ak_str id, char out[2 * AK_SHA256_LEN + 1])
{
	uint8_t sum[AK_SHA256_LEN];

	ak_sha256(id.p, id.n, sum);
	ak_hex(sum, sizeof sum, out);
}

void ak_ids_add_sha256(struct ak_ids *ids, const char *sha256)
{
	if (json_object_size(ids->sha256) < AK_IDS_MOST)
		json_object_set_new(ids->sha256, sha256, json_true());
}

void ak_ids_add(struct ak_ids *ids, struct ak_str id)
{
	char hex[2 * AK_SHA256_LEN + 1];

	digest(id, hex);
	ak_ids_add_sha256(ids, hex);
}

size_t ak_ids_count(const struct ak_ids *ids) { return ids ? json_object_size(ids->sha256) : 0; }

static int by_text(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

json_t *ak_ids_list(const struct ak_ids *ids)
{
	size_t n = ak_ids_count(ids), i = 0;
	const char **all = ak_alloc((n + 1) * sizeof *all), *sha256;
	json_t *list = json_array(), *v;

	if (n)
		json_object_foreach(ids->sha256, sha256, v)
			all[i++] = sha256;
	qsort(all, n, sizeof *all, by_text);
	for (i = 0; i < n; i++)
		json_array_append_new(list, json_pack("{s:s}", "sha256", all[i]));
	ak_free(all);
	return list;
}

static bool is_part(char c)
{
	return ak_is_alnum((unsigned char)c) || (c && strchr("._:/@+=-", c));
}

/* Where what holds the bytes may begin: at the first byte of the run that ids are made of, and behind each sign in it. */
static size_t begins(struct ak_str s, size_t from, size_t out[MOST_ENDS])
{
	size_t n = 0, i = from;

	for (; i && from - i < LONGEST && is_part(s.p[i - 1]) && n < MOST_ENDS - 1; i--)
		if (!ak_is_alnum((unsigned char)s.p[i - 1]))
			out[n++] = i;
	out[n++] = i;
	return n;
}

static size_t ends(struct ak_str s, size_t to, size_t out[MOST_ENDS])
{
	size_t n = 0, i = to;

	for (; i < s.n && i - to < LONGEST && is_part(s.p[i]) && n < MOST_ENDS - 1; i++)
		if (!ak_is_alnum((unsigned char)s.p[i]))
			out[n++] = i;
	out[n++] = i;
	return n;
}

bool ak_ids_hold(const struct ak_ids *ids, struct ak_str s, size_t from, size_t to)
{
	size_t begin[MOST_ENDS], end[MOST_ENDS], n, m;

	if (!ak_ids_count(ids))
		return false;
	n = begins(s, from, begin);
	m = ends(s, to, end);
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < m; k++) {
			char hex[2 * AK_SHA256_LEN + 1];

			digest(ak_str_n(s.p + begin[i], end[k] - begin[i]), hex);
			if (json_object_get(ids->sha256, hex))
				return true;
		}
	return false;
}
