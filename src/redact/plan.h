/* What policy.yaml decides per field (SECURITY 3, F162): `fields: NAME: {action: ACTION, why: TEXT}`.
 *
 *   keep      as it came, secrets and e-mail shapes replaced all the same. Where a type is not kept by itself (people,
 *             customers) this is an exception that needs a why and is printed as declared
 *   remove    nothing; the absence is counted as `dropped by policy`. `keep: false` says the same
 *   mask      `***`, of an address its network. Not for identifiers: all would be equal
 *   sanitise  the words, with numbers, ids, quoted parts and addresses replaced
 *   hash      a keyed token; equal values stay equal
 *   encrypt   `enc:<kid>:<hex>`: AES-256-SIV under a sub-key of the pseudonym key, over the text with its secrets replaced;
 *             equal values stay equal, and the holder of the key can read them (`show --reveal`)
 *
 * Which of them a type can take is one table in plan.c; all others are refused with the line of policy.yaml. Secrets are
 * replaced before any action. Every action leaves alone what it made. */
#ifndef AK_REDACT_PLAN_H
#define AK_REDACT_PLAN_H

#include "base/err.h"
#include "redact/profile.h"

enum ak_field_action {
	AK_FIELD_AS_TYPE, AK_FIELD_KEEP, AK_FIELD_REMOVE, AK_FIELD_MASK, AK_FIELD_SANITISE, AK_FIELD_HASH, AK_FIELD_ENCRYPT,
	AK_FIELD_ACTIONS
};

struct ak_field_plan {
	enum ak_profile_id profile; /* for fields that policy.yaml does not name */
	enum ak_field_action action[AK_F_COUNT];
	const char *why[AK_F_COUNT]; /* NULL = not said; dies with the policy */
};

struct ak_policy; /* conf/policy.h */

#ifdef __cplusplus
extern "C" {
#endif

/* p may be NULL. A field or action that there is not, or one that its type cannot take, is AK_EXIT_USAGE. */
enum ak_rc ak_plan_read(const struct ak_policy *p, struct ak_field_plan *out, struct ak_err *err);
/* What the field dictionary of a packet says: "hashed", "hashed, by policy" or "hashed, by profile". */
const char *ak_plan_says(const struct ak_field_plan *p, enum ak_field_id f);
/* Named in policy.yaml with something else than its type does. */
static inline bool ak_plan_differs(const struct ak_field_plan *p, enum ak_field_id f) { return p->action[f] != AK_FIELD_AS_TYPE; }
/* Not named there, but the profile does something else than the type. */
static inline bool ak_plan_profiled(const struct ak_field_plan *p, enum ak_field_id f)
{
	return !ak_plan_differs(p, f) && ak_profile_action(p->profile, f) != AK_PROFILE_KEEPS;
}

#ifdef __cplusplus
}
#endif
#endif
