/* A state while it is put together. Private to state/. */
#ifndef AK_STATE_AT_H
#define AK_STATE_AT_H

#include "state/state.h"
#include "state/timeline.h"

struct at {
	struct ak_store *s;
	const struct ak_policy *policy;
	const struct ak_state_subject *of;
	struct ak_timeline line;
	const char *system, *place; /* of the request; NULL: not told which */
	char *own_system; /* of the request's source, as declared or by its format */
	int64_t us;
	json_t *out, *inventory, *undated;
};

#ifdef __cplusplus
extern "C" {
#endif

/* Row members as ak_state_at has them, none known yet. */
json_t *ak_at_row(const char *what, const char *subject);
/* One setting's state into a row. */
void ak_at_fill(json_t *row, const struct ak_held *h);
/* All settings of one class and id with such a path as one row of out; NULL when there is none. */
json_t *ak_at_group(struct at *q, const char *what, const char *cls, const char *id, bool (*wanted)(const char *path));
/* A row of the last event that does not say what it changed, of a class and id; NULL when there is none up to the instant. */
json_t *ak_at_vague(struct at *q, const char *what, const char *cls, const char *id);
/* One row for each id of a class that the timeline has, in its order. */
void ak_at_each(struct at *q, const char *what, const char *cls);
/* Which paths: all, who owns, how much, neither, not who owns. */
bool ak_at_any(const char *path);
bool ak_at_owner(const char *path);
bool ak_at_limit(const char *path);
bool ak_at_other(const char *path);
bool ak_at_unowned(const char *path);
/* Rows of the key's owner and scope, and of roles granted. */
void ak_at_keys(struct at *q);
void ak_at_grants(struct at *q);
/* What the chains make of the tickets that rows name: ticket_verdict and ticket_why. */
enum ak_rc ak_at_judge(struct at *q, struct ak_err *err);
/* Rows of what policy.yaml states for the subject. */
void ak_at_declared(struct at *q);

#ifdef __cplusplus
}
#endif
#endif
