/* The seven recurring questions of a reviewer, each with a three-valued verdict and the measure it rests on. */
#ifndef AK_PACKET_QUESTIONS_H
#define AK_PACKET_QUESTIONS_H

#include "conf/policy.h"
#include "packet/facts.h"

#ifdef __cplusplus
extern "C" {
#endif

/* [{id, number, question, verdict: "met"|"not met"|"not evaluable", measured, proof (a table of the packet)}]. policy may be NULL.
 * as_of_us: the day ages are measured on. Every measure has its denominator; what cannot be measured is never met. */
json_t *ak_questions(const struct ak_facts *f, const struct ak_policy *policy, int64_t as_of_us);
/* The words of question 1 to 7, NULL for another number. */
const char *ak_question_words(int64_t number);

#ifdef __cplusplus
}
#endif
#endif
