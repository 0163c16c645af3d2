/* Populations: what the records of a period say row by row, of which there may be millions. Each is read once: a row is counted
 * and goes into its table, so that a verdict and the table it cites cannot disagree, and none is kept. */
#ifndef AK_PACKET_POPULATION_H
#define AK_PACKET_POPULATION_H

#include "conf/policy.h"
#include "packet/smallgroups.h"
#include "packet/table.h"
#include "store/store.h"

enum ak_population {
	AK_P_KEYS,
	AK_P_CHANGES,
	AK_P_GRANTS,
	AK_P_VIEWS,
	AK_P_SETTLEMENTS,
	AK_P_QUOTAS,
	AK_P_VERDICTS,
	AK_P_REJECTS,
	AK_P_COUNT
};

enum { AK_ACTORS_TOLD = 100000 }; /* of more it is said that there are more */

struct ak_tally {
	size_t rows[AK_P_COUNT];
	/* of the keys: with an attempt or provider request; of these with an owner; of these one that only policy.yaml names */
	size_t keys_used, keys_owned, keys_declared;
	size_t changes_asked, changes_found, changes_unjudged; /* as check change-unapproved counts them */
	json_t *change_verdicts; /* {verdict: changes}, of those that are asked about */
	json_t *change_actors;	 /* who made changes, as members with how many; at most AK_ACTORS_TOLD */
	size_t changes_by_nobody; /* that name nobody */
	size_t grants_undeclared; /* may see payload, and access.payload_viewers does not name their role */
	json_t *roles;		  /* of the grants, as members */
	char reviewed[48];	  /* the newest review, empty when none has a date */
	size_t views_of_payload;
	size_t settlements_found, settlements_approved;
	json_int_t quota_events, quota_linked;
	json_int_t verdicts, verdicts_linked, verdicts_allowed;
};

#ifdef __cplusplus
extern "C" {
#endif

/* Reads all of them, period half-open in microseconds. policy declares owners of keys and who may see payload; may be NULL.
 * tables: where the rows go, into out[] by population; both NULL = they are only counted. small: says which rows of rollups go
 * there. counts: zeroed by the caller, released by ak_population_release also after an error. */
enum ak_rc ak_population_read(struct ak_store *s, int64_t from_us, int64_t to_us, const struct ak_policy *policy,
			      struct ak_tables *tables, struct ak_small_groups *small, struct ak_tally *counts,
			      struct ak_table **out, struct ak_err *err);
void ak_population_release(struct ak_tally *counts);
/* One row: what the policy declares is added to it, then it is counted. */
void ak_population_count(enum ak_population p, const struct ak_policy *policy, json_t *row, struct ak_tally *counts);

#ifdef __cplusplus
}
#endif
#endif
