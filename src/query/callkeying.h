/* Inside of ak_callkeys. Internal to query/callkeys*.c. */
#ifndef AK_QUERY_CALLKEYING_H
#define AK_QUERY_CALLKEYING_H

#include "base/arena.h"
#include "query/aggregate.h"
#include "query/callkeys.h"
#include "query/rows.h"

/* Beyond these the statements of chains_*.c do the work, on disk. */
enum { AK_KEYS_MOST = 6000000, AK_KEYS_PAIRS = 300000, AK_KEYS_ROWS = 1000000, AK_KEYS_USES = 2000000 };
/* Lists of sayings; a key of which more is said is looked at alone. */
enum { AK_KEYS_LISTS = 20000, AK_KEYS_LISTED = 6 };

/* What is said of a key: the number of a list, or that a list does not hold it: then, whether one source and kind (its number beside) says it
 * all, or several do. */
#define AK_SAID_SEVERAL (1u << 31)
#define AK_SAID_LONG (1u << 30)
#define AK_SAID_USED (1u << 29) /* beside these: a request of the period names it */
#define AK_SAID_MOVED UINT32_MAX /* a hash of a key that has an id */

/* Hash -> number, open addressing; 0 is no key. */
struct ak_key_table {
	uint64_t *key;
	uint32_t *value;
	size_t n, mask;
};

struct ak_key_list {
	uint32_t said[AK_KEYS_LISTED];
	uint32_t n;
};

struct ak_callkeys {
	struct ak_store *s;
	int64_t from_us, to_us;
	struct ak_key_table key;
	struct ak_map one;		   /* hash -> id (a text to ak_free), of names that are one key */
	struct ak_map pair, hashes_of, ids_of; /* while it reads: "hash\0id"; id -> how many hashes; hash -> how many ids */
	bool too_many;
	/* sayings */
	struct ak_map sayings; /* its bytes -> number */
	struct ak_key_said *said;
	size_t nsaid;
	struct ak_map lists; /* its bytes -> number */
	struct ak_key_list *list; /* [0]: nothing */
	size_t nlist;
	struct ak_map sources;
	struct ak_arena arena;
	struct ak_buf bytes;
};

/* Of a block: name of each value of KEY_ID and KEY_HASH, by its number. */
struct ak_key_block {
	uint64_t id[AK_COLUMNS_ROWS + 1], hash[AK_COLUMNS_ROWS + 1];
	struct ak_str id_name[AK_COLUMNS_ROWS + 1], hash_name[AK_COLUMNS_ROWS + 1]; /* of the key */
};

static inline uint64_t ak_key_number(struct ak_str name)
{
	uint64_t h = ak_hash(name.p, name.n);

	return h ? h : 1;
}

/* Entry of a key, made with value 0 when it is new; NULL: there are too many. */
uint32_t *ak_key_entry(struct ak_key_table *t, uint64_t key, size_t most);
/* It will be asked for soon: tables of many keys lie beyond the caches. */
static inline void ak_key_soon(const struct ak_key_table *t, uint64_t key)
{
	if (t->key) {
		__builtin_prefetch(&t->key[key & t->mask], 1);
		__builtin_prefetch(&t->value[key & t->mask], 1);
	}
}
/* NULL: it is not there. */
uint32_t *ak_key_there(const struct ak_key_table *t, uint64_t key);
void ak_key_table_free(struct ak_key_table *t);

/* Names and numbers of keys of a block, as they are known when all is read. */
void ak_key_names(const struct ak_callkeys *k, const struct ak_columns *c, struct ak_key_block *b);
/* What is said of a key with a saying more, and with all of another. */
uint32_t ak_key_add(struct ak_callkeys *k, uint32_t to, uint32_t saying);
uint32_t ak_key_join(struct ak_callkeys *k, uint32_t a, uint32_t b);
/* Number of a saying. */
uint32_t ak_key_saying(struct ak_callkeys *k, const struct ak_key_said *said);
/* The saying of a record of a block; 0 = it says nothing. codes: made for the block. */
struct ak_key_codes {
	uint64_t tuple[4096];
	int64_t source[4096];
	uint32_t saying[4096];
};
uint32_t ak_key_saying_of(struct ak_callkeys *k, const struct ak_columns *c, size_t i, struct ak_key_codes *codes);

static inline bool ak_callkeys_in_period(const struct ak_callkeys *k, const struct ak_columns *c, size_t i)
{
	int64_t us = c->number[AK_COL_TIME] ? c->number[AK_COL_TIME][i] : AK_COLUMN_NONE;

	return us == AK_COLUMN_NONE ? k->from_us == INT64_MIN && k->to_us == INT64_MAX : us >= k->from_us && us < k->to_us;
}

/* What usage records and the inventory say. key: its name. */
typedef enum ak_rc ak_key_row_fn(void *ctx, struct ak_str key, const struct ak_key_said *said, int64_t first_seq, int64_t records, struct ak_err *err);
enum ak_rc ak_callkeys_beside_each(struct ak_callkeys *k, ak_key_row_fn *each, void *ctx, struct ak_err *err);

#endif
