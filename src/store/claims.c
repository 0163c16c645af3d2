#include "base/ak.h"
#include "store/claims.h"

#include <endian.h>
#include <sqlite3.h>

#include "store/runs.h"

#define EXPORT_BITS 24

enum { S_GET, S_PUT, S_COUNT };

static const char *const sqls[S_COUNT] = {
	[S_GET] = "SELECT seq, export, shown, kept FROM identity WHERE id=?1",
	[S_PUT] = "INSERT OR REPLACE INTO identity(id, seq, export, shown, kept) VALUES(?1, ?2, ?3, ?4, ?5)",
};

/* An identity met in this transaction: not seen yet, known from a run, or taken by a record of this transaction. */
enum state { EMPTY, UNSEEN, KNOWN, TAKEN };

struct slot {
	uint64_t key, key2, value;
	enum state state;
};

struct ak_claims {
	struct ak_store *s;
	struct ak_runs *runs;
	sqlite3_stmt *st[S_COUNT];
	struct slot *slot;
	size_t size, used, taken; /* size: a power of two */
	struct ak_run_entry *entry; /* scratch: sorted keys, then the run to write */
	size_t cap;
};

enum ak_rc ak_claims_new(struct ak_store *s, struct ak_claims **out, struct ak_err *err)
{
	struct ak_claims *c = ak_alloc_zero(1, sizeof *c);
	enum ak_rc rc = ak_runs_open(s, AK_RUN_IDENTITY, &c->runs, err);

	c->s = s;
	for (int i = 0; i < S_COUNT && rc == AK_OK; i++)
		rc = ak_sql_prepare(s, sqls[i], &c->st[i], err);
	if (rc == AK_OK)
		*out = c;
	else
		ak_claims_free(c);
	return rc;
}

void ak_claims_free(struct ak_claims *c)
{
	if (!c)
		return;
	ak_runs_free(c->runs);
	for (int i = 0; i < S_COUNT; i++)
		sqlite3_finalize(c->st[i]);
	ak_free(c->slot);
	ak_free(c->entry);
	ak_free(c);
}

/* ---- what this transaction has met ---- */

static struct slot *find(const struct ak_claims *c, uint64_t key, uint64_t key2)
{
	for (size_t i = key & (c->size - 1);; i = (i + 1) & (c->size - 1)) {
		struct slot *s = &c->slot[i];
		if (s->state == EMPTY || (s->key == key && s->key2 == key2))
			return s;
	}
}

static void reserve(struct ak_claims *c, size_t more)
{
	struct slot *old = c->slot;
	size_t had = c->size, size = had ? had : 1024;

	while (size < 2 * (c->used + more))
		size *= 2;
	if (size == had)
		return;
	c->slot = ak_alloc_zero(size, sizeof *c->slot);
	c->size = size;
	for (size_t i = 0; i < had; i++)
		if (old[i].state != EMPTY)
			*find(c, old[i].key, old[i].key2) = old[i];
	ak_free(old);
}

static struct ak_run_entry entry_of(const uint8_t id[16])
{
	uint64_t w[2];

	memcpy(w, id, 16);
	return (struct ak_run_entry){be64toh(w[0]), be64toh(w[1]), 0};
}

static struct ak_run_entry *scratch(struct ak_claims *c, size_t n)
{
	if (n > c->cap) {
		c->cap = n;
		c->entry = ak_realloc(c->entry, n * sizeof *c->entry);
	}
	return c->entry;
}

static void found(void *ctx, const struct ak_run_entry *e)
{
	struct slot *s = find(ctx, e->key, e->key2);

	if (s->state == UNSEEN) {
		s->state = KNOWN;
		s->value = e->value;
	}
}

enum ak_rc ak_claims_expect(struct ak_claims *c, const uint8_t *const *ids, size_t n, struct ak_err *err)
{
	struct ak_run_entry *e = scratch(c, n);
	size_t fresh = 0;

	reserve(c, n);
	for (size_t i = 0; i < n; i++) {
		struct ak_run_entry k = entry_of(ids[i]);
		struct slot *s = find(c, k.key, k.key2);
		if (s->state != EMPTY)
			continue;
		*s = (struct slot){k.key, k.key2, 0, UNSEEN};
		c->used++;
		e[fresh++] = k;
	}
	ak_run_sort(e, fresh);
	return ak_runs_find(c->runs, e, fresh, found, c, err);
}

/* ---- claims ---- */

static enum ak_rc get(struct ak_claims *c, const uint8_t id[16], struct ak_claim *out, bool *there, struct ak_err *err)
{
	sqlite3_stmt *st = c->st[S_GET];
	enum ak_rc rc;

	sqlite3_bind_blob(st, 1, id, 16, SQLITE_STATIC);
	rc = ak_sql_step(c->s, st, err);
	*there = rc == AK_OK;
	if (*there)
		*out = (struct ak_claim){sqlite3_column_int64(st, 0), sqlite3_column_int64(st, 1), sqlite3_column_int64(st, 2),
					 sqlite3_column_int64(st, 3), sqlite3_column_type(st, 0) == SQLITE_NULL};
	sqlite3_reset(st);
	return rc == AK_FAIL ? rc : AK_OK;
}

enum ak_rc ak_claims_set(struct ak_claims *c, const uint8_t id[16], const struct ak_claim *k, struct ak_err *err)
{
	sqlite3_stmt *st = c->st[S_PUT];
	enum ak_rc rc;

	sqlite3_bind_blob(st, 1, id, 16, SQLITE_STATIC);
	sqlite3_bind_int64(st, 2, k->seq);
	sqlite3_bind_int64(st, 3, k->export_);
	sqlite3_bind_int64(st, 4, k->shown);
	sqlite3_bind_int64(st, 5, k->kept);
	rc = ak_sql_step(c->s, st, err);
	sqlite3_reset(st);
	return rc == AK_END ? AK_OK : rc;
}

/* The slot of an identity; it is looked up when ak_claims_expect has not been told of it. */
static enum ak_rc slot_of(struct ak_claims *c, const uint8_t id[16], struct slot **out, struct ak_err *err)
{
	struct ak_run_entry k = entry_of(id);
	enum ak_rc rc;

	if ((!c->size || find(c, k.key, k.key2)->state == EMPTY) && (rc = ak_claims_expect(c, &id, 1, err)) != AK_OK)
		return rc;
	*out = find(c, k.key, k.key2);
	return AK_OK;
}

enum ak_rc ak_claims_known(struct ak_claims *c, const uint8_t id[16], bool *known, struct ak_err *err)
{
	struct slot *s = NULL;
	enum ak_rc rc = slot_of(c, id, &s, err);

	if (rc == AK_OK)
		*known = s->state != UNSEEN;
	return rc;
}

enum ak_rc ak_claims_take(struct ak_claims *c, const uint8_t id[16], int64_t seq, int64_t export_, bool *fresh,
			  struct ak_claim *known, struct ak_err *err)
{
	struct slot *s = NULL;
	bool there;
	enum ak_rc rc;

	if (seq >> (63 - EXPORT_BITS) || export_ >> EXPORT_BITS)
		return ak_fail(err, AK_EXIT_LIMIT, "the workspace is full: begin a new one");
	if ((rc = slot_of(c, id, &s, err)) != AK_OK)
		return rc;
	*fresh = s->state == UNSEEN;
	if (*fresh) {
		s->state = TAKEN;
		s->value = (uint64_t)seq << EXPORT_BITS | (uint64_t)export_;
		c->taken++;
		return AK_OK;
	}
	rc = get(c, id, known, &there, err);
	if (rc == AK_OK && !there)
		*known = (struct ak_claim){(int64_t)(s->value >> EXPORT_BITS),
					   (int64_t)(s->value & ((1u << EXPORT_BITS) - 1)), 1, 1, false};
	return rc;
}

enum ak_rc ak_claims_take_variant(struct ak_claims *c, const uint8_t id[16], int64_t seq, int64_t export_, bool *fresh,
				  struct ak_err *err)
{
	struct ak_claim k = {seq, export_, 1, 1, false}, old;
	bool there;
	enum ak_rc rc = get(c, id, &old, &there, err);

	if (rc == AK_OK && !there)
		rc = ak_claims_set(c, id, &k, err);
	*fresh = !there;
	return rc;
}

enum ak_rc ak_claims_flush(struct ak_claims *c, struct ak_err *err)
{
	struct ak_run_entry *e = scratch(c, c->taken);
	size_t n = 0;

	for (size_t i = 0; i < c->size; i++)
		if (c->slot[i].state == TAKEN)
			e[n++] = (struct ak_run_entry){c->slot[i].key, c->slot[i].key2, c->slot[i].value};
	if (c->size)
		memset(c->slot, 0, c->size * sizeof *c->slot);
	c->used = c->taken = 0;
	return ak_runs_add(c->runs, e, n, err);
}
