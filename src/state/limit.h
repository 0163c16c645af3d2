/* Limits as settings say them: what is counted, over which time. Private to state/.
 *
 * Windows: base/window.h; without one everything since the limit was set counts. A call is refused when what was admitted in the window
 * before it has reached the limit. */
#ifndef AK_STATE_LIMIT_H
#define AK_STATE_LIMIT_H

#include <jansson.h>

#include "store/store.h"

enum ak_limit_unit { AK_LIMIT_REQUESTS, AK_LIMIT_TOKENS, AK_LIMIT_COST };

struct ak_limit {
	enum ak_limit_unit unit;
	const char *currency; /* upper case, NULL = not told */
	const char *window;   /* as set, NULL = none */
};

/* Looks up another setting beside a limit: its value, NULL when not known. */
typedef const char *ak_beside_fn(void *ctx, const char *path);

#ifdef __cplusplus
extern "C" {
#endif

/* Is this path a limit, or something that says how to read one? */
bool ak_limit_path(const char *path);
bool ak_limit_about(const char *path);
/* How the limit at this path is counted. cls: what it belongs to; a budget that names no unit is money, in the currency of its calls, a quota that names
 * none is not told. False with *why when it is not told. Texts are those of `beside` or static. */
bool ak_limit_read(const char *cls, const char *path, ak_beside_fn *beside, void *ctx, char currency[4], struct ak_limit *out, const char **why);
const char *ak_limit_unit_name(const struct ak_limit *l);
/* What the subject of a budget row (ak_state_at) had used in each of its windows before an instant: [{path, limit, unit, window, from, used}]; limits
 * that cannot be read are left out. Reads the requests of the windows. */
enum ak_rc ak_limit_sums(struct ak_store *s, const json_t *row, int64_t at_us, json_t **out, struct ak_err *err);

/* Who refused a call, as the gateway's record has it (its reason and provider, NULL = none): a provider, so that no limit of the gateway did. */
bool ak_limit_of_provider(const char *reason, const char *provider);

#ifdef __cplusplus
}
#endif
#endif
