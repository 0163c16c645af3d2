/* Calls added up: requests, failures, exact cost per currency, models. Memory grows with models and currencies, not with calls. */
#ifndef AK_INCIDENT_TALLY_H
#define AK_INCIDENT_TALLY_H

#include <jansson.h>

#include "base/map.h"

struct ak_tally {
	uint64_t requests, failures, unknown, concurrent, unbounded;
	uint64_t estimated, billed; /* requests that have such a cost */
	struct ak_map currencies, models;
};

#ifdef __cplusplus
extern "C" {
#endif

void ak_tally_init(struct ak_tally *t);
void ak_tally_release(struct ak_tally *t);
/* row: of ak_query_attempts_each. */
void ak_tally_add(struct ak_tally *t, const json_t *row);
/* {requests, failures, unknown (neither a success nor a failure), concurrent (of the requests: the bounds of their
 * clock allow another side), unbounded (of the requests: their clock has no bounds), with_estimated, with_billed (requests
 * that have such a cost), cost: [{currency, estimated|null, billed|null}] (exact), models: [{provider|null, model|null, requests,
 * failures, percent (of requests, truncated)}] most first}. */
json_t *ak_tally_json(const struct ak_tally *t);

/* A failure by outcome, else by status 400 and above. */
bool ak_tally_failed(const json_t *row);

#ifdef __cplusplus
}
#endif
#endif
