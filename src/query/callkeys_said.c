/* What is said of keys: sayings, lists of them, and the table from a key to its list. */
#include "base/ak.h"
#include "query/callkeying.h"

#include <sqlite3.h>

#include "query/chains_key.h"
#include "query/rows.h"

/* ---- the table ---- */

static void grow(struct ak_key_table *t)
{
	size_t size = t->key ? 2 * (t->mask + 1) : 1 << 12;
	struct ak_key_table more = {ak_alloc_zero(size, sizeof *more.key), ak_alloc(size * sizeof *more.value), t->n, size - 1};

	for (size_t i = 0; t->key && i <= t->mask; i++) {
		size_t at = t->key[i] & more.mask;

		if (!t->key[i])
			continue;
		while (more.key[at])
			at = (at + 1) & more.mask;
		more.key[at] = t->key[i];
		more.value[at] = t->value[i];
	}
	ak_key_table_free(t);
	*t = more;
}

uint32_t *ak_key_entry(struct ak_key_table *t, uint64_t key, size_t most)
{
	size_t at;

	if (!t->key)
		grow(t);
	for (at = key & t->mask; t->key[at]; at = (at + 1) & t->mask)
		if (t->key[at] == key)
			return &t->value[at];
	if (t->n >= most)
		return NULL;
	if (4 * (t->n + 1) > 3 * (t->mask + 1)) {
		grow(t);
		for (at = key & t->mask; t->key[at];)
			at = (at + 1) & t->mask;
	}
	t->n++;
	t->key[at] = key;
	t->value[at] = 0;
	return &t->value[at];
}

uint32_t *ak_key_there(const struct ak_key_table *t, uint64_t key)
{
	for (size_t at = key & t->mask; t->key && t->key[at]; at = (at + 1) & t->mask)
		if (t->key[at] == key)
			return &t->value[at];
	return NULL;
}

void ak_key_table_free(struct ak_key_table *t)
{
	ak_free(t->key);
	ak_free(t->value);
	*t = (struct ak_key_table){0};
}

/* ---- sayings ---- */

static void add_text(struct ak_buf *b, struct ak_str v)
{
	uint32_t n = v.p ? (uint32_t)v.n : UINT32_MAX;

	ak_buf_add(b, &n, sizeof n);
	if (v.p)
		ak_buf_addstr(b, v);
}

static struct ak_str kept(struct ak_callkeys *k, struct ak_str v) { return v.p ? ak_arena_str(&k->arena, v) : v; }

uint32_t ak_key_saying(struct ak_callkeys *k, const struct ak_key_said *said)
{
	struct ak_map_entry *e;
	bool fresh;

	ak_buf_clear(&k->bytes);
	ak_buf_add(&k->bytes, &said->source, sizeof said->source);
	ak_buf_adds(&k->bytes, said->kind);
	add_text(&k->bytes, said->owner);
	add_text(&k->bytes, said->owner_type);
	add_text(&k->bytes, said->app);
	add_text(&k->bytes, said->team);
	add_text(&k->bytes, said->team_name);
	add_text(&k->bytes, said->cost_center);
	e = ak_map_put(&k->sayings, ak_buf_str(&k->bytes), &fresh);
	if (!fresh)
		return (uint32_t)e->v.num;
	if (k->nsaid == 1 || (k->nsaid & (k->nsaid - 1)) == 0)
		k->said = ak_realloc(k->said, 2 * k->nsaid * sizeof *k->said);
	k->said[k->nsaid] = (struct ak_key_said){said->source, said->source_name, said->kind, kept(k, said->owner), kept(k, said->owner_type), kept(k, said->app),
						 kept(k, said->team), kept(k, said->team_name), kept(k, said->cost_center)};
	e->v.num = (int64_t)k->nsaid;
	return (uint32_t)k->nsaid++;
}

static const char *source_name(const struct ak_callkeys *k, int64_t source)
{
	const struct ak_map_entry *e = ak_map_get(&k->sources, ak_str_n((const char *)&source, sizeof source));

	return e ? e->v.ptr : "";
}

uint32_t ak_key_saying_of(struct ak_callkeys *k, const struct ak_columns *c, size_t i, struct ak_key_codes *codes)
{
	static const enum ak_column cols[] = {AK_COL_APP, AK_COL_TEAM, AK_COL_TEAM_NAME, AK_COL_COST_CENTER};
	int64_t source = c->number[AK_COL_SOURCE][i];
	uint64_t tuple = 0, spread;
	struct ak_key_said said;
	size_t at;

	for (size_t f = 0; f < AK_COUNT(cols); f++)
		tuple = tuple << 16 | (c->row[cols[f]] ? c->row[cols[f]][i] : 0);
	if (!tuple)
		return 0;
	spread = (tuple ^ (uint64_t)source << 57) * UINT64_C(0x9e3779b97f4a7c15);
	at = spread >> 52;
	if (codes->tuple[at] == tuple && codes->source[at] == source)
		return codes->saying[at];
	said = (struct ak_key_said){.source = source, .source_name = source_name(k, source), .kind = "request records", .app = ak_columns_text(c, AK_COL_APP, i),
				    .team = ak_columns_text(c, AK_COL_TEAM, i), .team_name = ak_columns_text(c, AK_COL_TEAM_NAME, i),
				    .cost_center = ak_columns_text(c, AK_COL_COST_CENTER, i)};
	codes->tuple[at] = tuple;
	codes->source[at] = source;
	codes->saying[at] = ak_key_saying(k, &said);
	return codes->saying[at];
}

void ak_key_names(const struct ak_callkeys *k, const struct ak_columns *c, struct ak_key_block *b)
{
	for (size_t i = 0; i < c->ntext[AK_COL_KEY_ID]; i++) {
		b->id_name[i + 1] = c->text[AK_COL_KEY_ID][i];
		b->id[i + 1] = ak_key_number(b->id_name[i + 1]);
	}
	for (size_t i = 0; i < c->ntext[AK_COL_KEY_HASH]; i++) {
		struct ak_str hash = c->text[AK_COL_KEY_HASH][i], id = ak_callkeys_id(k, hash);

		b->hash_name[i + 1] = id.p ? id : hash;
		b->hash[i + 1] = ak_key_number(b->hash_name[i + 1]);
	}
}

/* ---- lists ---- */

/* Source and kind of a saying, as one number. */
static uint32_t witness(const struct ak_callkeys *k, uint32_t saying)
{
	const struct ak_key_said *s = &k->said[saying];

	return (uint32_t)s->source << 2 | (s->kind[0] == 'k' ? 1u : s->kind[0] == 'u' ? 2u : 0u);
}

static uint32_t list_of(struct ak_callkeys *k, const struct ak_key_list *l)
{
	bool fresh;
	struct ak_map_entry *e;

	if (k->nlist == AK_KEYS_LISTS && !ak_map_get(&k->lists, ak_str_n((const char *)l->said, l->n * sizeof l->said[0])))
		return UINT32_MAX;
	e = ak_map_put(&k->lists, ak_str_n((const char *)l->said, l->n * sizeof l->said[0]), &fresh);
	if (fresh) {
		k->list[k->nlist] = *l;
		e->v.num = (int64_t)k->nlist++;
	}
	return (uint32_t)e->v.num;
}

/* More than a list holds. */
static uint32_t as_long(const struct ak_callkeys *k, const struct ak_key_list *l, uint32_t saying)
{
	uint32_t who = witness(k, saying);

	for (uint32_t i = 0; i < l->n; i++)
		if (witness(k, l->said[i]) != who)
			return AK_SAID_SEVERAL;
	return AK_SAID_LONG | who;
}

uint32_t ak_key_add(struct ak_callkeys *k, uint32_t to, uint32_t saying)
{
	uint32_t used = to & AK_SAID_USED, state = to & ~AK_SAID_USED, at = 0, found;
	struct ak_key_list l;

	if (state & AK_SAID_SEVERAL || !saying)
		return to;
	if (state & AK_SAID_LONG)
		return (state == (AK_SAID_LONG | witness(k, saying)) ? state : AK_SAID_SEVERAL) | used;
	l = k->list[state];
	while (at < l.n && l.said[at] < saying)
		at++;
	if (at < l.n && l.said[at] == saying)
		return to;
	if (l.n == AK_KEYS_LISTED)
		return as_long(k, &l, saying) | used;
	memmove(&l.said[at + 1], &l.said[at], (l.n - at) * sizeof l.said[0]);
	l.said[at] = saying;
	l.n++;
	found = list_of(k, &l);
	return (found == UINT32_MAX ? as_long(k, &k->list[state], saying) : found) | used;
}

uint32_t ak_key_join(struct ak_callkeys *k, uint32_t a, uint32_t b)
{
	uint32_t used = (a | b) & AK_SAID_USED, more = b & ~AK_SAID_USED, to = a & ~AK_SAID_USED;
	const struct ak_key_list *l;

	if ((to | more) & AK_SAID_SEVERAL)
		return AK_SAID_SEVERAL | used;
	if (more & AK_SAID_LONG) {
		more = to;
		to = b & ~AK_SAID_USED;
	}
	if (more & AK_SAID_LONG)
		return (to == more ? to : AK_SAID_SEVERAL) | used;
	l = &k->list[more];
	for (uint32_t i = 0; i < l->n; i++)
		to = ak_key_add(k, to, l->said[i]);
	return to | used;
}

size_t ak_callkeys_lists(const struct ak_callkeys *k) { return k->nlist; }

size_t ak_callkeys_list(const struct ak_callkeys *k, size_t i, const struct ak_key_said **said, size_t most)
{
	size_t n = k->list[i].n < most ? k->list[i].n : most;

	for (size_t j = 0; j < n; j++)
		said[j] = &k->said[k->list[i].said[j]];
	return n;
}

/* ---- usage records and the inventory ---- */

static enum ak_rc beside(struct ak_callkeys *k, const char *sql, const char *kind, ak_key_row_fn *each, void *ctx, struct ak_err *err)
{
	AK_CLEANUP(ak_sql_finalizep) sqlite3_stmt *st = NULL;
	enum ak_rc rc = ak_sql_prepare(k->s, sql, &st, err);

	if (rc != AK_OK)
		return rc;
	sqlite3_bind_int64(st, 1, k->from_us);
	sqlite3_bind_int64(st, 2, k->to_us);
	while ((rc = ak_sql_step(k->s, st, err)) == AK_OK) {
		struct ak_str hash = ak_sql_text(st, 2), key = hash.p ? ak_callkeys_id(k, hash) : ak_sql_text(st, 1);
		int64_t source = sqlite3_column_int64(st, 0);
		struct ak_key_said said = {source, source_name(k, source), kind, ak_sql_text(st, 5), ak_sql_text(st, 6), ak_sql_text(st, 7),
					   ak_sql_text(st, 8), ak_sql_text(st, 9), ak_sql_text(st, 10)};

		key = key.p ? key : hash;
		if (key.p && (rc = each(ctx, key, &said, sqlite3_column_int64(st, 3), sqlite3_column_int64(st, 4), err)) != AK_OK)
			return rc;
	}
	return rc == AK_END ? AK_OK : rc;
}

enum ak_rc ak_callkeys_beside_each(struct ak_callkeys *k, ak_key_row_fn *each, void *ctx, struct ak_err *err)
{
	static const char inventory[] =
		"SELECT e.source, k.key_id, k.key_hash, k.seq, 1, k.owner_id, k.owner_type, k.app, k.team_id, k.team_name, k.cost_center"
		" FROM api_key k" AK_OF_FILE("k") " WHERE" AK_KEY_NEWEST("k") " AND ?1 <= ?2";
	static const char usage[] =
		"SELECT e.source, u.key_id, u.key_hash, min(u.seq), count(*), NULL, NULL, u.app, u.team_id, u.team_name, u.cost_center"
		" FROM usage u" AK_OF_FILE("u") " WHERE" AK_LIVE("u") " AND coalesce(u.app, u.team_id, u.team_name, u.cost_center) IS NOT NULL"
		" GROUP BY e.source, u.key_id, u.key_hash, u.app, u.team_id, u.team_name, u.cost_center";
	enum ak_rc rc = beside(k, inventory, "key inventory", each, ctx, err);

	return rc == AK_OK ? beside(k, usage, "usage records", each, ctx, err) : rc;
}
