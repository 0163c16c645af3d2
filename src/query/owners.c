#include "base/ak.h"
#include "query/query.h"

#include "query/rows.h"

/* Later rows replace earlier ones: the newest inventory speaks last. */
static enum ak_rc take(void *owners, json_t *row, struct ak_err *err)
{
	const char *id = json_string_value(json_object_get(row, "id")), *hash = json_string_value(json_object_get(row, "hash"));
	json_t *owner = json_object_get(row, "owner");

	(void)err;
	if (id)
		json_object_set(owners, id, owner);
	if (hash)
		json_object_set(owners, hash, owner);
	return AK_OK;
}

enum ak_rc ak_query_key_owners(struct ak_store *s, json_t **out, struct ak_err *err)
{
	json_t *owners = json_object();
	enum ak_rc rc = ak_rows_each(s, "SELECT key_id AS id, key_hash AS hash, owner_id AS owner FROM api_key k WHERE k.state = 0"
					" AND owner_id IS NOT NULL AND NOT EXISTS(SELECT 1 FROM superseded x WHERE x.seq = k.seq)"
					" ORDER BY k.time_us, k.seq", NULL, 0, take, owners, err);

	if (rc == AK_OK)
		*out = owners;
	else
		json_decref(owners);
	return rc;
}
