/* What records say of some keys, row by row: the second pass. */
#include "base/ak.h"
#include "query/callkeying.h"

#include <stdlib.h>

/* A key and what one source says of it in the same words. */
struct said_row {
	struct ak_str key;
	uint32_t saying;
	int64_t first, records;
	const struct ak_key_said *said; /* when all is read */
};

struct asking {
	struct ak_callkeys *k;
	const struct ak_callkeys_asked *asked;
	struct ak_key_table named; /* numbers of asked->named */
	struct ak_map known;	   /* key and saying -> index of row */
	struct said_row *row;
	size_t n, cap;
	struct ak_buf bytes;
	struct ak_arena arena;
	struct ak_key_block block;
	uint8_t want_id[AK_COLUMNS_ROWS + 1], want_hash[AK_COLUMNS_ROWS + 1];
	struct ak_key_codes codes;
	bool too_many;
};

static bool state_asked(const struct asking *a, uint32_t state)
{
	state &= ~AK_SAID_USED;
	if (state & AK_SAID_SEVERAL)
		return true;
	return state & AK_SAID_LONG ? a->asked->all_long : a->asked->lists[state];
}

static bool is_asked(const struct asking *a, uint64_t number)
{
	const uint32_t *said = ak_key_there(&a->k->key, number);

	return said && *said != AK_SAID_MOVED && (state_asked(a, *said) || ak_key_there(&a->named, number));
}

static uint64_t how_many(const struct asking *a)
{
	const struct ak_key_table *t = &a->k->key;
	uint64_t n = 0;

	for (size_t i = 0; t->key && i <= t->mask; i++)
		n += t->key[i] && t->value[i] != AK_SAID_MOVED && t->value[i] & ~AK_SAID_USED &&
		     (state_asked(a, t->value[i]) || ak_key_there(&a->named, t->key[i]));
	return n;
}

static void add_row(struct asking *a, struct ak_str key, uint32_t saying, int64_t first, int64_t records)
{
	struct ak_map_entry *e;
	bool fresh;

	ak_buf_clear(&a->bytes);
	ak_buf_add(&a->bytes, &saying, sizeof saying);
	ak_buf_addstr(&a->bytes, key);
	e = ak_map_put(&a->known, ak_buf_str(&a->bytes), &fresh);
	if (!fresh) {
		struct said_row *r = &a->row[e->v.num];

		r->records += records;
		r->first = first < r->first ? first : r->first;
		return;
	}
	if (a->n == AK_KEYS_ROWS) {
		a->too_many = true;
		return;
	}
	if (a->n == a->cap) {
		a->cap = a->cap ? 2 * a->cap : 256;
		a->row = ak_realloc(a->row, a->cap * sizeof *a->row);
	}
	e->v.num = (int64_t)a->n;
	a->row[a->n++] = (struct said_row){ak_str_n(e->key.p + sizeof saying, e->key.n - sizeof saying), saying, first, records, NULL};
}

static enum ak_rc take_block(void *ctx, const struct ak_columns *c, const bool *keep, struct ak_err *err)
{
	struct asking *a = ctx;
	const uint16_t *ids = c->row[AK_COL_KEY_ID], *hashes = c->row[AK_COL_KEY_HASH];

	(void)err;
	ak_key_names(a->k, c, &a->block);
	for (size_t i = 1; i <= c->ntext[AK_COL_KEY_ID]; i++)
		a->want_id[i] = is_asked(a, a->block.id[i]);
	for (size_t i = 1; i <= c->ntext[AK_COL_KEY_HASH]; i++)
		a->want_hash[i] = is_asked(a, a->block.hash[i]);
	memset(&a->codes, 0, sizeof a->codes);
	for (size_t i = 0; i < c->n && !a->too_many; i++) {
		uint32_t id = ids ? ids[i] : 0, hash = hashes ? hashes[i] : 0, saying;

		if (!keep[i] || !(hash ? a->want_hash[hash] : a->want_id[id]))
			continue;
		if ((saying = ak_key_saying_of(a->k, c, i, &a->codes)))
			add_row(a, hash ? a->block.hash_name[hash] : a->block.id_name[id], saying, c->number[AK_COL_SEQ][i], 1);
	}
	return AK_OK;
}

static enum ak_rc take_beside(void *ctx, struct ak_str key, const struct ak_key_said *said, int64_t first_seq, int64_t records, struct ak_err *err)
{
	struct asking *a = ctx;

	(void)err;
	if (!is_asked(a, ak_key_number(key)))
		return AK_OK;
	/* Each row of an inventory is one of its own. */
	if (said->kind[0] != 'k') {
		add_row(a, key, ak_key_saying(a->k, said), first_seq, records);
		return AK_OK;
	}
	if (a->n == AK_KEYS_ROWS) {
		a->too_many = true;
		return AK_OK;
	}
	if (a->n == a->cap) {
		a->cap = a->cap ? 2 * a->cap : 256;
		a->row = ak_realloc(a->row, a->cap * sizeof *a->row);
	}
	a->row[a->n++] = (struct said_row){ak_arena_str(&a->arena, key), ak_key_saying(a->k, said), first_seq, records, NULL};
	return AK_OK;
}

/* ---- rows ---- */

static int by_key_and_source(const void *x, const void *y)
{
	const struct said_row *a = x, *b = y;
	const struct ak_key_said *p = a->said, *q = b->said;
	int order = ak_str_cmp(a->key, b->key);

	if (!order)
		order = strcmp(p->kind, q->kind);
	if (!order)
		order = strcmp(p->source_name, q->source_name);
	return order ? order : (a->first > b->first) - (a->first < b->first);
}

static enum ak_rc give(const struct said_row *r, ak_row_fn *each, void *ctx, struct ak_err *err)
{
	const struct ak_key_said *s = r->said;
	json_t *cite = json_sprintf("%s:%lld", s->source_name, (long long)r->first);
	json_t *o = json_pack("{s:o, s:s, s:s, s:o, s:I, s:o, s:o, s:o, s:o, s:o, s:o}", "key", ak_row_text(r->key), "source", s->source_name, "kind", s->kind,
			      "cite", cite, "records", (json_int_t)r->records, "owner", ak_row_text(s->owner), "owner_type", ak_row_text(s->owner_type),
			      "app", ak_row_text(s->app), "team", ak_row_text(s->team), "team_name", ak_row_text(s->team_name), "cost_center",
			      ak_row_text(s->cost_center));
	enum ak_rc rc = each(ctx, o, err);

	json_decref(o);
	return rc;
}

static enum ak_rc read_rows(struct asking *a, struct ak_err *err)
{
	struct ak_columns_want want = {.col = {[AK_COL_KEY_ID] = true, [AK_COL_KEY_HASH] = true, [AK_COL_APP] = true, [AK_COL_TEAM] = true,
					       [AK_COL_TEAM_NAME] = true, [AK_COL_COST_CENTER] = true}};
	enum ak_rc rc = ak_query_columns_each(a->k->s, a->k->from_us, a->k->to_us, &want, take_block, a, err);

	return rc == AK_OK ? ak_callkeys_beside_each(a->k, take_beside, a, err) : rc;
}

enum ak_rc ak_callkeys_owners_each(struct ak_callkeys *k, const struct ak_callkeys_asked *asked, ak_row_fn *each, void *ctx, uint64_t *given, struct ak_err *err)
{
	struct asking *a = ak_alloc_zero(1, sizeof *a);
	enum ak_rc rc = AK_OK;

	a->k = k;
	a->asked = asked;
	ak_map_init(&a->known);
	ak_buf_init(&a->bytes, 1 << 20);
	ak_arena_init(&a->arena);
	for (size_t i = 0; asked->named && i < asked->named->n; i++)
		ak_key_entry(&a->named, ak_key_number(asked->named->e[i].key), AK_KEYS_MOST);
	*given = how_many(a);
	if (*given > AK_KEYS_ROWS)
		rc = AK_END;
	else if (*given)
		rc = read_rows(a, err);
	if (rc == AK_OK && a->too_many)
		rc = AK_END;
	for (size_t i = 0; i < a->n; i++)
		a->row[i].said = &k->said[a->row[i].saying];
	if (rc == AK_OK && a->n)
		ak_sort(a->row, a->n, sizeof *a->row, by_key_and_source);
	for (size_t i = 0; i < a->n && rc == AK_OK; i++)
		rc = give(&a->row[i], each, ctx, err);
	ak_key_table_free(&a->named);
	ak_map_release(&a->known);
	ak_buf_release(&a->bytes);
	ak_arena_release(&a->arena);
	ak_free(a->row);
	ak_free(a);
	return rc;
}
