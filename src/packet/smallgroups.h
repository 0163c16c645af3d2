/* Published rollups whose groups stand for few people (SECURITY R-HMAC-6): what a row of totals says of three people, it says
 * of each of them to who knows the other two. Each row of a rollup brings `people`, the number of different people that the
 * records below it name; 1 to k - 1 make it a small group. A group that names nobody is not judged, and that is counted.
 *
 *   flag      the row is published
 *   suppress  it is left out of the table
 *   merge     the small groups of a table become one row for each source, layer, currency and so on, whose values must not be
 *             added; one that would be merged with no other is left out */
#ifndef AK_PACKET_SMALLGROUPS_H
#define AK_PACKET_SMALLGROUPS_H

#include <jansson.h>

#include "conf/policy.h"

enum ak_rollup { AK_R_KEYS, AK_R_ROUTES, AK_R_SPEND, AK_R_QUOTAS, AK_R_VERDICTS, AK_R_COUNT };

struct ak_small_groups {
	int k;
	enum ak_small_action action;
	struct {
		size_t groups, named, small;  /* named: those that name people */
		size_t left_out, merged;      /* parts of small */
		json_t *rest;		      /* merged rows by what they may not be added over */
	} of[AK_R_COUNT];
};

#ifdef __cplusplus
extern "C" {
#endif

/* policy NULL: k = 5, flag. */
void ak_small_groups_init(struct ak_small_groups *g, const struct ak_policy *policy);
void ak_small_groups_release(struct ak_small_groups *g);
/* Name of the rollup's table. */
const char *ak_small_groups_name(enum ak_rollup r);
/* Count a row. True when it is to be published as it is. */
bool ak_small_groups_take(struct ak_small_groups *g, enum ak_rollup r, const json_t *row);
/* After the last row of a rollup: rows that stand for merged ones, an array; the caller's. */
json_t *ak_small_groups_rest(struct ak_small_groups *g, enum ak_rollup r);
/* Both for rows that are there already: what is to be published of them; the caller's. */
json_t *ak_small_groups_rows(struct ak_small_groups *g, enum ak_rollup r, const json_t *rows);

#ifdef __cplusplus
}
#endif
#endif
