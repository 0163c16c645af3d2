/* Tickets that the workspace knows: which of them may stand in for a reason. */
#ifndef AK_CHECK_TICKETS_H
#define AK_CHECK_TICKETS_H

#include "check/event.h"

struct ak_tickets {
	struct ak_map known; /* ids */
	bool any;	     /* there is a record of a ticket at all */
};

enum ak_ticket { AK_TICKET_NONE, AK_TICKET_KNOWN, AK_TICKET_UNKNOWN, AK_TICKET_UNCONFIRMED }; /* the last: no ticket was ingested */

#ifdef __cplusplus
extern "C" {
#endif

/* Of all times: a change may be made long after its ticket. ak_tickets_release in any case. */
enum ak_rc ak_tickets_read(struct ak_check_run *r, struct ak_tickets *out, struct ak_err *err);
void ak_tickets_release(struct ak_tickets *t);
/* What the ticket of an event (AK_EV_*) is. */
enum ak_ticket ak_tickets_of(const struct ak_tickets *t, const struct ak_str *v);

#ifdef __cplusplus
}
#endif
#endif
