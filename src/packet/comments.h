/* What a reviewer remarks on a packet: a file of its own, bound to the packet's digest and sealed when it is done. */
#ifndef AK_PACKET_COMMENTS_H
#define AK_PACKET_COMMENTS_H

#include <jansson.h>

#include "base/err.h"

#ifdef __cplusplus
extern "C" {
#endif

/* {schema "auditkit.comments/1", format_version, packet, digest, by, comments: [{section, about, text}], seal}: one empty comment for each
 * section. report: ak_packet_verify's; sections: packet.json's. The caller's. */
json_t *ak_comments_blank(const json_t *report, const json_t *sections);
/* SHA-256 of the document's JCS bytes without its seal. */
enum ak_rc ak_comments_digest(const json_t *doc, char hex[65], struct ak_err *err);
/* AK_OK when it is of this packet, its sections are the packet's and its seal, when it has one, is its own and the one given (NULL =
 * none was). AK_EXIT_VERIFY otherwise, AK_EXIT_INPUT when it is no such document. */
enum ak_rc ak_comments_check(const json_t *doc, const json_t *report, const json_t *sections, const char *given, struct ak_err *err);

#ifdef __cplusplus
}
#endif
#endif
