/* Who may ask: a page of our own origin, or somebody who typed the address with its token. Everybody else on this machine, and every
 * page of the web that makes a browser ask (DNS rebinding, cross-site requests), gets a number and nothing else. */
#ifndef AK_SERVE_GUARD_H
#define AK_SERVE_GUARD_H

#include "base/ak.h"

enum { AK_GUARD_TOKEN = 32 }; /* hex digits of 128 bits */

struct ak_guard {
	char token[AK_GUARD_TOKEN + 1];
	unsigned port;
};

/* What a request says of itself. */
struct ak_asked {
	const char *method, *host, *origin, *site; /* headers; NULL = not there */
	unsigned hosts, origins, sites;		   /* how often it has them */
	bool body;				   /* it announces one */
};

#ifdef __cplusplus
extern "C" {
#endif

/* 0, or the status that refuses it: 405 neither GET nor HEAD, 400 a body, or not one Host; 421 not one of our names; 403 of another
 * origin. */
unsigned ak_guard_refuse(const struct ak_guard *g, const struct ak_asked *q);
/* In constant time. */
bool ak_guard_knows(const struct ak_guard *g, struct ak_str token);

#ifdef __cplusplus
}
#endif
#endif
