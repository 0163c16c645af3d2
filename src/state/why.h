/* An explanation while it is put together. Private to state/. */
#ifndef AK_STATE_WHY_H
#define AK_STATE_WHY_H

#include "state/state.h"

struct why {
	struct ak_store *s;
	json_t *attempts, *verdicts, *quotas, *calls; /* by kind, in time order */
	json_t *in_force, *findings;
	const json_t *first, *last; /* attempts */
	int64_t at_us;
};

#ifdef __cplusplus
extern "C" {
#endif

/* Of a record document: HTTP status, -1 = none; whether the call failed. */
int64_t ak_why_status(const json_t *record);
bool ak_why_failed_call(const json_t *record);
/* A word in a name, in any case. */
bool ak_why_mentions(const char *z, const char *word);
/* A finding; takes the answer. The cause (may be NULL) is its first citation, ak_why_more adds others, none twice. */
json_t *ak_why_find(struct why *w, const char *question, json_t *answer, const char *cause, const char *basis);
void ak_why_more(json_t *finding, const char *where);
/* "v12: models [...] route.update 2026-06-04T09:15:00Z, CHG-1183 approved" of a row in force. */
json_t *ak_why_set(const json_t *row);
/* The first row of this kind that a record or policy.yaml sets; subject NULL = any. */
const json_t *ak_why_in_force(const struct why *w, const char *what, const char *subject);
/* Throttled, over budget: by the gateway, by a provider, or not told. */
enum ak_rc ak_why_limited(struct why *w, struct ak_err *err);

#ifdef __cplusplus
}
#endif
#endif
