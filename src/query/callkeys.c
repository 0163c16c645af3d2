/* All keys of the requests: the first pass. */
#include "base/ak.h"
#include "query/callkeying.h"

/* So many records ahead the table is told which entry it will be. */
enum { SOON = 16 };

/* One block of the pass. */
struct reading {
	struct ak_callkeys *k;
	uint64_t id[AK_COLUMNS_ROWS + 1], hash[AK_COLUMNS_ROWS + 1]; /* numbers of the values as they are written */
	uint32_t paired[4096];					     /* pairs of the block that are known: id << 16 | hash */
	struct ak_key_codes codes;
	struct {
		uint32_t from, saying, to;
	} joined[4096];
};

/* ---- names that belong together ---- */

static void count_one(struct ak_map *m, struct ak_str name) { ak_map_put(m, name, NULL)->v.num++; }

static void add_pair(struct ak_callkeys *k, struct ak_str id, struct ak_str hash)
{
	bool fresh;

	if (k->pair.n >= AK_KEYS_PAIRS) {
		k->too_many = true;
		return;
	}
	ak_buf_clear(&k->bytes);
	ak_buf_addstr(&k->bytes, hash);
	ak_buf_addc(&k->bytes, '\0');
	ak_buf_addstr(&k->bytes, id);
	struct ak_map_entry *e = ak_map_put(&k->pair, ak_buf_str(&k->bytes), &fresh);
	e->v.num = (int64_t)hash.n;
	if (!fresh)
		return;
	count_one(&k->hashes_of, id);
	count_one(&k->ids_of, hash);
}

static enum ak_rc take_pair(void *ctx, json_t *row, struct ak_err *err)
{
	(void)err;
	add_pair(ctx, ak_str_of(json_string_value(json_object_get(row, "id"))), ak_str_of(json_string_value(json_object_get(row, "hash"))));
	return AK_OK;
}

/* Where an id and a hash name no other. */
static void find_one_names(struct ak_callkeys *k)
{
	for (size_t i = 0; i < k->pair.n; i++) {
		struct ak_str both = k->pair.e[i].key, hash = ak_str_n(both.p, (size_t)k->pair.e[i].v.num);
		struct ak_str id = ak_str_n(both.p + hash.n + 1, both.n - hash.n - 1);

		if (ak_map_get(&k->hashes_of, id)->v.num == 1 && ak_map_get(&k->ids_of, hash)->v.num == 1)
			ak_map_put(&k->one, hash, NULL)->v.ptr = ak_strndup(id.p, id.n);
	}
	ak_map_release(&k->pair);
	ak_map_release(&k->hashes_of);
	ak_map_release(&k->ids_of);
}

struct ak_str ak_callkeys_id(const struct ak_callkeys *k, struct ak_str hash)
{
	const struct ak_map_entry *e = k->one.n ? ak_map_get(&k->one, hash) : NULL;

	return e ? ak_str_of(e->v.ptr) : ak_str_n(NULL, 0);
}

/* What was said under a hash is said of the key with its id. */
static void meet(struct ak_callkeys *k)
{
	for (size_t i = 0; i < k->one.n; i++) {
		uint64_t hash = ak_key_number(k->one.e[i].key), id = ak_key_number(ak_str_of(k->one.e[i].v.ptr));
		uint32_t *from = ak_key_there(&k->key, hash), *to, was;

		if (!from || hash == id)
			continue;
		was = *from;
		*from = AK_SAID_MOVED;
		if ((to = ak_key_entry(&k->key, id, AK_KEYS_MOST)))
			*to = ak_key_join(k, *to, was);
		else
			k->too_many = true;
	}
}

/* ---- the pass ---- */

static void number_values(const struct ak_columns *c, enum ak_column col, uint64_t *number)
{
	for (size_t i = 0; i < c->ntext[col]; i++)
		number[i + 1] = ak_key_number(c->text[col][i]);
}

static void pair_up(struct reading *r, const struct ak_columns *c, uint32_t id, uint32_t hash)
{
	uint32_t both = id << 16 | hash, *known = &r->paired[(both ^ both >> 13) % AK_COUNT(r->paired)];

	if (*known == both)
		return;
	*known = both;
	add_pair(r->k, c->text[AK_COL_KEY_ID][id - 1], c->text[AK_COL_KEY_HASH][hash - 1]);
}

static uint32_t join(struct reading *r, uint32_t from, uint32_t saying)
{
	size_t at = (from * 31u + saying * 7u) % AK_COUNT(r->joined);

	if (!saying)
		return from | AK_SAID_USED;
	if (r->joined[at].from != from || r->joined[at].saying != saying) {
		r->joined[at].to = ak_key_add(r->k, from, saying) | AK_SAID_USED;
		r->joined[at].from = from;
		r->joined[at].saying = saying;
	}
	return r->joined[at].to;
}

static enum ak_rc take_block(void *ctx, const struct ak_columns *c, const bool *keep, struct ak_err *err)
{
	struct reading *r = ctx;
	const uint16_t *ids = c->row[AK_COL_KEY_ID], *hashes = c->row[AK_COL_KEY_HASH];

	(void)err;
	number_values(c, AK_COL_KEY_ID, r->id);
	number_values(c, AK_COL_KEY_HASH, r->hash);
	memset(r->paired, 0, sizeof r->paired);
	memset(&r->codes, 0, sizeof r->codes);
	for (size_t i = 0; i < c->n; i++) {
		uint32_t id = ids ? ids[i] : 0, hash = hashes ? hashes[i] : 0, *said;

		if (i + SOON < c->n)
			ak_key_soon(&r->k->key, hashes && hashes[i + SOON] ? r->hash[hashes[i + SOON]] : r->id[ids ? ids[i + SOON] : 0]);
		if (id && hash)
			pair_up(r, c, id, hash);
		if (!keep[i] || !(id | hash) || !ak_callkeys_in_period(r->k, c, i))
			continue;
		if (!(said = ak_key_entry(&r->k->key, hash ? r->hash[hash] : r->id[id], AK_KEYS_MOST))) {
			r->k->too_many = true;
			return AK_OK;
		}
		*said = join(r, *said, ak_key_saying_of(r->k, c, i, &r->codes));
	}
	return AK_OK;
}

static enum ak_rc take_beside(void *ctx, struct ak_str key, const struct ak_key_said *said, int64_t first_seq, int64_t records, struct ak_err *err)
{
	struct ak_callkeys *k = ctx;
	uint32_t *entry = ak_key_entry(&k->key, ak_key_number(key), AK_KEYS_MOST);

	(void)first_seq;
	(void)records;
	(void)err;
	if (entry)
		*entry = ak_key_add(k, *entry, ak_key_saying(k, said));
	else
		k->too_many = true;
	return AK_OK;
}

static enum ak_rc read_all(struct ak_callkeys *k, struct ak_err *err)
{
	static const char pairs[] =
		"SELECT key_id AS id, key_hash AS hash FROM api_key WHERE key_id IS NOT NULL AND key_hash IS NOT NULL"
		" UNION SELECT key_id, key_hash FROM usage WHERE key_id IS NOT NULL AND key_hash IS NOT NULL"
		" UNION SELECT key_id, key_hash FROM request INDEXED BY request_facet WHERE facet IS NOT NULL AND key_id IS NOT NULL AND key_hash IS NOT NULL";
	struct ak_columns_want want = {.col = {[AK_COL_KEY_ID] = true, [AK_COL_KEY_HASH] = true, [AK_COL_APP] = true, [AK_COL_TEAM] = true,
					       [AK_COL_TEAM_NAME] = true, [AK_COL_COST_CENTER] = true}};
	struct reading *r = ak_alloc_zero(1, sizeof *r);
	enum ak_rc rc = ak_by_sources(k->s, &k->sources, err);

	r->k = k;
	if (rc == AK_OK)
		rc = ak_rows_each(k->s, pairs, NULL, 0, take_pair, k, err);
	/* All records tell which names are one; the period is asked for record by record. */
	if (rc == AK_OK)
		rc = ak_query_columns_each(k->s, INT64_MIN, INT64_MAX, &want, take_block, r, err);
	ak_free(r);
	if (rc != AK_OK || k->too_many)
		return rc;
	find_one_names(k);
	meet(k);
	return ak_callkeys_beside_each(k, take_beside, k, err);
}

enum ak_rc ak_callkeys_read(struct ak_store *s, int64_t from_us, int64_t to_us, struct ak_callkeys **out, struct ak_err *err)
{
	struct ak_callkeys *k = ak_alloc_zero(1, sizeof *k);
	enum ak_rc rc;

	k->s = s;
	k->from_us = from_us;
	k->to_us = to_us;
	ak_map_init(&k->one);
	ak_map_init(&k->pair);
	ak_map_init(&k->hashes_of);
	ak_map_init(&k->ids_of);
	ak_map_init(&k->sayings);
	ak_map_init(&k->lists);
	ak_map_init(&k->sources);
	ak_arena_init(&k->arena);
	ak_buf_init(&k->bytes, 1 << 20);
	k->list = ak_alloc_zero(AK_KEYS_LISTS, sizeof *k->list);
	k->nlist = 1;
	k->nsaid = 1;
	rc = read_all(k, err);
	if (rc == AK_OK && k->too_many)
		rc = AK_END;
	*out = rc == AK_OK ? k : NULL;
	if (rc != AK_OK)
		ak_callkeys_free(k);
	return rc;
}

void ak_callkeys_free(struct ak_callkeys *k)
{
	if (!k)
		return;
	for (size_t i = 0; i < k->one.n; i++)
		ak_free(k->one.e[i].v.ptr);
	ak_map_release(&k->one);
	ak_map_release(&k->pair);
	ak_map_release(&k->hashes_of);
	ak_map_release(&k->ids_of);
	ak_map_release(&k->sayings);
	ak_map_release(&k->lists);
	ak_by_sources_release(&k->sources);
	ak_arena_release(&k->arena);
	ak_buf_release(&k->bytes);
	ak_key_table_free(&k->key);
	ak_free(k->said);
	ak_free(k->list);
	ak_free(k);
}

/* ---- how many ---- */

static uint64_t count(const struct ak_callkeys *k, uint32_t bits)
{
	uint64_t n = 0;

	for (size_t i = 0; k->key.key && i <= k->key.mask; i++)
		n += k->key.key[i] && k->key.value[i] != AK_SAID_MOVED && k->key.value[i] & bits;
	return n;
}

uint64_t ak_callkeys_said(const struct ak_callkeys *k) { return count(k, ~AK_SAID_USED); }
uint64_t ak_callkeys_used(const struct ak_callkeys *k) { return count(k, AK_SAID_USED); }

bool ak_callkeys_is_used(const struct ak_callkeys *k, struct ak_str name)
{
	const uint32_t *said = ak_key_there(&k->key, ak_key_number(name));

	return said && *said != AK_SAID_MOVED && *said & AK_SAID_USED;
}
