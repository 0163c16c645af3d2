/* Admin events that release money. Internal to chain/. */
#ifndef AK_CHAIN_MONEY_H
#define AK_CHAIN_MONEY_H

#include <jansson.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Is this row of ak_query_change_chains_each an event that gives money back, or refuses to? */
bool ak_chain_money(const json_t *event);
/* Its verdict "settlement", with settlement_state and why (chain.h). */
void ak_chain_judge_money(json_t *event, bool settlements_known);

#ifdef __cplusplus
}
#endif
#endif
