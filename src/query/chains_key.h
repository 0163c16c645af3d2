/* One name per key in a statement. Internal to query/. */
#ifndef AK_QUERY_CHAINS_KEY_H
#define AK_QUERY_CHAINS_KEY_H

#define AK_KEY_NEWEST(r) " " r ".state = 0 AND NOT EXISTS(SELECT 1 FROM superseded x WHERE x.seq = " r ".seq)"

/* WITH one(hash, id): hashes and ids that belong together because records name both, and name no other with either. A key is
 * then coalesce(one.id, its hash, its id): where an id had several secrets in turn, each hash is a key of its own. */
#define AK_KEY_NAMES                                                                                                      \
	"WITH both AS MATERIALIZED (SELECT key_id AS id, key_hash AS hash FROM api_key WHERE key_id IS NOT NULL AND key_hash IS NOT NULL" \
	" UNION SELECT key_id, key_hash FROM request WHERE key_id IS NOT NULL AND key_hash IS NOT NULL"                   \
	" UNION SELECT key_id, key_hash FROM usage WHERE key_id IS NOT NULL AND key_hash IS NOT NULL),"                   \
	" one AS MATERIALIZED (SELECT hash, min(id) AS id FROM both WHERE id IN (SELECT id FROM both GROUP BY id HAVING count(*) = 1)" \
	" GROUP BY hash HAVING count(*) = 1 AND hash IN (SELECT hash FROM both GROUP BY hash HAVING count(*) = 1))"

#include "query/query.h"

/* What ak_query_key_history_each gives, but what requests say. names: [[hash, id]] of names that are one key, as JSON. */
enum ak_rc ak_key_history_beside_each(struct ak_store *s, const char *names, int64_t from_us, int64_t to_us, ak_row_fn *each, void *ctx,
				      struct ak_err *err);
/* {key, over: since when something may have ended it|null} of the keys in these rows, by key. */
enum ak_rc ak_keys_known_each(struct ak_store *s, const char *names, ak_row_fn *each, void *ctx, struct ak_err *err);

#endif
