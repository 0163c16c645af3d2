/* Events of administrators as rules read them: the fields, who acted, and the words of what was done. */
#ifndef AK_CHECK_EVENT_H
#define AK_CHECK_EVENT_H

#include "check/piles.h"

enum {
	AK_EV_SOURCE, AK_EV_ID, AK_EV_ACTION, AK_EV_CATEGORY, AK_EV_OUTCOME, AK_EV_ACTOR, AK_EV_EMAIL, AK_EV_ACTOR_TYPE, AK_EV_ROLE, AK_EV_JOB, AK_EV_ADDRESS,
	AK_EV_NETWORK, AK_EV_COUNTRY, AK_EV_AGENT, AK_EV_ORGANIZATION, AK_EV_TARGET_TYPE, AK_EV_TARGET, AK_EV_TARGET_NAME, AK_EV_CHANGES, AK_EV_REASON,
	AK_EV_REASON_TEXT, AK_EV_TICKET, AK_EV_REQUEST, AK_EV_KEY, AK_EV_KEY_HASH, AK_EV_KEY_ALIAS, AK_EV_ENVIRONMENT, AK_EV_SESSION, AK_EV_START, AK_EV_FIELDS
};
extern const int ak_event_fields[AK_EV_FIELDS];

/* Who acted: a person, a machine (a job, a policy, a service account, a key of its own), or nobody can tell. */
enum ak_who { AK_WHO_UNTOLD, AK_WHO_PERSON, AK_WHO_MACHINE };

#ifdef __cplusplus
extern "C" {
#endif

/* All events of the rule's period, row->value by AK_EV_*. */
enum ak_rc ak_events_each(struct ak_check_run *r, ak_fieldrow_fn *take, void *ctx, struct ak_err *err);
/* The one decision of all rules: a type says it, else a job that is named, else the token of a person as who acted. */
enum ak_who ak_event_who(const struct ak_str *v);
/* Is it the token of a person? */
bool ak_event_is_person(struct ak_str name);
/* The one name of who acted: id, else address; p NULL = none. */
struct ak_str ak_event_actor(const struct ak_str *v);
/* Does one of these words, NULL-terminated and lower case, stand in an action? Words end at signs and at capitals: "key.rotate",
 * "CreateApiKey". A word that ends with '*' begins one. */
bool ak_event_says(struct ak_str action, const char *const *words);
/* It only reads: nothing was changed by it. */
bool ak_event_reads(struct ak_str action);
/* Records say that it failed. */
bool ak_event_failed(const struct ak_str *v);
/* In a list of categories and actions of policy.yaml; an action may end with '*'. */
bool ak_event_listed(const json_t *list, const struct ak_str *v);

/* A grant whose state says that it holds no more. */
bool ak_check_grant_is_over(struct ak_str state);

#ifdef __cplusplus
}
#endif
#endif
