/* The matrix of evidence: the seven areas of a review, what each needs, what is there, and what the rules say (areas.def). */
#ifndef AK_CHECK_MATRIX_H
#define AK_CHECK_MATRIX_H

#include "check/check.h"

#ifdef __cplusplus
extern "C" {
#endif

/* findings: of ak_check_all, run over all rules. {schema: "auditkit.matrix/1", format_version, from|null, to|null, met, not_met, not_evaluable,
 * areas: [{number, area, question, questions: [numbers of those that it is about], owner (who it is usually), owners, owner_basis (ak_matrix_owners), verdict: "met"|"not met"|
 * "not evaluable", why (unless met), classes: [{class, title, basis, supplied, records?, sources?, answers?}], needed, supplied, missing: [class],
 * checks: [{check, decides, verdict, found, failing, affected, of, unit, why?}], rules, rules_met}]}. An area is not met when a rule of it is not; met
 * when all its classes are supplied and all rules that decide it are met; else not evaluable. */
enum ak_rc ak_matrix(struct ak_store *s, const struct ak_policy *policy, const json_t *findings, json_t **out, struct ak_err *err);

/* What a reviewer's question commonly fails by: the rules of it, and what they say, added to each question of packet/questions.h as {common_failure: {
 * what, verdict, checks: [as above]}, needs: [classes that are missing], rules: [those of its subject, as above; they do not decide it], areas: [numbers of
 * those about it], owners, owner_basis (ak_matrix_owners)}. */
enum ak_rc ak_matrix_questions(struct ak_store *s, const struct ak_policy *policy, const json_t *findings, json_t *questions, struct ak_err *err);

/* Sets owners: [of the sources of these classes, as declared; without any, who declared the policy] and owner_basis: "sources"|"policy.yaml
 * declared.by"|null. entries and policy may be NULL. */
void ak_matrix_owners(json_t *o, const json_t *entries, const struct ak_policy *policy);

#ifdef __cplusplus
}
#endif
#endif
