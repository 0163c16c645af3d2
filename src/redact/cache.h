/* Results of redacting values that come again and again: models, keys, users, teams. The same value of the same field
 * always gives the same result and the same counts, so both are kept; a field whose values do not repeat is left alone.
 * One per thread; holds raw values in memory only and wipes them when freed. */
#ifndef AK_REDACT_CACHE_H
#define AK_REDACT_CACHE_H

#include "redact/redact.h"

enum ak_cache_step { AK_CACHE_SECRETS, AK_CACHE_PERSONAL, AK_CACHE_ADDRESS, AK_CACHE_STEPS };

#define AK_CACHE_COUNTS 3

struct ak_cache_count {
	const char *rule;
	enum ak_action action;
};

/* What a step made of a value; p == NULL: it went away. `more` is the network of an address. */
struct ak_cached {
	struct ak_str out, more;
	struct ak_cache_count count[AK_CACHE_COUNTS];
	bool bare; /* see struct ak_value */
	size_t ncounts; /* more than AK_CACHE_COUNTS: not kept */
};

#ifdef __cplusplus
extern "C" {
#endif

struct ak_redact_cache *ak_redact_cache_new(void);
void ak_redact_cache_free(struct ak_redact_cache *c);
/* The views in *out are the caller's own `value` or copies in the arena. */
bool ak_cache_find(struct ak_redact_cache *c, enum ak_cache_step step, int field, struct ak_str value, struct ak_arena *a,
		   struct ak_cached *out);
void ak_cache_keep(struct ak_redact_cache *c, enum ak_cache_step step, int field, struct ak_str value,
		   const struct ak_cached *result);

#ifdef __cplusplus
}
#endif
#endif
