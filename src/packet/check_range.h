/* The annex of a packet: that it is the one the packet names, and that its leaves are a whole run of the ledger. */
#ifndef AK_PACKET_CHECK_RANGE_H
#define AK_PACKET_CHECK_RANGE_H

#include "packet/checks.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Says level "annex" when o->annex names a file, nothing otherwise. Errors are those of reading it. */
enum ak_rc ak_check_annex(struct ak_checked *p, struct ak_err *err);

#ifdef __cplusplus
}
#endif
#endif
