/* Time zones by IANA name, from TZif files (RFC 8536) and their footer rules. Zones are read once and stay. */
#ifndef AK_BASE_ZONE_H
#define AK_BASE_ZONE_H

#include "base/err.h"

struct ak_zone;

/* One stretch of time with the same offset. */
struct ak_zone_span {
	int64_t start, end; /* seconds since the epoch, end exclusive; INT64_MIN and INT64_MAX when open */
	int32_t offset;	    /* seconds east of UTC */
};

#ifdef __cplusplus
extern "C" {
#endif

/* The zone of this name; safe to call from several threads; the zone is never freed. NULL when the name is no name, the
 * file is not there, or it is not a TZif file of version 2 or later without leap seconds. */
const struct ak_zone *ak_zone_find(const char *name);
/* The span an instant (seconds) lies in. */
void ak_zone_span(const struct ak_zone *z, int64_t at, struct ak_zone_span *out);
/* Instant of a local time given as seconds of the same civil time in UTC. false: the local time never was.
 * *twice: it was twice, and the first one is given. */
bool ak_zone_local(const struct ak_zone *z, int64_t local, int64_t *at, bool *twice);

#ifdef __cplusplus
}
#endif
#endif
