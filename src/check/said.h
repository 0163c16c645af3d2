/* What policy.yaml says to a rule. `unknown`, an empty value and silence are the same: nobody has said it. policy may be NULL. */
#ifndef AK_CHECK_SAID_H
#define AK_CHECK_SAID_H

#include "conf/policy.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The value at a dotted path, NULL when nobody has said it; an empty list or map is an answer. Borrowed. */
const json_t *ak_policy_said(const struct ak_policy *p, const char *path);
/* The same of a member of an entry, whose name may hold dots. */
const json_t *ak_policy_said_in(const json_t *entry, const char *member);
/* Is it an entry of which nobody has said anything: a map of which every member is unknown, as 'init --discover' writes it? */
bool ak_policy_unanswered(const json_t *entry);
/* A text of it, else `otherwise`. */
const char *ak_policy_said_text(const struct ak_policy *p, const char *path, const char *otherwise);
int64_t ak_policy_said_number(const struct ak_policy *p, const char *path, int64_t otherwise);
/* "90d" as days, "8h" as microseconds. */
int64_t ak_policy_said_days(const struct ak_policy *p, const char *path, int64_t otherwise);
int64_t ak_policy_said_us(const struct ak_policy *p, const char *path, int64_t otherwise);
/* Is a word in a list of words, or the one word in place of a list? Cases of ASCII are the same. */
bool ak_policy_said_has(const json_t *list, struct ak_str word);
/* "2026-06-16", in whole days before the instant; negative in the future. false: it is no date. */
bool ak_policy_said_age(const char *date, int64_t as_of_us, int64_t *days);

#ifdef __cplusplus
}
#endif
#endif
