/* Sorted runs against a plain list: whatever was added is found, nothing else, however the runs were merged. */
#include "base/ak.h"

#include <stdlib.h>
#include <sqlite3.h>

#include "base/fs.h"
#include "store/claims.h"
#include "store/filter.h"
#include "store/runs.h"
#include "tap.h"

enum { KEYS = 3000, ADDS = 120 };

static uint64_t state = 42;

static uint64_t next(void)
{
	state = state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return state ^ state >> 31;
}

static struct ak_run_entry all[400000];
static size_t n_all;

static void count(void *ctx, const struct ak_run_entry *e)
{
	uint64_t *sum = ctx;

	sum[0]++;
	sum[1] += e->value;
}

static void expected(const struct ak_run_entry *key, uint64_t sum[2])
{
	sum[0] = sum[1] = 0;
	for (size_t i = 0; i < n_all; i++)
		if (all[i].key == key->key && all[i].key2 == key->key2)
			count(sum, &all[i]);
}

/* Keys come again often, so that equal ones stand in several runs and over page ends. */
static void add_some(struct ak_runs *r, bool wide)
{
	static struct ak_run_entry e[6000];
	size_t n = 1 + next() % (sizeof e / sizeof *e);

	for (size_t i = 0; i < n; i++) {
		uint64_t k = next() % KEYS * UINT64_C(0x9e3779b97f4a7c15);
		e[i] = (struct ak_run_entry){k, wide ? k >> 3 : 0, n_all + i};
	}
	if (n_all + n > sizeof all / sizeof *all)
		return;
	memcpy(all + n_all, e, n * sizeof *e);
	n_all += n;
	if (ak_runs_add(r, e, n, NULL) != AK_OK)
		ok(false, "a run is added");
}

static void test_kind(struct ak_store *s, enum ak_run_kind kind, const char *name)
{
	struct ak_runs *r = NULL;
	uint64_t entries = 0;
	const char *broken = NULL;
	size_t bad = 0, asked = 0;

	n_all = 0;
	ok(ak_store_begin(s, NULL) == AK_OK && ak_runs_open(s, kind, &r, NULL) == AK_OK, name);
	for (int i = 0; i < ADDS; i++)
		add_some(r, kind == AK_RUN_IDENTITY);
	for (int i = 0; i < 400; i++) {
		uint64_t k = next() % (KEYS + 50) * UINT64_C(0x9e3779b97f4a7c15), have[2] = {0, 0}, want[2];
		struct ak_run_entry key = {k, kind == AK_RUN_IDENTITY ? k >> 3 : 0, 0};
		expected(&key, want);
		bad += ak_runs_find(r, &key, 1, count, have, NULL) != AK_OK || have[0] != want[0] || have[1] != want[1];
		asked += want[0] > 0;
	}
	ok(bad == 0 && asked > 300, "what was added is found, key by key");
	ok(ak_runs_check(r, &entries, &broken, NULL) == AK_OK && !broken && entries == n_all, "all entries are there, in order");
	ok(ak_store_commit(s, NULL) == AK_OK, "committed");
	ak_runs_free(r);
}

static int64_t number(struct ak_store *s, const char *sql)
{
	AK_CLEANUP(ak_sql_finalizep) sqlite3_stmt *st = NULL;

	return ak_sql_prepare(s, sql, &st, NULL) == AK_OK && ak_sql_step(s, st, NULL) == AK_OK ? sqlite3_column_int64(st, 0) : -1;
}

static void test_table(struct ak_store *s)
{
	struct ak_runs *r = NULL;
	struct ak_run_entry e[] = {{7, 0, 30}, {7, 0, 10}, {(uint64_t)-5, 0, 20}, {7, 0, 30}};
	int64_t before = number(s, "SELECT count(*) FROM lookup WHERE h = 7");
	const char *broken;
	uint64_t entries;

	ok(ak_store_begin(s, NULL) == AK_OK && ak_runs_open(s, AK_RUN_LOOKUP, &r, NULL) == AK_OK &&
	   ak_runs_add(r, e, 4, NULL) == AK_OK && ak_store_commit(s, NULL) == AK_OK, "a run of four, two of them equal");
	is_int(number(s, "SELECT count(*) FROM lookup WHERE h = 7") - before, 2, "equal entries count once");
	is_int(number(s, "SELECT seq FROM lookup WHERE h = 7 LIMIT 1"), 10, "in the order of the ledger");
	is_int(number(s, "SELECT seq FROM lookup WHERE h = -5"), 20, "a negative hash");
	is_int(number(s, "SELECT (SELECT max(seq) FROM lookup l WHERE l.h = v.h) FROM (SELECT 7 AS h) v"), 30, "in a subquery");
	is_int(number(s, "SELECT count(*) FROM lookup"), -1, "the whole table cannot be asked for");
	is_int(number(s, "SELECT max(pages) > 100 FROM index_run"), 1, "runs have many pages");
	is_int(number(s, "SELECT max(n) < 8 FROM (SELECT count(*) n FROM index_run GROUP BY kind, length(printf('%o', entries)))"), 1,
	       "fewer than eight runs of one size class");
	ak_sql_exec(s, "UPDATE index_page SET data = substr(data, 1, length(data) - 16) WHERE id = (SELECT max(id) FROM index_page)", NULL);
	ok(ak_runs_reload(r, NULL) == AK_OK && ak_runs_check(r, &entries, &broken, NULL) == AK_OK && broken, "a lost entry is seen");
	ak_runs_free(r);
}

static void test_filter(struct ak_store *s)
{
	enum { KEPT = 20000 };
	size_t bytes = ak_filter_bytes(KEPT), missed = 0, taken = 0;
	uint8_t *bits = ak_alloc_zero(bytes, 1);
	uint64_t keys[64], entries;
	struct ak_runs *r = NULL;
	const char *broken = NULL;

	for (int i = 0; i < KEPT; i++) {
		uint64_t k = next() * UINT64_C(0x9e3779b97f4a7c15) ^ (uint64_t)i << 40;
		keys[i % 64] = k;
		ak_filter_add(bits, bytes, k);
		missed += !ak_filter_may_have(bits, bytes, k);
	}
	for (int i = 0; i < 64; i++)
		missed += !ak_filter_may_have(bits, bytes, keys[i]);
	is_int((int64_t)missed, 0, "a filter denies no key that it was given");
	for (int i = 0; i < KEPT; i++)
		taken += ak_filter_may_have(bits, bytes, ((uint64_t)i + 7) * UINT64_C(0xbf58476d1ce4e5b9) ^ (uint64_t)i << 33);
	ok(taken < KEPT / 25, "and nearly all that it was not given");
	ok(ak_filter_sound(bits, bytes) && !ak_filter_sound(bits, bytes - 1) && !ak_filter_sound(NULL, 64), "what is a filter");
	ak_free(bits);
	ok(number(s, "SELECT count(*) > 0 FROM index_run WHERE filter IS NOT NULL AND kind = 0") == 1 &&
	   number(s, "SELECT count(*) FROM index_run WHERE filter IS NOT NULL AND kind <> 0") == 0, "large runs of identities have one");
	ak_sql_exec(s, "UPDATE index_run SET filter = zeroblob(length(filter)) WHERE id = (SELECT max(id) FROM index_run WHERE filter IS NOT NULL)",
		    NULL);
	ok(ak_runs_open(s, AK_RUN_IDENTITY, &r, NULL) == AK_OK && ak_runs_check(r, &entries, &broken, NULL) == AK_OK && broken,
	   "a filter that denies what is there is seen");
	ak_runs_free(r);
}

static void test_claims(struct ak_store *s)
{
	struct ak_claims *c = NULL;
	struct ak_claim k = {0};
	uint8_t id[16] = {9, 1, 2}, other[16] = {8};
	bool fresh = false, again = true, later = true, variant = false, twice = true;

	ok(ak_store_begin(s, NULL) == AK_OK && ak_claims_new(s, &c, NULL) == AK_OK, "claims");
	ak_claims_take(c, id, 5, 3, &fresh, &k, NULL);
	ak_claims_take(c, id, 6, 4, &again, &k, NULL);
	ok(fresh && !again && k.seq == 5 && k.export_ == 3 && k.shown == 1 && k.kept == 1, "the first takes it, the second learns who has it");
	ok(ak_claims_flush(c, NULL) == AK_OK && ak_claims_take(c, id, 7, 4, &later, &k, NULL) == AK_OK && !later && k.seq == 5 &&
	   k.export_ == 3, "also from a run");
	k.shown = 4;
	ok(ak_claims_set(c, id, &k, NULL) == AK_OK && ak_claims_take(c, id, 8, 4, &later, &k, NULL) == AK_OK && k.shown == 4,
	   "what changed is remembered");
	ak_claims_take_variant(c, other, 9, 4, &variant, NULL);
	ak_claims_take_variant(c, other, 10, 4, &twice, NULL);
	ok(variant && !twice, "a variant is taken once");
	ok(ak_claims_take(c, (uint8_t[16]){1}, INT64_MAX, 1, &fresh, &k, NULL) != AK_OK, "beyond the ledger's size: refused");
	ak_claims_free(c);
	ak_store_commit(s, NULL);
}

int main(void)
{
	char dir[] = "runs-XXXXXX";
	AK_CLEANUP(ak_free_charp) char *ws = NULL;
	AK_CLEANUP(ak_free_charp) char *keys = NULL;
	struct ak_store *s = NULL;

	ok(mkdtemp(dir) != NULL, "a folder");
	ws = ak_fs_join(dir, "w");
	keys = ak_fs_join(dir, "keys");
	ok(ak_fs_mkdirs(ws, 0700, NULL) == AK_OK && ak_store_create(ws, keys, NULL, NULL) == AK_OK &&
	   ak_store_open(ws, AK_STORE_WRITE, &s, NULL) == AK_OK, "a workspace");
	test_kind(s, AK_RUN_LOOKUP, "lookup");
	test_kind(s, AK_RUN_IDENTITY, "identity");
	test_table(s);
	test_claims(s);
	test_filter(s);
	ak_store_close(s);
	ak_fs_remove_tree(dir, NULL);
	return done_testing();
}
