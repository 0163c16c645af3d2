/* Which classes of evidence are there: data of evidence.def and profiles.def, looked up once. */
#ifndef AK_CHECK_EVIDENCE_H
#define AK_CHECK_EVIDENCE_H

#include "check/check.h"

#define RECORDS(id, name, title, kinds, test) AK_EVIDENCE_##id,
#define DECLARED(id, name, title, path) AK_EVIDENCE_##id,
enum ak_evidence_class {
#include "check/evidence.def"
	AK_EVIDENCE_COUNT
};
#undef RECORDS
#undef DECLARED

struct ak_review_profile {
	const char *name, *title, *classes; /* classes: names, parted by blanks */
};
extern const struct ak_review_profile ak_review_profiles[]; /* ends with a name that is NULL */

#ifdef __cplusplus
extern "C" {
#endif

/* By class: {class, title, basis: "records"|"declared", supplied (flag), records, sources: [{source, owner|null}] or answers: [dotted paths]}, in the order
 * of evidence.def; the caller's. Of all times: a class is there or it is not. */
enum ak_rc ak_evidence_read(struct ak_store *s, const struct ak_policy *policy, json_t **out, struct ak_err *err);
/* The next name of a list that is parted by blanks; false at its end. */
bool ak_evidence_next(const char **list, struct ak_str *name);
/* The entry of a class in what ak_evidence_read gave. */
const json_t *ak_evidence_of(const json_t *all, struct ak_str name);
/* NULL: there is none of that name. */
const struct ak_review_profile *ak_review_profile_find(const char *name);

#ifdef __cplusplus
}
#endif
#endif
