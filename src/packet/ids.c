#include "base/ak.h"
#include "packet/ids.h"

#include <pthread.h>

#include "base/crypto.h"

enum { LONGEST = 200, MOST_ENDS = 16 };

struct ak_ids {
	pthread_mutex_t lock;
	json_t *sha256; /* as members; the value is how many came before */
};

struct ak_ids *ak_ids_new(void)
{
	struct ak_ids *ids = ak_alloc_zero(1, sizeof *ids);

	ids->sha256 = json_object();
	pthread_mutex_init(&ids->lock, NULL);
	return ids;
}

void ak_ids_free(struct ak_ids *ids)
{
	if (ids) {
		json_decref(ids->sha256);
		pthread_mutex_destroy(&ids->lock);
	}
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
	size_t n;

	pthread_mutex_lock(&ids->lock);
	n = json_object_size(ids->sha256);
	if (n < AK_IDS_MOST && !json_object_get(ids->sha256, sha256))
		json_object_set_new(ids->sha256, sha256, json_integer((json_int_t)n));
	pthread_mutex_unlock(&ids->lock);
}

void ak_ids_add(struct ak_ids *ids, struct ak_str id)
{
	char hex[2 * AK_SHA256_LEN + 1];

	digest(id, hex);
	ak_ids_add_sha256(ids, hex);
}

size_t ak_ids_count(struct ak_ids *ids)
{
	size_t n = 0;

	if (!ids)
		return 0;
	pthread_mutex_lock(&ids->lock);
	n = json_object_size(ids->sha256);
	pthread_mutex_unlock(&ids->lock);
	return n;
}

static bool has(struct ak_ids *ids, size_t told, const char *sha256)
{
	const json_t *v;
	bool found;

	pthread_mutex_lock(&ids->lock);
	v = json_object_get(ids->sha256, sha256);
	found = v && (size_t)json_integer_value(v) < told;
	pthread_mutex_unlock(&ids->lock);
	return found;
}

static int by_text(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

json_t *ak_ids_list(struct ak_ids *ids)
{
	size_t n = ak_ids_count(ids), i = 0;
	const char **all = ak_alloc((n + 1) * sizeof *all), *sha256;
	json_t *list = json_array(), *v;

	if (n)
		json_object_foreach(ids->sha256, sha256, v)
			all[i++] = sha256;
	ak_sort(all, n, sizeof *all, by_text);
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

bool ak_ids_hold(struct ak_ids *ids, size_t told, struct ak_str s, size_t from, size_t to)
{
	size_t begin[MOST_ENDS], end[MOST_ENDS], n, m;

	if (!told || !ak_ids_count(ids))
		return false;
	n = begins(s, from, begin);
	m = ends(s, to, end);
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < m; k++) {
			char hex[2 * AK_SHA256_LEN + 1];

			digest(ak_str_n(s.p + begin[i], end[k] - begin[i]), hex);
			if (has(ids, told, hex))
				return true;
		}
	return false;
}
