/* What a reviewer would object to, measured from the facts, each under a name that stays the same from packet to packet, so
 * that responses.yaml can answer it. */
#ifndef AK_PACKET_FINDINGS_H
#define AK_PACKET_FINDINGS_H

#include "conf/responses.h"
#include "packet/facts.h"

#ifdef __cplusplus
extern "C" {
#endif

/* All findings there can be; ends with NULL. */
extern const char *const ak_finding_ids[];

/* Those that hold: [{id, title, measured, details (what it is made of, by name)|null, proof (a table of the packet), response: {text, owner, due, closed, overdue:
 * days that due is past at as_of_us and it is not closed|null}|null}].
 * questions: ak_questions of the same facts; policy and
 * responses may be NULL; as_of_us: the moment on which exports are late. The caller's. */
json_t *ak_findings(const struct ak_facts *f, const struct ak_policy *policy, int64_t as_of_us, const json_t *questions,
		    const struct ak_responses *responses);

#ifdef __cplusplus
}
#endif
#endif
