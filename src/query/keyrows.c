#include "base/ak.h"
#include "query/keyrows.h"

#include <sqlite3.h>

#include "base/decimal.h"
#include "base/map.h"
#include "base/time.h"
#include "query/aggregate.h"
#include "query/attempt.h"
#include "query/people.h"
#include "query/rows.h"

/* What is kept at once: 110 bytes a key and its name. */
enum { MOST_KEYS = 750000, MOST_LISTED = 200000 };

/* A row of the inventory. */
struct listed {
	struct ak_str id, hash, alias, owner, team, team_name, state;
	int64_t us, seq;
};

/* What few keys have: greatest values of the inventory, and what providers counted. */
struct more {
	struct ak_str owner, team, team_name, state;
	struct ak_dec_sum sum;
	bool summed;
};

struct key {
	struct ak_str name, alias, team; /* the greatest; of records */
	int64_t attempts, first, last;	 /* AK_COLUMN_NONE: none has a time */
	struct more *more;
	uint32_t people;
	bool zero; /* a record that counts no provider requests */
};

/* What a record says of its key. */
struct said {
	struct ak_str id, hash, alias, team;
	uint64_t person; /* 0 = nobody */
	int64_t us;
};

struct reading {
	struct ak_store *s;
	struct ak_arena arena;
	struct key *key;
	uint32_t *slot; /* 1 + index of key */
	size_t n, room, mask;
	struct listed *listed;
	size_t nlisted;
	struct ak_map by_id, by_hash; /* 1 + index of listed: the newest row */
	struct ak_people people;
	struct ak_people_block block;
	uint64_t number[AK_COLUMNS_ROWS + 1]; /* of the values of the column that names most keys */
	bool too_many;
};

/* ---- keys ---- */

static void greatest(struct ak_str *have, struct ak_str v, struct ak_arena *arena)
{
	if (v.p && (!have->p || ak_str_cmp(v, *have) > 0))
		*have = arena ? ak_arena_str(arena, v) : v;
}

static void grow(struct reading *r)
{
	r->room = r->room ? 2 * r->room : 1024;
	r->mask = 2 * r->room - 1;
	r->key = ak_realloc(r->key, r->room * sizeof *r->key);
	ak_free(r->slot);
	r->slot = ak_alloc_zero(r->mask + 1, sizeof *r->slot);
	for (size_t i = 0; i < r->n; i++) {
		size_t at = ak_hash(r->key[i].name.p, r->key[i].name.n) & r->mask;

		while (r->slot[at])
			at = (at + 1) & r->mask;
		r->slot[at] = (uint32_t)i + 1;
	}
}

static struct key *key_of(struct reading *r, struct ak_str name, uint64_t hash)
{
	size_t at;

	if (r->n == r->room)
		grow(r);
	for (at = hash & r->mask; r->slot[at]; at = (at + 1) & r->mask)
		if (ak_str_eq(r->key[r->slot[at] - 1].name, name))
			return &r->key[r->slot[at] - 1];
	r->slot[at] = (uint32_t)++r->n;
	r->key[r->n - 1] = (struct key){.name = ak_arena_str(&r->arena, name), .first = AK_COLUMN_NONE, .last = AK_COLUMN_NONE};
	return &r->key[r->n - 1];
}

static struct more *more_of(struct reading *r, struct key *k)
{
	if (!k->more) {
		k->more = ak_arena_zero(&r->arena, sizeof *k->more);
		ak_dec_sum_init(&k->more->sum);
	}
	return k->more;
}

/* ---- the inventory ---- */

static const struct listed *newest(const struct reading *r, const struct ak_map *m, struct ak_str name)
{
	const struct ak_map_entry *e = name.p && m->n ? ak_map_get(m, name) : NULL;

	return e ? &r->listed[e->v.num - 1] : NULL;
}

static bool is_newer(const struct listed *a, const struct listed *b) { return a->us != b->us ? a->us > b->us : a->seq > b->seq; }

static void list_under(struct reading *r, struct ak_map *m, struct ak_str name, size_t i)
{
	struct ak_map_entry *e;

	if (!name.p)
		return;
	e = ak_map_put(m, name, NULL);
	if (!e->v.num || is_newer(&r->listed[i], &r->listed[e->v.num - 1]))
		e->v.num = (int64_t)i + 1;
}

/* By hash where that row is the newer one, else by id. */
static const struct listed *listed_as(const struct reading *r, const struct said *x)
{
	const struct listed *h = newest(r, &r->by_hash, x->hash), *i = newest(r, &r->by_id, x->id);

	return !i || (h && is_newer(h, i)) ? h : i;
}

static enum ak_rc read_inventory(struct reading *r, struct ak_err *err)
{
	static const char sql[] = "SELECT seq, coalesce(time_us, -9223372036854775808), key_id, key_hash, key_alias, owner_id, team_id, team_name, state_value"
				  " FROM api_key WHERE state = 0 LIMIT ?1";
	AK_CLEANUP(ak_sql_finalizep) sqlite3_stmt *st = NULL;
	size_t room = 0;
	enum ak_rc rc = ak_sql_prepare(r->s, sql, &st, err);

	if (rc == AK_OK)
		sqlite3_bind_int64(st, 1, MOST_LISTED + 1);
	while (rc == AK_OK && (rc = ak_sql_step(r->s, st, err)) == AK_OK) {
		struct ak_str v[7];

		for (int i = 0; i < 7; i++) {
			v[i] = ak_sql_text(st, 2 + i);
			if (v[i].p)
				v[i] = ak_arena_str(&r->arena, v[i]);
		}
		if (r->nlisted == room) {
			room = room ? 2 * room : 256;
			r->listed = ak_realloc(r->listed, room * sizeof *r->listed);
		}
		r->listed[r->nlisted++] = (struct listed){v[0], v[1], v[2], v[3], v[4], v[5], v[6], sqlite3_column_int64(st, 1), sqlite3_column_int64(st, 0)};
	}
	for (size_t i = 0; i < r->nlisted; i++) {
		list_under(r, &r->by_id, r->listed[i].id, i);
		list_under(r, &r->by_hash, r->listed[i].hash, i);
	}
	r->too_many = r->nlisted > MOST_LISTED;
	return rc == AK_END ? AK_OK : rc;
}

/* ---- records ---- */

static struct ak_str own_name(const struct said *x) { return x->id.p ? x->id : x->hash.p ? x->hash : x->alias; }

/* The key that a record names, NULL = none. number: hash of its own name. Texts are copied when they are kept. */
static struct key *add(struct reading *r, const struct said *x, uint64_t number)
{
	const struct listed *l = r->nlisted ? listed_as(r, x) : NULL;
	struct ak_str name = own_name(x);
	struct key *k;
	int fresh;

	if (!name.p)
		return NULL;
	if (l && l->id.p) {
		name = l->id;
		number = ak_hash(name.p, name.n);
	}
	k = key_of(r, name, number);
	greatest(&k->alias, l && l->alias.p ? l->alias : x->alias, &r->arena);
	greatest(&k->team, x->team, &r->arena);
	if (l) {
		struct more *m = more_of(r, k);

		greatest(&m->owner, l->owner, NULL);
		greatest(&m->team, l->team, NULL);
		greatest(&m->team_name, l->team_name, NULL);
		greatest(&m->state, l->state, NULL);
	}
	if (x->us != AK_COLUMN_NONE) {
		k->first = k->first == AK_COLUMN_NONE || x->us < k->first ? x->us : k->first;
		k->last = k->last == AK_COLUMN_NONE || x->us > k->last ? x->us : k->last;
	}
	fresh = x->person ? ak_people_add(&r->people, (uint64_t)(k - r->key), x->person) : 0;
	k->people += fresh > 0;
	r->too_many |= fresh < 0 || r->n > MOST_KEYS;
	return k;
}

static enum ak_rc take(void *ctx, const struct ak_columns *c, const bool *keep, struct ak_err *err)
{
	struct reading *r = ctx;
	enum ak_column most = AK_COL_KEY_ID;

	(void)err;
	ak_people_of(c, &r->block);
	if (c->ntext[AK_COL_KEY_HASH] > c->ntext[most])
		most = AK_COL_KEY_HASH;
	for (size_t i = 0; i < c->ntext[most]; i++)
		r->number[i] = ak_hash(c->text[most][i].p, c->text[most][i].n);
	for (size_t i = 0; i < c->n && !r->too_many; i++) {
		struct said x = {ak_columns_text(c, AK_COL_KEY_ID, i), ak_columns_text(c, AK_COL_KEY_HASH, i), ak_columns_text(c, AK_COL_KEY_ALIAS, i),
				 ak_columns_text(c, AK_COL_TEAM, i), r->block.of[i], ak_columns_number(c, AK_COL_TIME, i)};
		struct ak_str name = own_name(&x);
		struct key *k;

		if (!keep[i] || !name.p)
			continue;
		if (!x.team.p)
			x.team = ak_columns_text(c, AK_COL_TEAM_NAME, i);
		k = add(r, &x, c->row[most] && c->row[most][i] && name.p == c->text[most][c->row[most][i] - 1].p ? r->number[c->row[most][i] - 1]
														 : ak_hash(name.p, name.n));
		k->attempts++;
		k->zero = true;
	}
	return r->too_many ? AK_END : AK_OK;
}

static enum ak_rc read_usage(struct reading *r, int64_t from_us, int64_t to_us, struct ak_err *err)
{
	static const char sql[] = "SELECT u.key_id, u.key_hash, u.key_alias, coalesce(u.team_id, u.team_name), " AK_PERSON("u.actor_id", "u.actor_email", "NULL")
				  ", u.time_us, CASE WHEN" AK_OWN_SUMS("u") " THEN 0 ELSE u.request_count END FROM usage u WHERE" AK_LIVE("u");
	AK_CLEANUP(ak_sql_finalizep) sqlite3_stmt *st = NULL;
	enum ak_rc rc = ak_sql_prepare(r->s, sql, &st, err);

	if (rc != AK_OK)
		return rc;
	sqlite3_bind_int64(st, 1, from_us);
	sqlite3_bind_int64(st, 2, to_us);
	while (!r->too_many && (rc = ak_sql_step(r->s, st, err)) == AK_OK) {
		struct ak_str person = ak_sql_text(st, 4), name;
		struct said x = {ak_sql_text(st, 0), ak_sql_text(st, 1), ak_sql_text(st, 2), ak_sql_text(st, 3), person.p ? ak_people_number(person) : 0,
				 sqlite3_column_type(st, 5) == SQLITE_NULL ? AK_COLUMN_NONE : sqlite3_column_int64(st, 5)};
		struct key *k;

		name = own_name(&x);
		k = name.p ? add(r, &x, ak_hash(name.p, name.n)) : NULL;
		if (k && sqlite3_column_type(st, 6) != SQLITE_NULL) {
			struct more *m = more_of(r, k);

			ak_dec_sum_add_small(&m->sum, sqlite3_column_int64(st, 6), 0);
			m->summed = true;
		}
	}
	return rc == AK_END ? AK_OK : rc;
}

static void add_listed(struct reading *r)
{
	for (size_t i = 0; i < r->nlisted && !r->too_many; i++) {
		struct said x = {r->listed[i].id, r->listed[i].hash, r->listed[i].alias, {NULL, 0}, 0, AK_COLUMN_NONE};
		struct ak_str name = own_name(&x);
		struct key *k = name.p ? add(r, &x, ak_hash(name.p, name.n)) : NULL;

		if (k)
			k->zero = true;
	}
}

/* ---- rows ---- */

static int by_name(const void *a, const void *b) { return ak_str_cmp(((const struct key *)a)->name, ((const struct key *)b)->name); }

static json_t *time_of(int64_t us)
{
	char buf[32];

	return us == AK_COLUMN_NONE ? json_null() : json_string(ak_time_z(us, 0, buf));
}

static json_t *requests_of(const struct key *k)
{
	struct ak_arena arena;
	struct ak_str sum;
	json_t *o;

	if (!k->more || !k->more->summed)
		return k->zero ? json_string("0") : json_null();
	ak_arena_init(&arena);
	sum = ak_dec_sum_text(&k->more->sum, &arena);
	o = json_stringn(sum.p, sum.n);
	ak_arena_release(&arena);
	return o;
}

static json_t *row_of(const struct key *k)
{
	static const struct more none = {.summed = false};
	const struct more *m = k->more ? k->more : &none;
	struct ak_str team = m->team.p ? m->team : m->team_name.p ? m->team_name : k->team;
	bool listed = m->owner.p || m->team.p || m->team_name.p;
	json_t *o = json_object();

	json_object_set_new_nocheck(o, "key", ak_row_text(k->name));
	json_object_set_new_nocheck(o, "alias", ak_row_text(k->alias));
	json_object_set_new_nocheck(o, "attempts", json_integer((json_int_t)k->attempts));
	json_object_set_new_nocheck(o, "provider_requests", requests_of(k));
	json_object_set_new_nocheck(o, "first", time_of(k->first));
	json_object_set_new_nocheck(o, "last", time_of(k->last));
	json_object_set_new_nocheck(o, "state", ak_row_text(m->state));
	json_object_set_new_nocheck(o, "owner", ak_row_text(m->owner.p ? m->owner : team));
	json_object_set_new_nocheck(o, "team", ak_row_text(team));
	json_object_set_new_nocheck(o, "owner_basis", listed ? json_string("key inventory") : k->team.p ? json_string("request records") : json_null());
	json_object_set_new_nocheck(o, "people", json_integer(k->people));
	return o;
}

static enum ak_rc read_all(struct reading *r, int64_t from_us, int64_t to_us, struct ak_err *err)
{
	struct ak_columns_want want = {.col = {[AK_COL_KEY_ID] = true, [AK_COL_KEY_HASH] = true, [AK_COL_KEY_ALIAS] = true, [AK_COL_TEAM] = true,
					       [AK_COL_TEAM_NAME] = true}};
	enum ak_rc rc = read_inventory(r, err);

	ak_people_want(&want);
	if (rc == AK_OK && !r->too_many)
		rc = ak_query_columns_each(r->s, from_us, to_us, &want, take, r, err);
	if (rc == AK_OK && !r->too_many)
		rc = read_usage(r, from_us, to_us, err);
	if (rc == AK_OK)
		add_listed(r);
	return r->too_many ? AK_END : rc;
}

enum ak_rc ak_key_rows_each(struct ak_store *s, int64_t from_us, int64_t to_us, ak_row_fn *each, void *ctx, struct ak_err *err)
{
	struct reading *r = ak_alloc_zero(1, sizeof *r);
	enum ak_rc rc;

	r->s = s;
	ak_arena_init(&r->arena);
	ak_map_init(&r->by_id);
	ak_map_init(&r->by_hash);
	rc = read_all(r, from_us, to_us, err);
	ak_people_free(&r->people);
	ak_free(r->slot);
	if (rc == AK_OK)
		ak_sort(r->key, r->n, sizeof *r->key, by_name);
	for (size_t i = 0; i < r->n && rc == AK_OK; i++) {
		json_t *row = row_of(&r->key[i]);

		rc = each(ctx, row, err);
		json_decref(row);
	}
	ak_map_release(&r->by_id);
	ak_map_release(&r->by_hash);
	ak_arena_release(&r->arena);
	ak_free(r->listed);
	ak_free(r->key);
	ak_free(r);
	return rc;
}
