/* What changed from one packet to the next, by section. */
#ifndef AK_PACKET_DIFF_H
#define AK_PACKET_DIFF_H

#include <jansson.h>

#include "base/err.h"

#ifdef __cplusplus
extern "C" {
#endif

/* {schema "auditkit.packet-diff/1", format_version, old, new: {packet, digest, as_of, period}, same (the digests are equal),
 *  sections: [{section, added, removed, changed}], changes: [{section, kind: "added"|"removed"|"changed", what: "verdict"|"finding"|
 *  "statement"|"gap"|"table"|"rows"|"table in the annex", subject, before, after, added, removed, direction: "worse"|"better"|null}],
 *  in_annex: [names of tables of which only number and first rows are compared]}. Pseudonyms are of
 * each packet's own and count as equal. Both must be whole: AK_EXIT_VERIFY; of one workspace or not is said by same_workspace. */
enum ak_rc ak_packet_diff(const char *before, const char *after, json_t **out, struct ak_err *err);

#ifdef __cplusplus
}
#endif
#endif
