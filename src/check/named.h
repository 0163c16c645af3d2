/* Sources that policy.yaml names elsewhere than under sources: the control point, and who brings the roles. */
#ifndef AK_CHECK_NAMED_H
#define AK_CHECK_NAMED_H

#include "conf/policy.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Does the answer at this path name a source, and is there none of that name? sources: [{name, ...}] of the workspace; what policy.yaml has under
 * sources: and, for the roles, under not_provided: is known as well. Where no source is known at all nothing is wrong. wrong: the name, borrowed from
 * the policy. policy and sources may be NULL. */
bool ak_policy_names_nothing(const struct ak_policy *p, const char *path, const json_t *sources, const char **wrong);
/* Names of the sources there are, nearest first, at most eight of them: "litellm-slp, openai-usage and 3 more". */
const char *ak_policy_sources_near(const struct ak_policy *p, const json_t *sources, const char *name, struct ak_arena *a);
/* The paths, NULL at the end. */
extern const char *const ak_policy_names_sources[];

#ifdef __cplusplus
}
#endif
#endif
