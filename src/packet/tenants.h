/* Customers' tenant ids in a packet (F069): left out, as tokens and as names of what a limit or change is about, unless
 * `packet build --include-tenant` was given with a reason. */
#ifndef AK_PACKET_TENANTS_H
#define AK_PACKET_TENANTS_H

#include <jansson.h>

#include "base/err.h"

struct ak_sections; /* packet/section.h */

/* What stands in the place of a name. */
#define AK_TENANT_WITHHELD "withheld"

#ifdef __cplusplus
extern "C" {
#endif

/* The member of a table's row or of a record's fields that names a tenant, or NULL. */
const char *ak_tenants_member(const json_t *o);
/* A trace (trace/trace.h): such members are withheld, in its lines too, and tokens are taken out of its records. */
void ak_tenants_hide_trace(json_t *trace);
/* line with each id that stands as a word replaced; a new string. */
json_t *ak_tenants_without(const char *line, const char *id, const char *by);
/* Whether the body of a leaf's group (RFC 8785, so that no blank stands between its parts) names a tenant. */
bool ak_tenants_named(const char *body);
/* How many records have one, and whether they stand in the packet: by whom and why. */
enum ak_rc ak_section_tenants(struct ak_sections *s, json_t *section, struct ak_err *err);

#ifdef __cplusplus
}
#endif
#endif
