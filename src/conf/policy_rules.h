/* The members policy.yaml may have, as data for ak_yaml_check. */
#ifndef AK_CONF_POLICY_RULES_H
#define AK_CONF_POLICY_RULES_H

#include "conf/policy.h"

#ifdef __cplusplus
extern "C" {
#endif

extern const struct ak_yaml_rule ak_policy_rules[];
/* The values behind the keys: dates, periods, shares, address masks, words of a fixed set. AK_EXIT_USAGE. */
enum ak_rc ak_policy_check_values(const struct ak_policy *p, struct ak_err *err);
/* A string of the form 2026-06-16. */
bool ak_policy_is_date(const json_t *v);
/* The lists of redaction:, their values (AK_EXIT_USAGE), and the view of them. */
enum ak_rc ak_policy_check_redaction(const struct ak_policy *p, struct ak_err *err);
void ak_policy_fill_redaction(struct ak_policy *p);
/* The entries of quotas:, likewise. */
enum ak_rc ak_policy_check_quotas(const struct ak_policy *p, struct ak_err *err);
void ak_policy_fill_quotas(struct ak_policy *p);
/* Fill p->answers; for ak_policy_parse only. */
void ak_policy_collect(struct ak_policy *p);

#ifdef __cplusplus
}
#endif
#endif
