/* What a packet shows of itself, for commands that have no workspace. */
#ifndef AK_PACKET_SHOW_H
#define AK_PACKET_SHOW_H

#include <jansson.h>

#include "base/err.h"

#ifdef __cplusplus
extern "C" {
#endif

/* A packet that is whole (ak_packet_whole), else AK_EXIT_VERIFY. *report: ak_packet_verify's, the caller's; may be NULL. */
enum ak_rc ak_packet_sure(const char *path, json_t **report, struct ak_err *err);
/* Its sample trace, when one of its identifiers is id: the document of trace/trace.h, with its digest. AK_EXIT_PARTIAL when none is. */
enum ak_rc ak_packet_trace(const char *path, const char *id, json_t **trace, struct ak_err *err);

#ifdef __cplusplus
}
#endif
#endif
