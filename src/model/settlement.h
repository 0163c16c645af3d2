/* Which settlements give money back, whatever sign their export writes: one rule for reports, chains and checks. */
#ifndef AK_MODEL_SETTLEMENT_H
#define AK_MODEL_SETTLEMENT_H

#include "base/ak.h"

/* An adjustment goes by its own sign. */
static inline bool ak_settlement_gives_back(struct ak_str type)
{
	return type.p && (ak_str_is(type, "refund") || ak_str_is(type, "credit") || ak_str_is(type, "void"));
}

#endif
