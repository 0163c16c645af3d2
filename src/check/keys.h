/* Keys as the inventory and policy.yaml know them, of all times. */
#ifndef AK_CHECK_KEYS_H
#define AK_CHECK_KEYS_H

#include "check/check.h"
#include "query/aggregate.h"

struct ak_known_keys {
	json_t *by_name; /* {id, hash or label: {owner|null, owner_type|null}} */
	json_t *ids;	 /* {hash: id} of keys that requests name by both, of each hash with one id only */
	uint64_t rows;	 /* of the inventory */
	bool owners;	 /* a row or the policy names an owner */
};

#ifdef __cplusplus
extern "C" {
#endif

/* The caller releases it, also after an error. */
enum ak_rc ak_known_keys_read(struct ak_check_run *r, struct ak_known_keys *out, struct ak_err *err);
void ak_known_keys_release(struct ak_known_keys *k);
/* Learn of a group of requests that they name id and hash of one key. */
void ak_known_keys_pair(struct ak_known_keys *k, struct ak_str id, struct ak_str hash);
/* What is known of a key, borrowed; NULL = nothing. Values whose p is NULL are not there. */
const json_t *ak_known_key(const struct ak_known_keys *k, struct ak_str id, struct ak_str hash, struct ak_str label);
/* Its one name: the id, else that of its hash, else hash, else label. */
struct ak_str ak_key_name(const struct ak_known_keys *k, struct ak_str id, struct ak_str hash, struct ak_str label);

#ifdef __cplusplus
}
#endif
#endif
