/* When two records tell of the same call: the one rule, for reports and for traces.
 *
 * A value joins two records strongly where both give it under a name that says the same thing (trace id, span id, the gateway's id
 * of the call or of its attempts). Any other pair of names joins weakly: response ids and provider request ids, which caches and some
 * systems repeat, and one system's call id as another one's request id. A weak value joins only while no system has two calls with
 * it; else it is ambiguous and nothing is picked. Session ids and ids chosen by clients are not looked at.
 *
 * Records that name different environments do not join weakly: a recording that is replayed has the ids of the first call.
 *
 * The rule asks for the value, the two names and environments only, so it is symmetric: whoever starts, the same records meet. */
#ifndef AK_LINK_MATCH_H
#define AK_LINK_MATCH_H

#include "query/linkrecords.h"

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

#ifdef __cplusplus
extern "C" {
#endif

/* apart: for two gateways, whose traces hold many calls each, ids of groups join weakly. */
enum ak_link_strength ak_link_strength_of(const struct ak_link_record *a, enum ak_link_field fa, const struct ak_link_record *b,
					  enum ak_link_field fb, bool apart);
/* Equal, or two spellings of one trace id. */
bool ak_link_same_value(enum ak_link_field fa, struct ak_str a, enum ak_link_field fb, struct ak_str b);
/* is_shared: have several calls of one system this value? */
struct ak_link_match ak_link_match(const struct ak_link_record *a, const struct ak_link_record *b, bool apart,
				   bool (*is_shared)(void *ctx, struct ak_str value), void *ctx);

#ifdef __cplusplus
}
#endif
#endif
