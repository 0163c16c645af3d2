/* What the state of a ticket says. Internal to chain/. */
#ifndef AK_CHAIN_TICKET_H
#define AK_CHAIN_TICKET_H

enum ak_ticket_state { AK_TICKET_OPEN, AK_TICKET_APPROVED, AK_TICKET_DONE, AK_TICKET_REJECTED, AK_TICKET_OTHER };

#ifdef __cplusplus
extern "C" {
#endif

enum ak_ticket_state ak_ticket_state(const char *state);

#ifdef __cplusplus
}
#endif
#endif
