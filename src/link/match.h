/* When two records tell of the same call: the one rule, for reports and for traces.
 *
 * A value joins two records strongly where both give it under a name that says the same thing (trace id, span id, the gateway's id
 * of the call or of its attempts). Any other pair of names joins weakly: response ids and provider request ids, which caches and some
 * systems repeat, and one system's call id as another one's request id. A weak value joins only while no system has two calls with
 * it; else it is ambiguous and nothing is picked. Session ids and ids chosen by clients are not looked at.
 *
 * A gateway's id of the call joins weakly too where calls of one system have it that cannot be attempts of one call: clients choose
 * ids and repeat them. An attempt begins while the one before runs or at most ten minutes after it, and none is made after one that
 * succeeded.
 *
 * Records that name different environments do not join weakly: a recording that is replayed has the ids of the first call. Nor do
 * such calls count among those that have a value.
 *
 * The rule asks for the value, the two names, environments and the times of one id's calls only, so it is symmetric: whoever starts,
 * the same records meet. */
#ifndef AK_LINK_MATCH_H
#define AK_LINK_MATCH_H

#include "query/linkrecords.h"

/* What has a value: calls of one system (SHARED), and even as one call's id without being its attempts (SPLIT). */
enum ak_link_use { AK_LINK_USE_ONE, AK_LINK_USE_SHARED, AK_LINK_USE_SPLIT };

enum ak_link_strength { AK_LINK_NONE, AK_LINK_WEAK, AK_LINK_STRONG };

/* What joins two records. Where several values do, strength is that of the best, and the value named here is one that names the call,
 * rather than a group of calls such as a trace. */
struct ak_link_match {
	enum ak_link_strength strength;
	bool named;	 /* by a name of the call, not only of a group such as its trace */
	bool contested;	 /* only values join them that several calls have; strength is none */
	bool normalised; /* not both records have the value as it stands in their column */
	enum ak_link_field field, other; /* its name in either */
	struct ak_str value;		 /* as the first record has it */
};

/* Of a value that a and b have. */
typedef enum ak_link_use ak_link_use_fn(void *ctx, const struct ak_link_record *a, const struct ak_link_record *b, struct ak_str value);

#ifdef __cplusplus
extern "C" {
#endif

/* apart: for two gateways, whose traces hold many calls each, ids of groups join weakly. */
enum ak_link_strength ak_link_strength_of(const struct ak_link_record *a, enum ak_link_field fa, const struct ak_link_record *b,
					  enum ak_link_field fb, bool apart);
/* Equal, or two spellings of one trace id. */
bool ak_link_same_value(enum ak_link_field fa, struct ak_str a, enum ak_link_field fb, struct ak_str b);
/* Do they name environments, and different ones? */
bool ak_link_other_environment(const struct ak_link_record *a, const struct ak_link_record *b);
/* Can these calls with one id be attempts of one call? Any order. */
bool ak_link_may_retry(const struct ak_link_record *a, const struct ak_link_record *b);
struct ak_link_match ak_link_match(const struct ak_link_record *a, const struct ak_link_record *b, bool apart, ak_link_use_fn *use, void *ctx);

#ifdef __cplusplus
}
#endif
#endif
