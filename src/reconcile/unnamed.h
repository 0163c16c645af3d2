/* Calls that a provider logged as failed and whose identifier no gateway record has, while gateways recorded failed attempts that name no identifier of
 * the provider's: each may be one of those, and nothing says which, so none is linked and none is called traffic past the gateways. Only of principals
 * that also make calls which gateways recorded. Internal to reconcile/. */
#ifndef AK_RECONCILE_UNNAMED_H
#define AK_RECONCILE_UNNAMED_H

#include <jansson.h>

#include "base/map.h"
#include "store/store.h"

enum { AK_UNNAMED_CITED = 20 };

/* Of one source, provider, principal and model. */
struct ak_unnamed_group {
	int64_t calls, attempts; /* failed calls with such an attempt in their time, and these attempts: a client repeats calls, so that one may have made several */
	int64_t first_apart;	 /* the first failed one without; 0 = none */
	int64_t cite[AK_UNNAMED_CITED];
	int64_t *us; /* times of calls, in order */
	size_t cap;
	const char *provider;
};

struct ak_unnamed {
	struct ak_map group;
	int64_t *seq;	      /* of all calls, in order */
	size_t n, cap;
	json_t *kept;
};

#ifdef __cplusplus
extern "C" {
#endif

/* rows: those of ak_query_recon_calls; NULL: it asks for them when they are needed. The caller releases it, after a failure too. */
enum ak_rc ak_recon_unnamed(struct ak_store *s, int64_t from_us, int64_t to_us, const json_t *rows, struct ak_unnamed *out, struct ak_err *err);
bool ak_recon_is_unnamed(const struct ak_unnamed *u, int64_t seq);
/* The group of a row with source, provider, principal and model; NULL: it has none. */
const struct ak_unnamed_group *ak_recon_unnamed_of(const struct ak_unnamed *u, const json_t *row);
void ak_recon_unnamed_release(struct ak_unnamed *u);

#ifdef __cplusplus
}
#endif
#endif
