/* What others made over a packet's manifests, put beside its own signature: its digest does not change (DECISIONS 40). */
#ifndef AK_PACKET_ATTACH_H
#define AK_PACKET_ATTACH_H

#include <jansson.h>

#include "base/buf.h"
#include "base/err.h"

#ifdef __cplusplus
extern "C" {
#endif

/* bytes: a timestamp (RFC 3161 response), a detached CMS signature (DER), or an SSH signature of namespace auditkit-packet; which, its
 * file says: .tsr, .p7s, .sshsig or .sig. An SSH signature is that of `name`, 1 to 32 of [A-Za-z0-9_-]. Timestamps and SSH signatures are
 * checked against the packet first. Written to `to`, which may be the same path. *stands_as gets the name below signatures/, *packet
 * its packet.json with the member digest, the caller's.
 * AK_EXIT_USAGE, AK_EXIT_REFUSED (a draft), AK_EXIT_VERIFY (the packet is damaged, or the file is of another one). */
enum ak_rc ak_packet_attach(const char *path, const char *to, const char *file, struct ak_str bytes, const char *name, char stands_as[96],
			    json_t **packet, struct ak_err *err);

#ifdef __cplusplus
}
#endif
#endif
