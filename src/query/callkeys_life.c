/* What happened to keys that an inventory, an event or a rotation names; their uses by column. */
#include "base/ak.h"
#include "query/callkeying.h"

#include <stdlib.h>

#include "base/jsonw.h"
#include "query/chains_key.h"

struct uses {
	struct ak_str name, alias; /* alias p NULL: none */
	int64_t n, refused, first, last, over_us;
	bool over, dated;
	size_t from; /* the first of its single uses, when they are sorted */
};

struct use {
	int64_t us, seq, source;
	uint32_t key;
	bool refused;
};

struct life {
	struct ak_callkeys *k;
	struct ak_map known; /* name -> index of key, in the order of names */
	struct uses *key;
	size_t nkey, cap;
	struct use *use;
	size_t nuse, cap_use;
	bool too_many;
	struct ak_arena arena;
	struct ak_key_block block;
	uint32_t of_id[AK_COLUMNS_ROWS + 1], of_hash[AK_COLUMNS_ROWS + 1]; /* 1 + index of key */
	/* while rows are given */
	size_t at, at_use; /* the key and the use that come next */
	bool summed;	   /* its uses were */
	ak_row_fn *each;
	void *ctx;
};

static enum ak_rc take_known(void *ctx, json_t *row, struct ak_err *err)
{
	struct life *x = ctx;
	const char *name = json_string_value(json_object_get(row, "key"));
	const json_t *over = json_object_get(row, "over");

	(void)err;
	if (!name)
		return AK_OK;
	if (x->nkey == x->cap) {
		x->cap = x->cap ? 2 * x->cap : 64;
		x->key = ak_realloc(x->key, x->cap * sizeof *x->key);
	}
	ak_map_put(&x->known, ak_str_of(name), NULL)->v.num = (int64_t)x->nkey;
	x->key[x->nkey++] = (struct uses){.name = ak_arena_str(&x->arena, ak_str_of(name)), .over = json_is_integer(over), .over_us = json_integer_value(over)};
	return AK_OK;
}

/* ---- uses ---- */

/* As chains_key.c has it in SQL. */
static bool is_refused(const struct ak_columns *c, size_t i)
{
	int64_t status = ak_columns_number(c, AK_COL_STATUS_CODE, i);
	struct ak_str error;

	if (status != AK_COLUMN_NONE)
		return status == 401 || status == 403;
	error = ak_columns_text(c, AK_COL_ERROR_TYPE, i);
	return ak_str_is(ak_columns_text(c, AK_COL_OUTCOME, i), "failure") && error.p &&
	       (ak_str_holds_fold(error, "auth") || ak_str_holds_fold(error, "key") || ak_str_holds_fold(error, "permission"));
}

static void add_use(struct life *x, const struct ak_columns *c, size_t i, uint32_t key)
{
	struct uses *u = &x->key[key];
	int64_t us = ak_columns_number(c, AK_COL_TIME, i);
	struct ak_str alias = ak_columns_text(c, AK_COL_KEY_ALIAS, i);
	bool refused = is_refused(c, i);

	u->n++;
	u->refused += refused;
	if (alias.p && (!u->alias.p || ak_str_cmp(alias, u->alias) > 0))
		u->alias = ak_arena_str(&x->arena, alias);
	if (us == AK_COLUMN_NONE)
		return;
	u->first = !u->dated || us < u->first ? us : u->first;
	u->last = !u->dated || us > u->last ? us : u->last;
	u->dated = true;
	if (!u->over || us < u->over_us)
		return;
	if (x->nuse == AK_KEYS_USES) {
		x->too_many = true;
		return;
	}
	if (x->nuse == x->cap_use) {
		x->cap_use = x->cap_use ? 2 * x->cap_use : 1024;
		x->use = ak_realloc(x->use, x->cap_use * sizeof *x->use);
	}
	x->use[x->nuse++] = (struct use){us, c->number[AK_COL_SEQ][i], c->number[AK_COL_SOURCE][i], key, refused};
}

static uint32_t known(const struct life *x, struct ak_str name)
{
	const struct ak_map_entry *e = ak_map_get(&x->known, name);

	return e ? (uint32_t)e->v.num + 1 : 0;
}

static enum ak_rc take_block(void *ctx, const struct ak_columns *c, const bool *keep, struct ak_err *err)
{
	struct life *x = ctx;
	const uint16_t *ids = c->row[AK_COL_KEY_ID], *hashes = c->row[AK_COL_KEY_HASH];

	(void)err;
	ak_key_names(x->k, c, &x->block);
	for (size_t i = 1; i <= c->ntext[AK_COL_KEY_ID]; i++)
		x->of_id[i] = known(x, x->block.id_name[i]);
	for (size_t i = 1; i <= c->ntext[AK_COL_KEY_HASH]; i++)
		x->of_hash[i] = known(x, x->block.hash_name[i]);
	for (size_t i = 0; i < c->n && !x->too_many; i++) {
		uint32_t id = ids ? ids[i] : 0, hash = hashes ? hashes[i] : 0, key = hash ? x->of_hash[hash] : x->of_id[id];

		if (keep[i] && key)
			add_use(x, c, i, key - 1);
	}
	return AK_OK;
}

static int by_key_and_time(const void *p, const void *q)
{
	const struct use *a = p, *b = q;

	if (a->key != b->key)
		return (a->key > b->key) - (a->key < b->key);
	return a->us != b->us ? (a->us > b->us) - (a->us < b->us) : (a->seq > b->seq) - (a->seq < b->seq);
}

/* ---- in the order of keys, kinds of rows, times and places ---- */

static enum ak_rc give(struct life *x, json_t *row, struct ak_err *err)
{
	enum ak_rc rc = x->each(x->ctx, row, err);

	json_decref(row);
	return rc;
}

static enum ak_rc give_uses(struct life *x, const struct uses *u, struct ak_err *err)
{
	return give(x, json_pack("{s:o, s:i, s:s, s:o, s:o, s:I, s:I, s:o, s:i}", "key", ak_row_text(u->name), "ord", 3, "what", "uses", "time_number",
				 u->dated ? json_integer(u->first) : json_null(), "alias", ak_row_text(u->alias), "uses", (json_int_t)u->n, "refused",
				 (json_int_t)u->refused, "last", u->dated ? json_integer(u->last) : json_null(), "number", 0), err);
}

static enum ak_rc give_use(struct life *x, const struct use *u, struct ak_err *err)
{
	const struct ak_map_entry *e = ak_map_get(&x->k->sources, ak_str_n((const char *)&u->source, sizeof u->source));
	const char *source = e ? e->v.ptr : "";

	return give(x, json_pack("{s:o, s:i, s:s, s:I, s:o, s:s, s:i, s:I}", "key", ak_row_text(x->key[u->key].name), "ord", 4, "what", "use", "time_number",
				 (json_int_t)u->us, "citation", json_sprintf("%s:%lld", source, (long long)u->seq), "source", source, "refused", u->refused,
				 "number", (json_int_t)u->seq), err);
}

/* Does what comes next from the columns come before a row of this order? */
static bool before(const struct life *x, int order, int64_t ord, int64_t us, int64_t number)
{
	const struct use *u = x->at_use < x->nuse && x->use[x->at_use].key == x->at ? &x->use[x->at_use] : NULL;
	int64_t own_us;

	if (order)
		return order < 0;
	if (!x->summed)
		return ord > 3;
	if (!u || ord != 4)
		return u && ord > 4;
	own_us = u->us;
	return own_us != us ? own_us < us : u->seq < number;
}

/* One row more of key x->at, or on to the next key. */
static enum ak_rc step(struct life *x, struct ak_err *err)
{
	const struct uses *u = &x->key[x->at];

	if (!x->summed) {
		x->summed = true;
		return u->n ? give_uses(x, u, err) : AK_OK;
	}
	if (x->at_use < x->nuse && x->use[x->at_use].key == x->at)
		return give_use(x, &x->use[x->at_use++], err);
	x->at++;
	x->summed = false;
	return AK_OK;
}

/* What comes before this row, then the row itself. */
static enum ak_rc take_row(void *ctx, json_t *row, struct ak_err *err)
{
	struct life *x = ctx;
	struct ak_str name = ak_str_of(json_string_value(json_object_get(row, "key")));
	const json_t *time = json_object_get(row, "time_number");
	int64_t ord = json_integer_value(json_object_get(row, "ord")), number = json_integer_value(json_object_get(row, "number"));
	enum ak_rc rc = AK_OK;

	while (x->at < x->nkey && rc == AK_OK) {
		int order = ak_str_cmp(x->key[x->at].name, name);

		if (!before(x, order, ord, json_is_integer(time) ? json_integer_value(time) : INT64_MIN, number))
			break;
		rc = step(x, err);
	}
	return rc == AK_OK ? x->each(x->ctx, row, err) : rc;
}

/* ---- all ---- */

/* [[hash, id], ...] */
static void write_names(const struct ak_callkeys *k, struct ak_buf *out)
{
	ak_buf_addc(out, '[');
	for (size_t i = 0; i < k->one.n; i++) {
		ak_buf_adds(out, i ? ",[" : "[");
		ak_jsonw_string(out, k->one.e[i].key);
		ak_buf_addc(out, ',');
		ak_jsonw_string(out, ak_str_of(k->one.e[i].v.ptr));
		ak_buf_addc(out, ']');
	}
	ak_buf_addc(out, ']');
}

static enum ak_rc read_uses(struct life *x, uint64_t *others, struct ak_err *err)
{
	struct ak_columns_want want = {.col = {[AK_COL_KEY_ID] = true, [AK_COL_KEY_HASH] = true, [AK_COL_KEY_ALIAS] = true, [AK_COL_OUTCOME] = true,
					       [AK_COL_STATUS_CODE] = true, [AK_COL_ERROR_TYPE] = true}};
	bool any = false;
	enum ak_rc rc = AK_OK;

	*others = ak_callkeys_used(x->k);
	for (size_t i = 0; i < x->nkey; i++)
		if (ak_callkeys_is_used(x->k, x->key[i].name)) {
			any = true;
			--*others;
		}
	if (any)
		rc = ak_query_columns_each(x->k->s, x->k->from_us, x->k->to_us, &want, take_block, x, err);
	if (x->nuse)
		ak_sort(x->use, x->nuse, sizeof *x->use, by_key_and_time);
	return rc == AK_OK && x->too_many ? AK_END : rc;
}

enum ak_rc ak_callkeys_history_each(struct ak_callkeys *k, ak_row_fn *each, void *ctx, uint64_t *others, struct ak_err *err)
{
	struct life *x = ak_alloc_zero(1, sizeof *x);
	struct ak_buf one;
	enum ak_rc rc;

	/* As long as a value of a statement may be, nearly. */
	ak_buf_init(&one, 48u << 20);
	write_names(k, &one);
	rc = one.over ? AK_END : AK_OK;
	x->k = k;
	x->each = each;
	x->ctx = ctx;
	ak_map_init(&x->known);
	ak_arena_init(&x->arena);
	if (rc == AK_OK)
		rc = ak_keys_known_each(k->s, one.p, take_known, x, err);
	if (rc == AK_OK)
		rc = read_uses(x, others, err);
	if (rc == AK_OK)
		rc = ak_key_history_beside_each(k->s, one.p, k->from_us, k->to_us, take_row, x, err);
	while (rc == AK_OK && x->at < x->nkey)
		rc = step(x, err);
	ak_buf_release(&one);
	ak_map_release(&x->known);
	ak_arena_release(&x->arena);
	ak_free(x->key);
	ak_free(x->use);
	ak_free(x);
	return rc;
}
