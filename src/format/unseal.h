/* Members of a record that the source encrypted for its customer (`sealed:` of a mapping), opened before the record is mapped:
 * what was in them stands in their place then, as if it had never been encrypted. */
#ifndef AK_FORMAT_UNSEAL_H
#define AK_FORMAT_UNSEAL_H

#include "base/sealed.h"
#include "format/mapping.h"

struct ak_unsealed {
	uint64_t opened, shut; /* members; shut: for another key, or altered */
};

#ifdef __cplusplus
extern "C" {
#endif

bool ak_mapping_has_sealed(const struct ak_mapping *m);
/* The record with what could be opened in *out, in the arena. False when nothing was: it stays as it is. count is added to. */
bool ak_mapping_unseal(const struct ak_mapping *m, struct ak_sealed_key *key, struct ak_str record, struct ak_arena *a,
		       struct ak_str *out, struct ak_unsealed *count);

#ifdef __cplusplus
}
#endif
#endif
