/* What is asked about what, and the words for the answers. */
#include "base/ak.h"
#include "link/engine.h"

#define HAS(f) (1u << (f))

const struct ak_link_pair ak_link_pairs[AK_LINK_PAIRS] = {
	{.from = AK_K_APP, .to = AK_K_REQUEST, .limited = true},
	{.from = AK_K_APP, .to = AK_K_CALL, .alone = true},
	{.from = AK_K_AUDIT, .to = AK_K_REQUEST, .named = HAS(AK_LF_TRACE) | HAS(AK_LF_CALL)},
	{.from = AK_K_CALL, .to = AK_K_REQUEST},
	{.from = AK_K_VERDICT, .to = AK_K_REQUEST},
	{.from = AK_K_QUOTA, .to = AK_K_REQUEST, .named = HAS(AK_LF_TRACE) | HAS(AK_LF_CALL)},
	{.from = AK_K_SETTLEMENT, .to = AK_K_REQUEST, .named = HAS(AK_LF_TRACE) | HAS(AK_LF_CALL) | HAS(AK_LF_RESPONSE)},
	{.from = AK_K_TICKET, .to = AK_K_REQUEST, .named = HAS(AK_LF_CALL)},
	{.from = AK_K_REQUEST, .to = AK_K_REQUEST, .chained = true},
	{.from = AK_K_REQUEST, .to = AK_K_APP, .back = true},
	{.from = AK_K_REQUEST, .to = AK_K_CALL, .back = true},
};

const char *ak_link_state_name(enum ak_link_state s)
{
	static const char *const names[] = {"linked", "ambiguous", "unmatched"};

	return names[s];
}

const char *ak_link_reason_name(enum ak_link_reason r)
{
	static const char *const names[AK_WHY_COUNT] = {
		[AK_WHY_NO_SOURCE] = "source not supplied", [AK_WHY_NO_ID] = "no identifier",	   [AK_WHY_NIL] = "nil or sentinel id",
		[AK_WHY_COMMON] = "identifier of too many records", [AK_WHY_PERIOD] = "outside the period",
		[AK_WHY_FILTERED] = "filtered at export",   [AK_WHY_NOT_FOUND] = "not found",	   [AK_WHY_ELSEWHERE] = "met in another source",
	};

	return names[r];
}

const char *ak_link_cardinality_name(enum ak_link_cardinality c)
{
	static const char *const names[] = {"1:1", "n:1", "1:n", "n:m"};

	return names[c];
}
