/* Values that are kept in a reduced form: error templates, URL paths, user agents, addresses; and names of machines. */
#ifndef AK_REDACT_VALUES_H
#define AK_REDACT_VALUES_H

#include "redact/redactor.h"

#ifdef __cplusplus
extern "C" {
#endif

/* DECISIONS 13: words stay, ids, numbers, quoted parts, URLs and JSON are replaced; at most 200 bytes. */
struct ak_str ak_error_template(struct ak_str s, struct ak_arena *a);
struct ak_str ak_url_path(struct ak_str s, struct ak_arena *a);
struct ak_str ak_user_agent(struct ak_str s, struct ak_arena *a);
/* RFC 5952 text and network prefix; false when s is no address. One that the source masked yields the network only. */
bool ak_address(const struct ak_redactor *r, struct ak_str s, struct ak_arena *a, struct ak_str *canonical,
		struct ak_str *network);
/* No person stands behind it: service accounts, stock accounts, jobs, teams. */
bool ak_is_machine_name(struct ak_str s);
/* `sk-...AbCd`, all stars: masked by the source. */
bool ak_is_masked_key(struct ak_str s);
/* Each string inside a JSON array goes through fn; name: the last step of a DIFF entry's path. NULL view when the text is
 * no JSON. */
struct ak_str ak_json_strings(struct ak_str json, bool diff, struct ak_arena *a,
			      struct ak_str (*fn)(void *ctx, struct ak_str name, struct ak_str s), void *ctx);

#ifdef __cplusplus
}
#endif
#endif
