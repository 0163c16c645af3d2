/* Keys of all requests in one pass over their columns: how many there are, which names are one key (chains_key.h says when), and what
 * records say of each. What a check must look at closely is read in a second pass, of those keys only.
 *
 * Keys are told apart by 64 bits of a hash whose key is drawn at random, so that memory is some 20 bytes a key, however they are
 * written; names that are printed or compared with an inventory are compared as texts. */
#ifndef AK_QUERY_CALLKEYS_H
#define AK_QUERY_CALLKEYS_H

#include "base/map.h"
#include "query/query.h"

struct ak_callkeys;

/* What records of one source and kind say of a key. p NULL: nothing. */
struct ak_key_said {
	int64_t source;
	const char *source_name, *kind; /* "request records", "usage records", "key inventory" */
	struct ak_str owner, owner_type, app, team, team_name, cost_center;
};

/* A key by its name and since when something may have ended it. */
struct ak_key_known {
	struct ak_str name;
	int64_t over_us;
	bool over; /* over_us is known */
};

#ifdef __cplusplus
extern "C" {
#endif

/* Reads the requests of the period [from_us, to_us). AK_END: there are more keys than can be told apart in memory; *out is NULL then, and
 * the statements of query/chains.h are asked instead. */
enum ak_rc ak_callkeys_read(struct ak_store *s, int64_t from_us, int64_t to_us, struct ak_callkeys **out, struct ak_err *err);
void ak_callkeys_free(struct ak_callkeys *k);

/* Keys of which a record of the period says owner, app, team or cost centre. */
uint64_t ak_callkeys_said(const struct ak_callkeys *k);
/* Keys that requests of the period name. */
uint64_t ak_callkeys_used(const struct ak_callkeys *k);
bool ak_callkeys_is_used(const struct ak_callkeys *k, struct ak_str name);
/* The id of the key that a hash belongs to; p NULL: the hash is its name. */
struct ak_str ak_callkeys_id(const struct ak_callkeys *k, struct ak_str hash);

/* The different things that are said of keys: each key has one of these lists. The n sayings of list i, in the order of kind and source;
 * they live as long as k. */
size_t ak_callkeys_lists(const struct ak_callkeys *k);
size_t ak_callkeys_list(const struct ak_callkeys *k, size_t i, const struct ak_key_said **said, size_t most);
/* Rows of ak_query_key_owners_each, but only of keys whose list is marked in `lists`, of keys of which more is said than a list holds where
 * `several` sources say it or `all_long`, and of those that are named. AK_END: there are too many; no row was given. */
struct ak_callkeys_asked {
	const bool *lists;
	bool all_long;
	const struct ak_map *named; /* may be NULL */
};
enum ak_rc ak_callkeys_owners_each(struct ak_callkeys *k, const struct ak_callkeys_asked *asked, ak_row_fn *each, void *ctx, uint64_t *given, struct ak_err *err);

/* Rows of ak_query_key_history_each, but only of keys that inventory, events or rotations name; *others: how many keys of requests none of
 * them names. AK_END: too many; no row was given. */
enum ak_rc ak_callkeys_history_each(struct ak_callkeys *k, ak_row_fn *each, void *ctx, uint64_t *others, struct ak_err *err);

#ifdef __cplusplus
}
#endif
#endif
