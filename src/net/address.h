/* Which addresses are nobody's business from outside (SECURITY R-CURL-1). */
#ifndef AK_NET_ADDRESS_H
#define AK_NET_ADDRESS_H

#include "base/ak.h"

struct sockaddr;

#ifdef __cplusplus
extern "C" {
#endif

/* Loopback, link-local, private, shared, multicast, documentation and reserved addresses of IPv4 and IPv6, also IPv4 ones
 * inside IPv6 (mapped, 6to4, NAT64); every other family than these two. Sources: the IANA special-purpose registries (RFC
 * 6890). */
bool ak_address_is_private(const struct sockaddr *a);
/* This machine's own: 127.0.0.0/8, also inside IPv6, and ::1. */
bool ak_address_is_loopback(const struct sockaddr *a);

#ifdef __cplusplus
}
#endif
#endif
